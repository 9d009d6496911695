"""Who moved between two dates. Oracle: a base small enough to count by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.errors import InputError
from kamlib.segments import migration


def at(**rows) -> pd.DataFrame:
    return pd.DataFrame(
        {"customer_id": list(rows), "abc": [r[0] for r in rows.values()], "money": [float(r[1]) for r in rows.values()]}
    )


BEFORE = at(a=("A", 100), b=("A", 90), c=("B", 20), gone=("C", 5))
AFTER = at(c=("A", 95), a=("A", 110), b=("B", 15), fresh=("C", 3))


def test_every_account_of_either_date_is_counted_once():
    moved = migration.moves(BEFORE, AFTER, "abc").set_index("customer_id")
    assert sorted(moved.index) == ["a", "b", "c", "fresh", "gone"]
    assert moved.loc["fresh", "from"] == migration.NOT_YET and moved.loc["gone", "to"] == migration.GONE
    assert moved["moved"].to_dict() == {"a": False, "b": True, "c": True, "fresh": True, "gone": True}
    assert moved.loc["gone", "change"] == -5 and moved.loc["fresh", "change"] == 3


def test_the_largest_change_of_money_comes_first():
    moved = migration.moves(BEFORE, AFTER, "abc")
    assert moved["customer_id"].tolist() == ["b", "c", "a", "gone", "fresh"]
    assert moved["change"].tolist() == [-75, 75, 10, -5, 3]


def test_the_matrix_has_the_counts_of_both_dates_on_its_edges():
    square = migration.matrix(migration.moves(BEFORE, AFTER, "abc"), ["A", "B", "C"])
    assert square.loc["A"].to_dict() == {"A": 1, "B": 1, "C": 0, migration.GONE: 0}
    assert square.loc[migration.NOT_YET, "C"] == 1 and square.loc["C", migration.GONE] == 1
    assert square.sum(axis=1)[["A", "B", "C"]].tolist() == [2, 1, 1]
    assert square.sum(axis=0)[["A", "B", "C"]].tolist() == [2, 1, 1]


def test_the_matrix_adds_up_money_as_well_and_drops_empty_classes():
    square = migration.matrix(migration.moves(BEFORE, AFTER, "abc"), ["A", "B", "C", "net<=0"], "money_after")
    assert square.loc["B", "A"] == 95 and "net<=0" not in square


def test_the_same_date_twice_moves_nobody():
    moved = migration.moves(BEFORE, BEFORE, "abc")
    assert not moved["moved"].any() and (moved["change"] == 0).all()


def test_a_class_that_is_missing_at_both_dates_is_no_move():
    lost = at(a=(None, 1))
    moved = migration.moves(lost, lost, "abc")
    assert not moved["moved"].any()
    assert migration.matrix(moved, ["A"]).loc[migration.NO_CLASS, migration.NO_CLASS] == 1


def test_an_account_that_stands_twice_is_refused():
    with pytest.raises(InputError, match="more than once"):
        migration.moves(pd.concat([BEFORE, BEFORE]), AFTER, "abc")


def test_whoever_could_not_be_judged_has_not_moved():
    before, after = at(a=(None, 1), b=("unknown", 2), c=("A", 3)), at(a=("A", 1), b=("B", 2), c=(None, 3))
    moved = migration.moves(before, after, "abc").set_index("customer_id")
    assert not moved["moved"].any()
    assert moved.loc[["a", "c"], ["from", "to"]].to_numpy().tolist() == [
        [migration.NO_CLASS, "A"],
        ["A", migration.NO_CLASS],
    ]


def test_streams_hold_every_account_and_its_money_once():
    streams = migration.flows(migration.moves(BEFORE, AFTER, "abc"))
    found = streams.set_index(["from", "to"])
    assert streams["accounts"].sum() == 5
    assert streams[["money_before", "money_after"]].sum().tolist() == [215, 223]
    assert found.loc[("A", "A"), ["accounts", "money_before", "money_after", "change", "moved"]].tolist() == [
        1,
        100,
        110,
        10,
        False,
    ]
    assert found.loc[("B", "A"), ["accounts", "change", "moved"]].tolist() == [1, 75, True]
    assert streams["money_after"].is_monotonic_decreasing


def test_the_worth_of_a_stream_is_unknown_where_nobody_s_money_is_known():
    unknown = at(a=("A", 1), b=("A", 2)).assign(money=[float("nan"), 2.0])
    streams = migration.flows(migration.moves(unknown, at(a=("B", 1), b=("C", 5)), "abc")).set_index(["from", "to"])
    assert pd.isna(streams.loc[("A", "B"), "money_before"]) and pd.isna(streams.loc[("A", "B"), "change"])
    assert streams.loc[("A", "C"), "change"] == 3


def test_the_balance_says_how_many_moved_and_what_they_were_worth():
    # at both dates a, b, c; b (90 -> 15) and c (20 -> 95) moved: 110 before, 110 after, of 220 now
    still = migration.moves(BEFORE, BEFORE, "abc")
    table = migration.balance({"abc": migration.moves(BEFORE, AFTER, "abc"), "same": still}).set_index("grouping")
    assert table.loc["abc", ["accounts", "moved", "came", "went"]].tolist() == [3, 2, 1, 1]
    assert table.loc["abc", ["money_before", "money_after", "share_of_money"]].tolist() == [110, 110, 0.5]
    assert table.loc["abc", "share_moved"] == pytest.approx(2 / 3)
    assert table.loc["same", ["accounts", "moved", "money_after"]].tolist() == [4, 0, 0]


def test_a_balance_without_anyone_at_both_dates_is_unknown_not_zero():
    table = migration.balance({"abc": migration.moves(BEFORE.head(1), AFTER.head(1), "abc")})
    assert table["accounts"].item() == 0 and table["share_moved"].isna().all()
