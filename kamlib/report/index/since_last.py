"""The report before this one: who came on the list of key accounts since, who left it, and what did it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from pydantic import ValidationError

from kamlib.facts.accounts import at_last_date
from kamlib.report.index.summary_facts import Tables, names, revenue
from kamlib.report.published import Published, published
from kamlib.report.words import sentence, with_words
from kamlib.scoring.list_changes import Scored, changes
from kamlib.stats.reasons import Reason
from kamlib.study.model import Study
from kamlib.study.periods import period_label
from kamlib.study.run_tables import SCHEMA
from kamlib.study.settings.sections import Scoring

_TABLES = ("scores", "contributions", "facts")


@dataclass(frozen=True)
class Since:
    """What changed since an earlier report.

    Attributes
    ----------
    period, href : its quarter or day; its page, seen from the new one.
    changes : of `kamlib.scoring.list_changes.changes` in words, those accounts alone that came in or left, with their name.
    refused : why the two can't be compared, or ''.
    ledger : what came in then, by table and rule, as the run of that report kept it; empty where it is not there.
    """

    period: str
    href: str
    changes: pd.DataFrame
    refused: str = ""
    ledger: pd.DataFrame = field(default_factory=pd.DataFrame)


def since(reports: Path, study: Study, tables: Tables) -> Since | None:
    """Compare a run with the latest report of an earlier day; or of this day, where that had other criteria or weights.

    Parameters
    ----------
    reports : the folder with all reports of the study, a folder each.
    study, tables : of the run, as for `summary`.

    Returns
    -------
    Since or None
        None where there is no such report.
    """
    found = _latest(reports, study)
    if found is None or any(name not in tables for name in _TABLES):
        return None
    period, href = period_label(found.as_of, study.year_begins), f"../{found.folder.name}/index.html"
    if found.schema != SCHEMA:
        why = sentence(Reason("other_schema", {"schema": found.schema, "now": SCHEMA}))
        return Since(period, href, pd.DataFrame(), why)
    try:
        before = _scored({name: pd.read_parquet(found.folder / "tables" / f"{name}.parquet") for name in _TABLES})
        scoring = Scoring.model_validate(found.parameters["scoring"])
        moves = changes(before, scoring, _scored(tables), study.scoring)
    except (OSError, KeyError, ValidationError) as error:
        why = sentence(Reason("other_version", {"error": type(error).__name__}))
        return Since(period, href, pd.DataFrame(), why)
    moves = with_words(moves[moves["change"] != ""])
    called = names(tables)
    moves = moves.assign(name=[called.get(account, account) for account in moves["customer_id"]])
    ledger = found.folder / "tables" / "ledger.parquet"
    return Since(period, href, moves, ledger=pd.read_parquet(ledger) if ledger.exists() else pd.DataFrame())


def _latest(reports: Path, study: Study) -> Published | None:
    """The report to compare with."""
    now = study.scoring.model_dump(mode="json")
    found = [
        one
        for one in published(reports)
        if "scoring" in one.parameters
        and (one.as_of < study.as_of or (one.as_of == study.as_of and one.parameters["scoring"] != now))
    ]
    return found[-1] if found else None


def _scored(tables: Tables) -> Scored:
    money = revenue({**tables, "facts": at_last_date(tables["facts"])})
    return Scored.of(tables["contributions"], tables["scores"], money)
