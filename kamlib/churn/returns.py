"""Returns of lost accounts: how many came back so far, and what P(return) that gives each one that is away.

The rate of returns is taken by the time an account has been lost, in blocks of a horizon (constant within a block, exposure cut
where observation ends), and by whether so long a silence broke its rhythm. That is tried on a later period, against one rate
for all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from kamlib.stats.intervals import resampled_sums
from kamlib.stats.reasons import Reason, waiting
from kamlib.study.sections import FEWEST

_EXPECTED = 5  # returns that one rate for all must lead us to expect in a block, before the block has a rate of its own
_BLOCKS = 4
_BROKEN = 4  # own gaps in a horizon: a Poisson buyer of that rate is silent for so long in one case of fifty, exp(-4)
WAYS: dict[str, dict[str, Any]] = {
    "one_rate": {"n_blocks": 1},
    "time_lost": {"n_blocks": _BLOCKS},
    "time_lost_and_rhythm": {"n_blocks": _BLOCKS, "rhythm": True},
}
_UNTESTED = waiting(
    ["way", "expected", "came", "brier", "difference", "low", "high"], "no_way_tested", enough=FEWEST.averaged
)


@dataclass(frozen=True)
class Returns:
    """How returns are predicted: rates (`return_rates`; empty where refused), way (a key of `WAYS`), reason, and the test.

    test, a row for each of `WAYS`: way, expected and came (returns of the last horizon), brier; difference, low, high (of Brier
    scores: less that of one rate, 95 %; 0 for that itself).
    """

    rates: pd.DataFrame
    way: str
    reason: Reason
    test: pd.DataFrame


def return_rates(
    episodes: pd.DataFrame,
    until: date | pd.Timestamp,
    *,
    horizon_days: int = 180,
    n_blocks: int = _BLOCKS,
    rhythm: bool = False,
) -> pd.DataFrame:
    """Returns a day of those still away, by how long they have been lost, as known at `until`.

    Parameters
    ----------
    episodes : `kamlib.churn.losses.loss_episodes`.
    n_blocks : blocks of a horizon at most; the last has no end. A block in which one rate for all would lead us to expect
        fewer than five returns is joined to the one before it.
    rhythm : with rates of their own for accounts whose rhythm the silence broke (`kinds`), where five returns are to be
        expected of each kind.

    Returns
    -------
    DataFrame
        kind, start (days lost), accounts (seen in the first block of those joined), days (lost account-days), returns, rate
        (a day; Jeffreys), low, high (95 %).

    References
    ----------
    Friedman (1982), Annals of Statistics 10 (piecewise exponential); Brown, Cai & DasGupta (2003), Statistica Sinica 13
    (Jeffreys interval of a Poisson rate).
    """
    from scipy.stats import gamma

    until = pd.Timestamp(until)
    known = episodes[episodes["lost_on"] < until]
    back = (known["returned_on"] <= until).to_numpy()
    end = known[["returned_on", "ended_on"]].min(axis=1).fillna(until)
    end = end.mask(end > until, until)
    away = (end - known["lost_on"]).dt.days.to_numpy()
    overall = back.sum() / max(away.sum(), 1)
    edges = [*(k * horizon_days for k in range(n_blocks)), np.inf]
    kind = kinds(known, horizon_days).to_numpy() if rhythm else np.full(len(known), "all")
    if len(known) and overall * pd.Series(away).groupby(kind).sum().min() < _EXPECTED:
        kind = np.full(len(known), "all")
    rows: list[list[Any]] = []
    for name in np.unique(kind):
        first = len(rows)
        for start, stop in pairwise(edges):
            days = (np.minimum(away, stop) - start).clip(min=0) * (kind == name)
            came = int((back & (days > 0) & (away <= stop)).sum())
            if len(rows) > first and overall * min(days.sum(), rows[-1][3]) < _EXPECTED:
                rows[-1][3:] = [rows[-1][3] + int(days.sum()), rows[-1][4] + came]
            else:
                rows.append([name, start, int((days > 0).sum()), int(days.sum()), came])
    table = pd.DataFrame(rows, columns=["kind", "start", "accounts", "days", "returns"])
    shape, scale = table["returns"] + 0.5, 1 / table["days"].clip(lower=1)
    bounds = {name: gamma.ppf(q, shape, scale=scale) for name, q in (("low", 0.025), ("high", 0.975))}
    return table.assign(rate=shape * scale, **bounds)


def kinds(episodes: pd.DataFrame, horizon_days: int) -> pd.Series:
    """*broken*: the horizon was at least four of the account's own gaps; *slow*: it was not, or there was one order day only."""
    broken = episodes["gap_days"] * _BROKEN <= horizon_days
    return broken.map({True: "broken", False: "slow"})


