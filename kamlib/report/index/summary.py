"""What a manager reads first: the answer, the key figures of a run, its key accounts, and how sure they are.

Each figure says which table it waits for where the run does not hold it; nothing is shown as zero.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from kamlib.facts.accounts import at_last_date
from kamlib.measures.lifetime.lifetime_value import span_years
from kamlib.report.index.answer import answered
from kamlib.report.index.board import Board, board, promised
from kamlib.report.index.confidence import confidence_facts
from kamlib.report.index.key_figures import grouped, key_figures, period
from kamlib.report.index.since_last import Since
from kamlib.report.index.summary_facts import (
    Fact,
    Tables,
    by_account,
    event_of,
    names,
    revenue,
    shares,
    waits_for,
    worth_word,
)
from kamlib.report.index.warned import warned
from kamlib.report.index.warning import Warned
from kamlib.report.numbers import Numbers
from kamlib.report.words import in_words, word
from kamlib.scoring import categories
from kamlib.scoring.doubt.border import held
from kamlib.study.model import Study

LIST = (
    "customer_id", "name", "rank", "why", "score", "p_key", "sure", "contribution", "share", "cell", "abcxyz", "p_loss", "stake",
    "stake_below",
)  # fmt: skip
"""Columns of the list of key accounts."""
SMALLEST = 0.01
"""Chances below it are not told apart: what is at stake is then given as an upper bound."""


@dataclass(frozen=True)
class Summary:
    """The parts of the summary page. `accounts` has one row a key account, best first."""

    answer: list[Fact]
    warnings: list[Warned]
    board: Board
    promised: Board
    facts: list[Fact]
    share: float | None
    verdict: str
    worth: str
    years: float
    period: str
    stops: bool
    grouped: bool
    accounts: pd.DataFrame
    accounts_wait: str
    sure: list[Fact]


def summary(study: Study, tables: Tables, before: Since | None = None) -> Summary:
    """The summary of a run.

    Parameters
    ----------
    study : for its thresholds, unit, currency and language of numbers.
    tables : the run's tables by name, as the notebooks saved them; any may be missing.
    before : what changed since the report before, if there is one.

    Returns
    -------
    Summary
    """
    write = Numbers(study.language, study.currency)
    held = {name: table for name, table in tables.items() if table is not None}
    if "facts" in held:
        held["facts"] = at_last_date(held["facts"])
    accounts, wait = _accounts(held)
    share, verdict = (None, "") if wait else _together(held, accounts)
    return Summary(
        answer=answered(study, held, accounts, wait, share, verdict, before),
        warnings=warned(study, held, accounts),
        board=board(held, write),
        promised=promised(held, write),
        facts=key_figures(study, held, accounts, wait, share, write),
        share=share,
        verdict=verdict,
        worth=worth_word(held),
        years=span_years(study.churn.horizon_days, study.value.days),
        period=period(held),
        stops=event_of(held) == "p_stopped",
        grouped=grouped(study, held),
        accounts=accounts,
        accounts_wait=wait,
        sure=confidence_facts(study, held, accounts, wait, write),
    )


def _together(tables: Tables, accounts: pd.DataFrame) -> tuple[float, str] | tuple[None, str]:
    """The share of revenue that the listed accounts hold together, as the part on key accounts computes it, and the verdict."""
    if len(accounts) and (base := revenue(tables)) is not None and (base > 0).any():
        found = categories.corridor(base, pd.Series(True, index=accounts["customer_id"]))
        everybody = "p_key" in tables["scores"] and accounts["p_key"].isna().all()
        return float(found["share"]), word("corridor_of_all" if everybody else f"corridor_{found['verdict']}")
    return None, ""


def _accounts(tables: Tables) -> tuple[pd.DataFrame, str]:
    """Key accounts, best first, with what other tables know of them; and what the list waits for."""
    wait = waits_for(tables, scores=("customer_id", "score", "key"))
    if not wait and "rank" in tables["scores"] and tables["scores"]["rank"].isna().all():
        wait = "can't be made: nobody could be ranked, and the part on key accounts says why"
    if wait:
        return pd.DataFrame(columns=list(LIST)), wait
    scores = tables["scores"]
    rows = scores[scores["key"].astype(bool)].copy()
    rows = rows.sort_values(["rank", "customer_id"] if "rank" in rows else ["score"], ascending="rank" in rows)
    found = {
        "name": names(tables),
        "share": shares(tables),
        "cell": by_account(tables, "kaism", ("cell",)),
        "abcxyz": by_account(tables, "abcxyz", ("abcxyz", "cell")),
        "p_loss": by_account(tables, "churn", (event_of(tables),)),
        "stake": by_account(tables, "value", ("stake",)),
    }
    if {"why", "why_values"} <= set(rows):
        rows["why"] = in_words(rows["why"], rows["why_values"])
    if "p_key" in rows:
        rows["sure"] = held(rows["p_key"])
    for name, values in found.items():
        rows[name] = rows["customer_id"].map(values)
    rows["cell"] = rows["cell"].replace("unknown", "unknown: ask")
    rows["name"] = rows["name"].where(rows["name"].fillna("").astype(str).str.strip() != "", rows["customer_id"])
    rows["stake_below"] = _stake_below(
        rows, rows["p_loss"].astype(float), by_account(tables, "value", ("remaining_value",))
    )
    return rows.reindex(columns=list(LIST)).reset_index(drop=True), ""


def _stake_below(rows: pd.DataFrame, chance: pd.Series, worth: dict[Hashable, Any]) -> pd.Series:
    """What is at stake at most where the chance of loss is printed as "under 1%"; missing elsewhere.

    No model tells one chance in a million from one in a thousand, so no amount is given as if it did.
    """
    bound = SMALLEST * pd.to_numeric(rows["customer_id"].map(worth))
    return bound.where((chance < SMALLEST / 2) & (bound > 0))
