"""Returns of lost accounts: how many came back by themselves so far, and what P(return) that gives each one that is away.

The rate of returns is taken by the time an account has been lost, in blocks of a horizon (constant within a block, exposure cut
where observation ends), and by whether so long a silence broke its rhythm. `kamlib.churn.evaluation.returns` tries it on the past.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

_EXPECTED = 5  # returns that one rate for all must lead us to expect in a block, before the block has a rate of its own
BLOCKS = 4
_BROKEN = 4  # own gaps in a horizon: a Poisson buyer of that rate is silent for so long in one case of fifty, exp(-4)


def return_rates(
    episodes: pd.DataFrame,
    until: date | pd.Timestamp,
    *,
    horizon_days: int = 180,
    n_blocks: int = BLOCKS,
    rhythm: bool = False,
) -> pd.DataFrame:
    """Returns a day of those still away, by how long they have been lost, as known at `until`.

    P(return) is a return without an offer: an absence counts until the day of its first offer, and a return after it does not.

    Parameters
    ----------
    episodes : `kamlib.churn.losses.loss_episodes`; offered_on (`kamlib.churn.with_offers`) where offers are on record.
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
    back = returned(known, until).to_numpy()
    end = known.filter(["returned_on", "ended_on", "offered_on"]).min(axis=1).fillna(until)
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
    rates: pd.DataFrame,
    lost: pd.DataFrame,
    day: date | pd.Timestamp,
    *,
    horizon_days: int = 180,
    until_offer: bool = False,
) -> pd.DataFrame:
    """P(order within the next horizon, without an offer) of accounts that are lost on a day.

    Parameters
    ----------
    rates : `return_rates`.
    lost : `lost_at` that day: lost_on, gap_days. Kinds that the rates don't know are missing.
    until_offer : within the days before an offer that came in the horizon (offered_on), where there was one: what can be held
        against `returned`.

    Returns
    -------
    DataFrame, index of `lost`
        p_return, low, high: 1 - exp(-sum of the rates of the days ahead), at the rates and at the ends of their intervals;
        missing without rates.
    """
    found = pd.DataFrame(np.nan, index=lost.index, columns=["p_return", "low", "high"])
    of = kinds(lost, horizon_days)
    since = (pd.Timestamp(day) - lost["lost_on"]).dt.days
    ahead = pd.Series(horizon_days, index=lost.index)
    if until_offer and "offered_on" in lost:
        ahead = (lost["offered_on"] - pd.Timestamp(day)).dt.days.clip(0, horizon_days).fillna(horizon_days)
    for kind, own in rates.groupby("kind") if len(rates) else ():
        whose = pd.Series(True, index=lost.index) if kind == "all" else of == kind
        found.loc[whose] = _chances(own, since[whose].to_numpy(float), ahead[whose].to_numpy(float))
    return found


def return_curves(rates: pd.DataFrame, *, horizon_days: int = 180) -> pd.DataFrame:
    """`p_return` of each kind for each day of the three horizons after a loss: kind, days_lost, p_return, low, high; none without rates."""
    if rates.empty:
        return pd.DataFrame(columns=["kind", "days_lost", "p_return", "low", "high"])
    days = np.arange(3 * horizon_days + 1)
    parts = [
        pd.DataFrame(_chances(own, days, np.full(len(days), horizon_days)), columns=["p_return", "low", "high"]).assign(
            kind=kind, days_lost=days
        )
        for kind, own in rates.groupby("kind")
    ]
    return pd.concat(parts, ignore_index=True)[["kind", "days_lost", "p_return", "low", "high"]]


def lost_at(episodes: pd.DataFrame, day: date | pd.Timestamp) -> pd.DataFrame:
    """The losses that could still be made good on a day: known by then, not back, not closed.

    Their returned_on may lie after `day`: there it is the outcome.
    """
    day = pd.Timestamp(day)
    open_ = (episodes["lost_on"] <= day) & ~(episodes["returned_on"] <= day) & ~(episodes["ended_on"] <= day)
    return episodes[open_]


def without_offer(episodes: pd.DataFrame, until: date | pd.Timestamp) -> pd.DataFrame:
    """The absences in which no offer was made by `until`: their silence, or their return, is their own."""
    if "offered_on" not in episodes:
        return episodes
    return episodes[~(episodes["offered_on"] <= pd.Timestamp(until))]


def returned(lost: pd.DataFrame, until: date | pd.Timestamp) -> pd.Series:
    """Whether each came back by a day, and not after an offer: a flag, index of `lost`."""
    by_itself = lost.index.isin(without_offer(lost, until).index)
    found: pd.Series = (lost["returned_on"] <= pd.Timestamp(until)) & by_itself
    return found


def _chances(own: pd.DataFrame, since: np.ndarray, ahead: np.ndarray) -> np.ndarray:
    """P(return) within the days `ahead` after `since` days lost by the rates of one kind: at them, and at their low and high ends."""
    start = own["start"].to_numpy(float)
    last = np.minimum((since + ahead)[:, None], np.append(start[1:], np.inf))
    inside = (last - np.maximum(since[:, None], start)).clip(min=0)
    chances: np.ndarray = 1 - np.exp(-inside @ own[["rate", "low", "high"]].to_numpy())
    return chances
