"""Years of losses on earlier days. Oracle: customers added up by hand."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from kamlib.risk.loss_distribution import Draws
from kamlib.risk.loss_years import loss_backtest
from kamlib.stats.reasons import waits_for

DAY, AS_OF = pd.Timestamp("2023-12-31"), date(2025, 12, 31)  # its year ends on 2024-12-30
ACCOUNTS = pd.DataFrame(
    {"customer_id": ["closed"], "account_id": ["closed"], "closed_on": [pd.Timestamp("2024-07-01")]}
)
SAID = pd.DataFrame(
    {"customer_id": ["stays", "leaves", "closed", "slow"], "as_of": DAY, "chance": [0.1, 0.4, 0.2, 0.5]}
)


def monthly(who: str, until: str) -> list[tuple[str, date, int]]:
    """100 on the 15th of each month from January 2023 on: 1,200 in the year before the day."""
    return [(who, day.date() + pd.Timedelta(days=14), 100) for day in pd.date_range("2023-01-01", until, freq="MS")]


@pytest.fixture(scope="module")
def lines() -> list[tuple[str, date, int]]:
    """One stays, one orders last on 2024-03-15, one on 2024-06-15 before it closes (what comes in 2025 is somebody else's), and of one with
    two orders in 2023 the window of 400 days ends in 2026."""
    gone = [*monthly("leaves", "2024-03-01"), *monthly("closed", "2024-06-01"), ("closed", date(2025, 1, 10), 5)]
    slow = [("slow", date(2023, 1, 10), 900), ("slow", date(2023, 11, 10), 900)]
    return [*monthly("stays", "2025-12-01"), *gone, *slow]


@pytest.fixture(scope="module")
def tried(lines, clean_orders):
    """``tried(forecasts, as_of)``: each customer of an industry of its own, records whole since 2023."""

    def make(said: pd.DataFrame, as_of: date = AS_OF) -> pd.DataFrame:
        known = {"accounts": ACCOUNTS, "observed_from": date(2023, 1, 1)}
        return loss_backtest(clean_orders(lines), said, as_of, pd.Series(dtype=object), Draws(0.0), **known)

    return make


def test_what_came_is_the_contribution_for_the_rest_of_the_year_after_the_last_order(tried):
    """1,200 · 290 / 365 from 15 March to 30 December, and 1,200 · 198 / 365 from 15 June."""
    found = tried(SAID.assign(event="stopped")).iloc[0]
    assert found[["as_of", "span_days", "event", "customers", "not_over", "stopped"]].tolist() == [
        DAY,
        365,
        "stopped",
        3,
        1,
        2,
    ]
    assert found["came"] == pytest.approx(1200 * (290 + 198) / 365)
    stop = [1 - (1 - p) ** (365 / 180) for p in (0.1, 0.4, 0.2)]
    assert found["expected"] == pytest.approx(1200 * sum(stop) / 2, rel=0.05)
    assert found["expected_low"] <= found["expected"] <= found["expected_high"] <= found["expected_shortfall"]
    assert found["verdict"] == "as_expected"


def test_more_was_lost_than_nineteen_of_twenty_draws_and_which_chance_was_drawn_is_said(tried):
    found = tried(SAID.assign(event="silent", chance=0.001))
    assert found[["event", "verdict"]].to_numpy().tolist() == [["silent", "more_came"]]


def test_where_no_window_after_the_year_is_over_the_horizon_is_judged_by_its_own_chances(tried):
    """The windows after the year end on 2025-06-28 or later, those after 180 days on 2024-12-25. 15 March and 15 June are 105 and 13
    days before 28 June."""
    found = tried(SAID.assign(event="stopped"), date(2025, 6, 27)).iloc[0]
    assert found[["span_days", "customers", "not_over", "stopped"]].tolist() == [180, 3, 1, 2]
    assert found["came"] == pytest.approx(1200 * (105 + 13) / 365)
    assert found["expected"] == pytest.approx(1200 * 180 / 365 * (0.1 + 0.4 + 0.2) / 2, rel=0.05)


def test_before_any_window_is_over_nothing_is_judged(tried):
    """Two have ordered since, and yet nothing can be said a day before the first windows end."""
    nobody = pd.DataFrame(columns=["customer_id", "as_of", "event", "chance"])
    for said in (SAID.assign(event="stopped"), nobody):
        assert waits_for(tried(said, date(2024, 12, 24))).code == "no_year_of_losses_over"


def test_a_day_with_a_long_past_takes_its_second_span_from_it(clean_orders):
    """20 order every 30 days, 5 did so until 600 days before. Of the pairs of days 880, 820 and 760 before and 180 later each of the 20 tells
    three times that it stays, each of the 5 twice that it stops in the second span; on the third it has stopped in the first: 10 of 70.
    """

    def every_30_days(who: str, first: int, last: int) -> list[tuple[str, date, int]]:
        return [(who, (DAY - pd.Timedelta(days=n)).date(), 100) for n in range(last, first, 30)]

    ids = [f"s{n}" for n in range(20)]
    lines = [line for who in ids for line in every_30_days(who, 1000, -540)]
    lines += [line for n in range(5) for line in every_30_days(f"l{n}", 1000, 600)]
    said = pd.DataFrame({"customer_id": ids, "as_of": DAY, "event": "stopped", "chance": 0.2})
    end, orders = (DAY + pd.Timedelta(days=545)).date(), clean_orders(lines)
    expected = [
        loss_backtest(orders, said, end, pd.Series(dtype=object), Draws(0.0), observed_from=since.date())["expected"][0]
        for since in (DAY - pd.Timedelta(days=1000), DAY - pd.Timedelta(days=500))
    ]
    by_hand = [20 * 1300 * p / 2 for p in (1 - 0.8 * 6 / 7, 1 - 0.8 ** (365 / 180))]
    assert expected == pytest.approx(by_hand, rel=0.02)
