"""Criterion scoring: who matters how much to us, by an additive value on fixed anchors.

``score = sum of weight x utility``. The utility of a value is linear, or concave (logarithmic), between a stated worst (0) and best
(1) and stops there, so that a new client never moves the others. What is missing stays open: its utility may be anything from 0 to 1, which makes
the score an interval; the point printed is the interval's middle. Source: Edwards & Barron (1994), SMARTS and SMARTER:
Simple Methods for Multiattribute Utility Measurement, Organizational Behavior and Human Decision Processes 60.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kamlib.scoring.doubt.border import HALF, seats
from kamlib.stats.ordering import places
from kamlib.stats.reasons import Case, Reason, joined, reason_columns
from kamlib.study.model import Criterion, Scoring
from kamlib.study.settings.known_criteria import MONEY
from kamlib.study.settings.sections import FEWEST

GROUPS = ("revenue", "reputation", "development")
KINDS = ("breadwinner", "leader", "image", "innovator", "expert", "goodwill")
"""Categories in the order in which they say what makes an account key; others come after them."""
_TOLD = ["customer_id", "category", "value", "limit", "evidence", "evidence_values"]


def utilities(values: pd.DataFrame, criteria: Sequence[Criterion]) -> pd.DataFrame:
    """0 at a criterion's worst, 1 at its best, linear in the value or in its logarithm between; worst > best where lower is better."""
    worst, best = np.array([[c.worst, c.best] for c in criteria], dtype=float).T
    logs = np.array([c.curve == "log" for c in criteria])
    inside = (
        values[[c.name for c in criteria]].astype(float).clip(np.minimum(worst, best), np.maximum(worst, best), axis=1)
    )
    for ends in (worst, best):
        ends[logs] = np.log(ends[logs])
    inside.loc[:, logs] = np.log(inside.loc[:, logs])
    scale: pd.DataFrame = (inside - worst) / (best - worst)
    return scale.clip(0, 1)


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
        customer_id, criterion, group, weight (of 100), value (raw unit), utility (0-1, 0.5 where missing), points,
        most (points at utility 1), missing (flag).
    """
    utility = utilities(values, criteria)
    rows, columns = utility.shape
    weight = np.array([c.weight for c in criteria], dtype=float)
    names, groups = np.array([(c.name, c.group) for c in criteria], dtype=object).T
    share = weight / weight.sum() * (scale - 1)
    filled = utility.fillna(0.5).to_numpy()
    return pd.DataFrame(
        {
            "customer_id": np.repeat(utility.index.to_numpy(), columns),
            "criterion": np.tile(names, rows),
            "group": np.tile(groups, rows),
            "weight": np.tile(weight, rows),
            "value": values[utility.columns].to_numpy(dtype=float).ravel(),
            "utility": filled.ravel(),
            "points": (filled * share).ravel(),
            "most": np.tile(share, rows),
            "missing": utility.isna().to_numpy().ravel(),
        }
    )


def points_by_criterion(contributions: pd.DataFrame, customers: pd.Series) -> pd.DataFrame:
    """What each criterion adds to the score of each of the `customers` (ids), in their order: customer_id, points_<criterion>."""
    points = contributions[contributions["customer_id"].isin(customers)]
    wide = points.pivot(index="customer_id", columns="criterion", values="points")
    wide = wide.reindex(index=customers, columns=contributions["criterion"].unique())
    return wide.add_prefix("points_").rename_axis(index="customer_id", columns=None).reset_index()


def key_because(table: pd.DataFrame, contributions: pd.DataFrame, categories: pd.DataFrame) -> pd.DataFrame:
    """What makes each key account key, with its number: its category or, where it has none, the criterion it stands out by.

    That is the criterion whose points exceed the median of the key accounts most, of those with a value.

    Parameters
    ----------
    table : result of `members`.
    contributions : result of `contributions`.
    categories : customer_id, category, value, limit, evidence and evidence_values (`kamlib.scoring.categories.customer_categories`); the
        first of `KINDS` counts, and in it what exceeds its limit most.

    Returns
    -------
    DataFrame
        why and why_values on the index of `table`; '' where it is not key.
    """
    index, ids = pd.Index(table["customer_id"]), table.loc[table["key"], "customer_id"]
    own = contributions[contributions["customer_id"].isin(ids) & ~contributions["missing"]]
    own = own.assign(above=own["points"] - own.groupby("criterion")["points"].transform("median"))
    own = own.sort_values(["above", "points"], ascending=False, kind="stable").drop_duplicates("customer_id")
    own["value"] = own["value"].round(2).where(own["value"].abs() < 100, own["value"].round())
    by = own.set_index("customer_id").reindex(index)
    named = {name: by[name] for name in ("criterion", "value", "points", "above")}
    cases: list[Case] = [(by["above"] > 0, "stands_out_by", named), (by["points"].notna(), "most_points_by", named)]
    kinds = categories[categories["customer_id"].isin(ids)].reindex(columns=_TOLD)
    order = kinds["category"].map({name: place for place, name in enumerate(KINDS)}).fillna(len(KINDS))
    kinds = kinds.assign(order=order, by=-kinds["value"] / kinds["limit"]).sort_values(["order", "by"], kind="stable")
    kind = kinds.drop_duplicates("customer_id").set_index("customer_id").reindex(index)
    there = kind["category"].notna()
    evidence = kind[["evidence", "evidence_values"]].set_axis(["why", "why_values"], axis=1).fillna("")
    parts = [
        reason_columns([(there, "of_kind", {"category": kind["category"]})], name="why"),
        evidence,
        reason_columns([(there, None, {}), *cases], name="why"),
    ]
    return joined(parts, "why").set_axis(table.index)


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
        customer_id, score (the middle of the interval; missing where no value is known), low, high, known (share of the weight that
        has a value), attractiveness (the score on 0-10) and points_revenue, points_reputation, points_development, which add up to
        score - 1 (0: the study has no such criterion).
    """
    utility = utilities(values, criteria)
    weight = np.array([c.weight for c in criteria], dtype=float)
    most = weight / weight.sum() * (scale - 1)
    points = utility.fillna(0.5) * most
    half_open = (utility.isna() * most).sum(axis=1) / 2
    middle, told = 1 + points.sum(axis=1), utility.notna().any(axis=1)
    table = pd.DataFrame({"score": middle.where(told), "low": middle - half_open, "high": middle + half_open})
    table["known"] = 1 - 2 * half_open / (scale - 1)
    table["attractiveness"] = 10 * (table["score"] - 1) / (scale - 1)
    for group in GROUPS:
        table[f"points_{group}"] = points[[c.name for c in criteria if c.group == group]].sum(axis=1).where(told)
    return table.rename_axis("customer_id").reset_index()


