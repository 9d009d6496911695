"""How much buying varies. Oracles: simulation, hand calculation, planted trend and season."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kamlib.errors import InputError
from kamlib.segments import variation
from kamlib.segments.variation import cv_interval, period_variation


@pytest.mark.parametrize(("shape", "n"), [(1.0, 5), (4.0, 9), (0.5, 25), (4.0, 45), (2.0, 200)])
def test_the_interval_holds_the_true_variation_as_often_as_it_says(shape, n):
    gaps = np.random.default_rng(5).gamma(shape, size=(6_000, n))
    cv = pd.Series(gaps.std(axis=1, ddof=1) / gaps.mean(axis=1))
    found = cv_interval(cv, pd.Series([n] * len(cv)))
    true = shape**-0.5
    held = ((found["low"] <= true) & (true <= found["high"])).mean()
    assert held == pytest.approx(0.95, abs=0.02)
    assert (found["low"] <= cv).all() and (cv <= found["high"]).mean() > 0.999


def test_the_table_of_few_gaps_is_what_a_simulation_gives():
    """Of each row 3,000 buyers with gamma gaps, whose seen variation leaves 2.5 % on either side; it never falls as the true one grows."""
    table = pd.read_csv(Path(variation.__file__).with_name("gap_variation.csv"))
    rng = np.random.default_rng(20)
    for n, rows in table.groupby("gaps"):
        seen = [np.zeros(2)]
        for true in rows["true"].iloc[1:]:
            gaps = rng.standard_gamma(true**-2, size=(3_000, n)) + 1e-300
            seen.append(np.quantile(gaps.std(axis=1, ddof=1) / gaps.mean(axis=1), [0.025, 0.975]))
        np.testing.assert_allclose(rows[["lower", "upper"]], np.maximum.accumulate(seen), rtol=1e-9)


def test_the_interval_narrows_with_more_gaps_and_passes_smoothly_into_the_limit_law():
    counts = pd.Series([5, 7, 11, 20, 60, 61, 500])
    found = cv_interval(pd.Series([0.8] * len(counts)), counts)
    width = found["high"] - found["low"]
    assert width.drop(5).is_monotonic_decreasing
    assert width.iloc[5] == pytest.approx(width.iloc[4], rel=0.1)


def test_a_regular_quarterly_buyer_varies_by_141_percent_by_months(months):
    # 9 0 0 9 0 0 ...: mean 3, standard deviation sqrt(18), ratio sqrt(2)
    found = period_variation(months({"a": [9, 0, 0] * 4}))
    assert found["cv_raw"].iloc[0] == pytest.approx(2**0.5)
    assert found["cv"].iloc[0] == pytest.approx(1.41, abs=0.005)
    by_quarter = period_variation(months({"a": [9, 0, 0] * 4}), grain="quarter")
    assert by_quarter["cv"].iloc[0] == 0 and by_quarter["periods"].iloc[0] == 4


def test_nothing_is_counted_before_the_first_order(months):
    # one account came nine months after the other: its own twelve months count, not the zeros before
    found = period_variation(months({"a": [10] * 21, "b": [10] * 12})).set_index("customer_id")
    assert found.loc["b", "periods"] == 12 and found.loc["b", "cv"] == 0


def test_a_partial_first_quarter_is_no_period(months):
    found = period_variation(months({"a": [1, 10, 10, 10, 10, 10, 10]}), grain="quarter", window_months=12)
    assert found["periods"].iloc[0] == 2 and found["cv"].iloc[0] == 0


def test_trend_and_season_are_taken_out_of_24_months_and_noise_stays_noise(months):
    rng = np.random.default_rng(2)
    season = 1 + 0.8 * np.sin(np.arange(24) * 2 * np.pi / 12)
    rows = {"planned": list(100 * season + 3 * np.arange(24))}
    rows |= {f"noise{i}": list(rng.normal(100, 30, 24)) for i in range(300)}
    found = period_variation(months(rows)).set_index("customer_id")
    assert found["adjusted"].all()
    assert found.loc["planned", "cv_raw"] > 0.35 and found.loc["planned", "cv"] < 1e-9
    # pure noise of 30 %: fitting 12 parameters to 24 months must not make it look regular
    noise = (found["cv"].drop("planned") ** 2).mean() ** 0.5
    assert noise == pytest.approx(0.30, abs=0.02)


def test_fewer_than_24_months_are_left_as_they_are(months):
    found = period_variation(months({"a": [1, 2] * 11 + [1]}))
    assert not found["adjusted"].iloc[0] and found["cv"].iloc[0] == found["cv_raw"].iloc[0]


def test_bad_input_is_refused_by_name(months):
    with pytest.raises(InputError, match="week"):
        period_variation(months({"a": [1] * 12}), grain="week")
    with pytest.raises(InputError, match="margin"):
        period_variation(months({"a": [1] * 12}), "margin")
    with pytest.raises(InputError, match="12 months"):
        period_variation(months({"a": [1] * 12}), window_months=6)
