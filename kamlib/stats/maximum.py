"""The top of a concave likelihood, some of its coefficients bounded."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.linalg import solve

_STEPS, _CLOSE = 50, 1e-16  # Newton's steps at most, and the gain in log likelihood below which there are no more
_ROUNDING = 1e-12  # of a log likelihood, as a share of it
Likelihood = tuple[float, np.ndarray, np.ndarray]
"""A log likelihood, its gradient, and the information (less its second derivative)."""


def highest(
    likelihood: Callable[[np.ndarray], Likelihood], bounded: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The coefficients of the highest likelihood where those `bounded` are at most 0, the information there, and which are free.

    By Newton's method on the free ones: a coefficient that a step would take above 0 stays at 0. An error where there is no top.
    """
    beta = np.zeros(len(bounded))
    value, gradient, information = likelihood(beta)
    for _ in range(_STEPS):
        free = ~bounded | (beta < 0) | (gradient < 0)
        while True:
            step = np.zeros(len(beta))
            step[free] = solve(information[np.ix_(free, free)], gradient[free], assume_a="pos")
            if not (up := bounded & (beta == 0) & (step > 0)).any():
                break
            free = free & ~up
        if gradient @ step < _CLOSE:
            return beta, information, ~bounded | (beta < 0)
        while (ahead := likelihood(there := np.where(bounded, np.minimum(beta + step, 0), beta + step)))[0] < (
            value - _ROUNDING * abs(value)
        ):
            step = step / 2
        beta, (value, gradient, information) = there, ahead
    raise ValueError("no top was found")
