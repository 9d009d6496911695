"""The list for Monday. Oracles: a list by hand, and properties that hold for any actions and any hours."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.plan.action_list import NOT_WORTH, NOW, WAITS, by_owner, last_actions, monday_list
from kamlib.plan.worth import Effect
from kamlib.study.settings.playbook import Playbook

TRIED = {"win_back": Effect(math.log(2), 0.3, 1), "keep": Effect(math.log(2), 0.3, 1)}
COLUMNS = ["customer_id", "trigger", "kind", "owner", "hours", "cost", "p", "at_stake"]


def book(week: float = 2, **of: float) -> Playbook:
    return Playbook.model_validate({"hours_a_week": week, "hours_of": of})


def actions(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS).assign(action=lambda table: table["trigger"])


def test_the_list_by_hand():
    """Odds ratio 2, p = 0.2, so a return gains 2/15 of what it brings and a stop 4/45. An hour costs nothing.

    M1 has 2 hours: a brings 1,200 in 1 hour, b 1,000 in 2 hours (500 each), c 400 in 1: a and c fit, b waits. M2 has none.
    """
    rows = actions(
        ("a", "win back", "win_back", "M1", 1.0, 0, 0.2, 9000),
        ("b", "quiet", "keep", "M1", 2.0, 0, 0.2, 11250),
        ("c", "quiet", "keep", "M1", 1.0, 0, 0.2, 4500),
        ("d", "win back", "win_back", "M2", 0.5, 0, 0.2, 750),
    )
    found = monday_list(rows, TRIED, book(2, M2=0), None)
    assert found["customer_id"].tolist() == ["a", "c", "b", "d"]
    assert found["gain"].tolist() == pytest.approx([1200, 400, 1000, 100])
    assert found["an_hour"].tolist() == pytest.approx([1200, 400, 500, 200])
    assert found["fate"].tolist() == [NOW, NOW, WAITS, WAITS] and found["place"].tolist() == [1, 2, 3, 4]
    owners = by_owner(found, book(2, M2=0)).set_index("owner")
    assert owners.loc["M1", ["hours", "used", "this_week", "waiting", "waiting_hours"]].tolist() == [2, 2, 2, 1, 2]
    assert owners.loc["M1", ["next_customer", "next_hour"]].tolist() == ["b", pytest.approx(500)]
    assert owners.loc["M2", ["hours", "used", "next_customer"]].tolist() == [0, 0, "d"]


def test_what_costs_more_than_it_brings_is_off_the_list_but_what_is_owed_is_done_all_the_same():
    rows = actions(
        ("a", "quiet", "keep", "M1", 1.0, 0, 0.2, 100),
        ("b", "dispute", "keep", "M1", 1.0, 0, 0.2, 100),
        ("c", "contact", "keep", "M1", 1.0, 0, 0.0001, 100),
        ("d", "ask why", "", "M1", 0.5, 0, np.nan, np.nan),
    )
    found = monday_list(rows, TRIED, book(), 50).set_index("customer_id")
    assert found["fate"].to_dict() == {"a": NOT_WORTH, "b": NOW, "c": NOT_WORTH, "d": NOW}
    assert found["place"].isna()["a"] and found.index.tolist()[:2] == ["b", "d"], (
        "what can't be told comes after what can"
    )
    untried = monday_list(rows, {}, book(), 50).set_index("customer_id")
    assert (
        untried["gain"].isna().all() and untried.loc["a", "break_even"] == 2 and untried.loc["c", "fate"] == NOT_WORTH
    )


def test_an_offer_that_stops_is_made_to_nobody():
    rows = actions(*((f"K{i}", "win back", "win_back", "M1", 0.1, 90, 0.1, 100 if i else 5000) for i in range(9)))
    found = monday_list(rows, {"win_back": Effect(0.1, 0.2, 2)}, book(), None)
    assert set(found["fate"]) == {NOT_WORTH}, "not even where it would pay by itself"


def test_what_takes_no_hours_needs_none():
    rows = actions(
        ("a", "win back", "win_back", "M1", 0.0, 0, 0.2, 9000), ("b", "quiet", "keep", "M1", 1.0, 0, 0.2, 9000)
    )
    found = monday_list(rows, TRIED, book(0), None)
    assert found["fate"].tolist() == [NOW, WAITS] and np.isnan(found["an_hour"][0])


def test_without_actions_the_list_is_empty_and_so_is_that_of_owners():
    found = monday_list(actions(), TRIED, book(), 50)
    assert found.empty and by_owner(found, book()).empty


some_actions = st.lists(
    st.tuples(
        st.sampled_from(["win back", "quiet", "dispute", "contact"]),
        st.sampled_from(["M1", "M2", "M3"]),
        st.sampled_from([0.0, 0.5, 1.0, 2.0, 4.0]),
        st.sampled_from([0.0, 60.0]),
        st.one_of(st.just(math.nan), st.floats(0, 1)),
        st.sampled_from([-10.0, 0.0, 500.0, 500.0, 1e6]),
    ),
    max_size=30,
)


def made(drawn: list[tuple]) -> pd.DataFrame:
    kinds = {"win back": "win_back"}
    return actions(*((f"K{at}", one[0], kinds.get(one[0], "keep"), *one[1:]) for at, one in enumerate(drawn)))


@settings(max_examples=60, deadline=None)
@given(some_actions, st.sampled_from([0.0, 0.7, 3.0, 8.0]), st.booleans())
def test_the_list_never_exceeds_the_hours_of_anybody_and_loses_nothing(drawn, week, tried):
    playbook, rows = book(week, M3=0.5), made(drawn)
    found = monday_list(rows, TRIED if tried else {}, playbook, 55)
    assert sorted(found["customer_id"]) == sorted(rows["customer_id"])
    for owner, hours in found[found["fate"] == NOW].groupby("owner")["hours"].sum().items():
        assert hours <= playbook.hours_of.get(owner, week) + 1e-9
    told = by_owner(found, playbook) if drawn else pd.DataFrame({"used": [], "hours": []})
    assert (told["used"] <= told["hours"] + 1e-9).all()
    for owner, rest in found[found["fate"] == WAITS].groupby("owner"):
        left = (
            playbook.hours_of.get(owner, week)
            - found[(found["fate"] == NOW) & (found["owner"] == owner)]["hours"].sum()
        )
        assert (rest["hours"] > left - 1e-9).all(), "who waits does not fit into what is left"


@settings(max_examples=40, deadline=None)
@given(some_actions, st.randoms(use_true_random=False))
def test_the_list_does_not_depend_on_the_order_of_the_actions(drawn, chance):
    rows = made(drawn)
    order = list(range(len(rows)))
    chance.shuffle(order)
    first, other = (monday_list(one, TRIED, book(3), 55) for one in (rows, rows.iloc[order]))
    pd.testing.assert_frame_equal(first, other)


def test_the_last_action_of_the_quarter_is_told_with_what_became_of_it():
    day = pd.Timestamp("2026-06-30")
    rows = [
        ("a", "visit", "2026-05-01", "2026-05-01"),
        ("a", "call", "2026-04-10", None),
        ("b", "visit", "2026-05-01", "2026-05-03"),
        ("c", "visit", "2026-05-01", "2026-07-02"),  # done after the day: open on it
        ("d", "visit", "2026-03-31", None),  # the last day of an earlier quarter
        ("e", "visit", "2026-07-01", None),  # to come
        ("f", "win back: control, no offer", "2026-05-01", None),
        ("g", "visit", None, None),
    ]
    table = pd.DataFrame(rows, columns=["customer_id", "action", "due", "done"])
    table = table.astype({"due": "datetime64[ns]", "done": "datetime64[ns]"})
    found = last_actions(table, day).set_index("customer_id")
    assert found["last_state"].to_dict() == {"a": "done_in_time", "b": "done_late", "c": "not_done"}
    assert found.loc["a", "last_action"] == "visit"
    assert last_actions(table[:0], day).empty
