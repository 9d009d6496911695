"""The Cox fit on landmark rows: lifelines' estimates, published ones, and intervals that hold the truth of a proportional model."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.models.cox import cox_data, fit_cox, widening
from kamlib.errors import InputError

CLOSE = {
    "precision": 1e-13,
    "r_precision": 1e-15,
}  # lifelines ends about a ten-thousandth of a standard error earlier by itself


def proportional(seed: int, n: int = 400) -> pd.DataFrame:
    """Rows of a proportional-hazards model: three landmarks with levels of their own, coefficients 0.5 and -0.3."""
    rng = np.random.default_rng(seed)
    x = pd.DataFrame({"a": rng.normal(size=n), "b": rng.integers(0, 2, n).astype(float)})
    landmark = rng.integers(0, 3, n)
    wait = np.ceil(rng.exponential(60 / np.exp(0.5 * x["a"] - 0.3 * x["b"] + 0.4 * landmark)))
    rows = pd.DataFrame({"customer_id": rng.integers(0, n // 2, n).astype(str), "as_of": pd.Timestamp("2025-01-01")})
    rows["as_of"] += pd.to_timedelta(30 * landmark, unit="D")
    came = pd.DataFrame({"duration": np.minimum(wait, 90), "event": (wait <= 90).astype(int)})
    return cox_data(x, rows, came)


def by_lifelines(data, penalty, **more):
    from lifelines.fitters.coxph_fitter import SemiParametricPHFitter

    fitter = SemiParametricPHFitter(penalizer=penalty)
    return fitter.fit(data, "_duration", "_event", strata=["_landmark"], fit_options=CLOSE, **more)


@pytest.mark.parametrize("penalty", [0.0, 0.01, 1.0])
@pytest.mark.parametrize("start", [0, 30])
def test_coefficients_and_covariance_are_those_of_lifelines(penalty, start):
    """Ties on most days, strata, censored rows, a ridge; and the days after a split."""
    data = proportional(5)
    data = data[data["_duration"] > start].assign(_duration=data["_duration"] - start)
    found, wanted = fit_cox(data, penalty), by_lifelines(data.drop(columns="_account"), penalty)
    pd.testing.assert_series_equal(found.coefficients, wanted.params_, check_names=False, rtol=1e-6)
    pd.testing.assert_frame_equal(found.covariance, wanted.variance_matrix_, check_names=False, rtol=1e-6)


def test_the_recidivism_of_rossi_has_its_published_coefficients():
    """As R's coxph prints them, ties by Efron: Fox & Weisberg (2018), An R Companion, appendix on survival."""
    from lifelines.datasets import load_rossi

    data = load_rossi().rename(columns={"week": "_duration", "arrest": "_event"})
    data["_event"] = data["_event"] == 1
    found = fit_cox(data.assign(_landmark=0, _account=data.index), 0.0)
    error = pd.Series(np.sqrt(np.diag(found.covariance)), found.coefficients.index)
    published = pd.DataFrame(
        {
            "coef": [-0.37942, -0.05744, 0.31390, -0.14980, -0.43370, -0.08487, 0.09150],
            "se": [0.19138, 0.02200, 0.30799, 0.21222, 0.38187, 0.19576, 0.02865],
        },
        index=["fin", "age", "race", "wexp", "mar", "paro", "prio"],
    )
    pd.testing.assert_frame_equal(pd.DataFrame({"coef": found.coefficients, "se": error}), published, atol=6e-6, rtol=0)


def test_standard_errors_are_widened_as_lifelines_does_by_its_robust_variance():
    """200 accounts in 400 rows, and a copy of each row in the account of the first: then they widen by about the square root of 2."""
    data = proportional(6)
    for rows in (data, pd.concat([data, data], ignore_index=True)):
        robust, naive = by_lifelines(rows, 0.01, cluster_col="_account"), fit_cox(rows, 0.01)
        wanted = robust.standard_errors_ / np.sqrt(np.diag(robust.variance_matrix_))
        found = widening(rows, 0.01, naive, len(rows), 1)
        pd.testing.assert_series_equal(found, wanted, check_names=False, rtol=1e-6)
    assert found.between(1.2, 1.7).all()


