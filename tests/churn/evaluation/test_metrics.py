"""Measures of predicted probabilities, against other programs and by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.evaluation.metrics import by_method, compare, concordance, logistic


@pytest.fixture(scope="module")
def predictions() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    n = 400
    p = np.round(rng.beta(1, 1, n), 2)  # with ties
    lost = (rng.random(n) < p).astype(float)
    wait = np.where(lost == 1, 180, rng.integers(1, 181, n)).astype(float)
    money = rng.lognormal(5, 1, n)
    return pd.DataFrame(
        {
            "lost": lost,
            "duration": wait,
            "event": 1 - lost,
            "money": money,
            "good": p,
            "base": lost.mean(),
            "coin": rng.random(n),
        }
    )


def value(measures: pd.DataFrame, method: str, measure: str) -> pd.Series:
    return measures[(measures["method"] == method) & (measures["measure"] == measure)].iloc[0]


def test_measures_are_those_of_other_programs(predictions):
    from lifelines.utils import concordance_index
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import brier_score_loss, roc_auc_score

    measures, _ = compare(predictions, ["good", "base"], bootstraps=100)
    lost, p = predictions["lost"], predictions["good"]
    assert value(measures, "good", "auc")["value"] == pytest.approx(roc_auc_score(lost, p))
    assert value(measures, "good", "c")["value"] == pytest.approx(
        concordance_index(predictions["duration"], p, predictions["event"])
    )
    assert value(measures, "good", "brier")["value"] == pytest.approx(brier_score_loss(lost, p))
    q = p.clip(1e-9, 1 - 1e-9)
    odds = np.log(q / (1 - q)).to_numpy()[:, None]
    slope = LogisticRegression(C=np.inf, tol=1e-10).fit(odds, lost).coef_[0, 0]
    assert value(measures, "good", "slope")["value"] == pytest.approx(slope, rel=1e-3)
    assert value(measures, "base", "auc")["value"] == 0.5
    assert np.isnan(value(measures, "base", "slope")["value"])


@pytest.mark.slow
def test_intervals_are_those_of_a_plain_bootstrap(predictions):
    """To first order only: the ends differ from those of drawing all pairs again by less than a tenth of the width."""
    from sklearn.metrics import roc_auc_score

    measures, _ = compare(predictions, ["good"], bootstraps=500, seed=3)
    rng = np.random.default_rng(3)
    draws = []
    for _ in range(500):
        rows = rng.integers(0, len(predictions), len(predictions))
        draws.append(roc_auc_score(predictions["lost"].to_numpy()[rows], predictions["good"].to_numpy()[rows]))
    found = value(measures, "good", "auc")
    low, high = np.percentile(draws, [2.5, 97.5])
    assert found["low"] == pytest.approx(low, abs=0.1 * (high - low))
    assert found["high"] == pytest.approx(high, abs=0.1 * (high - low))


def test_paired_differences_are_differences_of_the_values_and_narrower_than_both(predictions):
    measures, differences = compare(
        predictions.assign(near=predictions["good"] * 0.98), ["good", "near"], bootstraps=200
    )
    row = differences[differences["measure"] == "brier"].iloc[0]
    good, near = (value(measures, name, "brier") for name in ("good", "near"))
    assert row["difference"] == pytest.approx(good["value"] - near["value"])
    assert row["high"] - row["low"] < 0.3 * (good["high"] - good["low"])


def test_concordance_by_hand():
    """Times 1, 2, 3 (the last without an event), risks 3, 1, 1: pairs (1,2) and (1,3) right, (2,3) tied: 2.5 of 3."""
    right, all_pairs = concordance(np.array([3.0, 1, 1]), np.array([1.0, 2, 3]), np.array([1.0, 1, 0]))
    assert right.sum() / 2 == 2.5
    assert all_pairs.sum() / 2 == 3
    assert right.tolist() == [2, 1.5, 1.5]


def test_money_in_the_top_decile_by_hand():
    """Ten clients, so one is listed: the one with p 0.5 and money 100. Lost money is 100 + 60: 62.5 %."""
    p = [0.5, 0.9, *[0.1] * 8]
    money = [100.0, 40.0, *[60.0] * 8]
    lost = [1.0, 0.0, 1.0, *[0.0] * 7]
    table = pd.DataFrame({"p": p, "money": money, "lost": lost, "duration": 10.0, "event": 1 - np.array(lost)})
    measures, _ = compare(table, ["p"], bootstraps=100)
    assert value(measures, "p", "money")["value"] == pytest.approx(0.625)


def test_a_separated_logistic_curve_stays_finite():
    assert np.isfinite(logistic(np.array([0.0, 1, 2, 3]), np.array([0.0, 0, 1, 1]))).all()


def test_nine_losses_give_values_and_no_intervals():
    """Resampling nine losses can't show what a tenth would have been like."""
    rng = np.random.default_rng(0)
    p = np.linspace(0.01, 0.6, 100)
    lost = np.zeros(100)
    lost[rng.permutation(100)[:10]] = 1
    for losses, known in ((10, True), (9, False)):
        lost[np.flatnonzero(lost)[losses:]] = 0
        rows = pd.DataFrame(
            {"lost": lost, "duration": 90 - 50 * (1 - lost), "event": 1 - lost, "money": 1.0, "a": p, "b": p[::-1]}
        )
        measures, differences = compare(rows, ["a", "b"], bootstraps=50)
        assert measures["value"].notna().all()
        assert measures["low"].notna().all() == known
        assert differences["high"].notna().any() == known


def test_measures_stand_side_by_side_and_a_constant_has_no_slope():
    names = ["brier", "auc", "c", "slope", "money"]
    rows = [("model", name, value) for name, value in zip(names, [0.1, 0.9, 0.8, 1.2, 0.5], strict=True)]
    rows += [("base_rate", name, value) for name, value in zip(names, [0.2, 0.5, 0.5, np.nan, 0.1], strict=True)]
    found = by_method(pd.DataFrame(rows, columns=["method", "measure", "value"]))
    assert found.loc["model"].tolist() == [0.1, 0.9, 0.8, 1.2, 0.5]
    assert found.loc["base_rate", "slope"] == "no_slope" and found.columns[-1] == "money_in_top_tenth"
    nothing = pd.DataFrame()
    assert by_method(nothing) is nothing
