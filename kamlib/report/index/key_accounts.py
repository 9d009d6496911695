"""The key accounts of the summary, best first, with what other tables know of them."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import pairwise
from typing import Any

import pandas as pd

from kamlib.facts.months import end_of_months
from kamlib.measures.noise import change
from kamlib.report.index.calls import next_actions
from kamlib.report.index.summary_facts import Tables, by_account, event_of, names, shares, waits_for
from kamlib.report.words import in_words, word
from kamlib.scoring.doubt.border import held
from kamlib.study.model import Study

LIST = (
    "customer_id", "name", "rank", "why", "score", "p_key", "sure", "contribution", "share", "cell", "p_loss", "stake",
    "stake_below", "growth", "action", "owner", "due",
)  # fmt: skip
"""Columns of the list of key accounts."""
SMALLEST = 0.01
"""Chances below it are not told apart: what is at stake is then given as an upper bound."""


def key_accounts(study: Study, tables: Tables) -> tuple[pd.DataFrame, str]:
    """Key accounts, best first, with what other tables know of them; and what the list waits for.

    Parameters
    ----------
    study, tables : as for `kamlib.report.index.summary.summary`; `facts` of the last date alone.

    Returns
    -------
    DataFrame, a row for each key account, with the columns of `LIST`
        growth is the revenue of the last 12 whole months over that of the 12 before, less 1; missing where it is within noise or not known
        (`kamlib.measures.noise.change` of the months). action, owner and due are those of the first action of the plan.
    str
        What the list waits for, or ''.
    """
    wait = waits_for(tables, scores=("customer_id", "score", "key"))
    if not wait and "rank" in tables["scores"] and tables["scores"]["rank"].isna().all():
        wait = word("nobody_could_be_ranked")
    if wait:
        return pd.DataFrame(columns=list(LIST)), wait
    scores = tables["scores"]
    rows = scores[scores["key"].astype(bool)].copy()
    rows = rows.sort_values(["rank", "customer_id"] if "rank" in rows else ["score"], ascending="rank" in rows)
    found = {
        "name": names(tables),
        "share": shares(tables),
        "cell": by_account(tables, "kaism", "cell"),
        "p_loss": by_account(tables, "churn", event_of(tables)),
        "stake": by_account(tables, "value", "stake"),
    }
    if {"why", "why_values"} <= set(rows):
        rows["why"] = in_words(rows["why"], rows["why_values"])
    if "p_key" in rows:
        rows["sure"] = held(rows["p_key"])
    for name, values in found.items():
        rows[name] = rows["customer_id"].map(values)
    rows["name"] = rows["name"].fillna(rows["customer_id"])
    rows["stake_below"] = _stake_below(
        rows, rows["p_loss"].astype(float), by_account(tables, "value", "remaining_value")
    )
    rows["growth"] = rows["customer_id"].map(_growth(study, tables, rows["customer_id"]))
    rows = rows.merge(next_actions(tables), on="customer_id", how="left")
    return rows.reindex(columns=list(LIST)).reset_index(drop=True), ""


def _growth(study: Study, tables: Tables, ids: pd.Series) -> dict[Hashable, float]:
    """Growth by account of those whose months moved beyond noise."""
    if waits_for(tables, months=("customer_id", "month", "revenue")):
        return {}
    end = end_of_months(study.as_of)
    table = tables["months"][tables["months"]["customer_id"].isin(ids)]
    ends = [end - pd.DateOffset(years=n) for n in (2, 1, 0)]
    months = [table[(table["month"] >= low) & (table["month"] < high)] for low, high in pairwise(ends)]
    before, now = (
        year.assign(n=year["month"].dt.month).pivot_table("revenue", "n", "customer_id", "sum") for year in months
    )
    found: dict[Hashable, float] = {}
    for one in before.columns.intersection(now.columns):
        told = change(before[one], now[one])
        if told["verdict"] in ("better", "worse") and told["before"] > 0:
            found[one] = float(told["now"] / told["before"] - 1)
    return found


def _stake_below(rows: pd.DataFrame, chance: pd.Series, worth: dict[Hashable, Any]) -> pd.Series:
    """What is at stake at most where the chance of loss is printed as "under 1%"; missing elsewhere.

    No model tells one chance in a million from one in a thousand, so no amount is given as if it did.
    """
    bound = SMALLEST * pd.to_numeric(rows["customer_id"].map(worth))
    return bound.where((chance < SMALLEST / 2) & (bound > 0))
