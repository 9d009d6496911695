"""k-means of many tables at once. Oracles: scikit-learn's, tables by hand, the definition of a settled grouping."""

from __future__ import annotations

import numpy as np
import pytest

from kamlib.segments import kmeans as module
from kamlib.segments.kmeans import KMeans, ends, kmeans, kmeans_from


def tables(rows: int = 300) -> np.ndarray:
    rng = np.random.default_rng(4)
    clouds = rng.normal(size=(3, rows, 4)) + 2 * rng.integers(-1, 2, size=(3, rows, 1))
    return np.concatenate([clouds, rng.exponential(size=(2, rows, 4))])


@pytest.mark.parametrize("k", [2, 5, 8])
def test_groups_are_those_of_scikit_learn_with_the_same_seed(k):
    from sklearn.cluster import KMeans as Other

    seeds = [7, 1, 30, 2**31 - 1, 5]
    for values, seed, ours in zip(tables(), seeds, kmeans(tables(), k, seeds, 3), strict=True):
        theirs = Other(k, n_init=3, random_state=seed).fit(values)
        np.testing.assert_array_equal(ours.predict(values), theirs.labels_)
        np.testing.assert_allclose(ours.centres, theirs.cluster_centers_, atol=1e-9)


def test_a_table_among_others_is_grouped_as_it_is_alone():
    many = kmeans(tables(), 4, [1, 2, 3, 4, 5], 3)
    for values, seed, found in zip(tables(), [1, 2, 3, 4, 5], many, strict=True):
        np.testing.assert_allclose(found.centres, kmeans(values[None], 4, [seed], 3)[0].centres, atol=1e-12)


def test_the_kept_start_has_the_least_squares_and_they_are_those_to_its_centres():
    centres, squares = ends(tables(), 5, [1, 2, 3, 4, 5], 6)
    by_hand = ((tables()[:, None, :, None] - centres[:, :, None]) ** 2).sum(axis=-1).min(axis=-1).sum(axis=-1)
    np.testing.assert_allclose(squares, by_hand)
    kept = kmeans(tables(), 5, [1, 2, 3, 4, 5], 6)
    for each, start, found in zip(centres, by_hand.argmin(axis=1), kept, strict=True):
        np.testing.assert_allclose(np.sort(found.centres, axis=0), np.sort(each[start], axis=0), atol=1e-6)


def test_two_pairs_on_a_line_are_two_groups_whose_centres_are_their_middles():
    found = kmeans(np.array([[[0.0], [2], [10], [12]]]), 2, [0], 3)[0]
    assert sorted(found.centres.ravel()) == [1, 11]
    assert KMeans(np.array([[1.0], [11]])).predict(np.array([[5.0], [7]])).tolist() == [0, 1]


def test_a_row_as_near_to_two_centres_counts_once():
    """-1, 0 and 1 from centres at -1 and 1: 0 goes to the first, whose centre moves to -0.5, and then it stays there."""
    found = kmeans_from(KMeans(np.array([[-1.0], [1]])), np.array([[-1.0], [0], [1]]))
    assert found.centres.ravel().tolist() == pytest.approx([-0.5, 1])


def test_a_centre_that_nobody_is_near_takes_the_row_farthest_from_its_own():
    """All rows are nearest to 0; the centre at 100 takes 9, and 8 joins it."""
    found = kmeans_from(KMeans(np.array([[0.0], [100]])), np.array([[0.0], [1], [8], [9]]))
    assert found.centres.ravel().tolist() == pytest.approx([0.5, 8.5])


def test_more_groups_than_different_rows_do_no_harm():
    found = kmeans(np.repeat([[0.0, 0], [1, 1]], 10, axis=0)[None], 4, [3], 2)[0]
    assert len(np.unique(found.predict(np.array([[0.0, 0], [1, 1]])))) == 2 and np.isfinite(found.centres).all()


def test_a_large_table_is_taken_in_parts_with_the_same_result(monkeypatch):
    values = tables()[0]
    whole = kmeans_from(KMeans(values[:3]), values).centres
    monkeypatch.setattr(module, "_ROWS", 70)
    np.testing.assert_allclose(kmeans_from(KMeans(values[:3]), values).centres, whole, atol=1e-12)
