"""Intervals of shares and of differences as published, and sums over resampled rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.stats.intervals import clustered_wilson, exact_poisson, newcombe, resampled_ratio, resampled_sums, wilson


def test_wilson_by_the_published_example():
    """Newcombe (1998), Statistics in Medicine 17: 81 of 263 gives 0.2553 to 0.3662."""
    low, high = wilson(pd.Series([81.0, 0.0]), pd.Series([263, 10]))
    assert (low[0], high[0]) == (pytest.approx(0.2553, abs=5e-5), pytest.approx(0.3662, abs=5e-5))
    assert low[1] == 0


def test_cases_that_stand_alone_have_the_interval_of_wilson():
    part = np.r_[np.ones(81), np.zeros(182)]
    assert clustered_wilson(part, np.ones(263)) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_ten_like_cases_of_a_customer_tell_as_much_as_one():
    """8 of 20 customers, each with 10 cases that are all alike: the design effect is 10, so the interval is that of 8 of 20."""
    part = 10 * np.r_[np.ones(8), np.zeros(12)]
    low, high = wilson(pd.Series([8.0]), pd.Series([20]))
    assert clustered_wilson(part, np.full(20, 10.0)) == pytest.approx((low[0], high[0]))
    assert clustered_wilson(np.zeros(4), np.ones(4))[0] == 0


def test_a_ratio_of_money_varies_as_the_delta_method_says():
    """400 customers with the same whole, half of them with all of it: 0.5 ± 1.96 · 0.5 / 20; those without any of both change nothing."""
    part = np.arange(400) % 2 * 7.0
    assert resampled_ratio(part, np.full(400, 7.0)) == pytest.approx((0.451, 0.549), abs=0.006)
    assert resampled_ratio(np.array([3.0, 0]), np.array([6.0, 0])) == (0.5, 0.5), (
        "half of the draws of one twice are of nothing"
    )


def test_the_exact_interval_of_a_count_is_that_of_the_tables():
    """Garwood's interval as in the tables of Pearson & Hartley (95 %): 0: 0 to 3.69; 1: 0.0253 to 5.57; 10: 4.80 to 18.39."""
    low, high = exact_poisson(np.array([0, 1, 10]))
    assert low == pytest.approx([0, 0.0253, 4.795], abs=5e-4) and high == pytest.approx([3.689, 5.572, 18.39], abs=5e-3)


def test_newcombe_by_the_published_examples():
    """Newcombe (1998), table II, method 10: a) 56/70 less 48/80, 0.0524 to 0.3339; h) 10/10 less 0/10, 0.6075 to 1."""
    counts = [pd.Series(each) for each in ([56, 10], [70, 10], [48, 0], [80, 10])]
    low, high = newcombe(*counts)
    assert low.tolist() == pytest.approx([0.0524, 0.6075], abs=2e-4)
    assert high.tolist() == pytest.approx([0.3339, 1], abs=1e-4)


def test_resampled_sums_move_columns_together_and_keep_the_mean():
    columns = np.column_stack([np.arange(100.0), 2 * np.arange(100.0)])
    sums = resampled_sums(columns, 400, 1)
    assert sums.shape == (400, 2)
    assert (sums[:, 1] == 2 * sums[:, 0]).all()
    assert sums[:, 0].mean() == pytest.approx(4950, abs=60)  # standard error of the mean of 400: 288.7 / 20 = 14


@pytest.mark.parametrize("rows", [0, 1, 9_000, 9_001, 30_000])
def test_resampled_sums_are_those_of_the_rows_drawn(rows):
    """Against the sum over the drawn rows themselves, also where the sums are made in parts."""
    columns = np.random.default_rng(3).normal(100, 50, (rows, 2))
    rng = np.random.default_rng(7)
    drawn = [columns[rng.integers(0, rows, rows)].sum(axis=0) for _ in range(3)]
    assert resampled_sums(columns, 3, 7) == pytest.approx(np.array(drawn), rel=1e-12)
