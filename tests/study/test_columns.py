"""What a table knows of its columns. Oracle: a table made here."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from kamlib.study.columns import Column, Table

VISITS = Table(
    "visits",
    "a visit",
    (Column("day", "date", "day of it", required=True), Column("hours", "number", "time spent", unit="hours", low=0)),
)


def test_a_table_tells_its_columns_and_those_that_are_needed_in_their_order():
    assert (VISITS.names, VISITS.required, VISITS.key) == (("day", "hours"), ("day",), ())
    assert VISITS.column("hours").low == 0


def test_a_column_is_asked_for_by_its_own_name():
    with pytest.raises(StopIteration):
        VISITS.column("Hours")


def test_nobody_can_change_a_column():
    with pytest.raises(FrozenInstanceError):
        VISITS.column("day").required = False


def test_the_head_of_a_column_is_its_name_in_words():
    heads = [Column(name, "number", "").head for name in ("share_of_money", "p_return", "p", "gap_p95")]
    assert heads == ["share of money", "P(return)", "p", "gap p95"]
