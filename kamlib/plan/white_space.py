"""White space: categories that most of a customer's peers buy and it never bought, in money, tested on a held-out year."""

from __future__ import annotations

from datetime import date

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from kamlib.facts.days import as_pandas
from kamlib.facts.order_lines import check_lines, purchased
from kamlib.stats.intervals import wilson
from kamlib.stats.ordering import places
from kamlib.stats.reasons import or_waiting
from kamlib.study.periods import months_before
from kamlib.study.settings.sections import FEWEST

TENTHS = 10
"""Groups by order lines of a year, from which peers are taken; fewer where a group would have fewer than `FEWEST.segmented` customers."""
PEERS_BUY = 0.6
"""Share of the peers that must buy a category."""
COLUMNS = ["customer_id", "category", "peers", "share_of_peers", "usual_amount", "low", "high"]
_MONTH = 31  # days by which the records may begin late and still hold a year before the held-out one
_TEST = ["among", "cells", "taken_up", "taken_up_share", "low", "high", "usual_amount", "taken_up_amount"]


def category_years(orders: ir.Table, as_of: date) -> pd.DataFrame:
    """What each customer bought in each category in two years, in one pass of the engine.

    Returns
    -------
    DataFrame, one row per pair of which a line is on record by `as_of`, by id and category
        customer_id, category; first_bought (day of the first purchase, missing without one); for the 12 months to `as_of` lines (purchases) and amount (net, study currency), bought (whether it ever
        bought by then); the same a year earlier as lines_before, amount_before, bought_before.
    """
    check_lines(orders, "customer_id", "date", "amount", "category")
    end = pd.Timestamp(as_of)
    now, cut, first = (months_before(end, months).date() for months in (0, 12, 24))
    lines = orders.filter((orders.date <= now) & orders.category.notnull())
    sums: dict[str, ir.Value] = {"first_bought": lines.date.min(where=purchased(lines, now))}
    for name, day, since in (("", now, cut), ("_before", cut, first)):
        past = lines.date <= day
        year, on = past & (lines.date > since), past & purchased(lines, day)
        sums[f"lines{name}"] = (year & on).cast("int32").sum()
        sums[f"amount{name}"] = lines.amount.sum(where=year).cast("float64").fill_null(0.0)
        sums[f"bought{name}"] = on.any()
    return as_pandas(lines.group_by("customer_id", "category").agg(**sums), ["customer_id", "category"])


def white_space(
    years: pd.DataFrame, industries: pd.Series | None = None, *, least_share: float = PEERS_BUY
) -> pd.DataFrame:
    """Categories that a customer of the last 12 months never bought and most of its peers buy, the most money to be expected first.

    Peers buy about as often: the same tenth of the customers by order lines of 12 months, and of the same industry where it has as many
    as `FEWEST.segmented` of them there. Who buys often and never this decided so, and who hardly buys has not come to it: so
    they are compared with their like.

    Parameters
    ----------
    years : `category_years`.
    industries : industry by customer_id; None: unknown.
    least_share : of the peers that must buy the category.

    Returns
    -------
    DataFrame, by share_of_peers x usual_amount, one row per cell
        customer_id, category; peers (customers), share_of_peers (that bought it in 12 months); usual_amount (median of what these bought net, study
        currency a year) with low and high, its 95 % interval by order statistics, missing below six buyers. It waits for as many
        customers with a category as make peers.

    References
    ----------
    Conover (1999), Practical Nonparametric Statistics, chapter 3.2 (the interval of a median).
    """
    return _cells(years, industries, "", least_share)


def white_space_test(
    years: pd.DataFrame,
    as_of: date,
    industries: pd.Series | None = None,
    *,
    first: int = 100,
    least_share: float = PEERS_BUY,
) -> pd.DataFrame:
    """What became in the last 12 months of the cells that would have been named a year ago, against all that were open then.

    Parameters
    ----------
    first : cells at the head of the list that are looked at by themselves.

    Returns
    -------
    DataFrame, one row per set of cells
        among (first_cells, named_cells, open_cells: all that a customer of that year had never bought); cells; taken_up (of them bought since); taken_up_share
        (their share) with its 95 % interval low, high; of the cells taken up usual_amount (sum of what was told of them) and taken_up_amount (net, in the year). It waits for two years of records.
    """
    then = _cells(years, industries, "_before", least_share)
    keys = ["customer_id", "category"]
    buying = years.loc[years["lines_before"] > 0, "customer_id"].unique()
    here = years[years["customer_id"].isin(buying)]
    begun = here[~here["bought_before"] & (here["lines"] > 0)].set_index(keys)["amount"]
    categories = years.loc[years["lines_before"] > 0, "category"].unique()
    known = here["bought_before"] & here["category"].isin(categories)
    among_known = begun[begun.index.get_level_values("category").isin(categories)]
    everything = (len(buying) * len(categories) - int(known.sum()), len(among_known), np.nan, among_known.sum())
    rows = []
    for name, named in (("first_cells", then.head(first)), ("named_cells", then)):
        came = begun.reindex(pd.MultiIndex.from_frame(named[keys]))
        on = came.notna().to_numpy()
        rows.append((name, len(named), int(on.sum()), named.loc[on, "usual_amount"].sum(), came.sum()))
    rows.append(("open_cells", *everything))
    table = pd.DataFrame(rows, columns=["among", "cells", "taken_up", "usual_amount", "taken_up_amount"])
    table = table[table["cells"] > 0]
    low, high = wilson(table["taken_up"], table["cells"])
    table = table.assign(taken_up_share=table["taken_up"] / table["cells"], low=low, high=high)[_TEST]
    whole = years["first_bought"].min() <= months_before(pd.Timestamp(as_of), 24) + pd.Timedelta(days=_MONTH)
    return or_waiting(table if whole and len(then) else table.iloc[:0], "white_space_not_tested")


