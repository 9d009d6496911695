"""The top of a likelihood with bounds: scipy's optimum, the conditions that any optimum meets, and no top."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from kamlib.stats.maximum import highest


def quadratic(rng: np.random.Generator, n: int):
    """-(b - top)' A (b - top) / 2 with a positive definite A whose coefficients hang together."""
    root, top = rng.normal(size=(n, n)), 2 * rng.normal(size=n)
    bend = root @ root.T + 0.1 * np.eye(n)
    return lambda b: (-float((b - top) @ bend @ (b - top)) / 2, -bend @ (b - top), bend)


def logistic(rng: np.random.Generator, n: int):
    """Of 200 rows whose columns hang together, with a small ridge."""
    x = rng.normal(size=(200, n)) + rng.normal(size=(200, 1))
    y = (rng.random(200) < 1 / (1 + np.exp(-x @ rng.normal(size=n)))).astype(float)

    def likelihood(b):
        odds = x @ b
        p = 1 / (1 + np.exp(-odds))
        value = float(y @ odds - np.logaddexp(0, odds).sum() - b @ b / 2)
        return value, x.T @ (y - p) - b, x.T @ (x * (p * (1 - p))[:, None]) + np.eye(n)

    return likelihood


@pytest.mark.parametrize("kind", [quadratic, logistic])
@pytest.mark.parametrize("seed", range(40))
def test_it_is_the_optimum_of_another_program_whether_bounds_bind_or_not(kind, seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 9))
    likelihood, bounded = kind(rng, n), rng.random(n) < 0.6
    beta, information, free = highest(likelihood, bounded)
    other = minimize(
        lambda b: -likelihood(b)[0],
        -np.ones(n),  # from another place
        jac=lambda b: -likelihood(b)[1],
        method="L-BFGS-B",
        bounds=[(None, 0.0) if bound else (None, None) for bound in bounded],
        options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 10_000},
    )
    np.testing.assert_allclose(beta, other.x, atol=2e-5)
    assert likelihood(beta)[0] >= -other.fun - 1e-9
    np.testing.assert_array_equal(information, likelihood(beta)[2])
    np.testing.assert_array_equal(free, ~bounded | (beta < 0))


def test_among_these_problems_bounds_bind_in_many_and_in_others_not():
    held = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        n = int(rng.integers(1, 9))
        likelihood, bounded = quadratic(rng, n), rng.random(n) < 0.6
        held.append((~highest(likelihood, bounded)[2]).sum())
    assert 5 < np.count_nonzero(held) < 35 and max(held) >= 3


@pytest.mark.parametrize("kind", [quadratic, logistic])
@pytest.mark.parametrize("seed", range(40, 60))
def test_at_the_top_nothing_free_could_rise_and_what_is_held_pushes_at_its_bound(kind, seed):
    """Karush, Kuhn and Tucker's conditions, which make a top of a concave likelihood the only one."""
    rng = np.random.default_rng(seed)
    likelihood, bounded = kind(rng, 12), np.arange(12) % 2 == 0
    beta, _, free = highest(likelihood, bounded)
    gradient = likelihood(beta)[1]
    assert (beta[bounded] <= 0).all() and (beta[~free] == 0).all()
    np.testing.assert_allclose(gradient[free], 0, atol=1e-6)
    assert (gradient[~free] >= -1e-6).all()


def test_a_bound_that_binds_by_hand():
    """-(a - 1)² - (a + b)²: freely a = 1 and b = -1; with a at most 0 a = b = 0."""

    def likelihood(beta):
        a, b = beta
        gradient = np.array([-2 * (a - 1) - 2 * (a + b), -2 * (a + b)])
        return -((a - 1) ** 2) - (a + b) ** 2, gradient, np.array([[4.0, 2], [2, 2]])

    np.testing.assert_allclose(highest(likelihood, np.array([False, True]))[0], [1, -1])
    beta, _, free = highest(likelihood, np.array([True, False]))
    np.testing.assert_allclose(beta, [0, 0], atol=1e-12)
    assert free.tolist() == [False, True]


def test_a_likelihood_that_rises_for_ever_or_is_flat_is_refused():
    endless = lambda b: (float(b[0]), np.ones(1), np.array([[1e-3]]))  # noqa: E731
    with pytest.raises(ValueError, match="no top"):
        highest(endless, np.array([False]))
    flat = lambda b: (0.0, np.ones(2), np.ones((2, 2)))  # noqa: E731
    with pytest.raises(np.linalg.LinAlgError):
        highest(flat, np.array([False, False]))
    assert highest(endless, np.array([True]))[0].tolist() == [0.0]
