"""Is there structure? How clear groups are, how clear they would be where there are none, and how still they hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

NO_STRUCTURE = "no_structure"
#: (k, rows, seed, starts) -> a fitted model with `predict`
Fit = Callable[[int, np.ndarray, int, int], Any]


def silhouettes(distances: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Silhouette of each row from a full matrix of distances: (b - a) / max(a, b).

    It is 0 for a row alone in its cluster, and for all where there are fewer than two clusters.

    References
    ----------
    Rousseeuw (1987), Journal of Computational and Applied Mathematics 20.
    """
    rows = np.arange(len(labels))
    if len(np.unique(labels)) < 2:
        return np.zeros(len(rows))
    member = np.eye(labels.max() + 1, dtype=distances.dtype)[labels]
    sizes = member.sum(axis=0)
    sums = distances @ member
    own = sizes[labels]
    a = sums[rows, labels] / np.maximum(own - 1, 1)
    other = sums / np.maximum(sizes, 1)
    other[:, sizes == 0] = np.inf
    other[rows, labels] = np.inf
    b = other.min(axis=1)
    return np.where(own > 1, (b - a) / np.maximum(np.maximum(a, b), 1e-12), 0.0)


def adjusted_rand(first: np.ndarray, second: np.ndarray) -> float:
    """Agreement of two groupings of the same rows, labels in whole numbers: 1 the same, 0 what chance gives.

    References
    ----------
    Hubert & Arabie (1985), Comparing partitions, Journal of Classification 2.
    """
    width = int(np.ptp(second)) + 1
    table = np.bincount(
        (first - first.min()) * width + second - second.min(), minlength=width * (int(np.ptp(first)) + 1)
    )
    table = table.reshape(-1, width).astype(float)
    together, in_first, in_second = ((n * (n - 1) / 2).sum() for n in (table, table.sum(axis=1), table.sum(axis=0)))
    chance = in_first * in_second / (len(first) * (len(first) - 1) / 2)
    most = (in_first + in_second) / 2
    return float((together - chance) / (most - chance)) if most != chance else 1.0


def stability(
    fit: Fit, k: int, values: np.ndarray, labels: np.ndarray, bootstraps: int, rng: np.random.Generator
) -> float:
    """Mean adjusted Rand index between `labels` and cold refits on rows drawn with replacement.

    References
    ----------
    Hennig (2007), Cluster-wise assessment of cluster stability, Computational Statistics & Data Analysis 52.
    """
    found = []
    for _ in range(bootstraps):
        drawn = values[rng.integers(0, len(values), len(values))]
        refit = fit(k, drawn, int(rng.integers(2**31)), 3)
        found.append(adjusted_rand(labels, refit.predict(values)))
    return float(np.mean(found))


def null_silhouettes(
    fit: Fit, ks: Sequence[int], values: np.ndarray, nulls: int, rng: np.random.Generator
) -> list[np.ndarray]:
    """Mean silhouettes where there are no groups: permuted columns, and one cloud of the same covariance.

    Returns
    -------
    list of two arrays, `nulls` rows by ``len(ks)`` columns each.

    References
    ----------
    Liu, Hayes, Nobel & Marron (2008), SigClust, JASA 103, for the single cloud.
    """
    from sklearn.metrics import pairwise_distances

    mean, covariance = values.mean(axis=0), np.cov(values.T)
    makers: tuple[Callable[[], np.ndarray], ...] = (
        lambda: rng.permuted(values, axis=0),
        lambda: rng.multivariate_normal(mean, covariance, size=len(values), method="eigh"),
    )
    found = [np.empty((nulls, len(ks))) for _ in makers]
    for scores, make in zip(found, makers, strict=True):
        for row in range(nulls):
            copy = make()
            distances = pairwise_distances(copy.astype(np.float32))
            for at, k in enumerate(ks):
                labels = fit(k, copy, int(rng.integers(2**31)), 3).predict(copy)
                scores[row, at] = silhouettes(distances, labels).mean()
    return found


def family_p(seen: float, at: int, scores: np.ndarray) -> float:
    """Chance that some k of a copy without groups stands out as much as `seen` does at the k of column `at`.

    The largest standardised silhouette of each copy follows about a Gumbel law, fitted by its moments.
    """
    mean, sd = scores.mean(axis=0), np.maximum(scores.std(axis=0, ddof=1), 1e-6)
    largest = ((scores - mean) / sd).max(axis=1)
    beta = max(largest.std(ddof=1), 1e-6) * np.sqrt(6) / np.pi
    mode = largest.mean() - np.euler_gamma * beta
    return float(-np.expm1(-np.exp(-((seen - mean[at]) / sd[at] - mode) / beta)))
