"""Whether a change is more than noise: the rule of every "better" and "worse", and control charts of rates by quarter."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.stats.reasons import Reason, written

TABLES, ANSWERS = 0.99, 0.999
"""How sure a verdict is: in tables, and in answers and warnings, which are read alone."""
FEWEST = 9
"""Customers that must have moved: without one there are 8, and of the 2 ** 8 ways to turn their moves 2 go as far as the farthest, under 1 %."""
CHANGE = ("before", "now", "change", "low", "high", "moved", "verdict", "firm_verdict", "reason", "reason_values")
"""What `change` tells, in its order."""
_DRAWS, _SIGNED, _COUNTED, _SEED = 9_999, 100, 13, 0


def change(
    before: pd.Series, now: pd.Series, per: tuple[pd.Series, pd.Series] | None = None, *, less: bool = False
) -> pd.Series:
    """The change of a sum, or of a ratio of sums, from one period to the other, with the verdict whether it is more than noise.

    The customers are the same in both periods, so each one's move is looked at. Without a change a customer moves up by an amount as
    easily as down by it: the change is held against the changes that the same moves make when each is turned up or down at random. That
    holds its level whatever few customers and heavy tails there are, where a normal interval does not. A verdict must hold without
    the customer that moves most, too: nothing is better or worse by one customer alone.

    Parameters
    ----------
    before, now : one value per customer (index: customer_id), of two periods of the same length and season; who is not there has 0,
        who is missing in one period counts in neither.
    per : what the values are divided by, after summing, in either period, such as the revenue of a cohort in its base year.
    less : whether less is better.

    Returns
    -------
    Series
        before, now, change; low and high (99 % interval of the change); moved (customers whose value changed); verdict (99 %, for tables)
        and firm_verdict (99.9 %, for answers and warnings): better, worse, noise or unknown; reason and reason_values, where unknown. The
        verdict is unknown where fewer than `FEWEST` customers moved, the firm one where too few for its level.

    References
    ----------
    Fisher (1935), The Design of Experiments, § 21; Hemerik & Goeman (2018), Exact testing with random permutations, TEST 27.
    """
    given = [before, now, *(per or ())]
    table = pd.concat(given, axis=1, keys=range(len(given)))
    missing = np.any([table.index.isin(one.index[one.isna()]) for one in given], axis=0)
    known = table[~missing].fillna(0.0).to_numpy(float)
    ends, moves = _moves(known)
    moves = moves[np.abs(moves) > 1e-12 * np.abs(moves).max(initial=0.0)]
    width, words, reason = np.nan, ["unknown", "unknown"], None
    if np.isnan(ends).any() or not len(known):
        reason = Reason("nothing_to_compare_with")
    elif len(moves) < FEWEST:
        reason = Reason("too_few_moved", {"n": len(moves), "least": FEWEST})
    else:
        (width, *_), *_ = widths = _widths(moves)
        words = [_word(moves, at, level, less) for at, level in zip(widths, (TABLES, ANSWERS), strict=True)]
    gap = ends[1] - ends[0]
    told = {"before": ends[0], "now": ends[1], "change": gap, "low": gap - width, "high": gap + width}
    told |= {
        "moved": len(moves),
        "verdict": words[0],
        "firm_verdict": words[1],
        "reason": reason.code if reason else "",
    }
    return pd.Series(told | {"reason_values": written(reason.values if reason else {})}, dtype=object)


def control_chart(hits: pd.Series, trials: pd.Series, *, less: bool = False) -> pd.DataFrame:
    """A rate by quarter against the limits within which it moves by chance around that of all quarters together.

    Limits are those of the binomial distribution, wider where the quarters differ more than by chance (Laney's factor, from the moving
    ranges of four quarters or more).

    Parameters
    ----------
    hits, trials : counts, one row a quarter, in order of time.
    less : whether less is better.

    Returns
    -------
    DataFrame, on the index of `hits`
        rate, centre, low and high (99 %), verdict (99 %) and firm_verdict (99.9 %): better, worse, noise, or unknown where a quarter has no
        trials or so few that no rate would lie outside the limits, or where it is the only one.

    References
    ----------
    Shewhart (1931), Economic Control of Quality; Laney (2002), Improved Control Charts for Attributes, Quality Engineering 14(4).
    """
    from scipy.stats import binom

    n = trials.where(trials > 0).astype(float)
    rate, centre = hits / n, hits[n.notna()].sum() / n.sum() if n.notna().sum() > 1 else np.nan
    z = ((rate - centre) / np.sqrt(centre * (1 - centre) / n)).dropna()
    factor = max(1.0, float(z.diff().abs().mean()) / 1.128) if len(z) >= 4 else 1.0
    table = pd.DataFrame({"rate": rate, "centre": np.where(n.notna(), centre, np.nan)})
    for word, level in (("firm_verdict", ANSWERS), ("verdict", TABLES)):
        low, high = (pd.Series(binom.ppf(q, n, centre), n.index) / n for q in ((1 - level) / 2, (1 + level) / 2))
        low, high = ((centre + factor * (limit - centre)).clip(0, 1) for limit in (low, high))
        outside, blind = (rate < low) | (rate > high), n.isna() | low.isna() | ((low <= 0) & (high >= 1))
        better = (rate > high) != less
        table[word] = np.select([blind, ~outside, better], ["unknown", "noise", "better"], "worse")
    return table.assign(low=low, high=high)[["rate", "centre", "low", "high", "verdict", "firm_verdict"]]


def _moves(known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The sums, or ratios of sums, of both periods, and what each customer adds to their difference."""
    sums = known.sum(axis=0)
    if known.shape[1] == 2:
        return sums, known[:, 1] - known[:, 0]
    if not (sums[2:] > 0).all():
        return np.full(2, np.nan), np.empty(0)
    both = sums[:2].sum() / sums[2:].sum()
    parts = (known[:, :2] - both * known[:, 2:]) / sums[2:]
    return sums[:2] / sums[2:], parts[:, 1] - parts[:, 0]


