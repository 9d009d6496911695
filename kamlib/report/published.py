"""The published reports of a study: which there are, and what those of earlier days promised."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from glob import glob
from pathlib import Path
from typing import Any

import pandas as pd

from kamlib.stats.reasons import or_waiting
from kamlib.study.model import Study
from kamlib.study.periods import as_date
from kamlib.study.run_tables import SCHEMA

COLUMNS = ["customer_id", "as_of", "event", "chance", "money", "method"]
_CHANCES = {"silent": ("p_silent", "method"), "stopped": ("p_stopped", "method_stopped")}


@dataclass(frozen=True)
class Published:
    """A report that stands: its folder and day, the values of its study, the schema of its tables, and what it depends on."""

    folder: Path
    as_of: date
    parameters: Mapping[str, Any]
    schema: int
    key: str


def files(folder: Path, pattern: str) -> list[Path]:
    """The files in a folder by a pattern, nothing hidden; what another run takes away meanwhile is none."""
    # Path.glob fails in Python 3.11 where a folder goes while it looks
    return [folder / found for found in sorted(glob(pattern, root_dir=folder))]  # noqa: PTH207


def published(reports: Path) -> list[Published]:
    """The reports in a folder, by day and then by name; what is being built, or has no record of a run, is none.

    Parameters
    ----------
    reports : the folder with all reports of a study, a folder each.
    """
    found = []
    for path in files(reports, "*/run.json"):
        with suppress(OSError, ValueError, KeyError, TypeError):  # no record of a run: no report
            made = json.loads(path.read_text(encoding="utf-8"))
            told = as_date(made["as_of"]), dict(made["parameters"]), made.get("schema", 1), made.get("key", "")
            found.append(Published(path.parent, *told))
    return sorted(found, key=lambda one: (one.as_of, one.folder.name))


def read_for(reports: Path, study: Study) -> dict[str, str]:
    """The reports that one of `study` is compared with or held against, by folder, each with what it depends on."""
    return {one.folder.name: one.key for one in published(reports) if one.as_of < study.as_of}


def promises(reports: Path, study: Study) -> pd.DataFrame:
    """What the published reports of days before the study's own promised, of those with the same horizon.

    Parameters
    ----------
    reports : as in `published`.

    Returns
    -------
    DataFrame, a row for each customer, day and event
        customer_id, as_of; event (*silent*, *stopped*, *returned* of those lost for longer than the models follow, *value*, *key*: it stood on the list of
        key accounts); chance of the first three; money of *value*, the margin expected within the horizon (study currency); method of a
        chance. Of two reports of one day the one with the later folder name counts; a report of another schema, or without
        chances, is passed over. It waits where there is none.
    """
    horizon = study.churn.horizon_days
    by_day: dict[date, pd.DataFrame] = {}
    for one in published(reports):
        if one.as_of < study.as_of and one.schema == SCHEMA:
            with suppress(OSError, ValueError, KeyError, TypeError):  # no chances: no promise
                if one.parameters["churn"]["horizon_days"] == horizon:
                    by_day[one.as_of] = _promised(one.folder / "tables").assign(as_of=pd.Timestamp(one.as_of))
    told = pd.concat(by_day.values(), ignore_index=True) if by_day else pd.DataFrame(columns=COLUMNS)
    return or_waiting(told[COLUMNS], "no_report_before")


def _promised(tables: Path) -> pd.DataFrame:
    """What one report promised; of *returned*, *value* and *key* only what its tables hold."""
    churn = pd.read_parquet(tables / "churn.parquet")
    parts = [
        churn[["customer_id"]].assign(event=event, chance=churn[chance], method=churn[method])
        for event, (chance, method) in _CHANCES.items()
    ]
    with suppress(OSError, KeyError):
        away = pd.read_parquet(tables / "winback.parquet")
        away = away[~away["customer_id"].isin(churn["customer_id"])]
        parts.append(away[["customer_id", "method"]].assign(event="returned", chance=away["p_return"]))
    parts = [part[part["chance"].notna()] for part in parts]
    with suppress(OSError, KeyError):
        value = pd.read_parquet(tables / "value.parquet")
        value = value[value["value_horizon"].notna()]
        parts.append(value[["customer_id"]].assign(event="value", money=value["value_horizon"]))
    with suppress(OSError, KeyError):
        scores = pd.read_parquet(tables / "scores.parquet")
        parts.append(scores.loc[scores["key"].astype(bool), ["customer_id"]].assign(event="key"))
    return pd.concat([part.reindex(columns=COLUMNS) for part in parts if len(part)], ignore_index=True)