def _cells(years: pd.DataFrame, industries: pd.Series | None, when: str, least_share: float) -> pd.DataFrame:
    buying = years.loc[years[f"lines{when}"] > 0, "customer_id"].unique()
    ever = years[years[f"bought{when}"] & years["customer_id"].isin(buying)]
    who, ids = pd.factorize(ever["customer_id"])
    what, categories = pd.factorize(ever["category"])
    count, amount = ever[f"lines{when}"].to_numpy(), ever[f"amount{when}"].to_numpy(float)
    wide, close = _peer_groups(np.bincount(who, weights=count, minlength=len(ids)), ids, industries)
    has_close, on = close >= 0, count > 0
    size = np.bincount(np.concatenate([wide, close[has_close]]), minlength=1)
    n, k = len(size), max(1, len(categories))
    near = on & has_close[who]
    cell = np.concatenate([wide[who[on]] * k + what[on], close[who[near]] * k + what[near]])
    buyers = np.bincount(cell, minlength=n * k)
    usual, low, high = _medians(cell, np.concatenate([amount[on], amount[near]]), buyers)
    share = buyers / np.repeat(np.maximum(size - 1, 1), k)  # whose cell is open is none of the buyers
    told = (share >= least_share) & np.repeat(size >= FEWEST.averaged, k) & (usual > 0)
    group = np.where(has_close, close, wide)
    bought = np.zeros((len(ids), k), bool)
    bought[who, what] = True
    row, column = np.nonzero(told.reshape(n, k)[group] & ~bought)
    at = group[row] * k + column
    found = pd.DataFrame(
        {
            "customer_id": ids.to_numpy(object)[row],
            "category": categories.to_numpy(object)[column],
            "peers": size[group[row]] - 1,
            "share_of_peers": share[at],
            "usual_amount": usual[at],
            "low": low[at],
            "high": high[at],
        }
    )
    found = found.assign(worth=-found["share_of_peers"] * found["usual_amount"])
    found = found.sort_values(["worth", "customer_id", "category"], key=places, ignore_index=True)[COLUMNS]
    enough = len(ids) >= FEWEST.averaged
    return or_waiting(found, "no_white_space" if enough else "too_few_to_be_peers", n=len(ids))


def _peer_groups(lines: np.ndarray, ids: pd.Index, industries: pd.Series | None) -> tuple[np.ndarray, np.ndarray]:
    """Two groups for each customer: its tenth by order lines (ties stay together), and in that its industry, -1 where it has too few."""
    n = len(lines)
    tenths = max(1, min(TENTHS, n // FEWEST.segmented))
    wide = ((pd.Series(lines).rank(method="min") - 1) * tenths // max(n, 1)).astype(int)
    if industries is None:
        return wide.to_numpy(), np.full(n, -1)
    named = industries[~industries.index.duplicated()].reindex(ids).set_axis(wide.index)
    enough = named.notna() & (named.groupby([wide, named]).transform("size") >= FEWEST.segmented)
    close = tenths + named[enough].groupby([wide, named]).ngroup().reindex(wide.index)
    return wide.to_numpy(), close.fillna(-1).to_numpy(int)


def _medians(cell: np.ndarray, amount: np.ndarray, buyers: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The median of each cell of peers and category, and the two order statistics that hold it in 95 of 100 cases or more."""
    from scipy.stats import binom

    ordered = np.append(amount[np.lexsort([amount, cell])], np.nan)
    start = np.append(0, np.cumsum(buyers)[:-1])
    last = len(ordered) - 1
    sizes, back = np.unique(buyers, return_inverse=True)
    rank = binom.ppf(0.025, sizes, 0.5)[back]  # how many of the smallest and of the largest lie outside
    known = (buyers > 0) & (rank > 0)
    outside = np.where(known, rank, 0).astype(int)
    low = ordered[np.where(known, start + outside - 1, last)]
    high = ordered[np.where(known, start + buyers - outside, last)]
    left, right = start + (buyers - 1) // 2, start + buyers // 2
    some = buyers > 0
    middle = (ordered[np.where(some, left, last)] + ordered[np.where(some, right, last)]) / 2
    return middle, low, high
