"""What changed since the last run: who came in, who left, and whether data or criteria did it.

The earlier and the present data are scored under the earlier and the present criteria: four lists. An account whose place
differs between the first (both earlier) and the last (both present) is explained by the two in between.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kamlib.scoring.scores import contributions, members, score
from kamlib.stats.reasons import Case, joined, or_waiting, reason_columns
from kamlib.study.model import Scoring

STILL = 1.0
"""Points of 100 by which a score must move before the move is called the account's own."""


@dataclass(frozen=True)
class Scored:
    """The data of one date: criterion values (index customer_id), and 12-month revenue and knock-outs by account, if any."""

    values: pd.DataFrame
    revenue: pd.Series | None = None
    knocked: pd.DataFrame | None = None

    @classmethod
    def of(cls, contributions: pd.DataFrame, scores: pd.DataFrame, revenue: pd.Series | None = None) -> Scored:
        """From the tables `contributions` and `scores` that an earlier run kept."""
        values = contributions.pivot(index="customer_id", columns="criterion", values="value")
        out = scores.loc[scores["knock_out"] != "", ["customer_id", "knock_out", "knock_out_values"]]
        return cls(values, revenue, out.set_axis(["customer_id", "reason", "reason_values"], axis=1))


def changes(before: Scored, rules_before: Scoring, now: Scored, rules: Scoring) -> pd.DataFrame:
    """Every account scored at either date: its place then and now, and what moved it.

    Parameters
    ----------
    before, now : the data of both dates. A criterion that one of them does not hold is taken from the other: it did not move.
    rules_before, rules : criteria, weights and limits of both (`Study.scoring`; run.json keeps those of each run).

    Returns
    -------
    DataFrame
        customer_id, key_before, key_now (flags), rank_before, rank_now, score_before, score_now (points of the present scale), by_data and
        by_criteria (their parts of the move, the mean over both orders; missing where not scored twice), change ('came in', 'left' or ''),
        cause ('data', 'criteria': that alone did it; 'either': each alone; 'both': only together), why and why_values. Changes
        first.
    """
    old, new = _filled(before, now), _filled(now, before)
    lists = {(d, r): _list(data, by) for d, data in enumerate((old, new)) for r, by in enumerate((rules_before, rules))}
    ids = lists[0, 0].index.union(lists[1, 1].index)
    placed = {at: found[["rank", "key", "attractiveness"]].reindex(ids) for at, found in lists.items()}
    key = {at: found["key"].eq(True).to_numpy(dtype=bool) for at, found in placed.items()}
    points = {at: 1 + (rules.scale - 1) * found["attractiveness"].to_numpy() / 10 for at, found in placed.items()}
    data = (points[1, 0] - points[0, 0] + points[1, 1] - points[0, 1]) / 2
    by_rules = (points[0, 1] - points[0, 0] + points[1, 1] - points[1, 0]) / 2
    was, is_ = key[0, 0], key[1, 1]
    moved = was != is_
    alone, ruled = key[1, 0] != was, key[0, 1] != was
    cause = np.select([alone & ruled, alone, ruled], ["either", "data", "criteria"], "both")
    table = pd.DataFrame({"customer_id": ids, "key_before": was, "key_now": is_})
    for name, at in (("before", (0, 0)), ("now", (1, 1))):
        table[f"rank_{name}"] = placed[at]["rank"].array
        table[f"score_{name}"] = points[at]
    table["by_data"], table["by_criteria"] = data, by_rules
    table["change"] = np.select([moved & is_, moved], ["came in", "left"], "")
    table["cause"] = np.where(moved, cause, "")
    table["why"], table["why_values"] = "", "{}"
    if moved.any():
        parts = _main(old, new, rules, ids[moved])
        why = _why(table[moved], lists[0, 0], lists[1, 1], parts, rules.scale)
        table.loc[moved, ["why", "why_values"]] = why
    order = np.lexsort((table["customer_id"], table["rank_now"].astype(float), ~is_, ~moved))
    return table.iloc[order].reset_index(drop=True)


def moved(changes: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """The rows of `changes` that came in or left since `day`; says so where there are none."""
    return or_waiting(changes[changes["change"] != ""], "list_is_the_same", day=day)


def _filled(own: Scored, other: Scored) -> Scored:
    """`own` with the criteria that only the other knows anything of."""
    mine, others = (data.values.dropna(axis="columns", how="all") for data in (own, other))
    more = others.reindex(mine.index)[others.columns.difference(mine.columns)]
    return Scored(mine.join(more), own.revenue, own.knocked)


def _list(data: Scored, rules: Scoring) -> pd.DataFrame:
    table = score(data.values.reindex(columns=[c.name for c in rules.criteria]), rules.criteria, scale=rules.scale)
    found = members(table, rules, revenue=data.revenue, knocked=data.knocked)
    return found.set_index("customer_id")[["rank", "key", "attractiveness", "knock_out"]]


def _main(old: Scored, new: Scored, rules: Scoring, ids: pd.Index) -> pd.DataFrame:
    """Points by which each criterion moved each account's score, under the present criteria; index `ids`."""
    names = [c.name for c in rules.criteria]

    def parts(data: Scored) -> pd.DataFrame:
        there = data.values.loc[data.values.index.intersection(ids)].reindex(columns=names)
        found = contributions(there, rules.criteria, scale=rules.scale)
        return found.pivot(index="customer_id", columns="criterion", values="points").reindex(index=ids, columns=names)

    return parts(new) - parts(old)


def _why(table: pd.DataFrame, then: pd.DataFrame, now: pd.DataFrame, moves: pd.DataFrame, scale: int) -> pd.DataFrame:
    """Why each account of `table` came in or left: why and why_values."""
    ids = table["customer_id"]
    out, was_out = (ids.map(found["knock_out"]).fillna("") for found in (now, then))
    by_data = table["by_data"].fillna(0.0)
    direction = np.where(by_data < 0, -1.0, 1.0)
    lead = (moves.fillna(0.0) * direction[:, None]).idxmax(axis=1)
    step = moves.to_numpy()[np.arange(len(moves)), moves.columns.get_indexer(pd.Index(lead))]
    own = {"points": by_data, "criterion": lead.set_axis(ids.index), "most": pd.Series(step, ids.index)}
    rated = {"points": table["by_criteria"].fillna(0.0)}
    still = (table["cause"] == "data") & (by_data.abs() < STILL * (scale - 1) / 99)
    cases: list[Case] = [
        (~ids.isin(then.index), "not_scored_before", {}),
        (~ids.isin(now.index), "no_longer_scored", {}),
        (out.ne("") & was_out.eq(""), "knocked_out", {"reasons": out}),
        (was_out.ne("") & out.eq(""), "no_longer_knocked_out", {"reasons": was_out}),
        (table["cause"] == "criteria", "moved_by_criteria", rated),
        (still & table["key_now"], "others_fell_behind", {"points": by_data}),
        (still, "others_passed_it", {"points": by_data}),
    ]
    first = reason_columns([*cases, (still | True, "moved_by_data", own)], name="why")
    both = (first["why"] == "moved_by_data") & (table["cause"] != "data")
    return joined([first, reason_columns([(both, "moved_by_criteria", rated)], name="why")], "why")
