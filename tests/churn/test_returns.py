"""Rates of return against planted ones, and P(return) by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.returns import kinds, lost_at, p_return, return_curves, return_rates

H, AS_OF = 100, pd.Timestamp("2026-06-30")


def test_rates_by_hand():
    """Two blocks. A came back on day 50; B is away for 150 days, of them 100 in the first block; C closed on day 30.

    First block: 50 + 100 + 30 = 180 days and 1 return. The second, 50 days, is too short for a rate of its own: 230 in all.
    """
    day = AS_OF - pd.Timedelta(days=150)
    found = pd.DataFrame({"customer_id": list("ABC"), "lost_on": day, "gap_days": 1.0})
    found["returned_on"] = [day + pd.Timedelta(days=50), pd.NaT, pd.NaT]
    found["ended_on"] = pd.to_datetime([pd.NaT, pd.NaT, day + pd.Timedelta(days=30)])
    rates = return_rates(found, AS_OF, horizon_days=H, n_blocks=2)
    assert rates[["start", "accounts", "days", "returns"]].to_numpy().tolist() == [[0, 3, 230, 1]]
    assert rates["rate"].iloc[0] == pytest.approx(1.5 / 230)
    early = return_rates(found, day + pd.Timedelta(days=49), horizon_days=H)
    assert early["returns"].iloc[0] == 0, "a return after the day is not known"
    assert early["days"].iloc[0] == 49 + 49 + 30


def test_an_absence_counts_until_its_first_offer_and_a_return_after_it_teaches_nothing():
    """A and B came back on day 50. B had an offer on day 20, which is not known on day 19: 50 + 20 days and 1 return, not 2."""
    day = AS_OF - pd.Timedelta(days=60)
    found = pd.DataFrame({"customer_id": list("AB"), "lost_on": day, "gap_days": 1.0, "ended_on": pd.NaT})
    found = found.assign(returned_on=day + pd.Timedelta(days=50), offered_on=[pd.NaT, day + pd.Timedelta(days=20)])
    rates = return_rates(found, AS_OF, horizon_days=H)
    assert rates[["accounts", "days", "returns"]].to_numpy().tolist() == [[2, 70, 1]]
    early = return_rates(found, day + pd.Timedelta(days=19), horizon_days=H)
    assert early[["days", "returns"]].to_numpy().tolist() == [[38, 0]]


def test_rates_of_return_are_the_natural_ones_however_well_a_round_of_offers_worked(planted):
    """Planted: 0.002 a day. On one day half of those away get an offer, and all of these come back ten days later."""
    natural, raw = [], []
    for seed in range(10):
        table, round_ = planted(seed, early=0.002, late=0.002), AS_OF - pd.Timedelta(days=120)
        table["offered_on"] = pd.Series(round_, table.index).where(
            (table.index % 2 == 0) & table.index.isin(lost_at(table, round_).index)
        )
        offered = table["offered_on"].notna()
        table["returned_on"] = table["returned_on"].mask(offered, round_ + pd.Timedelta(days=10))
        natural.append(return_rates(table, AS_OF, horizon_days=H, n_blocks=1)["rate"].iloc[0])
        raw.append(return_rates(table.drop(columns="offered_on"), AS_OF, horizon_days=H, n_blocks=1)["rate"].iloc[0])
    assert np.mean(natural) == pytest.approx(0.002, rel=0.03)
    assert np.mean(raw) > 0.0026


def test_the_planted_rates_are_inside_their_intervals(planted):
    inside = []
    for seed in range(40):
        rates = return_rates(planted(seed), AS_OF, horizon_days=H, n_blocks=2)
        inside += [*(rates["low"] <= [0.004, 0.0005]), *(rates["high"] >= [0.004, 0.0005])]
    assert (
        148 <= sum(inside) <= 160
    )  # 156 of 160 one-sided bounds expected (97.5 %); below 148 has a chance under 0.1 %


def test_p_return_sums_the_days_ahead_over_both_blocks():
    """Lost 40 days: 60 days at 0.01 and 40 at 0.001: 1 - exp(-0.64)."""
    rates = pd.DataFrame({"kind": "all", "start": [0, 100], "rate": [0.01, 0.001], "low": 0.0, "high": 1.0})
    lost = pd.DataFrame({"lost_on": [AS_OF - pd.Timedelta(days=40)], "gap_days": [3.0]})
    assert p_return(rates, lost, AS_OF, horizon_days=H)["p_return"].iloc[0] == pytest.approx(1 - np.exp(-0.64))
    curves = return_curves(rates, horizon_days=H)
    assert curves.set_index("days_lost").loc[40, "p_return"] == pytest.approx(1 - np.exp(-0.64))
    assert curves["p_return"].is_monotonic_decreasing


def test_who_closed_or_is_back_is_not_lost_any_more(planted):
    episodes = planted(1, 4)
    episodes.loc[0, "ended_on"] = episodes.loc[1, "returned_on"] = AS_OF
    episodes.loc[2, "returned_on"] = AS_OF + pd.Timedelta(days=1)
    episodes.loc[3, "lost_on"] = AS_OF + pd.Timedelta(days=1)
    assert lost_at(episodes, AS_OF)["customer_id"].tolist() == ["K2"]


def test_a_rhythm_is_broken_by_four_of_its_own_gaps():
    assert kinds(pd.DataFrame({"gap_days": [25.0, 26.0, np.nan]}), H).tolist() == ["broken", "slow", "slow"]
