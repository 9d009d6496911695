"""What would have to change, exactly: the smallest change of a weight that flips a place, and the list without each criterion.

Source of the drop-one test: Edwards & Barron (1994), SMARTS and SMARTER, Organizational Behavior and Human Decision Processes 60.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kamlib.errors import InputError, some
from kamlib.scoring.doubt.border import HALF, seats
from kamlib.scoring.weights import weighted
from kamlib.stats.reasons import or_waiting, reason_columns

_TIE = 5e-10
_PAIRS = 4_000_000  # numbers of a table of accounts x breaks that is held at once


def smallest_change(
    utility: pd.DataFrame,
    weights: pd.Series,
    *,
    top: int,
    threshold: float | None = None,
    accounts: Sequence[str] | None = None,
) -> pd.DataFrame:
    """The least change of one weight, the others rescaled, that makes an account key or not key; exact.

    With weight t on a criterion the others share 1 - t in their old proportions, so each weighted utility is a straight
    line in t, and what it takes to be key, the `top`-th highest line, is a broken one. An account's place flips where its own
    line first crosses that (or the threshold).

    Parameters
    ----------
    utility : DataFrame, index customer_id, a column per criterion; no value missing.
    weights : by criterion, in any unit.
    top, threshold : as in `kamlib.scoring.doubt.smaa.acceptability`.
    accounts : those to judge; None: those within 3 x top of the list.

    Returns
    -------
    DataFrame
        customer_id, member (flag, now), criterion, weight and weight_at_flip (of 100), change (of 100, signed). Criterion is ''
        and the numbers are missing where no change of a single weight does it.
    """
    u, _, w = weighted(utility, utility, weights, top)
    total = np.round(u @ w, 12)
    if accounts is None:
        chosen = np.flatnonzero(total >= np.partition(total, len(total) - (k := min(3 * top, len(total))))[-k] - _TIE)
    else:
        chosen = utility.index.get_indexer(pd.Index(accounts))
        if (chosen < 0).any():
            missing = [name for name, place in zip(accounts, chosen, strict=True) if place < 0]
            raise InputError("accounts to judge that are not in the table", found=some(missing))
    bar = np.partition(total, len(total) - top)[-top] if threshold is None else threshold
    member = total[chosen] >= bar - _TIE
    found = pd.DataFrame({"customer_id": utility.index[chosen], "member": member, "criterion": ""})
    nearest, at = np.full(len(chosen), np.inf), np.full((2, len(chosen)), np.nan)
    by_total = np.argsort(-total, kind="stable")
    for j, name in enumerate(utility.columns if len(w) > 1 else []):
        slope = (u[:, j] - total) / (1 - w[j])
        for sign, reach in ((1, 1 - w[j]), (-1, w[j])):
            if threshold is None:
                breaks, level = _border(total, sign * slope, reach, top, by_total)
            else:
                breaks, level = np.array([0, reach]), np.full(2, threshold)
            step = _flips(total[chosen], sign * slope[chosen], breaks, level, member)
            better = step < nearest
            nearest[better] = step[better]
            found.loc[better, "criterion"] = name
            at[0, better] = 100 * w[j]
            at[1, better] = 100 * (w[j] + sign * step[better])
    return found.assign(weight=at[0], weight_at_flip=at[1], change=at[1] - at[0])


def drop_one(utility: pd.DataFrame, weights: pd.Series, *, top: int, threshold: float | None = None) -> pd.DataFrame:
    """Who would be key without each criterion in turn, the others rescaled; `top` and `threshold` as in `smallest_change`.

    Returns
    -------
    DataFrame
        criterion, weight (of 100), left and entered (numbers of accounts), rank_correlation (Spearman, of all accounts; missing
        where all scores are equal), names_left and names_entered (ids, by comma). A study of one criterion has no rows, and says so.
    """
    u, _, w = weighted(utility, utility, weights, top)

    def judged(weight: np.ndarray) -> tuple[pd.Series, pd.Series]:
        total = pd.Series(np.round(u @ weight, 6), index=utility.index)
        ranks = total.rank(method="min", ascending=False)
        return ranks, seats(total, top) >= HALF if threshold is None else total >= round(threshold, 6)

    before, was = judged(w)
    rows = []
    for j, name in enumerate(utility.columns if len(w) > 1 else []):
        after, now = judged(np.where(np.arange(len(w)) == j, 0, w) / (1 - w[j]))
        out, new = sorted(utility.index[was & ~now]), sorted(utility.index[now & ~was])
        close = before.corr(after, method="spearman") if min(before.nunique(), after.nunique()) > 1 else np.nan
        rows.append((name, 100 * w[j], len(out), len(new), close, ", ".join(out), ", ".join(new)))
    columns = ["criterion", "weight", "left", "entered", "rank_correlation", "names_left", "names_entered"]
    return or_waiting(pd.DataFrame(rows, columns=columns), "one_criterion_alone")


def nearest_to_border(scores: pd.DataFrame, most: int = 12) -> pd.DataFrame:
    """The customers whose place the least change of one weight flips, in the order of the list.

    Parameters
    ----------
    scores : `kamlib.scoring.ScoreList.table`.
    most : rows at most.

    Returns
    -------
    DataFrame
        rank, customer_id, p_key, then ('leaves' or 'enters', a code) and then_values, flip_criterion, flip_weight,
        flip_weight_at_flip (of 100). It says so where no single weight flips a place.
    """
    near = scores[scores["flip_change"].notna()].sort_values("flip_change", key=abs).head(most).sort_values("rank")
    near = near.join(reason_columns([(near["key"], "leaves", {})], "enters", "then"))
    columns = [
        "rank",
        "customer_id",
        "p_key",
        "then",
        "then_values",
        "flip_criterion",
        "flip_weight",
        "flip_weight_at_flip",
    ]
    return or_waiting(near[columns], "no_weight_flips")


def _border(
    value: np.ndarray, slope: np.ndarray, reach: float, top: int, by_value: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The `top`-th highest of the lines value + slope x step, for steps from 0 to `reach`: its breaks and its heights there.

    Lines that `top` others exceed at both ends are never on it and are left out. The rest is walked: a line stays the border
    until the first line crosses it.
    """
    end = value + reach * slope
    worth, size = np.ones(len(value), dtype=bool), top
    while size < len(value):
        least = np.partition(end[by_value[:size]], size - top)[size - top]
        low = value < value[by_value[size - 1]] - _TIE
        worth &= ~(low & (end < least - _TIE))
        size *= 2
    lines, times = np.unique(np.round(np.column_stack([value, end])[worth], 12), axis=0, return_counts=True)
    first, last = lines.T
    rise = (last - first) / reach
    breaks, heights, here = [0.0], [], 0.0
    order = np.lexsort((-rise, -first))
    on = order[np.searchsorted(np.cumsum(times[order]), top)]
    heights.append(first[on])
    while here < reach:
        apart, closing = first - first[on], rise[on] - rise
        with np.errstate(divide="ignore", invalid="ignore"):
            meet = np.where(np.abs(closing) > 1e-12, apart / closing, np.inf)
        meet[meet <= here + 1e-12] = np.inf
        here = min(float(meet.min()), reach)
        now = first + here * rise
        order = np.lexsort((-rise, -np.round(now, 11)))
        on = order[np.searchsorted(np.cumsum(times[order]), top)]
        breaks.append(here)
        heights.append(now[on])
    return np.array(breaks), np.array(heights)


def _flips(
    value: np.ndarray, slope: np.ndarray, breaks: np.ndarray, level: np.ndarray, member: np.ndarray
) -> np.ndarray:
    """How far each line must go to fall below the broken line (members) or to reach it (the others); inf: it never does."""
    found = np.full(len(value), np.inf)
    rows = max(1, _PAIRS // len(breaks))
    for start in range(0, len(value), rows):
        part = slice(start, start + rows)
        over = value[part, None] + slope[part, None] * breaks - level
        out = np.where(member[part, None], over < -_TIE, over >= -_TIE)
        ever, at = out.any(axis=1), np.maximum(out.argmax(axis=1), 1)
        line = np.arange(len(over))
        before, after = over[line, at - 1], over[line, at]
        share = np.clip(before / np.where(before == after, 1, before - after), 0, 1)
        found[part] = np.where(ever, breaks[at - 1] + share * (breaks[at] - breaks[at - 1]), np.inf)
    return found
