"""How sure the list of key accounts is: SMAA-2, the smallest change of a weight, the drop-one test, cautions.

Stochastic multicriteria acceptability analysis draws weights around the stated ones and, where values are open, utilities
from their range, and counts how often each account comes out among the first. Sources: Lahdelma & Salminen (2001), SMAA-2:
Stochastic Multicriteria Acceptability Analysis for Group Decision Making, Operations Research 49(3); Edwards & Barron (1994).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kamlib.errors import InputError

if TYPE_CHECKING:
    from kamlib.study import Criterion

_BLOCK = 256
_TIE = 1e-6


@dataclass(frozen=True)
class Acceptability:
    """What the draws say.

    accounts : one row per account: account_id, p_key, p_first, and p_<mark> for each mark.
    ranks : account_id, rank (1 to top), share of draws in which the account had it; shares of 0 are left out.
    central : index account_id, a column per criterion: mean weights of the draws it came first in; missing where never.
    """

    accounts: pd.DataFrame
    ranks: pd.DataFrame
    central: pd.DataFrame


def rater_spread(
    criteria: Sequence[Criterion], ratings: pd.DataFrame | None, values: pd.DataFrame, *, single: float = 1.0
) -> pd.DataFrame:
    """How far raters lie apart, in points: half of highest less lowest; `single` where one rated; 0 for measured criteria.

    `ratings` holds the latest rating of each rater (account_id, criterion, rival, score), or is None. The result is shaped like
    `values` and never missing (0 where the value is: there the whole range is open anyway).
    """
    spread = pd.DataFrame(0.0, index=values.index, columns=values.columns)
    if ratings is None or ratings.empty:
        return spread
    each = ratings[ratings["rival"] == ""].groupby(["criterion", "account_id"])["score"].agg(["min", "max", "count"])
    half = ((each["max"] - each["min"]) / 2).where(each["count"] > 1, single)
    for criterion in criteria:
        name = criterion.column or criterion.name
        if criterion.source == "rating" and name in half.index.get_level_values(0):
            spread[criterion.name] = half.xs(name).reindex(values.index).fillna(0.0)
    return spread


def acceptability(
    low: pd.DataFrame,
    high: pd.DataFrame,
    weights: pd.Series,
    *,
    top: int,
    threshold: float | None = None,
    marks: dict[str, float] | None = None,
    draws: int = 10_000,
    concentration: float = 50,
    seed: int = 1,
) -> Acceptability:
    """How often each account is key when weights and open values vary within reason.

    Weights are drawn from Dirichlet(concentration x weights), utilities evenly between `low` and `high`. Draws depend on
    the seed alone: the order of rows changes nothing, and accounts with the same range get the same probabilities.

    Parameters
    ----------
    low, high : DataFrame, index account_id, a column per criterion
        Range of each utility (0-1); equal where the value is known.
    weights : by criterion, in any unit; all positive.
    top : how many first places make an account key; ranks from 1 to `top` are counted. Ties share the better rank.
    threshold : weighted utility (0-1) that makes an account key instead.
    marks : name and level (0-1) of weighted utility whose probability of being reached is wanted too.

    Raises
    ------
    InputError
        If the tables do not fit each other, `top` is not within 1 and the number of accounts, or a weight is not positive.
    """
    first, width, weight = _checked(low, high, weights, top)
    order = np.lexsort(np.hstack([first, width]).T)
    lo, span = first[order], width[order]
    n, m = lo.shape
    key, leads = np.zeros(n), np.zeros((n, m))
    reached = {name: np.zeros(n) for name in marks or {}}
    counts = np.zeros(n * top)
    for drawn, total in _blocks(lo, span, weight * concentration, draws, seed):
        row, account, rank = _first(total, top)
        counts += np.bincount(account * top + np.minimum(rank, top) - 1, minlength=n * top)
        leader = rank == 1
        np.add.at(leads, account[leader], drawn[row[leader]])
        if threshold is not None:
            key += (total >= threshold - _TIE).sum(axis=0)
        for name, level in (marks or {}).items():
            reached[name] += (total >= level - _TIE).sum(axis=0)
    same = np.cumsum(np.r_[0, (np.diff(np.hstack([lo, span]), axis=0) != 0).any(axis=1)])
    place = counts.reshape(n, top)
    back = np.argsort(order)
    fair = [_shared(column, same)[back] / draws for column in place.T]
    table = pd.DataFrame({"account_id": low.index})
    table["p_key"] = np.sum(fair, axis=0).clip(0, 1) if threshold is None else _shared(key, same)[back] / draws
    table["p_first"] = fair[0]
    for name, hits in reached.items():
        table[f"p_{name}"] = _shared(hits, same)[back] / draws
    ranks = pd.DataFrame(np.column_stack(fair), index=table["account_id"], columns=range(1, top + 1))
    long = ranks.melt(var_name="rank", value_name="share", ignore_index=False).reset_index()
    times = _shared(place[:, 0], same)
    mean = np.column_stack([_shared(column, same) for column in leads.T]) / np.where(times > 0, times, np.nan)[:, None]
    central = pd.DataFrame(mean[back], index=low.index, columns=low.columns)
    return Acceptability(table, long[long["share"] > 0].reset_index(drop=True), central)


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
    line in t. Membership can change only where the account's line meets another's, or the threshold: all are looked at.

    Parameters
    ----------
    utility : DataFrame, index account_id, a column per criterion; no value missing.
    weights : by criterion, in any unit.
    top, threshold : as in `acceptability`.
    accounts : those to judge; None: those within 3 x top of the list.

    Returns
    -------
    DataFrame
        account_id, member (flag, now), criterion, weight and weight_at_flip (of 100), change (of 100, signed). Criterion is ''
        and the numbers are missing where no change of a single weight does it.
    """
    u, _, w = _checked(utility, utility, weights, top)
    total = u @ w
    place = pd.Series(-np.round(total, 9)).rank(method="min").to_numpy()
    chosen = np.flatnonzero(place <= 3 * top) if accounts is None else utility.index.get_indexer(pd.Index(accounts))
    if (chosen < 0).any():
        raise InputError("accounts to judge that are not in the table")
    member = place[chosen] <= top if threshold is None else np.round(total[chosen] - threshold, 9) >= 0
    best = pd.DataFrame({"account_id": utility.index[chosen], "member": member})
    best["criterion"], best["weight"], best["weight_at_flip"] = "", np.nan, np.nan
    nearest = np.full(len(chosen), np.inf)
    for j, name in enumerate(utility.columns):
        if w[j] >= 1:
            continue
        slope = (u[:, j] - total) / (1 - w[j])
        for sign, reach in ((1, 1 - w[j]), (-1, w[j])):
            level, rise = (total, sign * slope) if threshold is None else (np.array([threshold]), np.zeros(1))
            step = _flip(total[chosen], sign * slope[chosen], level, rise, top if threshold is None else 1, member)
            within = np.where(member, step < reach - 1e-9, step <= reach + 1e-9)
            better = within & (step < nearest)
            nearest[better] = step[better]
            best.loc[better, "criterion"] = name
            best.loc[better, "weight"] = 100 * w[j]
            best.loc[better, "weight_at_flip"] = 100 * (w[j] + sign * step[better])
    return best.assign(change=best["weight_at_flip"] - best["weight"])


