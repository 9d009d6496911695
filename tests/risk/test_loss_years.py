"""Years of losses on earlier days. Oracle: four customers of whom three can be seen, added up by hand."""

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
    assert found[["as_of", "event", "customers", "not_over", "stopped"]].tolist() == [DAY, "stopped", 3, 1, 2]
    assert found["came"] == pytest.approx(1200 * (290 + 198) / 365)
    stop = [1 - (1 - p) ** (365 / 180) for p in (0.1, 0.4, 0.2)]
    assert found["expected"] == pytest.approx(1200 * sum(stop) / 2, rel=0.05)
    assert found["expected_low"] <= found["expected"] <= found["expected_high"] <= found["expected_shortfall"]
    assert found["verdict"] == "as_expected"


def test_more_was_lost_than_nineteen_of_twenty_draws_and_which_chance_was_drawn_is_said(tried):
    found = tried(SAID.assign(event="silent", chance=0.001))
    assert found[["event", "verdict"]].to_numpy().tolist() == [["silent", "more_came"]]


def test_a_year_whose_windows_are_not_over_is_not_judged(tried):
    """The windows of 180 days end on 2025-06-28; a day before that nothing can be said, though two have ordered since."""
    assert waits_for(tried(SAID.assign(event="stopped"), date(2025, 6, 27))).code == "no_year_of_losses_over"