def p_return(
    rates: pd.DataFrame, lost: pd.DataFrame, day: date | pd.Timestamp, *, horizon_days: int = 180
) -> pd.DataFrame:
    """P(order within the next horizon) of accounts that are lost on a day.

    Parameters
    ----------
    rates : `return_rates`.
    lost : `lost_at` that day: lost_on, gap_days. Kinds that the rates don't know are missing.

    Returns
    -------
    DataFrame, index of `lost`
        p_return, low, high: 1 - exp(-sum of the rates of the days ahead), at the rates and at the ends of their intervals;
        missing without rates.
    """
    found = pd.DataFrame(np.nan, index=lost.index, columns=["p_return", "low", "high"])
    of = kinds(lost, horizon_days)
    since = (pd.Timestamp(day) - lost["lost_on"]).dt.days
    for kind, own in rates.groupby("kind") if len(rates) else ():
        whose = pd.Series(True, index=lost.index) if kind == "all" else of == kind
        found.loc[whose] = _chances(own, since[whose].to_numpy(float), horizon_days)
    return found


def return_curves(rates: pd.DataFrame, *, horizon_days: int = 180) -> pd.DataFrame:
    """`p_return` of each kind for each day of the three horizons after a loss: kind, days_lost, p_return, low, high; none without rates."""
    if rates.empty:
        return pd.DataFrame(columns=["kind", "days_lost", "p_return", "low", "high"])
    days = np.arange(3 * horizon_days + 1)
    parts = [
        pd.DataFrame(_chances(own, days, horizon_days), columns=["p_return", "low", "high"]).assign(
            kind=kind, days_lost=days
        )
        for kind, own in rates.groupby("kind")
    ]
    return pd.concat(parts, ignore_index=True)[["kind", "days_lost", "p_return", "low", "high"]]


def learn_returns(
    episodes: pd.DataFrame, as_of: date | pd.Timestamp, *, horizon_days: int = 180, bootstraps: int = 500, seed: int = 1
) -> Returns:
    """Rates of return as known at `as_of`, in the way that predicted the last horizon best, or one rate for all.

    Each of `WAYS` is estimated one horizon before `as_of` and held against what came. One that is better than one rate
    for all beyond chance (Brier score, bootstrap of accounts) is used, of two the better one. Below 20 returns nothing is estimated,
    and `reason` says so.
    """
    as_of = pd.Timestamp(as_of)
    then = as_of - pd.Timedelta(days=horizon_days)
    seen, seen_then = (int((episodes["returned_on"] <= day).sum()) for day in (as_of, then))
    if seen < FEWEST.averaged:
        return Returns(pd.DataFrame(), "", _too_few("too_few_returns", seen), _UNTESTED)
    plain = next(iter(WAYS))
    away = lost_at(episodes, then)
    if seen_then < FEWEST.averaged or away.empty:
        rates = return_rates(episodes, as_of, horizon_days=horizon_days, n_blocks=1)
        return Returns(rates, plain, _too_few("returns_not_tested", seen_then), _UNTESTED)
    came = away["returned_on"].le(as_of).to_numpy(float)
    rows, errors = [], {}
    for way, options in WAYS.items():
        rates = return_rates(episodes, then, horizon_days=horizon_days, **options)
        p = p_return(rates, away, then, horizon_days=horizon_days)["p_return"].to_numpy()
        errors[way] = (p - came) ** 2
        gain = errors[way] - errors[plain]
        low, high = np.percentile(resampled_sums(gain[:, None], bootstraps, seed) / len(gain), [2.5, 97.5])
        rows.append((way, p.sum(), came.sum(), errors[way].mean(), gain.mean(), low, high))
    test = pd.DataFrame(rows, columns=["way", "expected", "came", "brier", "difference", "low", "high"])
    better = test[test["high"] < 0]
    way = plain if better.empty else str(better.loc[better["brier"].idxmin(), "way"])
    rates = return_rates(episodes, as_of, horizon_days=horizon_days, **WAYS[way])
    return Returns(rates, way, Reason("no_way_better" if way == plain else "best_way"), test)


def lost_at(episodes: pd.DataFrame, day: date | pd.Timestamp) -> pd.DataFrame:
    """The losses that could still be made good on a day: known by then, not back, not closed.

    Their returned_on may lie after `day`: there it is the outcome.
    """
    day = pd.Timestamp(day)
    open_ = (episodes["lost_on"] <= day) & ~(episodes["returned_on"] <= day) & ~(episodes["ended_on"] <= day)
    return episodes[open_]


def _chances(own: pd.DataFrame, since: np.ndarray, horizon_days: int) -> np.ndarray:
    """P(return) within a horizon after `since` days lost by the rates of one kind: at them, and at their low and high ends."""
    start = own["start"].to_numpy(float)
    ahead = np.minimum(since[:, None] + horizon_days, np.append(start[1:], np.inf))
    inside = (ahead - np.maximum(since[:, None], start)).clip(min=0)
    chances: np.ndarray = 1 - np.exp(-inside @ own[["rate", "low", "high"]].to_numpy())
    return chances


def _too_few(code: str, returns: int) -> Reason:
    return Reason(f"{code}_1" if returns == 1 else code, {"n": returns, "enough": FEWEST.averaged})
