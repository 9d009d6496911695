"""Predictions: probabilities in their range, their level, the second opinion, and what must not change them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.evaluation.baselines import baseline_predictions
from kamlib.churn.evaluation.choice import choose, chosen
from kamlib.churn.evaluation.holdout import evaluate
from kamlib.churn.landmarks import outcomes
from kamlib.churn.models.fitting import fit
from kamlib.churn.models.prediction import levels, predict, same_season
from kamlib.churn.models.waiting import NO_CURVE, OPINIONS, Settings
from kamlib.churn.probabilities import final_model, silent_probabilities

AS_OF, H = date(2025, 12, 31), 90


def test_levels_are_those_of_the_last_year_and_of_the_same_season_by_the_calendar():
    """On 1 July 2025: within 45 days of 1 July 2024 lies 10 June alone; the year before 5 January 2025 has all but the first."""
    complete = pd.DatetimeIndex(["2023-11-04", "2024-01-04", "2024-06-10", "2024-09-10", "2025-01-05"])
    day = pd.Timestamp("2025-07-01")
    model = SimpleNamespace(landmarks=complete, horizon_days=H)
    assert levels(model, day) == [list(complete[2:]), [pd.Timestamp("2024-06-10")]]
    assert levels(model, pd.Timestamp("2025-11-10")) == [list(complete[2:])]  # its season is that of the first horizon


def test_the_same_season_is_sought_only_after_the_first_horizon_of_landmarks():
    """Landmarks each month from 1 January 2024; 90 days later lies 31 March, so that of 1 April is the first that counts."""
    complete = pd.date_range("2024-01-01", "2025-01-01", freq="MS")
    assert same_season(complete, pd.Timestamp("2025-03-15"), H) == [pd.Timestamp("2024-04-01")]
    assert same_season(complete, pd.Timestamp("2025-02-01"), H) == []
    assert same_season(complete, pd.Timestamp("2025-02-01"), 31) == list(pd.to_datetime(["2024-02-01", "2024-03-01"]))


@pytest.mark.slow
def test_predictions_are_probabilities_inside_their_range(model, table):
    now = table[table["as_of"] == pd.Timestamp(AS_OF)]
    p = predict(model, now)
    assert p[["p_silent", "low", "high"]].notna().all(axis=None)
    assert ((p["low"] <= p["p_silent"]) & (p["p_silent"] <= p["high"])).all()
    assert p["p_silent"].between(0, 1).all()
    assert (p["high"] < 1).all()  # nobody is lost with certainty, and nobody alive with certainty
    assert (p["low"] > 0).all()


@pytest.mark.slow
def test_with_a_second_opinion_p_silent_is_the_mean_with_that_of_the_mbg_nbd_model(table):
    """Before the curve; by the formula of the MBG/NBD model, written out for the parameters found."""
    now = table[table["as_of"] == pd.Timestamp(AS_OF)]
    alone, both, buyers = (
        fit(table, AS_OF, Settings(opinion=opinion), horizon_days=H, robust_rows=0)
        for opinion in ("signs", "both", "buyers")
    )
    m, x = both.mbg_nbd, now["order_days"] - 1
    last, age = ((day - now["first_order"]).dt.days / 7 for day in (now["last_order"], now["as_of"]))
    there = 1 / (1 + m.a / (m.b + x) * ((m.alpha + age) / (m.alpha + last)) ** (m.r + x))
    second = 1 - there + there * ((m.alpha + age) / (m.alpha + age + H / 7)) ** (m.r + x)
    p, q, r = (predict(replace(model, curve=NO_CURVE), now) for model in (alone, both, buyers))
    np.testing.assert_allclose(r["p_silent"], second, rtol=1e-9)
    np.testing.assert_allclose(q["p_silent"], (p["p_silent"] + second) / 2, rtol=1e-9)


def test_nobody_is_safer_than_the_background(model, table):
    assert 0 < model.background < 0.1
    assert predict(model, table)["p_silent"].min() >= model.background


def test_silence_beyond_the_own_rhythm_raises_the_risk(model, table):
    row = table[table["as_of"] == pd.Timestamp(AS_OF)].nlargest(1, "order_days")
    longer = pd.concat([row.assign(silence_days=days) for days in (2, 20, 60, 200)])
    assert predict(model, longer)["p_silent"].is_monotonic_increasing


@pytest.mark.slow
@pytest.mark.parametrize(("opinion", "close"), [("signs", 1e-6), ("both", 1e-4)])
def test_predictions_do_not_change_with_the_currency_unit_ids_or_row_order(
    clean_orders, lines, table, landmarks_of, opinion, close
):
    """The four numbers of the second opinion are found by steps that end within about 1e-5 of the top."""
    settings = Settings(0.01, opinion=opinion)
    now = pd.Timestamp(AS_OF)
    p = predict(fit(table, AS_OF, settings, horizon_days=H, robust_rows=0), table[table["as_of"] == now])
    p = p["p_silent"].set_axis(table.loc[p.index, "customer_id"])
    renamed = {f"K{i:03d}": f"{(i * 37) % 1000:05d}" for i in range(1000)}
    other = landmarks_of(clean_orders([(renamed[a], day, 1000 * amount) for a, day, amount in reversed(lines)]))
    q = predict(fit(other, AS_OF, settings, horizon_days=H, robust_rows=0), other[other["as_of"] == now])
    q = q["p_silent"].set_axis(other.loc[q.index, "customer_id"])
    np.testing.assert_allclose(q.reindex(p.index.map(renamed)).to_numpy(), p.to_numpy(), rtol=close)


SILENCES = [0, 1, 3, 7, 14, 20, 25, 30, 31, 45, 60, 90, 120, 180, 240, 320, 365, 400, 500, 600]
BASES = [("regular", 90), ("at random", 90), ("grocery", 180), ("month ends", 90), ("slow at month ends", 90)]


def silent_for(now: pd.DataFrame, days: int) -> pd.DataFrame:
    """The same accounts, all else equal, silent for so many days."""
    return now.assign(silence_days=float(days), last_order=now["as_of"] - pd.Timedelta(days=days))


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "horizon"), BASES)
@pytest.mark.parametrize("split", [None, 30])
def test_a_longer_silence_never_lowers_p_silent_beyond_the_own_limit(base_of, kind, horizon, split):
    """Of every account of the base, by each opinion, the ends of its range too; from its limit on."""
    table, _ = base_of(kind, 1, horizon, horizon // 3)
    now = table[table["as_of"] == pd.Timestamp(AS_OF)]
    one = fit(table, AS_OF, Settings(0.01, split), horizon_days=horizon, robust_rows=0)
    for opinion in OPINIONS:
        model, before = replace(one, settings=replace(one.settings, opinion=opinion)), None
        for days in SILENCES:
            known = now[now["tenure_days"] >= days]  # nobody is silent for longer than since its first order
            p = predict(model, silent_for(known, days))["p_silent"]
            beyond = known.index[days + 1 >= known["own_limit"]]
            assert before is None or (p - before).dropna().ge(-1e-12).all(), (opinion, days)
            before = p[beyond]
        assert len(before) > 10 and before.median() > 0.8


@pytest.mark.slow
@pytest.mark.parametrize("horizon", [90, 180])
@pytest.mark.parametrize("opinion", ["signs", "both", "buyers"])
def test_where_clients_order_at_month_ends_p_silent_is_not_u_shaped(base_of, horizon, opinion):
    """Orders every month or so, all of them on its last days, a landmark on one of them: silent for 0, 20 and 320 days.

    With the square of silence 0.56, 0.13 and 0.39 was seen. Who is silent for 320 days has left: planted.
    """
    table, truth = base_of("month ends", 1, horizon, horizon // 3)
    now = table[table["as_of"] == pd.Timestamp(AS_OF)]
    model = fit(table, AS_OF, Settings(0.01, opinion=opinion), horizon_days=horizon, robust_rows=0)
    here = now[truth["left"][now["customer_id"]].to_numpy() > pd.Timestamp(AS_OF)]
    p0, p20, p320 = (predict(model, silent_for(here, days))["p_silent"].mean() for days in (0, 20, 320))
    assert p0 < p20 < p320 and p0 < 0.25 and p320 > 0.9
    long = now[now["silence_days"] > 300]
    assert len(long) > 3 and (truth["left"][long["customer_id"]] <= pd.Timestamp(AS_OF)).all()
    assert predict(model, long)["p_silent"].min() > 0.9


@pytest.mark.slow
@pytest.mark.parametrize("horizon", [90, 180])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_where_clients_order_at_month_ends_the_list_is_no_worse_than_silence_alone(base_of, seed, horizon):
    """Orders every month to every third one; 0.144 against 0.100 was seen while silence was squared. By what was known on the day."""
    table, _ = base_of("slow at month ends", seed, horizon, horizon // 3)
    day, span = pd.Timestamp(AS_OF) - pd.Timedelta(days=horizon), pd.Timedelta(days=horizon)
    known, now = table[table["as_of"] <= day], table[table["as_of"] == day]
    settings = chosen(choose(known, day - span, horizon_days=horizon))
    verdict = evaluate(known, day, settings, horizon_days=horizon, bootstraps=100).verdict
    model = final_model(known, day, verdict, settings, horizon_days=horizon)
    listed = silent_probabilities(known, day, verdict, model, horizon_days=horizon)["p_silent"]
    alone = baseline_predictions(known, day, now, horizon_days=horizon)["silence_alone"]
    lost = outcomes(now, AS_OF, horizon_days=horizon)["lost"]
    assert ((listed - lost) ** 2).mean() <= ((alone - lost) ** 2).mean() + 0.005


@pytest.mark.slow
def test_the_range_of_seasons_is_not_halved_by_a_second_opinion_that_knows_none(table):
    """The ends of the mean are those of the signs alone, but for accounts whose mean lies beyond them: these end at it."""
    now = table[table["as_of"] == pd.Timestamp(AS_OF)]
    alone, both = (
        predict(fit(table, AS_OF, Settings(opinion=opinion), horizon_days=H, robust_rows=0), now)
        for opinion in ("signs", "both")
    )
    inside = (both["p_silent"] >= alone["low"]) & (both["p_silent"] <= alone["high"])
    assert inside.mean() > 0.5
    np.testing.assert_allclose(both.loc[inside, ["low", "high"]], alone.loc[inside, ["low", "high"]], rtol=1e-9)
    np.testing.assert_allclose(both["low"], np.minimum(alone["low"], both["p_silent"]), rtol=1e-9)
    np.testing.assert_allclose(both["high"], np.maximum(alone["high"], both["p_silent"]), rtol=1e-9)


def test_a_range_is_at_least_a_third_and_three_times_the_odds_until_a_year_was_seen(table):
    day = table["as_of"].unique()[6]
    model = fit(table, day, horizon_days=H, robust_rows=0)
    assert (model.landmarks.max() - model.landmarks.min()).days + H < 365
    odds = predict(model, table[table["as_of"] == day])[["p_silent", "low", "high"]].transform(lambda p: p / (1 - p))
    assert (odds["p_silent"] / odds["low"] >= 3 - 1e-6).all() and (odds["high"] / odds["p_silent"] >= 3 - 1e-6).all()


@pytest.mark.slow
def test_as_in_the_same_season_last_year_is_the_level_of_those_landmarks_alone(table):
    """By the definition: b + (1 - b) exp(-hazard of the season's landmarks, day by day, times the relative risk)."""
    now = table[table["as_of"] == pd.Timestamp(AS_OF)]
    model = fit(table, AS_OF, Settings(opinion="signs"), horizon_days=H, robust_rows=0)
    found = predict(replace(model, signs_curve=NO_CURVE), now)["same_season"]
    (piece,) = model.pieces
    back = (pd.Timestamp(AS_OF) - model.landmarks).days
    days = model.landmarks[np.abs(back - 365.25) <= 45]
    assert 2 <= len(days) <= 3
    hazard = (piece.events.loc[days].sum() / piece.exposure.loc[days].sum()).fillna(0).sum()
    risk = np.exp(model.scale.of(now) @ piece.coefficients)
    np.testing.assert_allclose(found, model.background + (1 - model.background) * np.exp(-hazard * risk), rtol=1e-9)
    early = fit(table, table["as_of"].unique()[6], horizon_days=H, robust_rows=0)
    assert predict(early, table[table["as_of"] == early.until])["same_season"].isna().all()
