"""The Cox fit on landmark rows: its intervals hold the truth of a proportional model."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.cox import cox_data, fit_cox


def proportional(seed: int, n: int = 400) -> pd.DataFrame:
    """Rows of a proportional-hazards model: three landmarks with levels of their own, coefficients 0.5 and -0.3."""
    rng = np.random.default_rng(seed)
    x = pd.DataFrame({"a": rng.normal(size=n), "b": rng.integers(0, 2, n).astype(float)})
    landmark = rng.integers(0, 3, n)
    wait = np.ceil(rng.exponential(60 / np.exp(0.5 * x["a"] - 0.3 * x["b"] + 0.4 * landmark)))
    rows = pd.DataFrame({"customer_id": np.arange(n).astype(str), "as_of": pd.Timestamp("2025-01-01")})
    rows["as_of"] += pd.to_timedelta(30 * landmark, unit="D")
    came = pd.DataFrame({"duration": np.minimum(wait, 90), "event": (wait <= 90).astype(int)})
    return cox_data(x, rows, came).drop(columns="_account")


def covered(seeds: range) -> pd.Series:
    """How often the 95 % interval of each coefficient holds the truth, unpenalised."""
    truth = pd.Series({"a": 0.5, "b": -0.3})
    hits = []
    for seed in seeds:
        fitted = fit_cox(proportional(seed), 0.0)
        hits.append((fitted.params_ - truth).abs() <= 1.96 * fitted.standard_errors_)
    return pd.DataFrame(hits).mean()


@pytest.mark.slow
def test_intervals_cover_the_truth_of_a_proportional_model():
    """20 seeds and two coefficients: 33 of 40 or fewer have a probability below 0.001 at 95 %."""
    assert covered(range(20)).mean() > 33 / 40


@pytest.mark.proof
def test_intervals_cover_the_truth_in_92_to_98_of_100():
    assert covered(range(400)).between(0.92, 0.98).all()