def top_count(table: pd.DataFrame, scoring: Scoring) -> int:
    """The places of the list, by all rows of `table` (rank: missing where knocked out): min(most, ranked, max(least, share, halves up))."""
    wanted = max(scoring.top_least, int(np.floor(scoring.top_share * len(table) + 0.5)))
    return min(scoring.top_most, int(table["rank"].notna().sum()), wanted)


def tied_over(table: pd.DataFrame, scoring: Scoring) -> pd.DataFrame:
    """The rows of `members` whose one score lies on both sides of the border, and seat, their part of a place; none by a threshold."""
    part = seats(table["score"].where(table["rank"].notna()), top_count(table, scoring))
    return table.assign(seat=part)[part.between(0, 1, inclusive="neither") & (scoring.threshold is None)]


def members(
    scores: pd.DataFrame,
    scoring: Scoring,
    *,
    revenue: pd.Series | None = None,
    knocked: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """`scores` with rank, key membership and its reason; who is knocked out or has no score comes last, without a rank.

    Who is knocked out leaves the place to the next. Equal scores share a rank. Where a tie lies over the border its members are key if there are seats for half of them or more.

    Parameters
    ----------
    scores : result of `score`.
    revenue : 12-month revenue by customer_id, for `scoring.qualifying_revenue`.
    knocked : customer_id, reason and reason_values, a row for each reason (`kamlib.scoring.criteria.knock_outs`), or None.

    Returns
    -------
    DataFrame
        Best first, with rank (missing where knocked out or without a score), key (flag), reason (why key; '' if not) and reason_values, knock_out
        (the reasons joined, or '') and knock_out_values.
    """
    table = pd.concat([scores, _knock_outs(knocked, scores["customer_id"])], axis=1)
    ranked = (table["knock_out"] == "") & table["score"].notna()
    table["rank"] = table["score"].round(6).where(ranked).rank(method="min", ascending=False).astype("Int64")
    if scoring.threshold is None:
        by_score = seats(table["score"].where(ranked), place := top_count(table, scoring)) >= HALF
        first: Case = (by_score, "among_the_first", {"place": place})
    else:
        by_score = ranked & (table["score"].round(6) >= scoring.threshold)
        first = (by_score, "score_from", {"threshold": scoring.threshold})
    by_volume = pd.Series(False, index=table.index)
    if scoring.qualifying_revenue is not None and revenue is not None:
        by_volume = ranked & (table["customer_id"].map(revenue) >= scoring.qualifying_revenue)
    table["key"] = by_score | by_volume
    why = reason_columns([first, (by_volume, "revenue_alone_qualifies", {})])
    return pd.concat([table, why], axis=1).sort_values(
        ["rank", "customer_id"], na_position="last", ignore_index=True, key=places
    )


def _knock_outs(knocked: pd.DataFrame | None, customer_id: pd.Series) -> pd.DataFrame:
    """The reasons of each account joined: knock_out, '' where it has none, and knock_out_values."""
    none = {"knock_out": "", "knock_out_values": "{}"}
    if knocked is None or knocked.empty:
        return pd.DataFrame(none, index=customer_id.index)
    each = knocked.rename(columns={"reason": "knock_out", "reason_values": "knock_out_values"})
    parts = [rows.set_index("customer_id") for _, rows in each.groupby(each.groupby("customer_id").cumcount())]
    return joined([part.reindex(customer_id).set_axis(customer_id.index).fillna(none) for part in parts], "knock_out")


def cautions(
    utility: pd.DataFrame, criteria: Sequence[Criterion], *, most: int = 8, correlated: float = 0.9
) -> list[Reason]:
    """What a reader of the scores should be warned of; an empty list if nothing.

    More than `most` criteria; several that measure the same money; pairs that correlate above `correlated` (Pearson of the
    utilities, where enough customers (`FEWEST.compared`) have both); criteria that say the same of every account; criteria known for some,
    but for less than half of the accounts.
    """
    found = []
    names = utility.columns
    if len(names) > most:
        found.append(Reason("too_many_criteria", {"criteria": len(names), "most": most}))
    if len(money := [c.name for c in criteria if (c.column or c.name) in MONEY]) > 1:
        found.append(Reason("criteria_of_the_same_money", {"criteria": ", ".join(money), "times": len(money)}))
    table = (
        utility.corr(min_periods=FEWEST.compared).to_numpy()
        if len(utility) >= FEWEST.compared
        else np.zeros((len(names),) * 2)
    )
    for i, j in zip(*np.nonzero(np.triu(table > correlated, 1)), strict=True):
        found.append(Reason("criteria_correlate", {"one": names[i], "other": names[j], "by": float(table[i, j])}))
    for name in names[(utility.nunique() <= 1) & utility.notna().any()] if len(utility) > 1 else []:
        found.append(Reason("criterion_says_the_same", {"criterion": name}))
    for name in names[utility.notna().any() & (utility.notna().mean() < 0.5)]:
        found.append(
            Reason("criterion_known_for_few", {"criterion": name, "share": float(utility[name].notna().mean())})
        )
    return found
