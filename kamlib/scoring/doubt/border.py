"""Where the list ends: who has a seat among the first, how sure it is, and how far the scores fall there."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

SAFE, LIKELY, EVEN, OPEN, NEAR = 0.9, 0.6, 0.5, 0.4, 0.2
"""Chance of being key from which a place is safe, likely, more likely on the list than off it, and open (below it is unlikely); and from
which one outside is told of."""
HALF = 0.5
"""Part of a seat from which a tie over the border is on the list."""


def held(p_key: pd.Series) -> pd.Series:
    """How sure a place on the list is, as a word by chance of being key: safe, likely, open, unlikely, or '' where it is missing."""
    bands = [p_key >= SAFE, p_key >= LIKELY, p_key >= OPEN, p_key.notna()]
    return pd.Series(np.select(bands, ["safe", "likely", "open", "unlikely"], ""), p_key.index, dtype=object)


def seats(scores: pd.Series, top: int) -> pd.Series:
    """The seat of each among the first `top`: 1, 0, or an equal part of the last ones where a tie lies over the border.

    Scores are told apart to six decimals; who has none has no seat. The seats add up to `top`, or to all that have a score.
    """
    place = scores.round(6).rank(method="min", ascending=False)
    return ((top + 1 - place) / place.map(place.value_counts())).clip(0, 1).fillna(0.0)


def falls(scores: pd.Series, key: int) -> dict[str, float] | None:
    """Where the scores fall most near the end of a list, and how far they fall at its end.

    Near is every rank from half to one and a half times the length of the list.

    Parameters
    ----------
    scores : of all that are ranked, in any order.
    key : how many of them are on the list.

    Returns
    -------
    dict
        rank and fall (after which the score falls most, and by how much: the list is stable to that rank), key and at (how much it
        falls after the last on the list), first and last (the ranks that were looked at), typical (median of their falls). None where
        fewer than three ranks lie near, all are on the list, or nothing falls.
    """
    best = np.sort(scores.dropna().to_numpy(float))[::-1]
    first, last = max(1, math.ceil(key / 2)), min(len(best) - 1, math.floor(1.5 * key))
    if not 0 < key < len(best) or last - first < 2:
        return None
    steps, ranks = best[:-1] - best[1:], np.arange(first, last + 1)
    near = steps[first - 1 : last].round(6)
    most = ranks[near == near.max()]
    rank = int(most[np.abs(most - key).argmin()])
    if near.max() == 0:
        return None
    return {
        "rank": rank,
        "fall": float(steps[rank - 1]),
        "key": key,
        "at": float(steps[key - 1]),
        "first": first,
        "last": last,
        "typical": float(np.median(near)),
    }
