"""Windows, by hand: where they begin and end, and what was not observed."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.facts import account_facts


def test_windows_open_after_the_same_day_months_ago_and_end_at_the_date(one):
    # as of 29 June: three months are (29 March, 29 June]; six are (29 December, 29 June]
    lines = [("A", "2020-01-01", 1000), ("A", "2026-03-29", 1), ("A", "2026-03-30", 10), ("A", "2026-06-29", 100)]
    found = one(lines, "2026-06-29")
    assert (found["revenue_3m"], found["revenue_6m"], found["revenue_24m"], found["revenue"]) == (110, 111, 111, 1111)


@pytest.mark.parametrize(
    ("as_of", "last_before", "first"),
    [
        ("2026-06-30", "2026-03-31", "2026-04-01"),
        ("2026-02-28", "2025-11-30", "2025-12-01"),
        ("2024-02-29", "2023-11-30", "2023-12-01"),
        ("2024-02-28", "2023-11-28", "2023-11-29"),  # a leap year: not the last of its month
        ("2026-05-31", "2026-02-28", "2026-03-01"),
        ("2026-05-30", "2026-02-28", "2026-03-01"),  # there is no 30 February
    ],
)
def test_at_the_last_day_of_a_month_three_months_are_those_of_the_calendar(one, as_of, last_before, first):
    found = one([("A", "2020-01-01", 1000), ("A", last_before, 1), ("A", first, 10), ("A", as_of, 100)], as_of)
    assert (found["revenue_3m"], found["revenue_6m"]) == (110, 111)


MONTH_ENDS = pd.date_range("2023-12-31", "2025-12-31", freq="ME")


def whole_years(orders, columns):
    """Facts of A at every month's last day from 2022-12-31 on, by day, of `columns` and of windows that no other covers."""
    dates = [day.date() for day in pd.date_range("2022-12-31", MONTH_ENDS[-1], freq="ME")]
    return account_facts(orders, dates, columns=columns).set_index("as_of")


