"""Intervals of shares, of their differences, of counts, and of sums over resampled rows."""

from __future__ import annotations

import numpy as np
import pandas as pd

_ALONE = (
    9_000  # products that OpenBLAS sums on one core; on busy ones its threads wait longer for each other than they work
)

_BOOTSTRAPS, _DRAWN = (400, 2_000), 50_000_000  # at least and at most, and the rows that they may draw together


def wilson(successes: pd.Series, trials: pd.Series, z: float = 1.96) -> tuple[pd.Series, pd.Series]:
    """The Wilson interval of a share.

    References
    ----------
    Wilson (1927), JASA 22.
    """
    share = successes / trials
    middle = (share + z**2 / (2 * trials)) / (1 + z**2 / trials)
    half = z / (1 + z**2 / trials) * np.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    return (middle - half).clip(lower=0), (middle + half).clip(upper=1)


def clustered_wilson(part: np.ndarray, whole: np.ndarray) -> tuple[float, float]:
    """The 95 % Wilson interval of Σ part / Σ whole, where cases of one customer resemble each other.

    The cases are taken as fewer by the design effect Σ (part - p whole)² / (p (1 - p) Σ whole), of 1 at least.

    Parameters
    ----------
    part, whole : what holds, of how many cases, by customer; Σ whole above zero.

    References
    ----------
    Kish (1965), Survey Sampling; Korn & Graubard (1998), Survey Methodology 24 (interval by the effective number).
    """
    cases = whole.sum()
    share = part.sum() / cases
    spread = share * (1 - share) * cases
    effect = max(1.0, ((part - share * whole) ** 2).sum() / spread) if spread > 0 else 1.0
    low, high = wilson(pd.Series([share * cases / effect]), pd.Series([cases / effect]))
    return float(low.iloc[0]), float(high.iloc[0])


def resampled_ratio(part: np.ndarray, whole: np.ndarray) -> tuple[float, float]:
    """The 95 % interval of Σ part / Σ whole over customers, drawn with replacement; draws without any whole do not count.

    Parameters
    ----------
    part, whole : by customer, such as money, where cases can't be counted; Σ whole above zero.
    """
    sums = resampled_sums(np.column_stack([part, whole]), int(np.clip(_DRAWN // len(part), *_BOOTSTRAPS)), seed=1)
    low, high = np.nanquantile(sums[:, 0] / np.where(sums[:, 1] > 0, sums[:, 1], np.nan), [0.025, 0.975])
    return float(low), float(high)


def exact_poisson(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The exact 95 % interval of the mean of each Poisson count; 0 to 3.69 for a count of 0.

    References
    ----------
    Garwood (1936), Biometrika 28.
    """
    from scipy.special import gammaincinv

    counts = np.asarray(counts, dtype=float)
    low = np.where(counts > 0, gammaincinv(np.maximum(counts, 1), 0.025), 0.0)
    return low, gammaincinv(counts + 1, 0.975)


def resampled_sums(columns: np.ndarray, bootstraps: int, seed: int) -> np.ndarray:
    """Sums of each column over `bootstraps` samples of the rows, drawn with replacement: one row a sample."""
    rng, n = np.random.default_rng(seed), len(columns)
    times = (np.bincount(rng.integers(0, n, n), minlength=n).astype(float) for _ in range(bootstraps))
    step = max(1, _ALONE // columns.shape[1])
    parts = [slice(at, at + step) for at in range(0, max(n, 1), step)]
    return np.array([sum(each[part] @ columns[part] for part in parts) for each in times])


def newcombe(
    first: pd.Series, first_trials: pd.Series, second: pd.Series, second_trials: pd.Series
) -> tuple[pd.Series, pd.Series]:
    """The 95 % interval of the difference of two independent shares, first less second (hybrid score interval).

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17, method 10.
    """
    (low, high), (low_2, high_2) = wilson(first, first_trials), wilson(second, second_trials)
    share, share_2 = first / first_trials, second / second_trials
    gap = share - share_2
    below = gap - np.sqrt((share - low) ** 2 + (high_2 - share_2) ** 2)
    above = gap + np.sqrt((high - share) ** 2 + (share_2 - low_2) ** 2)
    return below.clip(lower=-1), above.clip(upper=1)
