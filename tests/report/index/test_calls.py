"""Whom to call first, of a list made by hand: by its order, nobody of a control group, nobody twice."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.report.index.calls import about_to_leave, next_actions, to_win_back

NONE = pd.Series(dtype=object)


@pytest.fixture
def whole(exposure) -> dict[str, pd.DataFrame]:
    """Best first: an action of an hour's worth each; c is a control customer, d has two actions, f is not worth it, g calls for a contact."""
    rows = [
        ("a", "keep", "quiet", "this_week"),
        ("b", "win_back", "win back", "this_week"),
        ("c", "win_back", "win back", "waits_for_hours"),
        ("d", "keep", "at stake", "waits_for_hours"),
        ("d", "win_back", "win back", "waits_for_hours"),
        ("f", "keep", "quiet", "not_worth_it"),
        ("g", "keep", "contact", "this_week"),
        *((f"h{n}", "keep", "quiet", "waits_for_hours") for n in range(9)),
    ]
    table = pd.DataFrame(rows, columns=["customer_id", "kind", "trigger", "fate"])
    table = table.assign(action=table["trigger"], owner="M1", due=pd.Timestamp("2026-10-05"), hours=1.0)
    table = table.assign(p=0.3, at_stake=9.0, gain=float("nan"), an_hour=float("nan"), break_even=7.0)
    accounts = pd.DataFrame({"customer_id": ["a"], "account_id": ["a"], "name": ["Anna"]})
    winback = pd.DataFrame({"customer_id": ["b", "c"], "arm": ["offer", "control"]})
    return {
        "action_list": table,
        "winback": winback,
        "accounts": accounts,
        "exposure": exposure.assign(customer_id=list("abcde")),
    }


def test_five_about_to_leave_stand_in_the_order_of_the_plan(whole):
    found = about_to_leave(whole)
    assert found["customer_id"].tolist() == ["a", "d", "h0", "h1", "h2"]
    assert found.loc[0, ["name", "contribution", "break_even", "owner"]].tolist() == ["Anna", 9000.0, 7.0, "M1"]
    assert pd.isna(found.loc[2, "contribution"]), "what is not known is no zero"


def test_nobody_of_a_control_group_is_called_and_nobody_stands_on_both_lists(whole):
    assert to_win_back(whole, NONE)["customer_id"].tolist() == ["b", "d"]
    assert to_win_back(whole, about_to_leave(whole)["customer_id"])["customer_id"].tolist() == ["b"]


def test_the_next_action_of_a_customer_is_its_first(whole):
    found = next_actions(whole).set_index("customer_id")["action"]
    assert found.index.is_unique and found["d"] == "at stake"


def test_a_run_without_a_plan_calls_nobody():
    assert about_to_leave({}).empty and to_win_back({}, NONE).empty and next_actions({}).empty
