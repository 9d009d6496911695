"""Chances and returns against what was planted. Oracle: sums by hand, and a law of returns that is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.evaluation.planted import against_planted, promised, returns_by_day
from kamlib.stats.reasons import Reason, waits_for

DAY = pd.Timestamp("2026-06-30")
CHANCES = pd.DataFrame(
    {
        "customer_id": list("abcd"),
        "p_silent": [0.1, 0.2, 0.6, np.nan],
        "p_silent_low": 0.1,
        "p_silent_high": [0.2, 0.3, 0.7, np.nan],
    }
)
GROUPS = pd.DataFrame({"customer_id": list("abcdabc"), "group": [*["all"] * 4, "active", "active", "lost"]})


def test_sums_by_group_stand_beside_the_planted_ones_by_hand():
    """c has 0.9 planted and at most 0.7 in our range; a and b 0.35 between 0.2 and 0.5. d has no chance and x none of ours."""
    planted = pd.DataFrame({"customer_id": list("abcdx"), "p_silent": [0.05, 0.3, 0.9, 0.5, 1.0]})
    found = against_planted(CHANCES, planted, GROUPS, "p_silent")
    assert found.index.tolist() == ["all", "active", "lost"]
    assert found["customers"].tolist() == [3, 2, 1]
    sums = found[["expected", "low", "high", "planted"]].to_numpy().ravel().tolist()
    assert sums == pytest.approx([0.9, 0.3, 1.2, 1.25, 0.3, 0.2, 0.5, 0.35, 0.6, 0.1, 0.7, 0.9])
    assert found["within"].tolist() == [False, True, False]


def test_who_is_not_planted_is_not_summed_up():
    planted = pd.DataFrame({"customer_id": ["a"], "p_silent": [0.15]})
    found = against_planted(CHANCES, planted, GROUPS, "p_silent")
    assert found["customers"].to_dict() == {"all": 1, "active": 1} and found["within"].all()


def test_where_nothing_was_planted_it_waits():
    nothing = pd.DataFrame(columns=["customer_id", "p_silent", "left_on", "first_left_on", "returned_on"])
    assert waits_for(against_planted(CHANCES, nothing, GROUPS, "p_silent")) == Reason("nothing_planted")
    assert waits_for(returns_by_day(losses(1), nothing, [DAY])) == Reason("nothing_planted")


def losses(seed: int, n: int = 2000, rate: float = 0.001) -> pd.DataFrame:
    """Accounts that fell silent over four years and order again at one rate a day, whatever the time they have been away."""
    rng = np.random.default_rng(seed)
    last = DAY - pd.to_timedelta(rng.integers(200, 1460, n), unit="D")
    returned = last + pd.to_timedelta(181 + np.ceil(rng.exponential(1 / rate, n)), unit="D")
    table = pd.DataFrame({"customer_id": [f"K{i}" for i in range(n)], "last_order": last})
    table["lost_on"], table["returned_on"] = last + pd.Timedelta(days=180), returned.where(returned <= DAY)
    return table.assign(ended_on=pd.NaT, gap_days=30.0).astype({"ended_on": "datetime64[ns]"})


def test_the_promise_is_the_law_of_the_returns_for_those_silent_for_longer():
    """At 0.001 a day 1 - exp(-0.18) = 16.5 % come within 180 days, and so they did after an earlier day."""
    then = DAY - pd.Timedelta(days=180)
    episodes = losses(1)
    said = promised(episodes, then, beyond_days=365)
    silent = episodes[(then - episodes["last_order"]).dt.days > 365]
    assert set(said["customer_id"]) == set(silent.loc[~(silent["returned_on"] <= then), "customer_id"])
    assert said["p_return"].mean() == pytest.approx(-np.expm1(-0.18), abs=0.025)
    assert said["came"].mean() == pytest.approx(-np.expm1(-0.18), abs=0.04)
    assert (said["p_return_low"] < said["p_return"]).all() and (said["p_return"] < said["p_return_high"]).all()


def test_gone_are_those_who_had_left_by_the_day_and_were_not_back():
    """K0 has left for good, K1 is between its two days, K2 is back, K3 leaves later, K4 never does; all are away on the day."""
    then = DAY - pd.Timedelta(days=180)
    episodes = losses(2)
    away = promised(episodes, then)["customer_id"].head(5).tolist()
    planted = pd.DataFrame(
        {"customer_id": away, "left_on": pd.to_datetime(["2024-09-01", None, None, "2026-02-01", None])}
    )
    planted["first_left_on"] = pd.to_datetime([None, "2024-09-01", "2024-01-01", None, None])
    planted["returned_on"] = pd.to_datetime([None, "2026-03-01", "2024-11-01", None, None])
    found = returns_by_day(episodes, planted, [then])
    row = found.iloc[0]
    came = promised(episodes, then).set_index("customer_id")["came"]
    assert (row["as_of"], row["customers"], row["gone"]) == (then, 5, 2)
    assert (row["came"], row["returned"]) == (came[away].sum(), came[away[:2]].sum())
    assert row["low"] < row["expected"] < row["high"]


def test_days_on_which_nothing_could_be_promised_are_left_out():
    planted = pd.DataFrame({"customer_id": ["K0"]}).assign(left_on=pd.NaT, first_left_on=pd.NaT, returned_on=pd.NaT)
    early = DAY - pd.Timedelta(days=1300)
    found = returns_by_day(losses(3), planted, [early])
    assert waits_for(found) == Reason("no_returns_promised") and "came" in found
