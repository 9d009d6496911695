"""Three ways of grouping. Oracles: shapes whose parts are known, scikit-learn's own labels, a likelihood by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import HDBSCAN
from sklearn.metrics import adjusted_rand_score

from kamlib.segments import cluster_methods


def moons(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    angle, upper = rng.uniform(0, np.pi, n), rng.random(n) < 0.5
    x = np.where(upper, np.cos(angle), 1 - np.cos(angle))
    y = np.where(upper, np.sin(angle), 0.5 - np.sin(angle))
    return np.column_stack([x, y]) + 0.06 * rng.normal(size=(n, 2)), upper.astype(int)


def test_two_moons_are_told_apart_by_density_alone():
    values, half = moons(600, 0)
    agreement = {
        method: adjusted_rand_score(half, cluster_methods.fit(method, 2, values, 0, 5).predict(values))
        for method in cluster_methods.METHODS
    }
    assert agreement["HDBSCAN"] > 0.98
    assert max(agreement["k-means"], agreement["Gaussian mixture"]) < 0.7


def test_rows_that_were_seen_keep_the_labels_of_scikit_learn():
    values, _ = moons(600, 1)
    labels = HDBSCAN(min_cluster_size=12, min_samples=10, copy=True).fit_predict(values)
    np.testing.assert_array_equal(cluster_methods.Dense(values).predict(values), labels)


def test_rows_not_seen_go_with_their_neighbours_and_far_ones_nowhere():
    values, _ = moons(600, 1)
    new, half = moons(2000, 2)
    labels = cluster_methods.Dense(values).predict(new)
    placed = labels >= 0
    assert placed.mean() > 0.9 and adjusted_rand_score(half[placed], labels[placed]) > 0.98
    assert cluster_methods.Dense(values).predict(np.array([[9.0, 9], [-5, 0]])).tolist() == [-1, -1]


def test_a_fit_that_starts_from_another_ends_where_the_cold_one_does():
    rng = np.random.default_rng(0)
    values = np.concatenate([rng.normal(c, 0.5, (300, 2)) for c in (-4, 0, 4)])
    for method in (cluster_methods.KMEANS, cluster_methods.MIXTURE):
        cold = cluster_methods.fit(method, 3, values, 1, 10)
        warm = cluster_methods.fit(method, 3, values, 2, like=cluster_methods.fit(method, 3, values[::7], 3, 10))
        assert adjusted_rand_score(cold.predict(values), warm.predict(values)) > 0.99


def test_the_bayesian_criterion_of_k_means_by_hand():
    # 0, 2 | 10, 12: squared distances 4 x 1, n d = 4, variance 1; shares 1/2
    values = np.array([[0.0], [2], [10], [12]])
    model = cluster_methods.fit(cluster_methods.KMEANS, 2, values, 0, 3)
    likelihood = 4 * np.log(0.5) - 4 / 2 * (np.log(2 * np.pi) + 1)
    # two middles, one share, one variance: four numbers
    assert cluster_methods.bic(model, values, model.predict(values)) == pytest.approx(-2 * likelihood + 4 * np.log(4))


def test_the_criterion_prefers_three_clouds_where_there_are_three():
    rng = np.random.default_rng(0)
    values = np.concatenate([rng.normal(c, 0.5, (100, 2)) for c in (-4, 0, 4)])
    for method in (cluster_methods.KMEANS, cluster_methods.MIXTURE):
        models = {k: cluster_methods.fit(method, k, values, 0, 8) for k in (2, 3, 4)}
        found = {k: cluster_methods.bic(model, values, model.predict(values)) for k, model in models.items()}
        assert min(found, key=lambda k: found[k]) == 3
    assert np.isnan(
        cluster_methods.bic(cluster_methods.fit(cluster_methods.HDBSCAN, 0, values, 0), values, np.zeros(300, int))
    )