def test_on_many_rows_the_widening_is_that_of_a_sample_of_whole_accounts():
    data = proportional(7)
    found = widening(data, 0.01, fit_cox(data, 0.01), 200, 1)
    assert found.between(0.7, 1.4).all() and not found.equals(widening(data, 0.01, fit_cox(data, 0.01), 400, 1))


def log_likelihood(data: pd.DataFrame, a: float, b: float) -> float:
    """Cox's partial likelihood, row by row; every landmark by itself, no two orders on one day."""
    total = 0.0
    landmark, day, bought = (data[name].to_numpy() for name in ("_landmark", "_duration", "_event"))
    at = (a * data["a"] + b * data["b"]).to_numpy()
    for row in np.flatnonzero(bought):
        waiting = (landmark == landmark[row]) & (day >= day[row])
        total += at[row] - np.log(np.exp(at[waiting]).sum())
    return total


@pytest.mark.slow
@pytest.mark.parametrize("falling", [(), ("a",), ("b",), ("a", "b")])
def test_falling_signs_have_the_best_coefficients_that_are_at_most_0(falling):
    """Thirty rows whose free estimates are a > 0 > b: every point of a grid is tried that the bounds allow, ever finer."""
    rng = np.random.default_rng(2)
    data = proportional(9, 60).drop_duplicates(["_landmark", "_duration"]).head(30)
    data["a"], data["b"] = data["a"] + 0.5 * data["b"], data["b"] + 0.1 * rng.normal(size=len(data))
    centre, step = (0.0, 0.0), 1.0
    while step > 2e-4:
        around = step * np.linspace(-2, 2, 9)
        tried = [
            (log_likelihood(data, a, b), a, b)
            for a in ({min(centre[0] + d, 0.0) for d in around} if "a" in falling else centre[0] + around)
            for b in ({min(centre[1] + d, 0.0) for d in around} if "b" in falling else centre[1] + around)
        ]
        centre, step = max(tried)[1:], step / 2
    found = fit_cox(data, 0.0, falling)
    assert found.coefficients.tolist() == pytest.approx(centre, abs=1e-3)
    held = [name for name in falling if found.coefficients[name] == 0]
    assert held == (["a"] if "a" in falling else [])
    assert (np.diag(found.covariance) == 0).tolist() == [name in held for name in ("a", "b")]


def test_where_nobody_bought_or_no_estimate_is_finite_it_says_so():
    data = proportional(8)
    with pytest.raises(InputError, match="no account bought again"):
        fit_cox(data.assign(_event=False), 0.01)
    with pytest.raises(InputError, match="can't be estimated"):
        fit_cox(data.assign(a=1.0), 0.01)
    apart = data.assign(a=data["_event"].astype(float))  # whoever has 1 buys, and nobody else: only the ridge ends it
    assert 1 < fit_cox(apart, 0.01).coefficients["a"] < 10


def covered(seeds: range) -> pd.Series:
    """How often the 95 % interval of each coefficient holds the truth, unpenalised."""
    truth = pd.Series({"a": 0.5, "b": -0.3})
    hits = []
    for seed in seeds:
        fitted = fit_cox(proportional(seed), 0.0)
        error = np.sqrt(np.diag(fitted.covariance))
        hits.append((fitted.coefficients - truth).abs() <= 1.96 * error)
    return pd.DataFrame(hits).mean()


@pytest.mark.slow
def test_intervals_cover_the_truth_of_a_proportional_model():
    """20 seeds and two coefficients: 33 of 40 or fewer have a probability below 0.001 at 95 %."""
    assert covered(range(20)).mean() > 33 / 40


@pytest.mark.proof
def test_intervals_cover_the_truth_in_92_to_98_of_100():
    assert covered(range(400)).between(0.92, 0.98).all()
