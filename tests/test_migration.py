"""Who moved between two dates. Oracle: a base small enough to count by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib import migration
from kamlib.errors import InputError


def at(**rows) -> pd.DataFrame:
    return pd.DataFrame(
        {"account_id": list(rows), "abc": [r[0] for r in rows.values()], "money": [float(r[1]) for r in rows.values()]}
    )


BEFORE = at(a=("A", 100), b=("A", 90), c=("B", 20), gone=("C", 5))
AFTER = at(c=("A", 95), a=("A", 110), b=("B", 15), fresh=("C", 3))


def test_every_account_of_either_date_is_counted_once():
    moved = migration.moves(BEFORE, AFTER, "abc").set_index("account_id")
    assert sorted(moved.index) == ["a", "b", "c", "fresh", "gone"]
    assert moved.loc["fresh", "from"] == migration.NOT_YET and moved.loc["gone", "to"] == migration.GONE
    assert moved["moved"].to_dict() == {"a": False, "b": True, "c": True, "fresh": True, "gone": True}
    assert moved.loc["gone", "change"] == -5 and moved.loc["fresh", "change"] == 3


def test_the_largest_change_of_money_comes_first():
    moved = migration.moves(BEFORE, AFTER, "abc")
    assert moved["account_id"].tolist() == ["b", "c", "a", "gone", "fresh"]
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
