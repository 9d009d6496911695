"""The level of losses: how far those after one landmark lay from what was to be expected, what is not known, and what no sign tells."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from kamlib.stats.maximum import Likelihood, highest

UNSEEN = float(np.log(3))
"""Until the outcomes of a whole year were seen, a season may have a third or three times the odds of loss, at least: the kit's own choice (in
the weeks before Christmas a seller of gifts has seen more than twice)."""

_HELD = 4.0  # 1 over the variance of intercept and slope before anything is seen


def last_where(holds: Callable[[float], bool], low: float, high: float) -> float:
    """The number up to which a condition holds, between `low` and `high`, by bisection."""
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def shift(odds: np.ndarray, total: float) -> float:
    """What must be added to log odds so that the chances sum to `total`, which lies between 0 and their number."""
    return last_where(lambda moved: chances(odds + moved).sum() < total, -20.0, 20.0)


def shift_interval(odds: np.ndarray, total: float) -> tuple[float, float]:
    """`shift` with its 95 % interval; none and all are held half of one apart."""
    moved = shift(odds, min(max(total, 0.5), len(odds) - 0.5))
    p = chances(odds + moved)
    error = 1.96 / np.sqrt((p * (1 - p)).sum())
    return moved - error, moved + error


def unseen(landmarks: pd.DatetimeIndex, horizon_days: int) -> float:
    """`UNSEEN` where the outcomes of these complete landmarks span less than a year, else 0."""
    year = landmarks.max() - landmarks.min() + pd.Timedelta(days=horizon_days) >= pd.Timedelta(days=365)
    return 0.0 if year else UNSEEN


def background(p: pd.Series, lost: pd.Series) -> float:
    """The share b that fits best where each account is lost with probability b + (1 - b) p: maximum likelihood.

    Parameters
    ----------
    p, lost : P(no order) by the covariates alone, and 1 for an account that was lost, 0 for one that ordered.
    """
    gone, stayed = p[lost == 1].to_numpy(), int((lost == 0).sum())
    return last_where(lambda b: ((1 - gone) / (b + (1 - b) * gone)).sum() > stayed / (1 - b), 0.0, 1.0)


def curve(p: np.ndarray, lost: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    """Intercept and slope (at least 0) on the log odds of chances `p` that fit best what came (1: lost); each row has a weight, in customers.

    Both are held to 0 and 1 by a normal law with a standard deviation of a half, which few customers can't move far.
    """
    x, as_they_are = np.column_stack([np.ones(len(p)), -log_odds(p)]), np.array([0.0, -1.0])

    def likelihood(beta: np.ndarray) -> Likelihood:
        odds, apart = x @ beta, beta - as_they_are
        q = chances(odds)
        value = float(weight @ (lost * odds - np.logaddexp(0, odds)) - _HELD * apart @ apart / 2)
        spread = x.T @ (x * (weight * q * (1 - q))[:, None]) + _HELD * np.eye(2)
        return value, x.T @ (weight * (lost - q)) - _HELD * apart, spread

    intercept, slope = highest(likelihood, np.array([False, True]))[0] * [1, -1]
    return float(intercept), float(slope)


def log_odds(p: np.ndarray) -> np.ndarray:
    """Of chances, those next to 0 and 1 held a billionth away."""
    held = np.clip(p, 1e-9, 1 - 1e-9)
    odds: np.ndarray = np.log(held / (1 - held))
    return odds


def chances(odds: np.ndarray) -> np.ndarray:
    """The inverse of `log_odds`."""
    p: np.ndarray = 1 / (1 + np.exp(-odds))
    return p