def _widths(moves: np.ndarray) -> list[tuple[float, float]]:
    """How far from 0 the sum of moves turned at random stays, at either level: of all moves, and of all but the largest.

    Of few moves all ways are counted. Of many the largest are turned one by one at random; the sum of the others, of which none counts for much, is drawn from the normal
    distribution.
    """
    size = np.sort(np.abs(moves))[::-1]
    rng = np.random.default_rng(_SEED)
    if all_ways := len(size) <= _COUNTED:
        bits = np.arange(2 ** len(size))[:, None] >> np.arange(len(size)) & 1
    else:
        bits = rng.integers(0, 2, (_DRAWS, min(len(size), _SIGNED)), dtype=np.int8)
    signs = 1.0 - 2.0 * bits
    rest = rng.standard_normal(len(signs)) * np.sqrt((size[_SIGNED:] ** 2).sum())
    others = signs[:, 1:] @ size[1:_SIGNED] + rest
    sums = [np.sort(np.abs(total)) for total in (others + signs[:, 0] * size[0], others)]
    at = [int(np.ceil(level * (len(signs) + (not all_ways)))) - 1 for level in (TABLES, ANSWERS)]
    slack = 1e-9 * size.sum()  # the same sum, added up in another order, is not farther
    return [(float(sums[0][place]) + slack, float(sums[1][place]) + slack) for place in at]


def _word(moves: np.ndarray, widths: tuple[float, float], level: float, less: bool) -> str:
    """The verdict on moves, at a level that so many moves can reach or not."""
    if 2.0 ** (2 - len(moves)) > 1 - level:
        return "unknown"
    gaps = np.array([moves.sum(), moves.sum() - moves[np.abs(moves).argmax()]])
    if (gaps > widths).all():
        return "worse" if less else "better"
    return ("better" if less else "worse") if (-gaps > widths).all() else "noise"
