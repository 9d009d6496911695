"""What is known, and how old it is. Oracle: weights and half-lives added up by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.plan.dossier.assemble import _empty
from kamlib.plan.dossier.completeness import FACTS, completeness, known_facts, to_complete
from kamlib.report.words import in_words

DAY = pd.Timestamp("2026-06-30")
WEIGHT = sum(fact.weight for fact in FACTS.values())
NAMES = ("notes", "contacts", "interactions", "proposals", "ratings", "actions")


def tables(**given: pd.DataFrame) -> dict[str, pd.DataFrame]:
    firms = pd.DataFrame(index=pd.Index([], name="customer_id"))
    return {name: _empty(name) for name in NAMES} | {"accounts": firms} | given


def test_of_whom_nothing_is_on_record_nothing_is_known():
    found = known_facts(tables(), pd.Index(["a"]), DAY)
    assert found["fact"].tolist() == list(FACTS) and not found["known"].any()
    one = completeness(found, 0.6).iloc[0]
    assert one["completeness"] == 0 and pd.isna(one["freshness"]) and not one["complete"] and one["oldest_fact"] == ""
    assert one["missing_facts"].split(";")[:2] == ["decision_makers", "next_step"], "the heaviest first"


def test_weights_and_half_lives_by_hand():
    """Contacts and rivals lose half in 6 months, budget in 12, history in 24: 182.625, 365.25 and 730.5 days."""
    notes = pd.DataFrame(
        {
            "customer_id": "a",
            "date": DAY - pd.to_timedelta([365, 731, 183, 0], unit="D"),
            "topic": ["budget", "history", "rival", "needs"],
            "text": ["x", "x", "x", " "],  # an empty one tells nothing
        }
    )
    contacts = pd.DataFrame({"customer_id": ["a"], "contact_id": ["1"], "influence": ["decides"]})
    calls = pd.DataFrame(
        {"customer_id": ["a"], "contact_id": ["1"], "kind": ["call"], "date": [DAY - pd.Timedelta(days=365)]}
    )
    firms = pd.DataFrame(
        {"name": ["Acme"], "size": [None], "employees": [5]}, index=pd.Index(["a"], name="customer_id")
    )
    found = known_facts(
        tables(notes=notes, contacts=contacts, interactions=calls, accounts=firms), pd.Index(["a"]), DAY
    )
    by = found.set_index("fact")
    assert by.index[by["known"]].tolist() == [
        "firm_name",
        "firm_size",
        "note_budget",
        "note_history",
        "decision_makers",
        "who_rivals",
    ]
    fresh = by["freshness"].dropna()
    assert fresh.to_dict() == pytest.approx(
        {"note_budget": 0.5, "note_history": 0.5, "decision_makers": 0.25, "who_rivals": 0.5}, abs=0.001
    )
    assert by.loc["note_budget", "age_days"] == 365
    one = completeness(found, 0.2).iloc[0]
    assert one["completeness"] == (1 + 1 + 2 + 1 + 3 + 2) / WEIGHT and one["complete"]
    assert one["freshness"] == pytest.approx((2 * 0.5 + 0.5 + 3 * 0.25 + 2 * 0.5) / 8, abs=0.001)
    assert one["oldest_fact"] == "decision_makers"


def test_a_decision_maker_nobody_spoke_to_is_known_and_of_no_day():
    contacts = pd.DataFrame({"customer_id": ["a"], "contact_id": ["1"], "influence": ["high"]})
    row = known_facts(tables(contacts=contacts), pd.Index(["a"]), DAY).set_index("fact").loc["decision_makers"]
    assert row["known"] and pd.isna(row["fact_date"]) and pd.isna(row["freshness"])


def test_a_step_that_is_over_or_done_is_no_next_step():
    plans = pd.DataFrame(
        {"customer_id": ["a", "b", "c"], "due": pd.to_datetime(["2026-06-29", "2026-07-01", "2026-07-01"])}
    )
    plans["done"] = pd.to_datetime([None, None, "2026-06-01"])
    found = known_facts(tables(actions=plans), pd.Index(["a", "b", "c"]), DAY)
    assert found.loc[found["fact"] == "next_step", "known"].tolist() == [False, True, False]


def test_what_lacks_has_words():
    found = completeness(known_facts(tables(), pd.Index(["a"]), DAY), 0.6)
    told = in_words(found["missing_facts"], found["missing_facts_values"]).iloc[0].split("; ")
    assert told[:2] == ["who decides", "a next step"] and len(told) == len(FACTS)


def test_exactly_the_least_share_is_complete():
    facts = pd.DataFrame(
        {"customer_id": "a", "fact": list("vwxyz"), "weight": 1, "known": [1, 1, 1, 0, 0], "freshness": None}
    )
    found = completeness(facts.astype({"known": bool, "freshness": float}), 0.6)
    assert found["complete"].tolist() == [True]


def test_a_dossier_that_lacks_too_much_is_an_action_of_its_manager():
    found = pd.DataFrame({"customer_id": ["a", "b"], "complete": [True, False]})
    made = to_complete(found, DAY)
    assert made.to_numpy().tolist() == [["b", "complete the dossier", "account manager", pd.Timestamp("2026-07-30")]]
    assert to_complete(found[:1], DAY).empty
