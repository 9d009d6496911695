"""The reports before this one: who came on the list of key accounts since, who left it and what did it, and which chances they gave."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import ValidationError

from kamlib.facts.accounts import at_last_date
from kamlib.report.index.summary_facts import Tables, names, revenue
from kamlib.report.words import sentence, with_words
from kamlib.scoring.list_changes import Scored, changes
from kamlib.stats.reasons import Reason, or_waiting
from kamlib.study.model import Study
from kamlib.study.periods import as_date, period_label
from kamlib.study.run_tables import SCHEMA
from kamlib.study.settings.sections import Scoring

_TABLES = ("scores", "contributions", "facts")
_CHANCES = {"silent": ("p_silent", "method"), "stopped": ("p_stopped", "method_stopped")}


@dataclass(frozen=True)
class Since:
    """What changed since an earlier report.

    Attributes
    ----------
    period, href : its quarter or day; its page, seen from the new one.
    changes : of `kamlib.scoring.list_changes.changes` in words, those accounts alone that came in or left, with their name.
    refused : why the two can't be compared, or ''.
    """

    period: str
    href: str
    changes: pd.DataFrame
    refused: str = ""


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
    folder, day, scoring, schema = found
    period, href = period_label(day, study.year_begins), f"../{folder.name}/index.html"
    if schema != SCHEMA:
        why = sentence(Reason("other_schema", {"schema": schema, "now": SCHEMA}))
        return Since(period, href, pd.DataFrame(), why)
    try:
        before = _scored({name: pd.read_parquet(folder / "tables" / f"{name}.parquet") for name in _TABLES})
        moves = changes(before, Scoring.model_validate(scoring), _scored(tables), study.scoring)
    except (OSError, KeyError, ValidationError) as error:
        why = sentence(Reason("other_version", {"error": type(error).__name__}))
        return Since(period, href, pd.DataFrame(), why)
    moves = with_words(moves[moves["change"] != ""])
    called = names(tables)
    return Since(period, href, moves.assign(name=[called.get(account, account) for account in moves["customer_id"]]))


def promises(reports: Path, study: Study) -> pd.DataFrame:
    """The chances of the published reports of days before the study's own, of those with the same horizon.

    Parameters
    ----------
    reports : the folder with all reports of the study, a folder each.

    Returns
    -------
    DataFrame, a row for each customer, day and event
        customer_id, as_of, event (*silent*, *stopped*), chance, method. Of two reports of one day the one with the later folder name counts; a report
        of another schema, or that can't be read, is passed over. It waits where there is none.
    """
    wanted = ["customer_id", *(name for pair in _CHANCES.values() for name in pair)]
    found: dict[pd.Timestamp, pd.DataFrame] = {}
    for path in sorted(reports.glob("[!.]*/run.json")):
        with suppress(OSError, ValueError, KeyError, TypeError):  # no record of a run, or no chances: no promise
            made = json.loads(path.read_text(encoding="utf-8"))
            day, horizon = as_date(made["as_of"]), made["parameters"]["churn"]["horizon_days"]
            if day < study.as_of and made["schema"] == SCHEMA and horizon == study.churn.horizon_days:
                found[pd.Timestamp(day)] = pd.read_parquet(path.parent / "tables" / "churn.parquet", columns=wanted)
    parts = [
        table[["customer_id"]].assign(as_of=day, event=event, chance=table[chance], method=table[method])
        for day, table in sorted(found.items())
        for event, (chance, method) in _CHANCES.items()
    ]
    told = (
        pd.concat(parts, ignore_index=True)
        if parts
        else pd.DataFrame(columns=["customer_id", "as_of", "event", "chance", "method"])
    )
    return or_waiting(told[told["chance"].notna()].reset_index(drop=True), "no_report_before")


def _latest(reports: Path, study: Study) -> tuple[Path, date, Any, int] | None:
    """Folder, day, scoring and schema of the report to compare with."""
    now, found = study.scoring.model_dump(mode="json"), []
    for path in reports.glob("[!.]*/run.json"):
        with suppress(OSError, ValueError, KeyError, TypeError):  # no record of a run: no report
            made = json.loads(path.read_text(encoding="utf-8"))
            day, scoring = as_date(made["as_of"]), made["parameters"]["scoring"]
            if day < study.as_of or (day == study.as_of and scoring != now):
                found.append((path.parent, day, scoring, made.get("schema", 1)))
    return max(found, key=lambda one: (one[1], one[0].name), default=None)


def _scored(tables: Tables) -> Scored:
    money = revenue({**tables, "facts": at_last_date(tables["facts"])})
    return Scored.of(tables["contributions"], tables["scores"], money)
