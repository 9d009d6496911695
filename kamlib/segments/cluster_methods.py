"""Two ways of grouping: k-means for round groups, a Gaussian mixture for long or tilted ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kamlib.segments.kmeans import kmeans, kmeans_from

METHODS = KMEANS, MIXTURE = ("k-means", "Gaussian mixture")
#: quartile ranges; a mixture's group is no thinner, or a feature in whole numbers would make groups without width
THINNEST = 0.15


def fit(method: str, k: int, values: np.ndarray, seed: int, starts: int = 1, like: Any = None) -> Any:
    """A model with cold starts, or one that starts where the model `like` ended."""
    if like is None:
        return fits(method, k, values[None], [seed], starts)[0]
    if method == KMEANS:
        return kmeans_from(like, values)
    return _mixture(
        k, values, seed, means_init=like.means_, weights_init=like.weights_, precisions_init=like.precisions_
    )


def fits(method: str, k: int, tables: np.ndarray, seeds: Sequence[int], starts: int) -> list[Any]:
    """A model with cold starts for each of `tables` (tables x rows x features), a seed each."""
    if method == KMEANS:
        return list(kmeans(tables, k, seeds, starts))
    return [_mixture(k, values, seed, n_init=max(1, starts // 4)) for values, seed in zip(tables, seeds, strict=True)]


def _mixture(k: int, values: np.ndarray, seed: int, **start: Any) -> Any:
    from sklearn.mixture import GaussianMixture

    return GaussianMixture(k, reg_covar=THINNEST**2, max_iter=200, random_state=seed, **start).fit(values)


def bic(model: Any, values: np.ndarray, labels: np.ndarray) -> float:
    """Bayesian information criterion; k-means counts as a mixture of equal round clouds."""
    if hasattr(model, "bic"):
        return float(model.bic(values))
    n, d = values.shape
    k = len(model.centres)
    variance = max(float(((values - model.centres[labels]) ** 2).sum()) / (n * d), 1e-12)
    shares = np.bincount(labels, minlength=k) / n
    likelihood = n * (shares[shares > 0] * np.log(shares[shares > 0])).sum()
    likelihood -= n * d / 2 * (np.log(2 * np.pi * variance) + 1)
    return float(-2 * likelihood + (k * d + k) * np.log(n))
