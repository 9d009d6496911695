"""Days, quarters and the names of runs. Oracle: the calendar."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamlib.study.periods import as_date, period_label, quarter_before


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026Q1", date(2026, 3, 31)),
        ("2026Q2", date(2026, 6, 30)),
        ("2026Q3", date(2026, 9, 30)),
        ("2026q4", date(2026, 12, 31)),
        ("2026-Q3", date(2026, 9, 30)),
        ("2024-02-29", date(2024, 2, 29)),
        (date(2026, 1, 2), date(2026, 1, 2)),
        (datetime(2026, 1, 2, 23, 59), date(2026, 1, 2)),
    ],
)
def test_a_day_or_a_quarter_is_read(text, day):
    assert as_date(text) == day


@pytest.mark.parametrize("bad", ["2026Q5", "2026Q0", "Q3", "2026", "30.09.2026", "2026-02-29", "", None, True, 2026])
def test_anything_else_is_no_day(bad):
    with pytest.raises(ValueError, match="expected a day such as 2026-09-30 or a quarter such as 2026Q3"):
        as_date(bad)


@pytest.mark.parametrize("far", ["1899-12-31", "2262-01-01", "9999Q4", date(1, 1, 1)])
def test_a_day_that_tables_cannot_hold_is_refused(far):
    """pandas ends at 2262-04-11; Excel's days begin with 1900."""
    with pytest.raises(ValueError, match="from 1900 to 2261"):
        as_date(far)


def test_a_run_is_named_by_its_quarter_only_at_the_quarters_last_day():
    assert period_label(date(2026, 9, 30)) == "2026Q3"
    assert period_label(date(2026, 12, 31)) == "2026Q4"
    assert period_label(date(2026, 9, 29)) == "2026-09-29"
    assert period_label(date(2026, 8, 31)) == "2026-08-31"


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_the_name_of_a_run_reads_back_as_its_day(day):
    assert as_date(period_label(day)) == day


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (date(2026, 6, 30), date(2026, 3, 31)),  # the last day of a month stays the last
        (date(2026, 3, 31), date(2025, 12, 31)),
        (date(2026, 5, 30), date(2026, 2, 28)),  # there is no 30 February
        (date(2024, 5, 29), date(2024, 2, 29)),
        (date(2026, 1, 15), date(2025, 10, 15)),
    ],
)
def test_a_quarter_before_a_day_is_three_months_earlier(day, before):
    assert quarter_before(day) == before
