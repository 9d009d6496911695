"""Winning back: how many of the lost came back so far, what P(return) that gives each, and whom to write to first.

The rate of returns is taken by the time an account has been lost, in blocks of a horizon: constant within a block, exposure
cut where observation ends. That is tried on a later period, against one rate for all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from kamlib.errors import InputError
from kamlib.metrics import resampled_sums

FEWEST = 20  # returns: the rate is then known to within about a half of itself
_EXPECTED = 5  # returns that one rate for all must lead us to expect in a block, before the block has a rate of its own
_BLOCKS = 4


@dataclass(frozen=True)
class Returns:
    """How returns are predicted: rates by block (`return_rates`; empty where refused), why, and the test on the later period.

    test: way, expected and came (returns), brier; difference, low, high (of Brier scores: by time lost less one rate, 95 %).
    """

    rates: pd.DataFrame
    reason: str
    test: pd.DataFrame


def return_rates(
    episodes: pd.DataFrame, until: date | pd.Timestamp, *, horizon_days: int = 180, n_blocks: int = _BLOCKS
) -> pd.DataFrame:
    """Returns a day of those still away, by how long they have been lost, as known at `until`.

    Parameters
    ----------
    episodes : `kamlib.losses.loss_episodes`.
    n_blocks : blocks of a horizon at most; the last has no end. A block in which one rate for all would lead us to expect
        fewer than five returns is joined to the one before it.

    Returns
    -------
    DataFrame
        start (days lost), accounts (ever seen in the block), days (lost account-days), returns, rate (a day; Jeffreys),
        low, high (95 %).

    References
    ----------
    Friedman (1982), Annals of Statistics 10 (piecewise exponential); Brown, Cai & DasGupta (2003), Statistica Sinica 13
    (Jeffreys interval of a Poisson rate).
    """
    from scipy.stats import gamma

    until = pd.Timestamp(until)
    known = episodes[episodes["lost_on"] < until]
    back = known["returned_on"] <= until
    end = pd.concat([known["returned_on"].where(back), known["ended_on"]], axis=1).min(axis=1).fillna(until).clip(upper=until)
    away = (end - known["lost_on"]).dt.days.to_numpy()
    edges = [*(k * horizon_days for k in range(n_blocks)), np.inf]
    rows = []
    overall = back.sum() / max(away.sum(), 1)
    for start, stop in zip(edges, edges[1:], strict=False):
        days = (np.minimum(away, stop) - start).clip(min=0)
        counts = np.array([(away > start).sum(), days.sum(), (back & (away > start) & (away <= stop)).sum()])
        if rows and (overall * counts[1] < _EXPECTED or overall * rows[-1][2] < _EXPECTED):
            rows[-1][2:] += counts[1:]
        else:
            rows.append(np.array([start, *counts]))
    table = pd.DataFrame(rows, columns=["start", "accounts", "days", "returns"]).astype("int64")
    shape, scale = table["returns"] + 0.5, 1 / table["days"].clip(lower=1)
    bounds = {name: gamma.ppf(q, shape, scale=scale) for name, q in (("low", 0.025), ("high", 0.975))}
    return table.assign(rate=shape * scale, **bounds)


def p_return(rates: pd.DataFrame, days_lost: pd.Series, *, horizon_days: int = 180) -> pd.DataFrame:
    """P(order within the next horizon) of accounts that have been lost for so many days.

    Returns
    -------
    DataFrame, index of `days_lost`
        p_return, low, high: 1 - exp(-sum of the rates of the days ahead), at the rates and at the ends of their intervals;
        missing without rates.
    """
    if rates.empty:
        return pd.DataFrame(np.nan, index=days_lost.index, columns=["p_return", "low", "high"])
    start = rates["start"].to_numpy(float)
    stop = np.append(start[1:], np.inf)
    since = days_lost.to_numpy(float)[:, None]
    inside = (np.minimum(since + horizon_days, stop) - np.maximum(since, start)).clip(min=0)
    found = {name: 1 - np.exp(-inside @ rates[column]) for name, column in (("p_return", "rate"), ("low", "low"), ("high", "high"))}
    return pd.DataFrame(found, index=days_lost.index)


def learn_returns(
    episodes: pd.DataFrame, as_of: date | pd.Timestamp, *, horizon_days: int = 180, bootstraps: int = 500, seed: int = 1
) -> Returns:
    """Rates of return as known at `as_of`, by time lost where that predicted the last horizon better than one rate for all.

    Both are estimated one horizon before `as_of` and held against what came. Time lost is used where its Brier score is
    lower beyond chance (bootstrap of accounts). Below 20 returns nothing is estimated, and `reason` says so.
    """
    as_of = pd.Timestamp(as_of)
    then = as_of - pd.Timedelta(days=horizon_days)
    seen, seen_then = (int((episodes["returned_on"] <= day).sum()) for day in (as_of, then))
    if seen < FEWEST:
        reason = f"{_counted(seen)} on record; {FEWEST} would be enough to know the rate to within about a half of itself"
        return Returns(pd.DataFrame(), reason, pd.DataFrame())
    one = return_rates(episodes, as_of, horizon_days=horizon_days, n_blocks=1)
    away = lost_at(episodes, then)
    if seen_then < FEWEST or away.empty:
        reason = f"one rate for all, not tested: {_counted(seen_then)} on record a horizon ago, {FEWEST} would be enough"
        return Returns(one, reason, pd.DataFrame())
    came = away["returned_on"].le(as_of).to_numpy(float)
    p = {}
    for way, n_blocks in (("by time lost", _BLOCKS), ("one rate for all", 1)):
        rates = return_rates(episodes, then, horizon_days=horizon_days, n_blocks=n_blocks)
        p[way] = p_return(rates, (then - away["lost_on"]).dt.days, horizon_days=horizon_days)["p_return"].to_numpy()
    gain = (p["by time lost"] - came) ** 2 - (p["one rate for all"] - came) ** 2
    low, high = np.percentile(resampled_sums(gain[:, None], bootstraps, seed) / len(gain), [2.5, 97.5])
    rows = [(way, each.sum(), came.sum(), ((each - came) ** 2).mean()) for way, each in p.items()]
    test = pd.DataFrame(rows, columns=["way", "expected", "came", "brier"])
    test = test.assign(difference=[gain.mean(), np.nan], low=[low, np.nan], high=[high, np.nan])
    if high < 0:
        by_time = return_rates(episodes, as_of, horizon_days=horizon_days)
        return Returns(by_time, "by time lost, which predicted the last horizon better than one rate for all", test)
    return Returns(one, "one rate for all: time lost predicted the last horizon no better", test)


def lost_at(episodes: pd.DataFrame, day: date | pd.Timestamp) -> pd.DataFrame:
    """The losses that could still be made good on a day: known by then, not back, not closed.

    Their returned_on may lie after `day`: there it is the outcome.
    """
    day = pd.Timestamp(day)
    open_ = (episodes["lost_on"] <= day) & ~(episodes["returned_on"] <= day) & ~(episodes["ended_on"] <= day)
    return episodes[open_]


def recaptured(
    episodes: pd.DataFrame,
    money: str,
    first_day: date | pd.Timestamp,
    *,
    horizon_days: int = 180,
    bootstraps: int = 500,
    seed: int = 1,
) -> pd.Series:
    """What returned accounts brought in their first horizon, as a share of what they brought in such a span before they left.

    Parameters
    ----------
    money : amount or margin.
    first_day : first day on record; accounts whose last year before the loss began earlier are left out.

    Returns
    -------
    Series
        accounts, ratio (of sums, so that a large account counts by its size), low, high (95 %, bootstrap of accounts). All but
        the count are missing below 20 accounts.
    """
    whole = episodes["last_order"] >= pd.Timestamp(first_day) + pd.Timedelta(days=364)
    known = episodes[whole].dropna(subset=[money, f"second_{money}"])
    before = known[money].to_numpy() * horizon_days / 365
    after = known[f"second_{money}"].to_numpy()
    if len(known) < FEWEST or before.sum() <= 0:
        return pd.Series({"accounts": len(known), "ratio": np.nan, "low": np.nan, "high": np.nan})
    sums = resampled_sums(np.column_stack([after, before]), bootstraps, seed)
    low, high = np.percentile(sums[:, 0] / sums[:, 1], [2.5, 97.5]) if (sums[:, 1] > 0).all() else (np.nan, np.nan)
    return pd.Series({"accounts": len(known), "ratio": after.sum() / before.sum(), "low": low, "high": high})


def win_back_list(
    lost: pd.DataFrame, second_value: pd.Series, offers: pd.DataFrame, *, control_share: float = 0.3, seed: int = 1
) -> pd.DataFrame:
    """The lost accounts by expected gain, each with its offer, and a control group that gets none.

    Parameters
    ----------
    lost : account_id, cause, p_return, low, high; one row an account.
    second_value : what an account brings from the day it returns, by account_id (study currency).
    offers : cause, offer, cost; cause *any* is for the causes that have none of their own. May be empty.
    control_share, seed : see `control`. Drawn among those whose expected gain is above 0.

    Returns
    -------
    DataFrame, largest gain first
        the columns of `lost`, second_value, offer (missing where the playbook has none), cost, expected_gain = p_return ×
        second_value - cost, arm: *offer*, *control*, or missing where the gain is not above 0 or can't be told.

    Raises
    ------
    InputError
        If `lost` repeats an account, or two offers are for one cause.
    """
    for table, column in ((lost, "account_id"), (offers, "cause")):
        if (repeated := table[column].duplicated()).any():
            raise InputError(f"{column} is repeated", column=column, found=int(repeated.sum()), remedy="Give one row each.")
    book = offers.set_index("cause")
    chosen = lost["cause"].where(lost["cause"].isin(book.index), "any")
    table = lost.assign(
        second_value=lost["account_id"].map(second_value),
        offer=chosen.map(book["offer"]).astype("object"),
        cost=chosen.map(book["cost"]).fillna(0.0).astype(float),
    )
    table["expected_gain"] = table["p_return"] * table["second_value"] - table["cost"]
    worth = table["expected_gain"] > 0
    drawn = control(table.loc[worth, "account_id"], control_share, seed)
    table["arm"] = drawn.map({True: "control", False: "offer"}).reindex(table.index)
    return table.sort_values(["expected_gain", "account_id"], ascending=[False, True], ignore_index=True)


def control(account_ids: pd.Series, share: float, seed: int) -> pd.Series:
    """Which accounts are the control group: the `share` of them with the smallest hash of id and seed.

    The draw does not depend on the order of the rows, on the machine or on the day it is made.
    """
    number = pd.util.hash_array(account_ids.to_numpy(object), hash_key=f"{seed:016d}"[-16:], categorize=False)
    rank = pd.Series(number, index=account_ids.index).rank(method="first")
    return rank <= round(share * len(account_ids))


def _counted(returns: int) -> str:
    return "1 return is" if returns == 1 else f"{returns} returns are"
