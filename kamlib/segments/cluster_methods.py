"""Two ways of grouping: k-means for round groups, a Gaussian mixture for long or tilted ones."""

from __future__ import annotations

from typing import Any

import numpy as np

METHODS = KMEANS, MIXTURE = ("k-means", "Gaussian mixture")
#: quartile ranges; a mixture's group is no thinner, or a feature in whole numbers would make groups without width
THINNEST = 0.15


def fit(method: str, k: int, values: np.ndarray, seed: int, starts: int = 1, like: Any = None) -> Any:
    """A model with cold starts, or one that starts where the model `like` ended."""
    from sklearn.cluster import KMeans
    from sklearn.mixture import GaussianMixture

    if method == KMEANS:
        init = "k-means++" if like is None else like.cluster_centers_
        return KMeans(k, init=init, n_init=starts, random_state=seed).fit(values)
    more = {"n_init": max(1, starts // 4)}
    if like is not None:
        more = {"means_init": like.means_, "weights_init": like.weights_, "precisions_init": like.precisions_}
    return GaussianMixture(k, reg_covar=THINNEST**2, max_iter=200, random_state=seed, **more).fit(values)


def bic(model: Any, values: np.ndarray, labels: np.ndarray) -> float:
    """Bayesian information criterion; k-means counts as a mixture of equal round clouds."""
    if hasattr(model, "bic"):
        return float(model.bic(values))
    n, d = values.shape
    k = len(model.cluster_centers_)
    variance = max(model.inertia_ / (n * d), 1e-12)
    shares = np.bincount(labels, minlength=k) / n
    likelihood = n * (shares[shares > 0] * np.log(shares[shares > 0])).sum()
    likelihood -= n * d / 2 * (np.log(2 * np.pi * variance) + 1)
    return float(-2 * likelihood + (k * d + k) * np.log(n))
