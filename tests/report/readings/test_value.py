"""Readings of the value and of the calls: each variant by hand, in the words of the catalogue."""

from __future__ import annotations

import pandas as pd

from kamlib.churn.evaluation.holdout import Verdict
from kamlib.measures.whole_base import BaseValue, ValueTest
from kamlib.report.readings import value as on_value
from kamlib.report.words import sentence
from kamlib.stats.reasons import Reason
from kamlib.study.sections import Value

NOTHING = pd.DataFrame()
TABLE = pd.DataFrame(
    {
        "customer_id": ["A", "B", "C"],
        "p_silent": [0.5, 0.1, None],
        "remaining_value": [100.0, 300.0, 0.0],
        "margin_at_stake": [90.0, 30.0, -5.0],
        "share_unobserved": [0.1, 0.1, None],
    }
)
BASE = BaseValue(TABLE, TABLE[["customer_id", "p_silent"]].dropna(), NOTHING, NOTHING, 180, Value())
CALLS = pd.DataFrame(
    {
        "customer_id": ["A"],
        "margin_at_stake": [90.0],
        "p_silent": [0.5],
        "low": [0.001],
        "high": [0.999],
        "reason": "no_touch",
    }
).assign(reason_values="{}")
MODEL = Verdict("model", "silence_alone", Reason("model_better"), 99, pd.Timestamp("2026-01-01"))


def test_the_base_is_worth_the_sum_over_its_customers():
    assert sentence(on_value.worth_of_base(BASE, "EUR")) == (
        "The base is still worth **400 EUR** over 6 blocks of 180 days; 10% of it comes from blocks that no landmark has reached yet. "
        "**115 EUR** are at stake in the next block."
    )
    unknown = BaseValue(TABLE.assign(p_silent=None), NOTHING, NOTHING, NOTHING, 180, Value())
    assert on_value.worth_of_base(unknown, "EUR") == Reason("no_value_to_tell")


def test_a_value_that_is_not_closer_than_last_year_says_so():
    ways = pd.DataFrame({"bias": [-0.17, -0.2], "low": -0.3, "high": 0.1, "mean_error": [50.0, 60.0]})
    parts = pd.Series({"expected": 80.0, "staying": 90.0, "came": 100.0, "elsewhere": 7.0, "like_for_like": 0.15})
    test = ValueTest(ways, parts)
    assert on_value.value_missed(test, "EUR").code == "value_closer"
    worse = sentence(on_value.value_missed(ValueTest(ways.assign(mean_error=60.0), parts), "EUR"))
    assert "missed the sum by **-17%** (from -30% to +10%)" in worse and "**no closer**" in worse
    told = sentence(on_value.value_parts(test, 180, "EUR"))
    assert told.startswith("Of that, -10% is of who stayed (the model of loss), and -10% of how much each brought")
    none = ValueTest(NOTHING, pd.Series(dtype=float))
    assert on_value.value_missed(none, "EUR") is None and on_value.value_parts(none, 180, "EUR") is None


def test_the_calls_hold_a_share_of_what_is_at_stake():
    """90 of 90 + 30; what is below zero is not at stake."""
    told = sentence(on_value.share_of_stake(CALLS, BASE, MODEL))
    assert told == "By the model, 1 of 2 customers at risk hold 75% of the margin at stake."
    none = sentence(on_value.share_of_stake(CALLS.head(0), BASE, MODEL))
    assert none == "Nobody can be named yet. The model beats every rule of thumb."


def test_the_first_call_is_named_with_its_reason_and_no_false_zero():
    told = sentence(on_value.first_call(CALLS, pd.Series({"A": "Alpha"}), "EUR"))
    assert (
        told
        == "Start with **Alpha**: P(no order) 50% (from under 1% to over 99%), 90 EUR at stake; no touch in six months."
    )
    assert on_value.first_call(CALLS.head(0), pd.Series(dtype=object), "EUR") is None


def test_another_discount_is_told_by_what_it_changes():
    moved = BaseValue(
        TABLE.assign(remaining_value=[110.0, 330.0, 0.0]).iloc[::-1],
        NOTHING,
        NOTHING,
        NOTHING,
        180,
        Value(discount=0.05),
    )
    assert sentence(on_value.discount_moved(BASE, moved, CALLS)) == (
        "With 5% a year the base is worth +10%, and 0 of the first 1 to call stay the same."
    )
    assert on_value.discount_moved(BASE, moved, CALLS.head(0)) is None
