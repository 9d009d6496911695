"""Confidence sets of ranks: how far the order of estimates may be chance, for all of them at once.

Source: Mogstad, Romano, Shaikh & Wilhelm (2023), Inference for Ranks with Applications to Mobility across Neighbourhoods and Academic
Achievement across Countries, Review of Economic Studies 91(1).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

MOST_PAIRS = 2_000
"""Estimates up to which each pair is compared; above, each has an interval, and their ends are sorted."""
_EQUAL = 1e-9  # of the largest: what rounding makes of equal numbers


def rank_sets(
    estimate: np.ndarray,
    errors: np.ndarray,
    draws: Iterable[np.ndarray],
    freedom: np.ndarray | None = None,
    *,
    cover: float = 0.95,
    most_pairs: int = MOST_PAIRS,
) -> tuple[np.ndarray, np.ndarray]:
    """The best and the worst rank of each estimate; all of them hold at once with the chance `cover`.

    Two are ordered for sure where their difference stands out of the greatest that chance makes of any pair; as ordered pairs leave, what is
    left is judged by a lower bar (max-t with step-down). Above `most_pairs` estimates nothing is kept by pair: two are ordered where
    their simultaneous intervals do not meet.

    Parameters
    ----------
    estimate : one value each; the more, the better the rank.
    errors : parts × estimates: what each independent part (a month) adds to the error of an estimate. Sums of squares are the squared standard errors.
    draws : arrays of draws × estimates, side by side: errors drawn jointly, in the unit of the estimates, normal or nearly so.
    freedom : degrees of freedom of each standard error: the bar is then that of a t with the same tail. None: they are known.

    Returns
    -------
    arrays best, worst
        1 + how many are surely above, and all less how many are surely below. Estimates without any error are ordered as they are, equal ones
        share their ranks.
    """
    ahead = _by_pairs if len(estimate) <= most_pairs else _by_ends
    above, below = ahead(estimate, errors, draws, freedom, cover)
    return 1 + above, len(estimate) - below


def _by_pairs(
    estimate: np.ndarray, errors: np.ndarray, draws: Iterable[np.ndarray], freedom: np.ndarray | None, cover: float
) -> tuple[np.ndarray, np.ndarray]:
    """How many are surely above and below each, from all pairs."""
    drawn = np.hstack(list(draws)).astype(np.float32)
    apart = estimate - estimate[:, None]  # how far the column lies above the row
    size, unit = _of_differences(errors), _of_differences(drawn) / np.sqrt(len(drawn))
    told = size > _EQUAL * np.sqrt((errors**2).sum(axis=0)).max(initial=0)
    decided = np.triu(~told & (np.abs(apart) > _EQUAL * np.abs(estimate).max(initial=0)), 1)
    open_ = np.triu(told, 1)
    t = np.abs(apart) / np.where(told, size, 1)
    degrees = None if freedom is None else np.minimum(freedom[:, None], freedom)
    scale = (1 / np.where(unit > 0, unit, np.inf)).astype(np.float32)
    again, most, pair = np.arange(len(drawn)), np.zeros(len(drawn), np.float32), np.zeros((2, len(drawn)), int)
    while len(again) and open_.any():
        most[again], pair[:, again] = _greatest(np.ascontiguousarray(drawn[again].T), scale, open_)
        new = open_ & (t > _bar(most, cover, degrees))
        decided, open_ = decided | new, open_ & ~new
        again = np.flatnonzero(new[tuple(pair)])  # draws whose greatest pair has left: in the others nothing changes
    up, down = decided & (apart > 0), decided & (apart < 0)
    return up.sum(axis=1) + down.sum(axis=0), down.sum(axis=1) + up.sum(axis=0)


def _greatest(drawn: np.ndarray, scale: np.ndarray, open_: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The greatest scaled difference in each draw over the open pairs, and the pair (drawn: estimates × draws)."""
    most, pair = np.full(drawn.shape[1], -1, np.float32), np.zeros((2, drawn.shape[1]), int)
    for i in np.flatnonzero(open_.any(axis=1)):
        others = np.flatnonzero(open_[i])
        gap = drawn[others] - drawn[i]
        gap *= scale[i, others, None]
        highest = np.abs(gap, out=gap).max(axis=0)
        more = highest > most
        most[more] = highest[more]
        pair[0, more], pair[1, more] = i, others[gap[:, more].argmax(axis=0)]
    return most, pair


def _by_ends(
    estimate: np.ndarray, errors: np.ndarray, draws: Iterable[np.ndarray], freedom: np.ndarray | None, cover: float
) -> tuple[np.ndarray, np.ndarray]:
    """The same from one interval each: above one are those whose low end lies over its high end."""
    most = np.zeros(1)
    for part in draws:
        unit = np.sqrt((part**2).mean(axis=0))
        most = np.maximum(most, np.abs(part / np.where(unit > 0, unit, np.inf)).max(axis=1))
    half = np.sqrt((errors**2).sum(axis=0)) * _bar(most, cover, freedom) + _EQUAL * np.abs(estimate).max(initial=0)
    low, high = estimate - half, estimate + half
    above = len(estimate) - np.searchsorted(np.sort(low), high, side="right")
    return above, np.searchsorted(np.sort(high), low, side="left")


def _bar(most: np.ndarray, cover: float, freedom: np.ndarray | None) -> np.ndarray | float:
    """What `cover` of the greatest normal errors stay below; with degrees of freedom the same tail of a t."""
    from scipy.special import ndtr, stdtrit

    normal = float(np.quantile(most, cover))
    if freedom is None:
        return normal
    degrees, place = np.unique(freedom, return_inverse=True)
    found: np.ndarray = -stdtrit(degrees.astype(float), ndtr(-normal))[place].reshape(freedom.shape)
    return found


def _of_differences(parts: np.ndarray) -> np.ndarray:
    """Root of the sum of squares of the difference of each two columns."""
    both = parts.T.astype(float) @ parts
    own = both.diagonal()
    found: np.ndarray = np.sqrt((own[:, None] + own - 2 * both).clip(min=0))
    return found
