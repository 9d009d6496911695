"""Measures of predicted probabilities of loss, with bootstrap intervals by client and paired differences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kamlib.study.settings.sections import FEWEST

MEASURES = ("auc", "c", "brier", "slope", "money")
Contribution = tuple[tuple[np.ndarray, np.ndarray], tuple[float, float]]


def compare(
    predictions: pd.DataFrame, methods: Sequence[str], *, bootstraps: int = 500, seed: int = 1
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Measure each method on the same clients, and the first one against each of the others.

    Intervals are percentiles over bootstrap samples of clients, the same samples for all methods; they are missing where
    fewer than ten clients were lost, or fewer than ten were not. AUC, C and slope are
    resampled to first order (each client's own contribution), so that no pair is counted again in each sample.

    Parameters
    ----------
    predictions : DataFrame, one row per client
        lost (1, 0), money, and a column of the chance of it per method; where time counts too, duration (days to the next order, cut at
        H) and event (1: bought): without them there is no C.

    Returns
    -------
    measures : DataFrame
        method, measure, value, low, high. auc; c (Harrell's C with risk of ordering = -P(no order)); brier; slope (missing
        for a constant); money: of the money of the lost clients, the share that the tenth of clients with the largest
        P(no order) × money holds.
    differences : DataFrame
        baseline, measure, difference (first method less baseline), low, high.
    """
    n = len(predictions)
    lost = predictions["lost"].to_numpy(float)
    parts: list[np.ndarray] = []
    at: dict[tuple[str, str], tuple[int, tuple[float, float]]] = {}
    for method in methods:
        p = predictions[method].to_numpy(float)
        for measure, columns in _contributions(p, lost, predictions).items():
            at[method, measure] = (len(parts), columns[1])
            parts.extend(columns[0])
    stack = np.column_stack(parts)
    rng = np.random.default_rng(seed)
    weights = [np.ones(n), *(np.bincount(rng.integers(0, n, n), minlength=n) for _ in range(bootstraps))]
    sums = np.array([weight @ stack for weight in weights])
    values = {}
    for key, (column, (offset_top, offset_bottom)) in at.items():
        top, bottom = sums[:, column] + offset_top, sums[:, column + 1] + offset_bottom
        values[key] = np.divide(top, bottom, out=np.full(len(top), np.nan), where=bottom != 0)
    if min(lost.sum(), n - lost.sum()) < FEWEST.compared:
        values = {key: np.append(draws[:1], np.nan) for key, draws in values.items()}
    measures = [(method, measure, *_interval(draws)) for (method, measure), draws in values.items()]
    told = [measure for measure in MEASURES if (methods[0], measure) in values]
    first, *others = methods
    differences = [
        (other, measure, *_interval(values[first, measure] - values[other, measure]))
        for other in others
        for measure in told
    ]
    return (
        pd.DataFrame(measures, columns=["method", "measure", "value", "low", "high"]),
        pd.DataFrame(differences, columns=["baseline", "measure", "difference", "low", "high"]),
    )


def by_method(measures: pd.DataFrame) -> pd.DataFrame:
    """The values of `compare` side by side: a row for each method, in columns brier, auc, c (of the time to an order), slope (*no_slope* for a constant) and
    money_in_top_tenth."""
    if measures.empty:
        return measures
    wide = measures.pivot(index="method", columns="measure", values="value")
    wide = wide[[name for name in ("brier", "auc", "c", "slope", "money") if name in wide]]
    return (
        wide.assign(slope=wide["slope"].astype(object).where(wide["slope"].notna(), "no_slope"))
        .rename_axis(columns=None)
        .rename(columns={"money": "money_in_top_tenth"})
    )


