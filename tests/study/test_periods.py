"""Days, quarters, years and the names of runs. Oracle: the calendar, fiscal quarters written out by hand, and pandas' own."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamlib.study.periods import (
    as_date,
    months_before,
    period_label,
    quarter_before,
    quarter_frequency,
    quarter_labels,
    year_labels,
)


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


# The last days of the four quarters of FY2024, the year that ends in 2024, by the month in which it begins.
FY2024 = {
    2: "2023-04-30 2023-07-31 2023-10-31 2024-01-31",
    3: "2023-05-31 2023-08-31 2023-11-30 2024-02-29",
    4: "2023-06-30 2023-09-30 2023-12-31 2024-03-31",
    5: "2023-07-31 2023-10-31 2024-01-31 2024-04-30",
    6: "2023-08-31 2023-11-30 2024-02-29 2024-05-31",
    7: "2023-09-30 2023-12-31 2024-03-31 2024-06-30",
    8: "2023-10-31 2024-01-31 2024-04-30 2024-07-31",
    9: "2023-11-30 2024-02-29 2024-05-31 2024-08-31",
    10: "2023-12-31 2024-03-31 2024-06-30 2024-09-30",
    11: "2024-01-31 2024-04-30 2024-07-31 2024-10-31",
    12: "2024-02-29 2024-05-31 2024-08-31 2024-11-30",
}
QUARTERS = [("2024Q", 1, "2024-03-31 2024-06-30 2024-09-30 2024-12-31")]
QUARTERS += [("FY2024Q", begins, ends) for begins, ends in FY2024.items()]


@pytest.mark.parametrize(("name", "begins", "ends"), QUARTERS)
def test_the_quarters_of_a_year_that_begins_in_any_month(name, begins, ends):
    days = [date.fromisoformat(end) for end in ends.split()]
    names = [f"{name}{quarter}" for quarter in (1, 2, 3, 4)]
    assert [as_date(one, begins) for one in names] == days
    assert [period_label(day, begins) for day in days] == names
    assert [quarter_before(day) for day in days[1:]] == days[:-1]
    assert period_label(quarter_before(days[0]), begins) == f"{name[:-5]}2023Q4"


def test_the_last_day_of_a_february_quarter_follows_the_leap_year():
    assert as_date("FY2025Q4", 3) == as_date("FY2025Q3", 6) == date(2025, 2, 28)
    assert period_label(date(2025, 2, 28), 3) == "FY2025Q4"
    assert period_label(date(2024, 2, 28), 3) == "2024-02-28", "the quarter ends a day later"


@given(st.dates(date(1900, 1, 1), date(2261, 12, 31)), st.integers(1, 12))
def test_the_name_of_a_run_reads_back_as_its_day_whenever_the_year_begins(day, begins):
    assert as_date(period_label(day, begins), begins) == day


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(1, 12))
def test_the_labels_of_a_table_are_those_of_single_days(day, begins):
    """A day lies in the first quarter that does not end before it."""
    ends = (d for d in pd.date_range(day, periods=95) if period_label(d.date(), begins) != d.date().isoformat())
    label, days = period_label(next(ends).date(), begins), pd.Series([pd.Timestamp(day)])
    assert quarter_labels(days, begins).tolist() == [label]
    assert year_labels(days, begins).tolist() == [label[:-2]]
    assert days.dt.to_period(quarter_frequency(begins)).dt.end_time.dt.date.tolist() == [as_date(label, begins)]


@pytest.mark.parametrize("text", ["fy2026q3", "FY2026-Q3", " FY2026Q3 "])
def test_a_fiscal_quarter_is_read_as_a_calendar_one_is(text):
    assert as_date(text, 7) == date(2026, 3, 31)


def test_a_quarter_that_could_be_of_either_year_is_refused_with_both_meanings():
    with pytest.raises(ValueError, match=r"begins in July.* two ways") as told:
        as_date("2026Q3", 7)
    assert "FY2026Q3 for the fiscal one, which ends on 2026-03-31" in str(told.value)
    assert "2026-09-30 for the end of the calendar one" in str(told.value)
    with pytest.raises(ValueError, match="begins in January: expected 2026Q3, or year_begins"):
        as_date("FY2026Q3")


def test_a_day_is_the_same_day_whenever_the_year_begins():
    for begins in range(1, 13):
        assert as_date("2026-09-30", begins) == as_date(date(2026, 9, 30), begins) == date(2026, 9, 30)


@pytest.mark.parametrize("bad", ["FY2026Q5", "FY2026", "F2026Q1", "FY26Q1", "FY0000Q1"])
def test_what_is_no_fiscal_quarter_is_told_how_one_is_written(bad):
    with pytest.raises(ValueError, match="a quarter such as FY2026Q3"):
        as_date(bad, 7)


def test_a_day_without_a_year_has_no_label():
    days = pd.Series([pd.Timestamp("2025-06-30"), pd.NaT, pd.Timestamp("2025-07-01")])
    assert quarter_labels(days, 7).fillna("none").tolist() == ["FY2025Q4", "none", "FY2026Q1"]
    assert year_labels(days, 7).fillna("none").tolist() == ["FY2025", "none", "FY2026"]
    assert year_labels(days.head(0), 7).empty and quarter_labels(days.head(0)).empty


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
    stamp = months_before(pd.Timestamp(day), 3)
    assert isinstance(stamp, pd.Timestamp) and stamp == pd.Timestamp(before)
