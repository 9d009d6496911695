"""Predictions: probabilities in their range, their level, the second opinion, and what must not change them."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.model import Settings, fit
from kamlib.churn.prediction import level_landmarks, predict
from kamlib.errors import InputError

AS_OF, H = date(2025, 12, 31), 90


def test_levels_are_chosen_by_the_calendar():
    complete = pd.DatetimeIndex(["2024-01-04", "2024-06-10", "2024-09-10", "2025-01-05"])
    day = pd.Timestamp("2025-07-01")
    assert level_landmarks(complete, day, "latest") == [pd.Timestamp("2025-01-05")]
    assert level_landmarks(complete, day, "season") == [pd.Timestamp("2024-06-10")]
    assert level_landmarks(complete, day, "year") == list(complete[1:])
    assert level_landmarks(complete[:1], day, "season") == []


def test_a_level_that_can_not_be_had_is_refused(table):
    day = table["as_of"].unique()[5]
    season = fit(table, day, Settings(level="season"), horizon_days=H, robust_rows=0)
    with pytest.raises(InputError, match="season"):
        predict(season, table[table["as_of"] == day])


@pytest.mark.slow
def test_predictions_are_probabilities_inside_their_range(model, table):
    now = table[table["as_of"] == pd.Timestamp(AS_OF)]
    p = predict(model, now)
    assert p.notna().all(axis=None)
    assert ((p["low"] <= p["p_silent"]) & (p["p_silent"] <= p["high"])).all()
    assert p["p_silent"].between(0, 1).all()
    assert (p["high"] < 1).all()  # nobody is lost with certainty, and nobody alive with certainty
    assert (p["low"] > 0).all()


@pytest.mark.slow
def test_with_a_second_opinion_p_silent_is_the_mean_with_that_of_the_mbg_nbd_model(table):
    """By the formula of the MBG/NBD model, written out for the parameters found."""
    now = table[table["as_of"] == pd.Timestamp(AS_OF)]
    alone, both = (fit(table, AS_OF, Settings(buyers=b), horizon_days=H, robust_rows=0) for b in (False, True))
    m, x = both.mbg_nbd, now["order_days"] - 1
    last, age = ((day - now["first_order"]).dt.days / 7 for day in (now["last_order"], now["as_of"]))
    there = 1 / (1 + m.a / (m.b + x) * ((m.alpha + age) / (m.alpha + last)) ** (m.r + x))
    second = 1 - there + there * ((m.alpha + age) / (m.alpha + age + H / 7)) ** (m.r + x)
    p, q = (predict(model, now) for model in (alone, both))
    for name in ("p_silent", "low", "high"):
        np.testing.assert_allclose(q[name], (p[name] + second) / 2, rtol=1e-9)


def test_nobody_is_safer_than_the_background(model, table):
    assert 0 < model.background < 0.1
    assert predict(model, table)["p_silent"].min() >= model.background


def test_silence_beyond_the_own_rhythm_raises_the_risk(model, table):
    row = table[table["as_of"] == pd.Timestamp(AS_OF)].nlargest(1, "order_days")
    longer = pd.concat([row.assign(silence_days=days) for days in (2, 20, 60, 200)])
    assert predict(model, longer)["p_silent"].is_monotonic_increasing


@pytest.mark.slow
def test_predictions_do_not_change_with_the_currency_unit_ids_or_row_order(clean_orders, lines, table, landmarks_of):
    settings = Settings(0.01, "year", None)
    now = pd.Timestamp(AS_OF)
    p = predict(fit(table, AS_OF, settings, horizon_days=H, robust_rows=0), table[table["as_of"] == now])
    p = p["p_silent"].set_axis(table.loc[p.index, "customer_id"])
    renamed = {f"K{i:03d}": f"{(i * 37) % 1000:05d}" for i in range(1000)}
    other = landmarks_of(clean_orders([(renamed[a], day, 1000 * amount) for a, day, amount in reversed(lines)]))
    q = predict(fit(other, AS_OF, settings, horizon_days=H, robust_rows=0), other[other["as_of"] == now])
    q = q["p_silent"].set_axis(other.loc[q.index, "customer_id"])
    np.testing.assert_allclose(q.reindex(p.index.map(renamed)).to_numpy(), p.to_numpy(), rtol=1e-6)
