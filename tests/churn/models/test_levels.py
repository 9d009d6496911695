"""Levels in log odds: moved to a sum by hand, how sure that is, and what a year that was not seen could bring."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.models.levels import UNSEEN, chances, curve, log_odds, shift, shift_interval, unseen


def test_two_accounts_are_moved_to_their_sum_by_hand():
    """Odds of 1 and 1 to a sum of 1.5: three quarters each, odds times 3. Odds of 1 and 4 to a sum of 1: x with
    x / (1 + x) + 4x / (1 + 4x) = 1, so 4x² = 1 and odds are halved."""
    assert shift(np.log([1.0, 1.0]), 1.5) == pytest.approx(np.log(3))
    assert shift(np.log([1.0, 4.0]), 1.0) == pytest.approx(-np.log(2))


@pytest.mark.parametrize("seed", range(5))
def test_moved_chances_sum_to_what_came_and_keep_their_order(seed):
    rng = np.random.default_rng(seed)
    odds, total = rng.normal(0, 3, 400), float(rng.integers(1, 400))
    moved = chances(odds + shift(odds, total))
    assert moved.sum() == pytest.approx(total)
    assert (np.argsort(moved) == np.argsort(odds)).all()


def test_the_interval_of_two_accounts_by_hand():
    """Odds of 1 and 4 and one loss: chances of 1/3 and 2/3, a variance of 4/9, so 1.96 · 3/2 beside the shift."""
    low, high = shift_interval(np.log([1.0, 4.0]), 1.0)
    assert (low, high) == pytest.approx((-np.log(2) - 2.94, -np.log(2) + 2.94))


def test_none_and_all_are_held_half_of_one_apart():
    odds = np.zeros(10)
    (low, high), (lowest, highest) = shift_interval(odds, 0.0), shift_interval(odds, 10.0)
    assert (low + high) / 2 == pytest.approx(np.log(0.05 / 0.95)) and (lowest, highest) == pytest.approx((-high, -low))


def test_the_interval_holds_the_level_in_nineteen_of_twenty():
    """Planted: all log odds are moved by 0.7; 2,000 draws of 300 accounts know a share of 95 % to half a point."""
    rng = np.random.default_rng(1)
    odds = rng.normal(-1, 1, 300)
    came = (rng.random((2000, 300)) < chances(odds + 0.7)).sum(axis=1)
    ends = {total: shift_interval(odds, total) for total in np.unique(came)}
    held = [ends[total][0] <= 0.7 <= ends[total][1] for total in came]
    assert 0.93 < np.mean(held) < 0.97


def test_a_year_of_outcomes_ends_the_doubt_of_a_season_not_seen():
    """Landmarks of 185 days and a horizon of 180 span a year; a day less does not. Until then: a third of the odds, or three times."""
    first = pd.Timestamp("2025-01-01")
    for span, left in ((185, 0.0), (184, np.log(3)), (0, np.log(3))):
        landmarks = pd.DatetimeIndex([first, first + pd.Timedelta(days=span)])
        assert unseen(landmarks, 180) == unseen(landmarks[::-1], 180) == pytest.approx(left)
    assert np.exp(UNSEEN) == pytest.approx(3)


def test_log_odds_turn_back_into_chances_and_none_is_endless():
    p = np.array([0.001, 0.2, 0.5, 0.999])
    np.testing.assert_allclose(chances(log_odds(p)), p)
    assert np.isfinite(log_odds(np.array([0.0, 1.0]))).all()


def test_a_planted_curve_is_found_and_weights_are_customers():
    """Planted: log odds of 0.3 + 1.4 times those that were told. 20,000 customers give both to 0.05; each twice at half the weight is each once."""
    rng = np.random.default_rng(2)
    p = chances(rng.normal(-1, 1.5, 20_000))
    lost = (rng.random(20_000) < chances(0.3 + 1.4 * log_odds(p))).astype(float)
    once = curve(p, lost, np.ones(20_000))
    assert once == pytest.approx((0.3, 1.4), abs=0.05)
    assert curve(np.tile(p, 2), np.tile(lost, 2), np.full(40_000, 0.5)) == pytest.approx(once)


def test_few_customers_hardly_move_a_curve_and_none_turns_the_order_round():
    """Three customers of a chance of one half, all lost: the intercept is c with 3 (1 - 1 / (1 + exp(-c))) = 4 c, which is 0.32; the slope stays."""
    intercept, slope = curve(np.full(3, 0.5), np.ones(3), np.ones(3))
    assert slope == pytest.approx(1) and 3 * (1 - chances(intercept)) == pytest.approx(4 * intercept)
    p = np.linspace(0.05, 0.95, 500)
    assert curve(p, (p < 0.5).astype(float), np.ones(500))[1] == 0