def drop_one(utility: pd.DataFrame, weights: pd.Series, *, top: int, threshold: float | None = None) -> pd.DataFrame:
    """Who would be key without each criterion in turn, the others rescaled; `top` and `threshold` as in `acceptability`.

    Returns
    -------
    DataFrame
        criterion, weight (of 100), left and entered (numbers of accounts), rank_correlation (Spearman, of all accounts; missing
        where all scores are equal), names_left and names_entered (ids, by comma). A study of one criterion has no rows.
    """
    u, _, w = _checked(utility, utility, weights, top)

    def judged(weight: np.ndarray) -> tuple[pd.Series, pd.Series]:
        total = pd.Series(np.round(u @ weight, 6), index=utility.index)
        ranks = total.rank(method="min", ascending=False)
        return ranks, ranks <= top if threshold is None else total >= round(threshold, 6)

    before, was = judged(w)
    rows = []
    for j, name in enumerate(utility.columns if len(w) > 1 else []):
        after, now = judged(np.where(np.arange(len(w)) == j, 0, w) / (1 - w[j]))
        out, new = sorted(utility.index[was & ~now]), sorted(utility.index[now & ~was])
        close = before.corr(after, method="spearman") if min(before.nunique(), after.nunique()) > 1 else np.nan
        rows.append((name, 100 * w[j], len(out), len(new), close, ", ".join(out), ", ".join(new)))
    columns = ["criterion", "weight", "left", "entered", "rank_correlation", "names_left", "names_entered"]
    return pd.DataFrame(rows, columns=columns)


