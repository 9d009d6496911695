"""The truth beside the sample: who leaves with which probability. Oracle: textbook formulas and values by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kam_teaching import truth
from kam_teaching.world import DAYS, World

END = pd.Timestamp("2026-06-30")


def test_the_best_forecast_agrees_with_the_truth(groups, last_order):
    part = groups[(END - last_order.reindex(groups.index)).dt.days <= 365]
    p = part["p_silent_180_seen"]
    spread = np.sqrt((p * (1 - p)).sum())
    assert abs(p.sum() - part["p_silent_180"].sum()) < 3 * spread
    left = part[part["left_on"].notna()]
    days = (END - pd.to_datetime(left["left_on"])).dt.days
    assert (left.loc[days < 59, "p_silent_180"] == 1).all()  # nobody is back before 240 days
    assert left["p_silent_180"].between(0.8 - 1e-5, 1).all()  # a fifth comes back
    assert part.loc[part["left_on"].isna(), "p_silent_180"].between(0, 0.9).all()


def world_of_one(silence: int, rate: float, **habits: float) -> World:
    """A group that has ordered on the first day and `silence` days before the end, and leaves at `rate` a year."""
    table = pd.DataFrame({"gap": [40.0], "shape": [1.0], "season": [0.0], "month_end_chance": [np.nan]}).assign(
        **habits
    )
    orders = pd.DataFrame({"group": 0, "day": [0, DAYS - silence]})
    empty, none = pd.DataFrame(), np.zeros((1, 1))
    return World(table, orders, empty, empty, none, none, none, np.array([rate]))


def test_p_silent_of_a_buyer_by_chance_is_the_textbook_race():
    """Exponential gaps of mean m and leaving at rate r: ordered within H = q (1 - exp(-(1/m + r) H)), q = 1/m / (1/m + r).

    Having been silent D days, it is there with probability e / (e + (1 - q)(1 - e)), e = exp(-(1/m + r) D).
    """
    gap, rate, silence, horizon = 40.0, 0.5 / 365.25, 60.0, 180.0
    found = truth.forecasts(world_of_one(60, 0.5)).iloc[0]
    both = 1 / gap + rate
    q = 1 / gap / both
    expected = 1 - q * (1 - np.exp(-both * horizon))
    e = np.exp(-both * silence)
    there = e / (e + (1 - q) * (1 - e))
    assert found["silent"] == pytest.approx(expected, abs=1e-3)
    assert found["silent_seen"] == pytest.approx(1 - there * (1 - expected), abs=3e-3)


def test_p_stopped_of_a_buyer_by_chance_is_that_of_a_simulated_one():
    """A buyer by chance (mean 40 days), there at the end, leaves at 0.5 a year; a fifth of leavers is back after 240 to 420 days.

    W = 3 (1095 + the mean gap, which is 1035) / 2 orders, at most 400. An own simulation of 200,000: error below 0.004.
    """
    rng, n = np.random.default_rng(5), 200_000
    found = truth.forecasts(world_of_one(60, 0.5)).iloc[0]
    assert found["window"] == 400
    left = rng.exponential(365.25 / 0.5, n)
    first = 180 + rng.exponential(40.0, n)  # the first one after day 180 does not know what was before
    back = np.where(rng.random(n) < 0.2, left + rng.uniform(240, 420, n), np.inf)
    ordered = (first <= 580) & (first < left) | (back <= 580)
    assert found["stopped"] == pytest.approx(1 - ordered.mean(), abs=0.004)


def test_p_of_who_orders_at_month_ends_counts_the_month_ends():
    """By hand, with a chance of a half and nobody leaving: six month ends in the 180 days to 2026-12-27 (July's to November's

    and, on the 180th day, none of December's, which is the 31st): five. W = 400 days after them hold 14, to January 2028.
    """
    ends = pd.date_range("2026-07-01", "2028-03-01", freq="BME")
    soon = (ends <= "2026-12-27").sum()
    window = ((ends > "2026-12-27") & (ends <= pd.Timestamp("2026-12-27") + pd.Timedelta(days=400))).sum()
    for silence in (0, 29, 300):
        found = truth.forecasts(world_of_one(silence, 0.0, month_end_chance=0.5)).iloc[0]
        assert (soon, window) == (5, 14)
        assert found["silent"] == pytest.approx(0.5**5) and found["stopped"] == pytest.approx(0.5**14, abs=1e-9)


def test_the_window_of_stopping_is_three_times_the_usual_wait(groups, bought):
    """min(400, max(180, 3 (days from the first order + m) / (gaps + 1))) from the files alone, cancelled orders left out."""
    days = bought[bought["group"].isin(groups.index)].drop_duplicates(["group", "date"]).groupby("group")["date"]
    first, gaps = (END - days.min()).dt.days, days.size() - 1
    mean = ((days.max() - days.min()).dt.days / gaps)[gaps > 0]
    window = (3 * (first + np.exp(np.log(mean).mean())) / (gaps + 1)).clip(180, 400)
    told = groups["stop_window_days"].reindex(window.index)
    assert ((told - window).abs() < 1.0).mean() > 0.97  # planted faults add a day here and there


def test_stopped_by_the_data_a_year_ago_is_who_had_left(groups, bought):
    """180 days after 2025-07-05: of frequent buyers then at risk, those without an order in the 180 days to follow had left."""
    day = END - pd.Timedelta(days=360)
    past = bought[(bought["date"] <= day) & (bought["date"] > day - pd.Timedelta(days=365))]
    often = past.drop_duplicates(["group", "date"]).groupby("group").size()
    who = groups.loc[groups.index.intersection(often.index[often >= 20])]
    seen = bought.loc[bought["date"] > day + pd.Timedelta(days=180), "group"]
    gone = (
        who["left_on"].fillna(pd.Timestamp.max).where(who["returned_on"].isna(), pd.to_datetime(who["first_left_on"]))
    )
    gone = gone <= day + pd.Timedelta(days=180)
    stopped = ~who.index.isin(seen)
    back = pd.to_datetime(who["returned_on"]).notna()
    assert stopped[gone & ~back].all() and stopped[~gone].mean() < 0.03


def test_a_fifth_of_the_leavers_comes_back_between_240_and_420_days():
    """By hand: at 60 days none can be back within 180. At 240 all of the fifth will be: 0.8. At 330 half of it is back, and

    0.1 of the 0.9 that are away will be: 8/9. At 420 all that come back are back.
    """
    assert truth.stays_away(np.array([60.0, 240.0, 330.0, 420.0])) == pytest.approx([1, 0.8, 8 / 9, 1])
