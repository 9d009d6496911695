"""The truth beside the sample: who leaves with which probability. Oracle: textbook formulas and values by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kam_teaching import truth
from kam_teaching.world import World

END = pd.Timestamp("2026-06-30")


def test_the_best_forecast_agrees_with_the_truth(groups, last_order):
    part = groups[(END - last_order.reindex(groups.index)).dt.days <= 365]
    p = part["p_lost_180_seen"]
    spread = np.sqrt((p * (1 - p)).sum())
    assert abs(p.sum() - part["p_lost_180"].sum()) < 3 * spread
    left = part[part["left_on"].notna()]
    days = (END - pd.to_datetime(left["left_on"])).dt.days
    assert (left.loc[days < 59, "p_lost_180"] == 1).all()  # nobody is back before 240 days
    assert left["p_lost_180"].between(0.8 - 1e-5, 1).all()  # a fifth comes back
    assert part.loc[part["left_on"].isna(), "p_lost_180"].between(0, 0.9).all()


def test_p_lost_of_a_buyer_by_chance_is_the_textbook_race():
    """Exponential gaps of mean m and leaving at rate r: ordered within H = q (1 - exp(-(1/m + r) H)), q = 1/m / (1/m + r).

    Having been silent D days, it is there with probability e / (e + (1 - q)(1 - e)), e = exp(-(1/m + r) D).
    """
    gap, rate, silence, horizon = 40.0, 0.5 / 365.25, 60.0, 180.0
    table = pd.DataFrame({"gap": [gap], "shape": [1.0], "season": [0.0]})
    orders = pd.DataFrame({"group": [0], "day": [1095 - int(silence)]})
    empty, none = pd.DataFrame(), np.zeros((1, 1))
    world = World(table, orders, empty, empty, none, none, none, np.array([rate * 365.25]))
    alive, seen = truth.p_lost(world)
    both = 1 / gap + rate
    q = 1 / gap / both
    expected = 1 - q * (1 - np.exp(-both * horizon))
    e = np.exp(-both * silence)
    there = e / (e + (1 - q) * (1 - e))
    assert alive[0] == pytest.approx(expected, abs=1e-3)
    assert seen[0] == pytest.approx(1 - there * (1 - expected), abs=3e-3)


def test_a_fifth_of_the_leavers_comes_back_between_240_and_420_days():
    """By hand: at 60 days none can be back within 180. At 240 all of the fifth will be: 0.8. At 330 half of it is back, and

    0.1 of the 0.9 that are away will be: 8/9. At 420 all that come back are back.
    """
    assert truth.stays_away(np.array([60.0, 240.0, 330.0, 420.0])) == pytest.approx([1, 0.8, 8 / 9, 1])