def concordance(risk: np.ndarray, time: np.ndarray, event: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each row's concordant and comparable pairs: who has the event earlier should have the higher risk.

    A pair is comparable when one has its event before the other's, or was without it still on that day; equal risks count one half. Harrell's C is the
    ratio of the sums; the AUC is the same with time 0 and an event for one class, time 1 for the other.

    References
    ----------
    Harrell et al. (1982), JAMA 247.
    """
    rank = np.unique(risk, return_inverse=True)[1]
    ranks = int(rank.max()) + 1 if len(rank) else 0
    concordant, comparable = np.zeros(len(risk)), np.zeros(len(risk))
    for moment in np.unique(time[event == 1]):
        now = (time == moment) & (event == 1)
        later = (time > moment) | ((time == moment) & (event == 0))
        lower = np.bincount(rank[later], minlength=ranks)
        concordant[now] += (np.cumsum(lower) - lower / 2)[rank[now]]
        comparable[now] += later.sum()
        higher = np.bincount(rank[now], minlength=ranks)
        concordant[later] += (now.sum() - np.cumsum(higher) + higher / 2)[rank[later]]
        comparable[later] += now.sum()
    return concordant, comparable


def logistic(x: np.ndarray, y: np.ndarray, *, penalty: float = 1e-3) -> tuple[float, float]:
    """Intercept and slope of the maximum likelihood logistic curve of y (0, 1) on x, by Newton's method.

    The ridge penalty on the slope (of standardised x) keeps them finite where x separates y.
    """
    z = (x - x.mean()) / (x.std() or 1.0)
    design = np.column_stack([np.ones_like(z), z])
    beta, ridge = np.zeros(2), np.array([1e-3, penalty])
    for _ in range(100):
        mu = 1 / (1 + np.exp(-(design @ beta).clip(-30, 30)))
        hessian = design.T @ (design * (mu * (1 - mu))[:, None]) + np.diag(ridge)
        step = np.linalg.solve(hessian, design.T @ (y - mu) - ridge * beta)
        beta = beta + step
        if np.abs(step).max() < 1e-10:
            break
    slope = beta[1] / (x.std() or 1.0)
    return float(beta[0] - slope * x.mean()), float(slope)


def _contributions(p: np.ndarray, lost: np.ndarray, predictions: pd.DataFrame) -> dict[str, Contribution]:
    """For each measure the per-client parts of numerator and denominator, and what the sums are corrected by."""
    n = len(p)
    auc = concordance(-p, lost, 1 - lost)
    money = predictions["money"].to_numpy(float)
    listed = np.zeros(n)
    listed[np.argsort(-p * money, kind="stable")[: max(1, round(n / 10))]] = 1
    found = {
        "auc": (auc, (-auc[0].sum() / 2, -auc[1].sum() / 2)),
        "brier": (((p - lost) ** 2, np.ones(n)), (0.0, 0.0)),
        "money": ((listed * lost * money, lost * money), (0.0, 0.0)),
    }
    odds = np.log(p.clip(1e-9, 1 - 1e-9) / (1 - p.clip(1e-9, 1 - 1e-9)))
    if np.ptp(odds) < 1e-9:
        found["slope"] = ((np.zeros(n), np.zeros(n)), (0.0, 0.0))
    else:
        intercept, slope = logistic(odds, lost)
        mu = 1 / (1 + np.exp(-(intercept + slope * odds)))
        design = np.column_stack([np.ones(n), odds])
        hessian = design.T @ (design * (mu * (1 - mu))[:, None])
        influence = (design * (lost - mu)[:, None]) @ np.linalg.inv(hessian)[1]
        found["slope"] = ((influence + slope / n, np.full(n, 1 / n)), (0.0, 0.0))
    if "event" in predictions:
        c = concordance(-p, predictions["duration"].to_numpy(float), predictions["event"].to_numpy(float))
        found["c"] = (c, (-c[0].sum() / 2, -c[1].sum() / 2))
    return {name: found[name] for name in MEASURES if name in found}


def _interval(draws: np.ndarray) -> tuple[float, float, float]:
    """The value on the clients themselves, and the 2.5th and 97.5th percentile over the resamples."""
    if np.isnan(draws[1:]).all():
        return float(draws[0]), np.nan, np.nan
    low, high = np.nanpercentile(draws[1:], [2.5, 97.5])
    return float(draws[0]), float(low), float(high)
