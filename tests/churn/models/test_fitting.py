"""The model as it is used: its chances set right by the outcomes of the past. Oracle: what came after the day, and a base that is made."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.landmarks import outcomes
from kamlib.churn.models.fitting import fit
from kamlib.churn.models.prediction import predict, relative_risks, still_waiting
from kamlib.churn.models.waiting import NO_CURVE, Settings

AS_OF, H = pd.Timestamp("2025-12-31"), 90


@pytest.mark.slow
def test_chances_are_nearer_to_what_came_with_the_curve(base_of):
    """Bases of five kinds, a horizon before their end: the sum of the silent beyond their own limit, and each chance (Brier score). Where all order at
    random the second opinion is right by itself, and nothing is gained or lost."""
    day, sums, briers = AS_OF - pd.Timedelta(days=2 * H), {}, {}
    for kind in ("regular", "at random", "all paces", "month ends", "slow at month ends"):
        for seed in (1, 2, 3):
            table, _ = base_of(kind, seed, 2 * H, 60)
            known, now = table[table["as_of"] <= day], table[table["as_of"] == day]
            model = fit(known, day, Settings(), horizon_days=2 * H, robust_rows=0)
            came = outcomes(now, AS_OF, horizon_days=2 * H)["lost"].to_numpy()
            beyond = (now["silence_days"] > now["own_limit"]).to_numpy()
            told = [predict(one, now)["p_silent"].to_numpy() for one in (model, replace(model, curve=NO_CURVE))]
            sums[kind, seed] = [p[beyond].sum() for p in (came, *told)]
            briers[kind, seed] = [((p - came) ** 2).mean() for p in told]
    came, ours, plain = np.sum(list(sums.values()), axis=0)
    assert abs(ours - came) < abs(plain - came), (came, ours, plain)
    better = pd.DataFrame(briers).diff().loc[1].groupby(level=0).mean()
    assert better.mean() > 0.002 and (better > -0.001).all() and (better > 0.003).sum() >= 3, better


def test_until_a_year_of_outcomes_was_seen_there_is_no_curve(table):
    """Landmarks reach back to half a year before the day: their outcomes are of some seasons alone."""
    day = pd.Timestamp(table["as_of"].min()) + pd.Timedelta(days=200)
    day = table.loc[table["as_of"] <= day, "as_of"].max()
    assert fit(table, day, horizon_days=H, robust_rows=0).curve == NO_CURVE
    assert fit(table, AS_OF, horizon_days=H, robust_rows=0).curve != NO_CURVE


def test_a_curve_says_whether_an_order_comes_and_not_when(model, table):
    """Of those who order within the horizon the same share has ordered by each day, whatever the curve."""
    now = table[table["as_of"] == AS_OF]
    risks = relative_risks(model, model.scale.of(now))
    shares = []
    for curve in (NO_CURVE, (0.5, 1.3)):
        one = replace(model, curve=curve)
        by_day, by_end = (1 - still_waiting(one, now, risks, days) for days in (20, H))
        shares.append(by_day / by_end)
    np.testing.assert_allclose(shares[0], shares[1], rtol=1e-6)