def test_quarters_and_half_years_add_up_to_the_year_at_every_months_last_day(clean_orders):
    """Four quarters by a different amount each day, so that a day that counts twice or not at all would show."""
    days = [date(2021, 12, 1) + timedelta(n) for n in range(1492)]
    assert days[-1] == date(2025, 12, 31)
    orders = clean_orders([("A", day, 1 + place * place) for place, day in enumerate(days)])
    found = whole_years(orders, ["revenue_3m", "revenue_6m", "revenue_12m"])
    assert {day.day for day in MONTH_ENDS} == {28, 29, 30, 31}
    for day in MONTH_ENDS:
        for months in (3, 6):
            ends = [day - pd.offsets.MonthEnd(months * back) for back in range(12 // months)]
            assert found.loc[ends, f"revenue_{months}m"].sum() == found.loc[day, "revenue_12m"]


@given(bought=st.lists(st.tuples(st.integers(0, 1500), st.integers(-100, 1000)), min_size=1, max_size=40))
@settings(max_examples=5)
def test_whatever_was_bought_quarters_add_up_to_the_year(clean_orders, bought):
    lines = [("A", date(2021, 12, 1) + timedelta(day), amount) for day, amount in bought]
    found = whole_years(clean_orders([("A", "2021-11-30", 1), *lines]), ["revenue_3m", "revenue_12m"])
    for day in MONTH_ENDS:
        quarters = [day - pd.offsets.MonthEnd(3 * back) for back in range(4)]
        assert found.loc[quarters, "revenue_3m"].sum() == found.loc[day, "revenue_12m"]


def test_windows_from_a_months_last_day_neither_overlap_nor_leave_a_gap(one):
    # as of 31 August 2024: six months back is 29 February, twelve 31 August 2023; each day of two years bought for 1
    days = [date(2022, 9, 1) + timedelta(n) for n in range(731)]
    assert days[-1] == date(2024, 8, 31)
    found = one([("A", day, 1) for day in days], "2024-08-31")
    assert found["revenue_6m"] == (date(2024, 8, 31) - date(2024, 2, 29)).days == 184
    assert found["revenue_6m"] + found["revenue_prev_6m"] == found["revenue_12m"] == 366
    assert found["revenue_12m"] + found["revenue_prev_12m"] == found["revenue_24m"] == 731
    assert found["revenue_6m_year_ago"] == (date(2023, 8, 31) - date(2023, 2, 28)).days == 184


def test_a_window_that_was_not_observed_is_missing_and_never_zero(one):
    # data begin 1 July 2025; as of 30 June 2026 exactly 12 months are observed: (30 June 2025, 30 June 2026]
    lines = [("old", "2025-07-01", 5), ("A", "2026-01-01", 5)]
    found = one(lines, "2026-06-30")
    assert (found["revenue_12m"], found["order_days_12m"], found["returns_12m"]) == (5, 1, 0)
    unseen = "revenue_24m revenue_prev_12m revenue_6m_year_ago margin_24m order_days_24m returns_24m categories_24m"
    assert found[[*unseen.split(), "managers_24m", "growth"]].isna().all()
    a_day_less = one([("old", "2025-07-02", 5), *lines[1:]], "2026-06-30")
    assert np.isnan(a_day_less["revenue_12m"])
    assert a_day_less["revenue_6m"] == 5


def test_an_observed_window_without_orders_is_zero_and_never_missing(one):
    found = one([("A", "2023-01-01", 5)], "2026-06-30")
    zeros = ["revenue_3m", "revenue_6m", "revenue_12m", "revenue_24m", "revenue_prev_12m", "revenue_6m_year_ago"]
    assert found[[*zeros, "order_days_24m", "returns_24m"]].eq(0).all()


def test_the_observed_time_may_begin_before_the_first_line(one):
    found = one([("A", "2026-06-01", 5)], "2026-06-30", observed_from=date(2024, 7, 1))
    assert (found["revenue_24m"], found["revenue_prev_12m"]) == (5, 0)
    assert np.isnan(found["growth"])  # from nothing there is no growth rate


@pytest.mark.slow
def test_growth_by_hand(one):
    lines = [("A", "2024-01-01", 1), ("A", "2025-01-01", 80), ("A", "2026-01-01", 100)]
    assert one(lines, "2026-06-30")["growth"] == pytest.approx(0.25)
    lines[1] = ("A", "2025-01-01", -80)
    assert np.isnan(one(lines, "2026-06-30")["growth"])


def test_over_a_stub_there_is_no_growth_but_there_is_a_fall(one):
    # records from 2023 on; A first bought in March 2025, within the 12 months before the last 12, which end in June 2025
    lines = [("old", "2023-01-01", 5), ("A", "2025-03-01", 60), ("A", "2025-06-01", 40)]
    assert np.isnan(one([*lines, ("A", "2026-03-01", 400)], "2026-06-30")["growth"])
    assert one([*lines, ("A", "2026-03-01", 40)], "2026-06-30")["growth"] == pytest.approx(-0.6)


def test_a_slow_buyer_whose_first_order_lies_one_gap_into_the_year_before_has_a_whole_one(one):
    # the 24 months begin on 1 July 2024; orders every 120 days from 1 September on: 62 days in, less than its gap
    old, days = (
        ("old", "2023-01-01", 5),
        ["2024-09-01", "2024-12-30", "2025-04-29", "2025-08-27", "2025-12-25", "2026-04-24"],
    )
    lines = [("A", day, 10 if place < 3 else 20) for place, day in enumerate(days)]
    assert one([old, *lines], "2026-06-30")["growth"] == pytest.approx(1)
    quick = [("A", "2024-09-01", 10), ("A", "2024-09-11", 10), *(("A", f"2026-06-{day}", 20) for day in range(10, 28))]
    assert np.isnan(one([old, *quick], "2026-06-30")["growth"])


@pytest.mark.slow
def test_trend_is_the_slope_of_the_months_as_a_share_of_their_mean(one):
    # the months that end on 31 July ... 30 June bought for 100, 110, ..., 210: the slope is 10, the mean 155
    months = [
        f"{year}-{month:02d}-15" for year, month in [(2025, m) for m in range(7, 13)] + [(2026, m) for m in range(1, 7)]
    ]
    grows = [("A", "2024-01-01", 1), *(("A", day, 100 + 10 * place) for place, day in enumerate(months))]
    assert one(grows, "2026-06-30")["trend_12m"] == pytest.approx(10 / 155)
    level = [("A", "2024-01-01", 1), *(("A", day, 70) for day in months)]
    assert one(level, "2026-06-30")["trend_12m"] == pytest.approx(0, abs=1e-15)
    # all in the last of 12 months: mean 1/12, slope (11 - 5.5) / 143
    last = one([("A", "2024-01-01", 1), ("A", "2026-06-30", 100)], "2026-06-30")
    assert last["trend_12m"] == pytest.approx(5.5 / 143 * 12)
    assert one([("A", "2024-01-01", 1), ("A", "2025-07-01", 100)], "2026-06-30")["trend_12m"] == -last["trend_12m"]


def test_regularity_is_the_share_of_months_with_a_purchase(one):
    lines = [
        ("A", "2024-01-01", 1),
        ("A", "2025-07-01", 1),
        ("A", "2025-07-31", 1),
    ]  # one month
    lines += [("A", "2026-06-29", 1), ("A", "2026-06-30", 1), ("A", "2026-03-15", -1)]  # one month, and a credit note
    found = one(lines, "2026-06-30")
    assert found[["regularity_12m", "regularity_24m"]].tolist() == [2 / 12, 2 / 24]


def test_an_account_that_began_within_the_window_has_neither_trend_nor_regularity(one):
    lines = [("old", "2020-01-01", 1), ("A", "2025-07-01", 5), ("A", "2026-06-30", 10)]
    young = one(lines, "2026-06-30")
    assert young[["trend_12m", "regularity_12m", "trend_24m", "regularity_24m"]].isna().all()
    day_longer = one([*lines, ("A", "2025-06-30", 5)], "2026-06-30")
    assert day_longer["regularity_12m"] == 2 / 12
    assert np.isnan(day_longer["regularity_24m"])


def test_an_account_that_sends_back_as_much_as_it_buys_has_no_trend(one):
    lines = [("A", "2024-01-01", 1), ("A", "2026-01-01", 5), ("A", "2026-06-30", -5)]
    found = one(lines, "2026-06-30")
    assert np.isnan(found["trend_12m"])
    assert found["regularity_12m"] == 1 / 12
