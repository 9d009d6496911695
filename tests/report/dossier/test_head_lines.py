"""What stands at the top of a dossier. Oracle: values typed here."""

from __future__ import annotations

import re

import pandas as pd

from kamlib.plan.dossier.heads import heads
from kamlib.report.dossier.head_lines import FACTS, head_facts
from kamlib.report.words import catalogue
from kamlib.study.model import Study
from kamlib.study.run_tables import column

STUDY = Study(name="x", title="X", as_of="2026-06-30", sources={"orders": {"files": "o.csv"}}, value={"days": 1826})


def test_what_stands_at_the_top_has_words_and_a_format():
    names = [name for columns in FACTS.values() for name in columns]
    assert {f"head_{name}" for name in names} <= catalogue().keys() and set(FACTS) <= catalogue().keys()
    assert not [name for name in names if column(name) is None]


def test_amounts_at_the_top_say_their_period_or_day():
    """Money of a span names it; what is owed is of the day in the kicker."""
    money = [n for columns in FACTS.values() for n in columns if column(n).format.kind == "money"]
    for name in set(money) - {"open_amount", "overdue"}:
        assert re.search("months|year", catalogue()[f"head_{name}"]), name


def test_what_is_known_is_written_with_its_range_and_the_rest_is_left_out():
    """Of 1,826 days ten blocks of 180 days are valued, so 4.9 years, as all other pages say."""
    churn = pd.DataFrame({"customer_id": ["a"], "p_stopped": [0.2], "p_stopped_low": [0.1], "p_stopped_high": [0.3]})
    value = pd.DataFrame({"customer_id": ["a"], "stake": [1234.0], "remaining_value": [None]})
    table = heads({"churn": churn, "value": value}, pd.Index(["a"]), pd.Timestamp("2026-06-30"), {})
    told = head_facts(table.drop(columns=["name", "why", "why_values"]), STUDY)["a"]
    assert told["How it buys"] == [("P(stopped)", "20% (10% to 30%)"), ("at stake, 4.9 years", "1,234")]
    assert told["What it brings"] == [] and told["How it pays and is served"] == [("deliveries, 12 months", "0")]
