"""Is there structure? How clear groups are, how clear they would be where there are none, and how still they hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

NO_STRUCTURE = "no_structure"
#: (k, tables x rows x features, a seed each, starts) -> a fitted model with `predict` for each table
Fits = Callable[[int, np.ndarray, list[int], int], list[Any]]


def distances(values: np.ndarray) -> np.ndarray:
    """All distances between rows, in single precision."""
    from scipy.spatial.distance import cdist

    found = np.empty((len(values), len(values)), dtype=np.float32)
    for at in range(0, len(values), 100):
        found[at : at + 100] = cdist(values[at : at + 100], values)
    return found


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
    fits: Fits, k: int, values: np.ndarray, labels: np.ndarray, bootstraps: int, rng: np.random.Generator
) -> float:
    """Mean adjusted Rand index between `labels` and cold refits on rows drawn with replacement.

    References
    ----------
    Hennig (2007), Cluster-wise assessment of cluster stability, Computational Statistics & Data Analysis 52.
    """
    draws = [(rng.integers(0, len(values), len(values)), int(rng.integers(2**31))) for _ in range(bootstraps)]
    rows, seeds = zip(*draws, strict=True)
    refits = fits(k, values[np.stack(rows)], list(seeds), 3)
    return float(np.mean([adjusted_rand(labels, refit.predict(values)) for refit in refits]))


def null_silhouettes(
    fits: Fits, ks: Sequence[int], values: np.ndarray, nulls: int, rng: np.random.Generator
) -> list[np.ndarray]:
    """Mean silhouettes where there are no groups: permuted columns, and one cloud of the same covariance.

    Returns
    -------
    list of two arrays, `nulls` rows by ``len(ks)`` columns each.

    References
    ----------
    Liu, Hayes, Nobel & Marron (2008), SigClust, JASA 103, for the single cloud.
    """
    mean, covariance = values.mean(axis=0), np.cov(values.T)
    makers: tuple[Callable[[], np.ndarray], ...] = (
        lambda: rng.permuted(values, axis=0),
        lambda: rng.multivariate_normal(mean, covariance, size=len(values), method="eigh"),
    )
    found = []
    for make in makers:
        drawn = [(make(), [int(rng.integers(2**31)) for _ in ks]) for _ in range(nulls)]
        copies = np.stack([copy for copy, _ in drawn])
        models = [fits(k, copies, [seeds[at] for _, seeds in drawn], 3) for at, k in enumerate(ks)]
        scores = np.empty((nulls, len(ks)))
        for row, copy in enumerate(copies):
            apart = distances(copy)
            scores[row] = [silhouettes(apart, each[row].predict(copy)).mean() for each in models]
        found.append(scores)
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
