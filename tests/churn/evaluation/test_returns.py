"""Which way predicts returns, tested on a later period, at a level that held before; refused where there are too few."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.evaluation.returns import WAYS, calibrated, learn_returns, level_of
from kamlib.churn.returns import lost_at, p_return, return_rates
from kamlib.report.words import sentence, word
from kamlib.stats.reasons import Reason, waits_for

H, AS_OF = 100, pd.Timestamp("2026-06-30")


@pytest.mark.slow
def test_time_lost_is_used_where_it_predicts_and_not_where_it_tells_nothing(planted):
    falling = learn_returns(planted(1, 2000), AS_OF, horizon_days=H, bootstraps=200)
    assert falling.way.startswith("time_lost")
    flat = [
        learn_returns(planted(seed, early=0.003, late=0.003), AS_OF, horizon_days=H, bootstraps=200).way
        for seed in range(12)
    ]
    assert flat.count("one_rate") >= 10  # beyond chance: one side of 95 %, two ways


@pytest.mark.slow
def test_all_returns_on_record_tell_what_one_horizon_can_not(planted):
    """Planted: 0.004 a day falls to 0.0005 after a horizon. All who were away a horizon ago got an offer, and nobody was left to test on.

    Of 20 bases the promise to those lost for longer than a horizon is the planted one, 1 - exp(-0.05), to a fifth; one rate for all makes it nearly three times that.
    """
    then, promised = AS_OF - pd.Timedelta(days=H), []
    for seed in range(20):
        table = planted(seed)
        offered = table.index.isin(lost_at(table, then).index)
        table = table.assign(offered_on=pd.Series(then, table.index).where(offered))
        found = learn_returns(table, AS_OF, horizon_days=H, beyond_days=2 * H)
        assert waits_for(found.test) is not None and found.way.startswith("time_lost")
        long_lost = pd.DataFrame({"lost_on": [AS_OF - pd.Timedelta(days=2 * H)], "gap_days": 10.0})
        one = return_rates(table, AS_OF, horizon_days=H, n_blocks=1)
        promised.append(
            [p_return(rates, long_lost, AS_OF, horizon_days=H)["p_return"].iloc[0] for rates in (found.rates, one)]
        )
    ours, one_rate = np.mean(promised, axis=0) / -np.expm1(-0.05)
    assert 0.8 < ours < 1.25 and one_rate > 2.5


def test_slow_buyers_get_rates_of_their_own_where_they_return_more_often(planted):
    found = learn_returns(planted(2, 3000, early=0.001, late=0.001, slow=6.0), AS_OF, horizon_days=H, bootstraps=200)
    assert found.way == "time_lost_and_rhythm"
    first = found.rates.drop_duplicates("kind").set_index("kind")["rate"]
    assert first["slow"] / first["broken"] == pytest.approx(6, rel=0.35)


def test_the_test_reads_nothing_of_the_last_horizon_but_the_outcome(planted):
    then = AS_OF - pd.Timedelta(days=H)
    episodes = planted(4)
    hidden = episodes[episodes["lost_on"] < then].copy()
    hidden["returned_on"] = hidden["returned_on"].where(hidden["returned_on"] <= then)
    a, b = (learn_returns(table, AS_OF, horizon_days=H, bootstraps=100).test for table in (episodes, hidden))
    assert a["expected"].tolist() == pytest.approx(b["expected"].tolist())
    assert b["came"].unique().tolist() == [0]
    away = lost_at(episodes, then)
    assert a["came"].iloc[0] == ((away["returned_on"] > then) & (away["returned_on"] <= AS_OF)).sum()


def test_too_few_returns_are_refused_and_say_what_would_be_enough(planted):
    found = learn_returns(planted(1, 20), AS_OF, horizon_days=H)
    assert found.rates.empty
    seen = int((planted(1, 20)["returned_on"] <= AS_OF).sum())
    assert found.reason == Reason("too_few_returns", {"n": seen, "enough": 20})
    few = p_return(found.rates, planted(1, 20), AS_OF, horizon_days=H)
    assert few.isna().all(axis=None)


def test_the_words_of_ways_and_reasons_are_as_they_were():
    assert [word(way) for way in WAYS] == ["one rate for all", "time lost", "time lost and rhythm"]
    enough = "20 would be enough to know the rate to within about a half of itself"
    counted = {"n": 7, "enough": 20}
    assert sentence(Reason("too_few_returns", counted)) == f"7 customers with a return are on record; {enough}"
    assert (
        sentence(Reason("too_few_returns_1", counted | {"n": 1})) == f"1 customer with a return is on record; {enough}"
    )
    assert sentence(Reason("returns_told_apart")) == "returns on record differ by it beyond chance"
    alike = "returns on record don't differ by the time lost or by rhythm beyond chance"
    assert sentence(Reason("returns_alike")) == alike


def test_the_level_by_hand():
    """100 were lost 350 days before AS_OF; 40 came back 30 days later, nobody after: the rate at 200 and at 100 days before AS_OF promises some.

    250 days before AS_OF (100 lost days): no return before the loss; 40 of 100 returned, 60 stayed away for 100 days: 40.5 / (40 · 30 + 60 · 150)
    at 200 days before AS_OF, 40.5 / (1200 + 60 · 250) at 100 days before.
    """
    lost_on = AS_OF - pd.Timedelta(days=350)
    table = pd.DataFrame({"customer_id": [f"K{i}" for i in range(100)], "lost_on": lost_on, "gap_days": 10.0})
    table = table.assign(last_order=lost_on - pd.Timedelta(days=H), ended_on=pd.NaT, returned_on=pd.NaT)
    table = table.astype({"ended_on": "datetime64[ns]", "returned_on": "datetime64[ns]"})
    table.loc[:39, "returned_on"] = lost_on + pd.Timedelta(days=30)
    found = level_of(table, AS_OF, "one_rate", horizon_days=H)
    promised = sum(60 * (1 - np.exp(-40.5 / (1200 + 60 * days) * H)) for days in (250, 150, 50))
    assert found[["horizons", "came"]].tolist() == [3, 0]
    assert found["expected"] == pytest.approx(promised)
    assert found["factor"] == pytest.approx(4 / (4 + promised)) and found["low"] < found["factor"] < found["high"]
    beyond = level_of(table, AS_OF, "one_rate", horizon_days=H, beyond_days=300)
    assert beyond["expected"] == pytest.approx(60 * (1 - np.exp(-40.5 / (1200 + 60 * 250) * H)))


@pytest.mark.slow
def test_the_level_of_the_long_lost_is_found_where_one_rate_promises_too_much(planted):
    """Returns fall from 0.004 a day to 0.0005 after a horizon: one rate for all promises the long lost some three times too much.

    Judged on 30 bases, on what came in the horizon after the day that was known: uncalibrated too high on each, calibrated at 0.8 to 1.25 in the sum.
    """
    then, raw, set_right, came = AS_OF - pd.Timedelta(days=H), 0.0, 0.0, 0
    for seed in range(30):
        episodes = planted(seed, 2000)
        known = episodes.assign(returned_on=episodes["returned_on"].where(episodes["returned_on"] <= then))
        away = lost_at(episodes, then)
        away = away[(then - away["last_order"]).dt.days > 2 * H]
        rates = return_rates(known, then, horizon_days=H, n_blocks=1)
        level = level_of(known, then, "one_rate", horizon_days=H, beyond_days=2 * H)
        raw += p_return(rates, away, then, horizon_days=H)["p_return"].sum()
        set_right += p_return(calibrated(rates, level), away, then, horizon_days=H)["p_return"].sum()
        came += (away["returned_on"] <= AS_OF).sum()
    assert raw > 2 * came
    assert 0.8 < set_right / came < 1.25


def test_where_no_horizon_tells_the_level_the_interval_is_wide(planted):
    level = level_of(planted(1, 25), AS_OF, "one_rate", horizon_days=H)
    assert level[["horizons", "factor"]].tolist() == [0, 1]
    rates = pd.DataFrame({"rate": [0.01], "low": 0.01, "high": 0.01})
    found = calibrated(rates, level).iloc[0]
    assert found["rate"] == 0.01 and found["low"] < 0.003 and found["high"] > 0.02


def test_a_customer_that_returns_often_is_one(planted):
    """60 returns of three customers are no 20 customers."""
    many = planted(1, 200)
    assert learn_returns(many, AS_OF, horizon_days=H).way
    few = learn_returns(many.assign(customer_id=[f"K{i % 3}" for i in range(200)]), AS_OF, horizon_days=H)
    assert few.reason == Reason("too_few_returns", {"n": 3, "enough": 20})


def test_a_round_of_offers_in_a_horizon_moves_neither_the_test_nor_the_level(planted):
    """Planted: 0.002 a day. 40 days before the end half of those away get an offer, and all of them come back at once.

    What is held against each other counts until the offer's day: 20 bases promise what comes, and a round would look like 3 times as much.
    """
    round_, sums, levels, without = AS_OF - pd.Timedelta(days=40), np.zeros(2), [], []
    for seed in range(20):
        table = planted(seed, early=0.002, late=0.002)
        drawn = table.index.isin(lost_at(table, round_).index) & (table.index % 2 == 0)
        table = table.assign(offered_on=pd.Series(round_, table.index).where(drawn))
        table["returned_on"] = table["returned_on"].mask(drawn, round_ + pd.Timedelta(days=3))
        found = learn_returns(table, AS_OF, horizon_days=H, bootstraps=100)
        sums += found.test.loc[0, ["expected", "came"]].to_numpy(float)
        levels.append(found.level["factor"])
        without.append(learn_returns(table.drop(columns="offered_on"), AS_OF, horizon_days=H, bootstraps=100).test)
    assert sums[0] / sums[1] == pytest.approx(1, abs=0.1)
    assert np.mean(levels) == pytest.approx(1, abs=0.1)
    assert np.mean([test.loc[0, "came"] / test.loc[0, "expected"] for test in without]) > 2
