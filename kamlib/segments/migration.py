"""Who moved from one class to another between two dates, and what it was worth."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from kamlib.stats.checks import one_row_each
from kamlib.study.rfm_segments import NO_MONEY

NOT_YET = "not a client yet"
GONE = "no longer there"
NO_CLASS = "no class"
UNTOLD = (NO_CLASS, NO_MONEY, "unknown")
"""Classes of those of whom too little is known: nobody moves from them or to them."""


def moves(before: pd.DataFrame, after: pd.DataFrame, by: str, money: str = "money") -> pd.DataFrame:
    """The class of each account at both dates, and the change of its money.

    Parameters
    ----------
    before, after : DataFrame, one row per account
        customer_id, the class `by` and `money`, made with the same parameters at two dates.
    by : str
        Column of the class: segment, abc, cell, state.
    money : str
        Column of money.

    Returns
    -------
    DataFrame, one row per account of either date, largest change of money first
        customer_id, from, to (`NOT_YET` and `GONE` where it stands at one date only, `NO_CLASS` where it is missing),
        money_before, money_after (zero where it is not there), change, moved (never where either class is `UNTOLD`).

    Raises
    ------
    InputError
        If a column is missing or an account stands twice at a date.
    """
    one_row_each(before, [by, money])
    one_row_each(after, [by, money])
    names = {by: "class", money: "money"}
    old = before[["customer_id", by, money]].rename(columns=names)
    new = after[["customer_id", by, money]].rename(columns=names)
    both = old.merge(new, on="customer_id", how="outer", suffixes=("_before", "_after"), indicator=True)
    table = pd.DataFrame(
        {
            "customer_id": both["customer_id"],
            "from": both["class_before"].fillna(NO_CLASS).mask(both["_merge"] == "right_only", NOT_YET),
            "to": both["class_after"].fillna(NO_CLASS).mask(both["_merge"] == "left_only", GONE),
            "money_before": both["money_before"].mask(both["_merge"] == "right_only", 0.0),
            "money_after": both["money_after"].mask(both["_merge"] == "left_only", 0.0),
        }
    )
    table["change"] = table["money_after"] - table["money_before"]
    told = ~(table["from"].isin(UNTOLD) | table["to"].isin(UNTOLD))
    table["moved"] = told & (table["from"] != table["to"])
    order = table["change"].abs().fillna(-1)
    return (
        table.assign(size=order)
        .sort_values(["size", "customer_id"], ascending=[False, True], ignore_index=True)
        .drop(columns="size")
    )


def matrix(moved: pd.DataFrame, classes: list[str], values: str = "accounts") -> pd.DataFrame:
    """A `moves` table as a square: rows the class before, columns the class after, in the order of `classes`.

    Parameters
    ----------
    moved : DataFrame of `moves`.
    classes : list of str
        The order of rows and columns; classes nobody is in at either date are left out, others come last by name.
    values : "accounts" or a column of `moved` to add up, such as "money_after".
    """
    counted = moved.groupby(["from", "to"])
    found = (counted.size() if values == "accounts" else counted[values].sum()).unstack(fill_value=0)
    known = set(found.index) | set(found.columns)
    ends = [NOT_YET, GONE]
    middle = [c for c in classes if c in known] + sorted(known - set(classes) - set(ends))
    rows = middle + [NOT_YET] * (NOT_YET in found.index)
    columns = middle + [GONE] * (GONE in found.columns)
    full = found.reindex(index=rows, columns=columns, fill_value=0)
    return full.astype(np.int64) if values == "accounts" else full


def flows(moved: pd.DataFrame) -> pd.DataFrame:
    """A `moves` table as streams: one row per pair of classes that somebody took, the most money afterwards first.

    Returns
    -------
    DataFrame: from, to, accounts, money_before, money_after, change (missing where it is unknown for all of them), moved.
    """
    by = moved.groupby(["from", "to"])
    money = by[["money_before", "money_after", "change"]].sum(min_count=1)
    found = money.assign(accounts=by.size(), moved=by["moved"].any()).reset_index()
    order = ["money_after", "accounts", "from", "to"]
    found = found.sort_values(order, ascending=[False, False, True, True], ignore_index=True)
    return found[["from", "to", "accounts", "money_before", "money_after", "change", "moved"]]


def balance(groupings: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """How much of each grouping held still between the dates, and what the movers were worth.

    Parameters
    ----------
    groupings : `moves` tables by the name of their classes.

    Returns
    -------
    DataFrame, one row per grouping
        grouping; accounts (with a class at both dates), moved, share_moved; money_before and money_after of those who moved,
        and share_of_money (their part of all positive money afterwards); came and went (accounts of one date only).
    """
    rows = []
    for name, table in groupings.items():
        came, went = table["from"] == NOT_YET, table["to"] == GONE
        both = table[~came & ~went & ~table["from"].isin(UNTOLD) & ~table["to"].isin(UNTOLD)]
        movers, positive = both[both["moved"]], both["money_after"].clip(lower=0)
        rows.append(
            {
                "grouping": name,
                "accounts": len(both),
                "moved": len(movers),
                "share_moved": len(movers) / len(both) if len(both) else np.nan,
                "money_before": movers["money_before"].sum(min_count=1) if len(movers) else 0.0,
                "money_after": movers["money_after"].sum(min_count=1) if len(movers) else 0.0,
                "share_of_money": positive[both["moved"]].sum() / (positive.sum() or np.nan),
                "came": int(came.sum()),
                "went": int(went.sum()),
            }
        )
    return pd.DataFrame(rows)
