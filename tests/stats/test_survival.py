"""Kaplan-Meier, log-rank and the test of proportional hazards against published figures."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.errors import InputError
from kamlib.stats.survival import at_risk, kaplan_meier, log_rank, median_day, proportional_hazards


@pytest.fixture(scope="module")
def waltons() -> pd.DataFrame:
    from lifelines.datasets import load_waltons

    return load_waltons()


def test_kaplan_meier_by_hand():
    """Five clients: orders on days 1, 2, 2 and 4, one observed for 3 days only.

    Share waiting: day 1 4/5; day 2 4/5 · 2/4 = 0.4; day 4 0.4 · 0/1 = 0. At risk before: 5, 4, 2 (day 3), 1 (day 4).
    """
    curve = kaplan_meier(pd.Series([1, 2, 2, 3, 4]), pd.Series([1, 1, 1, 0, 1])).set_index("day")
    assert curve["share"].round(10).to_dict() == {0: 1, 1: 0.8, 2: 0.4, 3: 0.4, 4: 0}
    assert curve["at_risk"].to_dict() == {0: 5, 1: 5, 2: 4, 3: 2, 4: 1}
    assert at_risk(curve.reset_index(), [0, 2, 5]).loc["all"].tolist() == [5, 4, 0]


def test_waltons_medians_and_log_rank_are_the_published_ones(waltons):
    everyone = kaplan_meier(waltons["T"], waltons["E"])
    assert median_day(everyone)["all"] == 56
    groups = median_day(kaplan_meier(waltons["T"], waltons["E"], waltons["group"]))
    assert groups[["control", "miR-137"]].tolist() == [58, 26]
    statistic, freedom, p = log_rank(waltons["T"], waltons["E"], waltons["group"])
    assert statistic == pytest.approx(122.249, abs=5e-4)
    assert freedom == 1
    assert p < 1e-20


def test_the_median_of_lung_and_its_interval_are_the_published_ones():
    """310 days, interval 284 to 361 by the log-log method: the days on which its ends cross one half."""
    from lifelines.datasets import load_lung

    lung = load_lung().dropna(subset=["time", "status"])
    curve = kaplan_meier(lung["time"], lung["status"])
    assert median_day(curve)["all"] == 310
    assert curve.loc[curve["low"] <= 0.5, "day"].min() == 284
    assert curve.loc[curve["high"] <= 0.5, "day"].min() == 361


def test_a_curve_without_half_has_no_median():
    assert median_day(kaplan_meier(pd.Series([1, 5, 5, 5]), pd.Series([1, 0, 0, 0]))).isna().all()


@pytest.fixture(scope="module")
def rossi():
    from lifelines import CoxPHFitter
    from lifelines.datasets import load_rossi

    data = load_rossi()
    return data, CoxPHFitter().fit(data, "week", "arrest")


def test_rossi_is_the_published_cox_model(rossi):
    """Fox (2002), as lifelines prints it."""
    _, fitted = rossi
    published = {
        "fin": -0.3794,
        "age": -0.0574,
        "race": 0.3139,
        "wexp": -0.1498,
        "mar": -0.4337,
        "paro": -0.0849,
        "prio": 0.0915,
    }
    assert fitted.params_.round(4).to_dict() == published
    assert fitted.log_likelihood_ == pytest.approx(-658.7477, abs=5e-5)
    assert fitted.concordance_index_ == pytest.approx(0.6403, abs=5e-5)


def test_hazards_of_age_and_work_experience_are_not_proportional_in_rossi(rossi):
    """Published: the scaled residual test fails for age (0.0007) and wexp (0.0068) only. The score test fails for the same two."""
    from lifelines.statistics import proportional_hazard_test

    data, fitted = rossi
    published = proportional_hazard_test(fitted, data, time_transform="rank").summary["p"]
    assert published[["age", "wexp"]].round(4).tolist() == [0.0007, 0.0068]
    covariates = data.drop(columns=["week", "arrest"])
    exact = proportional_hazards(covariates, data["week"], data["arrest"], fitted.params_)["p"]
    for p in (published, exact):
        assert set(p.index[p < 0.05]) == {"age", "wexp"}


def crossing(seed: int, *, early: float, late: float, n: int = 600) -> pd.DataFrame:
    """Clients in strata with their own level; the effect of x is `early` to day 30 and `late` after it."""
    rng = np.random.default_rng(seed)
    x, stratum = rng.normal(size=n), rng.integers(0, 4, n)
    rate = 0.01 * np.exp(0.4 * stratum)
    first = rng.exponential(1 / (rate * np.exp(early * x)))
    second = 30 + rng.exponential(1 / (rate * np.exp(late * x)))
    time = np.ceil(np.where(first < 30, first, second))
    return pd.DataFrame({"x": x, "time": time.clip(max=150), "event": (time <= 150).astype(int), "stratum": stratum})


def p_value(data: pd.DataFrame) -> float:
    from lifelines import CoxPHFitter

    fitted = CoxPHFitter().fit(data, "time", "event", strata=["stratum"])
    return float(
        proportional_hazards(data[["x"]], data["time"], data["event"], fitted.params_, data["stratum"])["p"].iloc[0]
    )


def test_the_test_finds_an_effect_that_changes_within_strata():
    assert p_value(crossing(0, early=1.0, late=-0.5)) < 1e-6


@pytest.mark.slow
def test_the_test_keeps_its_level_where_hazards_are_proportional():
    """60 seeds at 5 %: more than 8 alarms have a probability below 0.005 (binomial)."""
    assert sum(p_value(crossing(seed, early=0.5, late=0.5)) < 0.05 for seed in range(60)) <= 8


@pytest.mark.parametrize("durations", [[], [1, -1], [1, np.nan]])
def test_bad_durations_are_refused(durations):
    with pytest.raises(InputError):
        kaplan_meier(pd.Series(durations, dtype=float), pd.Series([1] * len(durations)))


def test_one_group_can_not_be_compared():
    with pytest.raises(InputError, match="two groups"):
        log_rank(pd.Series([1, 2]), pd.Series([1, 1]), pd.Series(["a", "a"]))
