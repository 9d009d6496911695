"""Three ways of grouping: k-means for round groups, a Gaussian mixture for long ones, HDBSCAN for any shape."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.spatial import cKDTree

METHODS = KMEANS, MIXTURE, HDBSCAN = ("k-means", "Gaussian mixture", "HDBSCAN")
#: quartile ranges; a mixture's group is no thinner, or a feature in whole numbers would make groups without width
THINNEST = 0.15
#: of HDBSCAN: rows at most (its time grows with their square), neighbours that make a place dense, smallest group
DENSE_ROWS, NEIGHBOURS, SMALLEST_SHARE = 30_000, 10, 0.02


class Dense:
    """HDBSCAN, and a place for rows it has not seen.

    A new row goes where the nearest row that was seen lies, if it is no farther from that one than its tenth neighbour
    is; else it is in no group (-1). The number of groups is found, not given.

    References
    ----------
    Campello, Moulavi & Sander (2013), Density-based clustering based on hierarchical density estimates, PAKDD.
    """

    def __init__(self, values: np.ndarray) -> None:
        import sklearn.cluster

        smallest = max(NEIGHBOURS, int(np.ceil(SMALLEST_SHARE * len(values))))
        model = sklearn.cluster.HDBSCAN(min_cluster_size=smallest, min_samples=NEIGHBOURS, copy=True)
        self.labels = model.fit_predict(values)
        self.tree = cKDTree(values)
        self.reach = self.tree.query(values, k=NEIGHBOURS)[0][:, -1]

    def predict(self, values: np.ndarray) -> np.ndarray:
        distance, nearest = self.tree.query(values)
        return np.where(distance <= self.reach[nearest], self.labels[nearest], -1)


def fit(method: str, k: int, values: np.ndarray, seed: int, starts: int = 1, like: Any = None) -> Any:
    """A model with cold starts, or one that starts where the model `like` ended; HDBSCAN knows neither k nor starts."""
    from sklearn.cluster import KMeans
    from sklearn.mixture import GaussianMixture

    if method == HDBSCAN:
        return Dense(values)
    if method == KMEANS:
        init = "k-means++" if like is None else like.cluster_centers_
        return KMeans(k, init=init, n_init=starts, random_state=seed).fit(values)
    more = {"n_init": max(1, starts // 4)}
    if like is not None:
        more = {"means_init": like.means_, "weights_init": like.weights_, "precisions_init": like.precisions_}
    return GaussianMixture(k, reg_covar=THINNEST**2, max_iter=200, random_state=seed, **more).fit(values)


def bic(model: Any, values: np.ndarray, labels: np.ndarray) -> float:
    """Bayesian information criterion; k-means counts as a mixture of equal round clouds, HDBSCAN has none."""
    if isinstance(model, Dense):
        return float("nan")
    if hasattr(model, "bic"):
        return float(model.bic(values))
    n, d = values.shape
    k = len(model.cluster_centers_)
    variance = max(model.inertia_ / (n * d), 1e-12)
    shares = np.bincount(labels, minlength=k) / n
    likelihood = n * (shares[shares > 0] * np.log(shares[shares > 0])).sum()
    likelihood -= n * d / 2 * (np.log(2 * np.pi * variance) + 1)
    return float(-2 * likelihood + (k * d + k) * np.log(n))
