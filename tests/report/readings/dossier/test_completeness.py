"""Oracle: shares typed here."""

from __future__ import annotations

import pandas as pd

from kamlib.report.readings.dossier.completeness import on_record
from kamlib.report.words import sentence
from kamlib.stats.reasons import waiting

FOUND = pd.DataFrame(
    {"customer_id": ["b", "a"], "completeness": [0.5, 0.9], "freshness": [0.4, None], "complete": [False, True]}
)
FACTS = pd.DataFrame(
    {
        "customer_id": ["a", "b", "b"],
        "fact": ["note_budget", "note_budget", "next_step"],
        "known": [False, False, False],
    }
)


def test_the_emptiest_is_named_and_the_fact_that_lacks_most():
    told = sentence(on_record(FOUND, FACTS, pd.Series({"b": "Bolt"}), 0.6))
    assert "70%" in told and "1 of 2" in told and "below 60%" in told and "Bolt" in told and "50%" in told
    assert "budget" in told and "at 2" in told and "40%" in told


def test_whole_dossiers_are_said_to_be_whole():
    told = sentence(on_record(FOUND.assign(complete=True), FACTS.assign(known=True), pd.Series(dtype=object), 0.6))
    assert told.startswith("Of all 2 key accounts every fact is on record")


def test_without_key_accounts_it_waits():
    assert on_record(waiting([], "no_key_accounts"), FACTS, pd.Series(dtype=object), 0.6).code == "no_key_accounts"
