"""Rates of return against planted ones, tested on a later period, and refused where there are too few."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.returns import WAYS, kinds, learn_returns, lost_at, p_return, return_curves, return_rates
from kamlib.report.words import sentence, word
from kamlib.stats.reasons import Reason

H, AS_OF = 100, pd.Timestamp("2026-06-30")


def planted(seed: int, n: int = 600, early: float = 0.004, late: float = 0.0005, slow: float = 1.0) -> pd.DataFrame:
    """Losses over three years; those away return at `early` a day in the first horizon, at `late` after it; slow buyers at a multiple."""
    rng = np.random.default_rng(seed)
    lost_on = AS_OF - pd.to_timedelta(rng.integers(1, 1000, n), unit="D")
    kind = np.where(rng.random(n) < 0.5, slow, 1.0)
    one, two = rng.exponential(1 / (early * kind)), H + rng.exponential(1 / (late * kind))
    returned = lost_on + pd.to_timedelta(np.ceil(np.where(one < H, one, two)), unit="D")
    return pd.DataFrame(
        {
            "customer_id": [f"K{i}" for i in range(n)],
            "lost_on": lost_on,
            "last_order": lost_on - pd.Timedelta(days=H),
            "ended_on": pd.NaT,
            "returned_on": returned.where(returned <= AS_OF),
            "gap_days": np.where(kind == 1.0, 10.0, np.nan),
        }
    ).astype({"ended_on": "datetime64[ns]"})


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


def test_the_planted_rates_are_inside_their_intervals():
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


@pytest.mark.slow
def test_time_lost_is_used_where_it_predicts_and_not_where_it_tells_nothing():
    falling = learn_returns(planted(1, 2000), AS_OF, horizon_days=H, bootstraps=200)
    assert falling.way.startswith("time_lost")
    flat = [
        learn_returns(planted(seed, early=0.003, late=0.003), AS_OF, horizon_days=H, bootstraps=200).way
        for seed in range(12)
    ]
    assert flat.count("one_rate") >= 10  # beyond chance: one side of 95 %, two ways


def test_slow_buyers_get_rates_of_their_own_where_they_return_more_often():
    found = learn_returns(planted(2, 3000, early=0.001, late=0.001, slow=6.0), AS_OF, horizon_days=H, bootstraps=200)
    assert found.way == "time_lost_and_rhythm"
    first = found.rates.drop_duplicates("kind").set_index("kind")["rate"]
    assert first["slow"] / first["broken"] == pytest.approx(6, rel=0.35)
    assert kinds(pd.DataFrame({"gap_days": [25.0, 26.0, np.nan]}), H).tolist() == ["broken", "slow", "slow"]


def test_the_test_reads_nothing_of_the_last_horizon_but_the_outcome():
    then = AS_OF - pd.Timedelta(days=H)
    episodes = planted(4)
    hidden = episodes[episodes["lost_on"] < then].copy()
    hidden["returned_on"] = hidden["returned_on"].where(hidden["returned_on"] <= then)
    a, b = (learn_returns(table, AS_OF, horizon_days=H, bootstraps=100).test for table in (episodes, hidden))
    assert a["expected"].tolist() == pytest.approx(b["expected"].tolist())
    assert b["came"].unique().tolist() == [0]
    away = lost_at(episodes, then)
    assert a["came"].iloc[0] == ((away["returned_on"] > then) & (away["returned_on"] <= AS_OF)).sum()


def test_too_few_returns_are_refused_and_say_what_would_be_enough():
    found = learn_returns(planted(1, 20), AS_OF, horizon_days=H)
    assert found.rates.empty
    seen = int((planted(1, 20)["returned_on"] <= AS_OF).sum())
    assert found.reason == Reason("too_few_returns", {"n": seen, "enough": 20})
    few = p_return(found.rates, planted(1, 20), AS_OF, horizon_days=H)
    assert few.isna().all(axis=None)


def test_who_closed_or_is_back_is_not_lost_any_more():
    episodes = planted(1, 4)
    episodes.loc[0, "ended_on"] = episodes.loc[1, "returned_on"] = AS_OF
    episodes.loc[2, "returned_on"] = AS_OF + pd.Timedelta(days=1)
    episodes.loc[3, "lost_on"] = AS_OF + pd.Timedelta(days=1)
    assert lost_at(episodes, AS_OF)["customer_id"].tolist() == ["K2"]


def test_the_words_of_ways_and_reasons_are_as_they_were():
    assert [word(way) for way in WAYS] == ["one rate for all", "time lost", "time lost and rhythm"]
    enough = "20 would be enough to know the rate to within about a half of itself"
    counted = {"n": 7, "enough": 20}
    assert sentence(Reason("too_few_returns", counted)) == f"7 returns are on record; {enough}"
    assert sentence(Reason("too_few_returns_1", counted | {"n": 1})) == f"1 return is on record; {enough}"
    assert sentence(Reason("returns_not_tested", counted)) == (
        "not tested: 7 returns are on record a horizon ago, 20 would be enough"
    )
    assert sentence(Reason("returns_not_tested_1", counted | {"n": 1})) == (
        "not tested: 1 return is on record a horizon ago, 20 would be enough"
    )
    assert sentence(Reason("no_way_better")) == "nothing predicted the last horizon better"
    assert sentence(Reason("best_way")) == "it predicted the last horizon best"
