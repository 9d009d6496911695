"""Two ways of grouping. Oracles: clouds whose parts are known, a likelihood by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from kamlib.segments import cluster_methods


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
