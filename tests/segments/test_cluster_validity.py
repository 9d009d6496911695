"""Clearness, chance and stability. Oracles: scikit-learn's silhouette, uniform p-values where there are no groups."""

from __future__ import annotations

import numpy as np
import pytest

from kamlib.segments import cluster_validity


def fit(k, values, seed, starts):
    from sklearn.cluster import KMeans

    return KMeans(k, n_init=starts, random_state=seed).fit(values)


def fits(k, tables, seeds, starts):
    return [fit(k, values, seed, starts) for values, seed in zip(tables, seeds, strict=True)]


def test_distances_are_those_by_the_root_of_squares():
    values = np.random.default_rng(0).normal(size=(230, 3))
    by_hand = np.sqrt(((values[:, None] - values) ** 2).sum(axis=-1))
    np.testing.assert_allclose(cluster_validity.distances(values), by_hand, rtol=1e-6)


def test_silhouettes_are_those_of_scikit_learn():
    from sklearn.metrics import pairwise_distances, silhouette_samples

    rng = np.random.default_rng(0)
    values, labels = rng.normal(size=(60, 3)), rng.integers(0, 4, 60)
    labels[labels == 3] = 0
    labels[7] = 3  # alone in its cluster
    found = cluster_validity.silhouettes(pairwise_distances(values), labels)
    np.testing.assert_allclose(found, silhouette_samples(values, labels), atol=1e-9)


def test_the_silhouette_by_hand():
    # on a line 0, 1 | 10, 11: first point a = 1, b = 10.5 -> 9.5 / 10.5
    points = np.array([0.0, 1, 10, 11])
    distances = np.abs(points[:, None] - points)
    assert cluster_validity.silhouettes(distances, np.array([0, 0, 1, 1]))[0] == pytest.approx(9.5 / 10.5)


def test_one_cluster_is_no_clearness():
    assert cluster_validity.silhouettes(np.ones((3, 3)) - np.eye(3), np.zeros(3, int)).tolist() == [0] * 3


def test_agreement_is_that_of_scikit_learn():
    from sklearn.metrics import adjusted_rand_score

    rng = np.random.default_rng(5)
    for _ in range(20):
        first, second = rng.integers(-1, 4, 50), rng.integers(0, 3, 50)
        assert cluster_validity.adjusted_rand(first, second) == pytest.approx(adjusted_rand_score(first, second))
    assert cluster_validity.adjusted_rand(first, (first + 7) % 11) == pytest.approx(1)
    assert cluster_validity.adjusted_rand(np.zeros(9, int), np.ones(9, int)) == 1


@pytest.mark.slow
def test_nulls_keep_each_column_or_the_covariance_but_no_groups():
    rng = np.random.default_rng(3)
    values = np.concatenate([rng.normal(-4, 1, (100, 3)), rng.normal(4, 1, (100, 3))])
    permuted, cloud = cluster_validity.null_silhouettes(fits, [2, 3], values, 5, np.random.default_rng(1))
    seen = cluster_validity.silhouettes(
        np.linalg.norm(values[:, None] - values, axis=2), fit(2, values, 0, 3).labels_
    ).mean()
    assert permuted.shape == cloud.shape == (5, 2)
    assert seen > permuted[:, 0].max() + 0.1 and seen > cloud[:, 0].max() + 0.1


def test_chance_is_called_chance_about_as_often_as_it_should():
    # scores of copies and of the data from one law: p below 10 % in about 10 % of cases, over all k together
    rng = np.random.default_rng(6)
    small = []
    for _ in range(400):
        scores = rng.normal(0.3, 0.01, size=(20, 5))
        own = rng.normal(0.3, 0.01, size=5)
        small.append(min(cluster_validity.family_p(own[at], at, scores) for at in range(5)) <= 0.10)
    assert 0.04 < np.mean(small) < 0.20


def test_a_larger_silhouette_is_never_less_significant():
    scores = np.random.default_rng(1).normal(0.3, 0.02, size=(20, 3))
    p = [cluster_validity.family_p(seen, 1, scores) for seen in (0.28, 0.3, 0.34, 0.4, 0.6)]
    assert p == sorted(p, reverse=True) and p[-1] < 0.001


@pytest.mark.slow
def test_clear_groups_hold_still_and_a_cloud_cut_in_five_does_not():
    rng = np.random.default_rng(2)
    clear = np.concatenate([rng.normal(c, 0.3, (60, 2)) for c in (-5, 0, 5)])
    cloud = rng.normal(size=(180, 2))
    held = [
        cluster_validity.stability(fits, k, values, fit(k, values, 0, 5).labels_, 10, np.random.default_rng(9))
        for k, values in ((3, clear), (5, cloud))
    ]
    assert held[0] > 0.99 and held[1] < 0.75
