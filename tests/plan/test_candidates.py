"""What each customer calls for, by hand: one customer for each trigger, and those who call for nothing."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from kamlib.plan.candidates import KINDS, OWED, called_for, monday_after
from kamlib.plan.precedence import winning_rules
from kamlib.report.words import in_words
from kamlib.study.settings.playbook import Playbook

DAY, MONDAY = "2026-06-30", pd.Timestamp("2026-07-06")
BOOK = Playbook.kits()


def rule(customer: str, name: str, policy: str, **values) -> dict:
    return {"customer_id": customer, "rule": name, "policy": policy, "policy_values": json.dumps(values)}


POLICY = [
    rule("a", "dispute", "policy_settle", n=2, days=31),
    rule("b", "contract end", "policy_renew", day="2026-08-24"),
    rule("c", "overdue", "policy_collect", amount=1000.5, days=61, currency="EUR"),
    rule("d", "state", "policy_call;quiet_for_longer"),
    rule("e", "state", "policy_win_back"),
    rule("f", "state", "policy_ask_why"),
    rule("g", "tier", "policy_invest"),
    rule("h", "tier", "policy_maintenance"),
    rule("i", "control group", "policy_leave_alone"),
    rule("j", "knock-out", "policy_knocked_out"),
    rule("k", "state", "policy_let_go;no_purchase"),
    rule("l", "tier", "policy_invest"),
]
IDS = [row["customer_id"] for row in POLICY]


def tables(**other) -> dict:
    """All stop with 0.1, only g with 0.3; 1,000 hang on each."""
    chance = pd.Series([0.3 if one == "g" else 0.1 for one in IDS])
    touched = [
        ("h", "2026-04-01", "visit"),
        ("l", "2026-06-20", "call"),
        ("l", "2026-01-01", "visit"),
        ("h", "2026-06-29", "claim"),
    ]
    seen = pd.DataFrame(touched, columns=["customer_id", "date", "kind"]).astype({"date": "datetime64[ns]"})
    given = {
        "value": pd.DataFrame({"customer_id": IDS, "p_stopped": chance, "p_silent": 0.9, "stake": chance * 1000}),
        "states": pd.DataFrame({"customer_id": IDS, "state": "active"}),
        "matrix": pd.DataFrame({"customer_id": ["g", "h", "l"], "cell": ["invest", "maintenance", "invest"]}),
        "winback": pd.DataFrame(
            {
                "customer_id": ["e", "f"],
                "offer": ["a visit", None],
                "cost": [40.0, 0.0],
                "p_return": [0.2, np.nan],
                "second_value": 500.0,
            }
        ),
        "owed": pd.DataFrame({"customer_id": ["c"], "p_unpaid": [0.4]}),
        "interactions": seen,
        "years": 3.0,
        "managers": pd.Series({"a": "M01", "d": "M01", "e": "M02"}),
    }
    return given | other


def found(**other) -> pd.DataFrame:
    return called_for(pd.DataFrame(POLICY), DAY, BOOK, **tables(**other)).set_index("customer_id")


def test_each_rule_sets_off_its_move_and_who_is_left_alone_let_go_or_knocked_out_calls_for_nothing():
    assert found()["trigger"].to_dict() == {
        "a": "dispute",
        "b": "contract end",
        "c": "overdue",
        "d": "quiet",
        "e": "win back",
        "f": "ask why",
        "g": "at stake",
        "h": "contact",
    }


def test_the_move_comes_from_the_playbook_and_the_contact_from_the_tier():
    rows = found()
    assert rows.loc["a", ["owner", "hours", "channel", "due"]].tolist() == [
        "service lead",
        3,
        "visit",
        MONDAY + pd.Timedelta(days=7),
    ]
    assert rows.loc["d", ["owner", "action"]].tolist() == ["M01", BOOK.moves["quiet"].action]
    assert rows.loc["b", "owner"] == "account manager", "nobody is on record"
    assert rows.loc["h", ["channel", "hours"]].tolist() == ["call", 1]
    assert rows.loc["e", ["action", "cost"]].tolist() == ["a visit", 40]


def test_the_chance_and_what_hangs_on_it_are_those_of_the_event():
    rows = found()
    assert rows.loc["a", ["kind", "p", "at_stake"]].tolist() == ["keep", 0.1, pytest.approx(1000)]
    assert rows.loc["c", ["kind", "p", "at_stake"]].tolist() == ["collect", 0.4, 1000.5]
    assert rows.loc["e", ["kind", "p", "at_stake"]].tolist() == ["win_back", 0.2, 500]
    assert rows.loc["f", "kind"] == "" and np.isnan(rows.loc["f", "p"])
    silent = tables()["value"].assign(p_stopped=np.nan, stake=450.0)
    assert found(value=silent).loc["d", ["p", "at_stake"]].tolist() == [0.9, pytest.approx(500)]
    assert found(owed=tables()["owed"][:0])["p"].isna()["c"]


def test_the_two_numbers_of_why_are_told_in_words():
    rows = found()
    words = in_words(rows["why"], rows["why_values"])
    assert words["a"].startswith("2 ") and "31 days" in words["a"]
    assert "2026-08-24" in words["b"] and "61 days" in words["c"] and "1,000" in words["c"]
    assert "90 days" in words["h"] and "60 days" in words["h"]
    assert "20%" in words["e"] and "500" in words["e"] and "unknown" in words["f"]


def test_a_control_customer_is_on_no_list_of_calls_or_offers_but_what_is_owed_is_owed_to_it_too():
    says = {
        "dispute": "policy_settle",
        "contract end": "policy_renew",
        "overdue": "policy_collect",
        "tier": "policy_invest",
    }
    quiet = rule("d", "state", "policy_call;quiet_for_longer")
    for name, policy in (says | {"state": "policy_call"}).items():
        marks = [
            rule("d", "control group", "policy_leave_alone"),
            rule("d", name, policy, n=1, days=40, day=DAY, amount=5),
        ]
        won = winning_rules(
            pd.Series(["d"]), pd.DataFrame([*marks, *([quiet] if name != "state" else [])]), BOOK.precedence
        )
        called = called_for(won, DAY, BOOK, **tables())
        assert called["trigger"].tolist() == ([name] if name in OWED else [])


def test_a_dossier_that_is_not_complete_is_an_action_beside_the_other():
    rows = called_for(pd.DataFrame(POLICY), DAY, BOOK, **tables(incomplete=["g", "l"]))
    more = rows[rows["trigger"] == "complete"]
    assert more["customer_id"].tolist() == ["g", "l"] and (more["kind"] == "").all()
    assert rows["customer_id"].tolist().count("g") == 2


def test_every_move_of_the_playbook_has_a_kind_or_none_on_purpose_and_nothing_is_called_for_without_customers():
    assert {*BOOK.moves} - {*KINDS} == {"ask why", "complete"}
    assert called_for(pd.DataFrame(POLICY)[:0], DAY, BOOK, **tables()).empty
    assert found(interactions=tables()["interactions"][:0]).index.tolist() == list("abcdefg"), (
        "no contact on record, none due"
    )


@pytest.mark.parametrize(
    ("day", "monday"), [("2026-06-30", "2026-07-06"), ("2026-07-05", "2026-07-06"), ("2026-07-06", "2026-07-13")]
)
def test_the_list_is_for_the_monday_after_the_day(day, monday):
    assert monday_after(day) == pd.Timestamp(monday)
