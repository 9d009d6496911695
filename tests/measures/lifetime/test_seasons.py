"""Seasons of a base: planted ones are found, growth and chance are none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.measures.lifetime.seasons import season_factors, season_of, seasons

DAY = pd.Timestamp("2025-12-31")


def test_a_season_that_two_years_agree_on_is_taken_whole_and_growth_is_no_season():
    """Quarters of 0.5, 1, 1, 1.5; the second year is twice the first."""
    season = np.array([0.5, 1.0, 1.0, 1.5])
    growth = 2.0 ** ((np.arange(8) + 0.5) / 4)
    assert season_factors(np.stack([season, season])) == pytest.approx(season, abs=0.01)
    assert season_factors((np.tile(season, 2) * growth).reshape(2, 4)) == pytest.approx(season, abs=0.02)
    assert season_factors(growth.reshape(2, 4)) == pytest.approx(1, abs=0.01)


def test_where_two_years_disagree_there_is_no_season():
    """The quarters of the second year are those of the first upside down: their means are 1."""
    assert season_factors(np.array([[50.0, 100, 100, 150], [150.0, 100, 100, 50]])) == pytest.approx(1)
    chance = np.random.default_rng(1).gamma(50, 2, (200, 2, 4))
    moved = np.array([np.abs(season_factors(one) - 1).mean() for one in chance])
    raw = np.abs(chance.mean(axis=1) / chance.mean(axis=(1, 2))[:, None] - 1).mean()
    assert moved.mean() < 0.7 * raw


def test_a_part_without_sales_gives_no_season():
    assert season_factors(np.array([[0.0, 100], [50, 100]])) is None


def test_a_block_has_the_season_of_its_middle():
    """Halves of 0.8 and 1.2: blocks of 180 days ahead alternate, and the last one before the day is the second half."""
    found = season_of(np.array([0.8, 1.2]), np.array([0, 1, 2, 3, -1, -2]), 180)
    assert found.tolist() == [0.8, 1.2, 0.8, 1.2, 1.2, 0.8]
    assert season_of(None, np.arange(3), 180).tolist() == [1, 1, 1]


def test_seasons_are_read_from_the_lines_before_the_day_alone(clean_orders):
    """One order every ten days: of 150 in the half year before New Year, of 50 in the other; what comes later is not read."""
    days = [DAY - pd.Timedelta(days=10 * back) for back in range(75)]
    lines = [("a", day.date(), 150 if day.month > 6 else 50, 1) for day in days]
    orders = clean_orders(lines, "customer_id date amount margin").mutate(margin=lambda t: t.amount)
    found = seasons(orders, DAY, horizon_days=180)
    assert found == pytest.approx([0.5, 1.5], abs=0.05)
    later = clean_orders(
        [*lines, ("a", (DAY + pd.Timedelta(days=3)).date(), 9999, 1)], "customer_id date amount margin"
    )
    assert seasons(later.mutate(margin=lambda t: t.amount), DAY, horizon_days=180) == pytest.approx(found)
    assert seasons(orders, DAY - pd.Timedelta(days=30), horizon_days=180) is None, "two whole years are not on record"
    assert seasons(orders, DAY, horizon_days=300) is None
