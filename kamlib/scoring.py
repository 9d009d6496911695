"""Criterion scoring: who matters how much to us, by an additive value on fixed anchors.

``score = sum of weight x utility``. The utility of a value is linear between a stated worst (0) and best (1) and stops there,
so that a new client never moves the others. What is missing stays open: its utility may be anything from 0 to 1, which makes
the score an interval; the point printed is the interval's middle. Source: Edwards & Barron (1994), SMARTS and SMARTER:
Simple Methods for Multiattribute Utility Measurement, Organizational Behavior and Human Decision Processes 60.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kamlib.errors import InputError, some

if TYPE_CHECKING:
    from datetime import date

    from kamlib.study import Criterion, Scoring

GROUPS = ("revenue", "reputation", "development")
BUILT_IN = {
    "revenue": "revenue_12m",
    "margin": "margin_12m",
    "frequency": "order_days_12m",
    "stability": "gap_cv",
    "breadth": "categories_12m",
    "cost_to_serve": "cost_to_serve_12m",
    "payment": "days_late_12m",
    "claims": "claims_12m",
    "lifetime_value": "remaining_value",
}
"""Column of the source table that a criterion of this name reads when the study names none."""


def latest_ratings(ratings: pd.DataFrame, as_of: date | pd.Timestamp, *, view: str = "ours") -> pd.DataFrame:
    """The last rating by each rater of each criterion of each account, on or before a day.

    Ratings without a date count as older than any dated one; several by one rater on one day are averaged; ratings
    without a rater are one rater's; a rating without a view is ours.

    Parameters
    ----------
    ratings : DataFrame
        The clean table `ratings`.
    as_of : day; nothing after it is read.
    view : 'ours', or 'client' for the client's ratings of us (`rival` empty) and of rivals.

    Returns
    -------
    DataFrame
        account_id, criterion, rival ('' = us), rater, score (points 1-10), age_days (missing where undated).
    """
    as_of = pd.Timestamp(as_of)
    table = pd.DataFrame(
        {
            "account_id": ratings["account_id"],
            "criterion": ratings["criterion"],
            "rival": _column(ratings, "rival", "").fillna(""),
            "rater": _column(ratings, "rater", "").fillna(""),
            "score": pd.to_numeric(ratings["score"]).astype(float),
            "date": pd.to_datetime(_column(ratings, "date", pd.NaT)),
        }
    )
    day = table["date"].fillna(pd.Timestamp.min)
    table = table[(_column(ratings, "view", "ours").fillna("ours") == view) & (day <= as_of) & table["score"].notna()]
    keys = ["account_id", "criterion", "rival", "rater"]
    last = day[table.index].groupby([table[key] for key in keys]).transform("max")
    found = (
        table[day[table.index] == last].groupby(keys, as_index=False).agg(score=("score", "mean"), date=("date", "max"))
    )
    return found.assign(age_days=(as_of - found["date"]).dt.days.astype(float)).drop(columns="date")


def knock_outs(
    facts: pd.DataFrame,
    *,
    accounts: pd.DataFrame | None = None,
    ratings: pd.DataFrame | None = None,
    gates: Sequence[str] = ("need", "solvency", "sanctions"),
    lowest: float = 1.0,
) -> pd.DataFrame:
    """Accounts that no score can make key: account_id and reason, one row for each reason.

    A negative contribution_12m (margin_12m where `facts` has none); closed on or before the date of `facts`; a gate
    criterion that every rater gave the `lowest` mark (`ratings` from `latest_ratings`).
    """
    contribution = facts["contribution_12m" if "contribution_12m" in facts else "margin_12m"]
    found: list[pd.DataFrame] = [facts[contribution < 0].assign(reason="negative contribution")]
    if accounts is not None and "closed_on" in accounts:
        units = _units(accounts)
        closed = pd.to_datetime(units["closed_on"]) <= facts["as_of"].max()
        found.append(units[closed].assign(reason="closed"))
    if ratings is not None and len(ratings):
        gate = ratings[ratings["criterion"].isin(gates) & (ratings["rival"] == "")]
        best = gate.groupby(["account_id", "criterion"], as_index=False)["score"].max()
        best["reason"] = "lowest mark for " + best["criterion"]
        found.append(best[best["score"] <= lowest])
    table = pd.concat([part[["account_id", "reason"]] for part in found])
    return table[table["account_id"].isin(facts["account_id"])].sort_values(["account_id", "reason"], ignore_index=True)


def criterion_values(
    criteria: Sequence[Criterion],
    facts: pd.DataFrame,
    *,
    value: pd.DataFrame | None = None,
    ratings: pd.DataFrame | None = None,
    accounts: pd.DataFrame | None = None,
    strict: bool = True,
) -> pd.DataFrame:
    """Raw values of the criteria, in their own units; what is missing is missing.

    Parameters
    ----------
    criteria : the study's criteria. Where one names no column, `BUILT_IN` or its own name is read.
    facts : DataFrame, one row per account to score
        Account facts at one date.
    value, accounts : tables by account_id (of `accounts` the units' own rows are read), or None.
    ratings : result of `latest_ratings`, or None; the value is the mean of the raters.
    strict : refuse a criterion without any value; an earlier quarter may be read with False.

    Returns
    -------
    DataFrame
        Index account_id in the order of `facts`, a column per criterion.

    Raises
    ------
    InputError
        If there are no criteria, no accounts, an account repeats, or a criterion has no data.
    """
    if not criteria:
        raise InputError("the study has no criteria", column="scoring.criteria", remedy="Add at least one.")
    if facts.empty:
        raise InputError("no account to score", remedy="Check as_of and the states: all may be lost or without orders.")
    if facts["account_id"].duplicated().any():
        twice = facts.loc[facts["account_id"].duplicated(), "account_id"].unique()
        raise InputError("an account stands twice in facts", found=some(twice), remedy="Give the facts of one date.")
    index = pd.Index(facts["account_id"], name="account_id")
    sources = {"facts": facts, "value": value, "accounts": None if accounts is None else _units(accounts)}
    tables = {name: table.set_index("account_id") for name, table in sources.items() if table is not None}
    if ratings is not None and len(ratings):
        ours = ratings[ratings["rival"] == ""]
        tables["rating"] = ours.groupby(["account_id", "criterion"])["score"].mean().unstack()
    found = {c.name: _values(c, tables.get(c.source), strict).reindex(index) for c in criteria}
    for criterion in criteria:
        if strict and found[criterion.name].isna().all():
            raise _no_data(criterion, f"none of the {len(index):,} accounts to score has a value")
    return pd.DataFrame(found, index=index)


def utilities(values: pd.DataFrame, criteria: Sequence[Criterion]) -> pd.DataFrame:
    """0 at a criterion's worst, 1 at its best, linear between, clipped; worst > best where lower is better."""
    worst = np.array([c.worst for c in criteria])
    best = np.array([c.best for c in criteria])
    return ((values[[c.name for c in criteria]].astype(float) - worst) / (best - worst)).clip(0, 1)


def utility_range(
    values: pd.DataFrame, criteria: Sequence[Criterion], spread: pd.DataFrame | float = 0.0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Lowest and highest utility of each value ± `spread`; 0 and 1 where the value is missing."""
    one, other = utilities(values - spread, criteria), utilities(values + spread, criteria)
    return one.where(one <= other, other).fillna(0.0), one.where(one >= other, other).fillna(1.0)


def contributions(values: pd.DataFrame, criteria: Sequence[Criterion], *, scale: int = 100) -> pd.DataFrame:
    """What each criterion adds to each score; the points of an account add up to its score less 1.

    Returns
    -------
    DataFrame
        account_id, criterion, group, weight (of 100), value (raw unit), utility (0-1, 0.5 where missing), points,
        most (points at utility 1), missing (flag).
    """
    utility = utilities(values, criteria)
    rows, columns = utility.shape
    weight = np.array([c.weight for c in criteria], dtype=float)
    share = weight / weight.sum() * (scale - 1)
    filled = utility.fillna(0.5).to_numpy()
    return pd.DataFrame(
        {
            "account_id": np.repeat(utility.index.to_numpy(), columns),
            "criterion": np.tile([c.name for c in criteria], rows),
            "group": np.tile([c.group for c in criteria], rows),
            "weight": np.tile(weight, rows),
            "value": values[utility.columns].to_numpy(dtype=float).ravel(),
            "utility": filled.ravel(),
            "points": (filled * share).ravel(),
            "most": np.tile(share, rows),
            "missing": utility.isna().to_numpy().ravel(),
        }
    )


def score(values: pd.DataFrame, criteria: Sequence[Criterion], *, scale: int = 100) -> pd.DataFrame:
    """Scores on 1–`scale`, with their interval where values are missing, and subtotals.

    Parameters
    ----------
    values : result of `criterion_values`.
    criteria : the study's criteria; weights are shares of their sum.
    scale : 10 or 100; the score is 1 + (scale - 1) x the weighted mean of the utilities.

    Returns
    -------
    DataFrame
        account_id, score (the middle of the interval), low, high, known (share of the weight that has a value),
        attractiveness (the score on 0-10) and points_revenue, points_reputation, points_development, which add up to score - 1 (0: the study has no such criterion).
    """
    utility = utilities(values, criteria)
    weight = np.array([c.weight for c in criteria], dtype=float)
    most = weight / weight.sum() * (scale - 1)
    points = utility.fillna(0.5) * most
    half_open = (utility.isna() * most).sum(axis=1) / 2
    middle = 1 + points.sum(axis=1)
    table = pd.DataFrame({"score": middle, "low": middle - half_open, "high": middle + half_open})
    table["known"] = 1 - 2 * half_open / (scale - 1)
    table["attractiveness"] = 10 * (middle - 1) / (scale - 1)
    for group in GROUPS:
        table[f"points_{group}"] = points[[c.name for c in criteria if c.group == group]].sum(axis=1)
    return table.rename_axis("account_id").reset_index()


def top_count(n: int, scoring: Scoring) -> int:
    """How many of `n` ranked accounts are key: min(most, n, max(least, share of n, halves up))."""
    return min(scoring.top_most, n, max(scoring.top_least, int(np.floor(scoring.top_share * n + 0.5))))


def members(
    scores: pd.DataFrame,
    scoring: Scoring,
    *,
    revenue: pd.Series | None = None,
    knocked: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """`scores` with rank, key membership and its reason; knocked-out accounts come last, without a rank.

    Equal scores share a rank; all who share the last key rank are key.

    Parameters
    ----------
    scores : result of `score`.
    revenue : 12-month revenue by account_id, for `scoring.qualifying_revenue`.
    knocked : account_id and reason, or None.

    Returns
    -------
    DataFrame
        Best first, with rank (missing where knocked out), key (flag), reason (why key; '' if not), knock_out (reason or '').
    """
    reasons = {} if knocked is None else knocked.groupby("account_id")["reason"].agg("; ".join).to_dict()
    table = scores.assign(knock_out=scores["account_id"].map(reasons).fillna(""))
    ranked = table["knock_out"] == ""
    table["rank"] = table["score"].round(6).where(ranked).rank(method="min", ascending=False).astype("Int64")
    if scoring.threshold is None:
        place = top_count(int(ranked.sum()), scoring)
        by_score, why = (table["rank"] <= place).fillna(False).astype(bool), f"among the first {place}"
    else:
        by_score, why = ranked & (table["score"].round(6) >= scoring.threshold), f"score from {scoring.threshold:g}"
    by_volume = pd.Series(False, index=table.index)
    if scoring.qualifying_revenue is not None and revenue is not None:
        by_volume = ranked & (table["account_id"].map(revenue) >= scoring.qualifying_revenue)
    table["key"] = by_score | by_volume
    table["reason"] = np.select([by_score, by_volume], [why, "revenue alone qualifies"], "")
    return table.sort_values(["rank", "account_id"], na_position="last", ignore_index=True)


def _column(table: pd.DataFrame, name: str, default: object) -> pd.Series:
    return table[name] if name in table else pd.Series(default, index=table.index)


def _units(accounts: pd.DataFrame) -> pd.DataFrame:
    """The units' own rows of the clean table `accounts`."""
    return accounts[accounts["member_id"] == accounts["account_id"]] if "member_id" in accounts else accounts


def _values(criterion: Criterion, table: pd.DataFrame | None, strict: bool) -> pd.Series:
    name = criterion.column or criterion.name
    if table is not None and criterion.column is None and name not in table:
        name = BUILT_IN.get(name, name)
    if table is None or name not in table:
        if strict:
            raise _no_data(criterion, f"no {name!r} in the {criterion.source} given")
        return pd.Series(dtype=float)
    if not pd.api.types.is_numeric_dtype(table[name]) and not table[name].isna().all():
        found = some(table[name].dropna().unique())
        raise InputError(f"criterion {criterion.name!r} needs numbers", column=name, found=found)
    return pd.to_numeric(table[name]).astype(float)


def _no_data(criterion: Criterion, found: str) -> InputError:
    remedy = "Give the data, or take the criterion out and share its weight among the others."
    where = f"scoring.criteria ({criterion.source})"
    return InputError(f"criterion {criterion.name!r} has no data", column=where, found=found, remedy=remedy)
