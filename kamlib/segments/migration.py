"""Who moved from one class to another between two dates, and what it was worth."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.facts.states import customer_states
from kamlib.facts.worth import Window
from kamlib.segments.abc_xyz import abc_classes, cells
from kamlib.segments.lifecycle import lifecycle_stages
from kamlib.segments.rfm import rfm_segments
from kamlib.segments.xyz import xyz_classes
from kamlib.stats.checks import one_row_each
from kamlib.stats.ordering import places
from kamlib.study.model import Study
from kamlib.study.settings.rfm_segments import NO_MONEY, TOO_SHORT

GROUPINGS = ("segment", "abc", "xyz", "cell", "stage")
NOT_YET = "not a client yet"
GONE = "no longer there"
NO_CLASS = "no class"
UNTOLD = (NO_CLASS, NO_MONEY, TOO_SHORT, "unknown")
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
        .sort_values(["size", "customer_id"], ascending=[False, True], ignore_index=True, key=places)
        .drop(columns="size")
    )


def groups(ranked: pd.DataFrame, in_cells: pd.DataFrame, staged: pd.DataFrame) -> pd.DataFrame:
    """Every class of each customer at one date, in the order of `ranked`.

    Parameters
    ----------
    ranked, in_cells, staged : DataFrames of `rfm_segments`, `abc_xyz.cells` and `lifecycle_stages`, the same customers.

    Returns
    -------
    DataFrame: customer_id, money (of the cells) and those of `GROUPINGS`.
    """
    table = ranked[["customer_id", "segment"]].merge(in_cells[["customer_id", "money", "abc", "xyz", "cell"]])
    return table.merge(staged[["customer_id", "stage"]])[["customer_id", "money", *GROUPINGS]]


def moves_between(
    before: pd.DataFrame,
    now: pd.DataFrame,
    months: pd.DataFrame,
    accounts: pd.DataFrame | None,
    study: Study,
    window: Window,
) -> pd.DataFrame:
    """Who moved between two dates, in each of `GROUPINGS`: both dates are cut in the same way.

    States, cells, segments and stages are made at both dates by the rules of the study, with the number of RFM classes of the later
    one. What the records can't tell of anybody at the earlier date (growth, order days of a window) is used at neither.

    Parameters
    ----------
    before, now : DataFrame, facts of the two dates.
    months : DataFrame of account-months; those after a date are not read for it.
    accounts : clean accounts for the states (`kamlib.facts.customer_states`), or None.
    study : its rfm, abcxyz, lifecycle and churn.
    window : `kamlib.facts.worth.observed_window` of the earlier date; it holds for both.

    Returns
    -------
    DataFrame: grouping, and the columns of `moves`; the groupings one below the other.
    """
    rules, life, churn = study.abcxyz, study.lifecycle, study.churn
    here = rfm_segments(now, window_months=study.rfm.window_months, measure=rules.measure, classes=study.rfm.classes)
    unseen = [name for name in ("growth", "order_days_12m", "order_days_24m") if before[name].isna().all()]
    dates = []
    for facts in (before, now):
        ranked = rfm_segments(
            facts,
            window_months=window.months or study.rfm.window_months,
            measure=window.measure,
            classes=here["classes"].iloc[0],
            segments=study.rfm.segments,
        )
        states = customer_states(
            facts, horizon_days=churn.horizon_days, floor_days=churn.silence_floor_days, accounts=accounts
        )
        by_money = abc_classes(facts, window.money, method=rules.method, a_below=rules.a_below, b_below=rules.b_below)
        by_rhythm = xyz_classes(
            facts,
            months,
            states,
            reading=rules.reading,
            money=window.measure,
            grain=rules.grain,
            window_months=rules.months,
        )
        staged = lifecycle_stages(
            facts.assign(**dict.fromkeys(unseen, np.nan)),
            states,
            window.money,
            new_days=life.new_days,
            loyal_order_days=life.loyal_order_days,
            decline=life.decline,
        )
        dates.append(groups(ranked, cells(by_money, by_rhythm), staged))
    parts = [moves(dates[0], dates[1], by=name).assign(grouping=name) for name in GROUPINGS]
    moved = pd.concat(parts, ignore_index=True)
    return moved[["grouping", *moved.columns.drop("grouping")]]


def matrix(moved: pd.DataFrame, classes: list[str], values: str = "accounts") -> pd.DataFrame:
    """A `moves` table as a square: rows the class before, columns the class after, in the order of `classes`.

    Parameters
    ----------
    moved : DataFrame of `moves`.
    classes : list of str
        The order of rows and columns; classes nobody is in at either date are left out, others come last by name.
    values : "accounts" or a column of `moved` to add up, such as "money_after"; `attrs["of"]` then names it.
    """
    counted = moved.groupby(["from", "to"])
    found = (counted.size() if values == "accounts" else counted[values].sum(min_count=1)).unstack(fill_value=0)
    known = set(found.index) | set(found.columns)
    ends = [NOT_YET, GONE]
    middle = [c for c in classes if c in known] + sorted(known - set(classes) - set(ends))
    rows = middle + [NOT_YET] * (NOT_YET in found.index)
    columns = middle + [GONE] * (GONE in found.columns)
    full = found.reindex(index=rows, columns=columns, fill_value=0)
    if values == "accounts":
        return full.astype(np.int64)
    full.attrs["of"] = values
    return full


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


def balance(moved: pd.DataFrame) -> pd.DataFrame:
    """How much of each grouping held still between the dates, and what the movers were worth.

    Parameters
    ----------
    moved : DataFrame of `moves_between`.

    Returns
    -------
    DataFrame, one row per grouping
        grouping; accounts (with a class at both dates), moved, share_moved; money_before and money_after of those who moved,
        and share_of_money (their part of all positive money afterwards); came and went (accounts of one date only).
    """
    rows = []
    for name, table in moved.groupby("grouping", sort=False):
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
