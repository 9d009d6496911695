"""All dossiers at once. Oracle: rows put into tables by hand, and the parts on their own."""

from __future__ import annotations

import time
import warnings

import pandas as pd
import pytest

from kamlib.plan.dossier.assemble import Dossiers, dossiers
from kamlib.study.model import Study

DAY = pd.Timestamp("2026-06-30")
STUDY = Study(
    name="x",
    title="X",
    as_of="2026-06-30",
    sources={"orders": {"files": "o.csv"}},
    dossier={"sponsors": {"a": "owner"}},
)
SCORES = pd.DataFrame({"customer_id": ["b", "a", "c"], "key": [True, True, False], "rank": [2, 1, 3]})


def test_the_key_accounts_in_their_order_from_the_scores_alone():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = dossiers({"scores": SCORES}, STUDY)
    assert made.heads.index.tolist() == ["a", "b"] and made.heads.loc["a", "sponsor"] == "owner"
    assert len(made.parts["gaps"]) == len(made.parts["completeness"]) == 2
    assert made.parts["money"]["revenue"].isna().all(), "unknown, and not 0"


def test_no_key_account_is_no_dossier():
    made = dossiers({"scores": SCORES[:0]}, STUDY)
    assert made.heads.empty and all(part.empty for part in made.parts.values())


def test_of_notes_the_latest_two_of_a_topic_and_of_lines_those_that_went_quiet():
    notes = pd.DataFrame(
        {"customer_id": "a", "date": pd.to_datetime(["2026-01-01", "2026-02-01", "2026-03-01", "2026-07-01"])}
    )
    notes = notes.assign(topic="budget", text=["1", "2", "3", "4"], source=None)
    quiet = pd.DataFrame(
        {"customer_id": ["a", "a", "c"], "category": ["x", "y", "x"], "change": ["stopped", "", "halved"]}
    )
    each = dossiers({"scores": SCORES, "notes": notes, "quiet_lines": quiet}, STUDY).of_each()
    assert each["notes"]["a"]["text"].tolist() == ["3", "2"], "what comes later is not known"
    assert each["quiet"]["a"]["category"].tolist() == ["x"] and "c" not in each["quiet"] and "b" not in each["notes"]


def test_what_was_done_and_what_is_to_be_done_stand_apart():
    actions = pd.DataFrame({"customer_id": "a", "action": ["old", "done", "late", "soon"], "owner": "m"})
    actions["due"] = pd.to_datetime(["2025-01-01", "2026-01-01", "2026-06-01", "2026-08-01"])
    actions["done"] = pd.to_datetime(["2025-01-01", "2026-01-02", None, None])
    made = dossiers({"scores": SCORES, "actions": actions}, STUDY)
    assert made.parts["done"]["action"].tolist() == ["done"]
    assert made.parts["owed"][["owed", "text"]].to_numpy().tolist() == [
        ["overdue_promise", "late"],
        ["promise", "soon"],
    ]
    facts = made.parts["facts"]
    assert facts.loc[(facts["customer_id"] == "a") & (facts["fact"] == "next_step"), "known"].tolist() == [True]


def test_the_goal_is_that_of_its_tier_and_what_is_not_worth_it_is_no_step():
    kaism = pd.DataFrame({"customer_id": ["a", "b"], "cell": ["invest", "unknown"]})
    strategy = pd.DataFrame(
        {"tier": ["invest"], "goal": ["grow"], "offer": ["x"], "measure": ["y"], "every_days": [14]}
    )
    steps = pd.DataFrame({"customer_id": ["a", "a"], "action": ["call", "gift"], "fate": ["this_week", "not_worth_it"]})
    each = dossiers({"scores": SCORES, "kaism": kaism, "strategy": strategy, "action_list": steps}, STUDY).of_each()
    assert each["goals"]["a"][["goal", "every_days"]].to_numpy().tolist() == [["grow", 14]] and "b" not in each["goals"]
    assert each["steps"]["a"]["action"].tolist() == ["call", "complete the dossier"], "nothing is on record of it"


def test_a_dossier_that_the_list_has_to_complete_is_one_step_in_the_words_of_the_playbook():
    steps = pd.DataFrame(
        {"customer_id": ["a"], "trigger": ["complete"], "action": ["fill the gaps"], "fate": ["waits_for_hours"]}
    )
    each = dossiers({"scores": SCORES, "action_list": steps}, STUDY).of_each()
    assert each["steps"]["a"]["action"].tolist() == ["fill the gaps"]
    assert each["steps"]["b"]["action"].tolist() == ["complete the dossier"], "of it the list says nothing"


def test_other_customers_can_be_asked_for():
    made = dossiers({"scores": SCORES}, STUDY, pd.Index(["c"], name="customer_id"))
    assert isinstance(made, Dossiers) and made.heads.index.tolist() == ["c"]


@pytest.mark.slow
def test_five_hundred_dossiers_of_the_sample_in_20_seconds(sample_clean):
    ids = pd.Index(sample_clean.tables["accounts"]["customer_id"].unique()[:500], name="customer_id")
    began = time.perf_counter()
    made = dossiers(sample_clean.tables, STUDY, ids)
    made.of_each()
    assert len(made.heads) == 500 and time.perf_counter() - began < 20
