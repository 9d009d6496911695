"""The criteria that the kit measures. Oracle: the data dictionary, and which end is better, typed by hand."""

from __future__ import annotations

import re

import pytest

from kamlib.study.dictionary import INPUTS
from kamlib.study.settings.known_criteria import BUILT_IN, CHANCE, MONEY
from kamlib.study.settings.sections import Criterion

BETTER_BELOW = {"stability", "cost_to_serve", "cost_to_serve_share", "payment"}


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_criterion_waits_for_a_table_and_columns_that_there_are(name):
    table, columns = re.match(r"(\w+) \(([^)]*)\)", BUILT_IN[name].needs).groups()
    asked = re.split(r", | or ", columns.partition(";")[0])
    assert set(asked) <= set(INPUTS[table].names)


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_criterion_needs_only_anchors_with_the_better_end_on_its_side(name):
    most = 1 if BUILT_IN[name].unit == CHANCE else 10
    ends = (most, most / 10) if name in BETTER_BELOW else (most / 10, most)
    made = Criterion(name=name, worst=ends[0], best=ends[1], weight=100)
    assert (made.column, made.words, made.source) == (
        BUILT_IN[name].column,
        BUILT_IN[name].words,
        BUILT_IN[name].source,
    )
    side = "less" if name in BETTER_BELOW else "more"
    with pytest.raises(ValueError, match=f"stand upside down: {side} is better"):
        Criterion(name=name, worst=ends[1], best=ends[0], weight=100)


def test_a_criterion_of_no_such_name_needs_a_source_of_its_own():
    with pytest.raises(ValueError, match="does not measure 'fame' by itself; expected one of revenue, margin"):
        Criterion(name="fame", worst=0, best=1, weight=100)


def test_what_counts_the_same_money_is_counted_among_the_criteria():
    assert {known.name for known in BUILT_IN.values() if known.column in MONEY} == {
        "revenue",
        "margin",
        "lifetime_value",
    }


def test_anchors_of_a_chance_in_days_are_refused_and_those_of_a_column_in_days_are_not():
    """`payment` was told in days: its old anchors would give everybody all points."""
    with pytest.raises(ValueError, match=r"anchors of 'payment': it is a chance .* both lie within 0 and 1"):
        Criterion(name="payment", worst=60, best=0, weight=100)
    assert Criterion(name="payment", source="facts", group="revenue", column="days_late", worst=60, best=0, weight=100)