def cautions(utility: pd.DataFrame, *, most: int = 8, correlated: float = 0.9, fewest: int = 10) -> list[str]:
    """What a reader of the scores should be warned of, one sentence each; an empty list if nothing.

    More than `most` criteria; pairs that correlate above `correlated` (Pearson of the utilities, where at least `fewest` accounts
    have both); criteria that say the same of every account; criteria known for less than half of the accounts.
    """
    found = []
    names = utility.columns
    if len(names) > most:
        found.append(
            f"{len(names)} criteria: more than {most} blur the list; drop those the drop-one test shows to be idle."
        )
    table = utility.corr(min_periods=fewest).to_numpy() if len(utility) >= fewest else np.zeros((len(names),) * 2)
    for i, j in zip(*np.nonzero(np.triu(table > correlated, 1)), strict=True):
        found.append(f"{names[i]} and {names[j]} correlate by {table[i, j]:.2f}: they count one thing twice.")
    for name in names[(utility.nunique() <= 1) & utility.notna().any()] if len(utility) > 1 else []:
        found.append(f"{name} says the same of every account: its anchors may lie outside the data.")
    for name in names[utility.notna().mean() < 0.5]:
        found.append(f"{name} is known for {utility[name].notna().mean():.0%} of the accounts: the rest is open.")
    return found


def _checked(
    low: pd.DataFrame, high: pd.DataFrame, weights: pd.Series, top: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    if low.empty or not low.index.equals(high.index) or not low.columns.equals(high.columns):
        raise InputError("low and high must be filled tables of the same accounts and criteria")
    if low.isna().to_numpy().any() or high.isna().to_numpy().any():
        raise InputError("a utility is missing", remedy="Give its range: 0 to 1 where the value is missing.")
    if not 1 <= top <= len(low):
        raise InputError("top must lie within 1 and the number of accounts", found=top)
    w = weights.reindex(low.columns).to_numpy(dtype=float)
    if not (w > 0).all():
        raise InputError("each criterion needs a positive weight", found=weights.to_dict())
    first = low.to_numpy(dtype=float)
    return first, high.to_numpy(dtype=float) - first, w / w.sum()


def _blocks(
    lo: np.ndarray, span: np.ndarray, alpha: np.ndarray, draws: int, seed: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Weights (block x criteria) and weighted utilities (block x accounts), block by block, in single precision."""
    all_weights = np.random.default_rng([seed, 0]).dirichlet(alpha, draws).astype(np.float32)
    noise = np.random.default_rng([seed, 1])
    base = np.ascontiguousarray(lo.T, dtype=np.float32)
    loose = [
        (j, rows, span[rows, j].astype(np.float32))
        for j in range(lo.shape[1])
        if (rows := np.flatnonzero(span[:, j])).size
    ]
    for start in range(0, draws, _BLOCK):
        drawn = all_weights[start : start + _BLOCK]
        total = drawn @ base
        for j, rows, width in loose:
            total[:, rows] += noise.random((len(drawn), rows.size), dtype=np.float32) * (drawn[:, [j]] * width)
        yield drawn, total


def _first(total: np.ndarray, top: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Row, column and rank (ties share the better) of the `top` highest of each row, with those equal to the last."""
    n = total.shape[1]
    level = np.partition(total, n - top, axis=1)[:, n - top]
    row, column = np.nonzero(total >= level[:, None] - np.float32(_TIE))
    value = total[row, column]
    order = np.lexsort((-value, row))
    row, column, value = row[order], column[order], value[order]
    place = np.arange(len(row))
    new_row = np.r_[True, row[1:] != row[:-1]]
    apart = new_row | np.r_[True, value[:-1] - value[1:] > _TIE]
    start = np.maximum.accumulate(np.where(new_row, place, 0))
    return row, column, np.maximum.accumulate(np.where(apart, place, 0)) - start + 1


def _shared(hits: np.ndarray, same: np.ndarray) -> np.ndarray:
    """Mean of `hits` within runs of accounts that are the same."""
    return (np.bincount(same, weights=hits) / np.bincount(same))[same]


def _flip(
    own: np.ndarray, own_slope: np.ndarray, total: np.ndarray, slope: np.ndarray, top: int, member: np.ndarray
) -> np.ndarray:
    """How far each own line must go until the number of lines strictly above it crosses `top`; inf: never."""
    ahead = np.round(total - own[:, None], 9)
    rise = np.round(slope - own_slope[:, None], 9)
    joins, leaves = (ahead <= 0) & (rise > 0), (ahead > 0) & (rise < 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        when = np.where(joins | leaves, -ahead / rise, np.inf)
    event = joins.astype(np.int64) - leaves
    order = np.lexsort((event, when), axis=-1)
    above = (ahead > 0).sum(axis=1, keepdims=True) + np.take_along_axis(event, order, axis=1).cumsum(axis=1)
    flipped = np.where(member[:, None], above >= top, above < top)
    found = np.take_along_axis(np.take_along_axis(when, order, axis=1), flipped.argmax(axis=1)[:, None], axis=1)[:, 0]
    return np.where(flipped.any(axis=1), found, np.inf)
