"""What a manager reads first: the answer, the key figures of a run, its key accounts, and how sure they are.

Each figure says which table it waits for where the run does not hold it; nothing is shown as zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from kamlib.facts.accounts import at_last_date
from kamlib.measures.lifetime.lifetime_value import span_years
from kamlib.report.index.answer import answered
from kamlib.report.index.board import Board, board, judged, promised
from kamlib.report.index.calls import CALLED, about_to_leave, to_win_back
from kamlib.report.index.confidence import confidence_facts
from kamlib.report.index.key_accounts import key_accounts
from kamlib.report.index.key_figures import grouped, key_figures, period
from kamlib.report.index.since_last import Since
from kamlib.report.index.summary_facts import (
    Fact,
    Tables,
    event_of,
    revenue,
    waits_for,
    worth_word,
)
from kamlib.report.index.warned import warned
from kamlib.report.index.warning import Warned
from kamlib.report.numbers import Numbers
from kamlib.report.words import word
from kamlib.scoring import categories
from kamlib.scoring.doubt.border import OPEN
from kamlib.study.model import Study


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
    leaving: pd.DataFrame
    returning: pd.DataFrame
    calls_wait: str
    sure: list[Fact]

    @property
    def accounts_by_sureness(self) -> list[tuple[str, pd.DataFrame]]:
        """The list in two parts, each under its line: those that are not unlikely on it, without one, and those more likely off it."""
        off = self.accounts["p_key"].astype(float) < OPEN
        parts = [("", self.accounts[~off]), (word("off_the_list"), self.accounts[off])]
        return [(line, rows) for line, rows in parts if len(rows)]


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
    if before is not None:
        held["ledger_before"] = before.ledger
    if "facts" in held:
        held["facts"] = at_last_date(held["facts"])
    if "said" in held:
        held["scorecard"] = judged(held)
    accounts, wait = key_accounts(study, held)
    share, verdict = (None, "") if wait else _together(held, accounts)
    leaving = about_to_leave(held)
    returning = to_win_back(held, leaving["customer_id"])
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
        leaving=leaving,
        returning=returning,
        calls_wait=waits_for(held, action_list=CALLED),
        sure=confidence_facts(study, held, accounts, wait, write),
    )


def _together(tables: Tables, accounts: pd.DataFrame) -> tuple[float, str] | tuple[None, str]:
    """The share of revenue that the listed accounts hold together, as the part on key accounts computes it, and the verdict."""
    if len(accounts) and (base := revenue(tables)) is not None and (base > 0).any():
        found = categories.corridor(base, pd.Series(True, index=accounts["customer_id"]))
        everybody = "p_key" in tables["scores"] and accounts["p_key"].isna().all()
        return float(found["share"]), word("corridor_of_all" if everybody else f"corridor_{found['verdict']}")
    return None, ""
