"""The file of a batch: which studies, for which dates; and the reports that come of it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from kamlib.errors import InputError, some
from kamlib.study.file_patterns import matching
from kamlib.study.mistakes import checked
from kamlib.study.model import Study
from kamlib.study.periods import as_date, quarter_before
from kamlib.study.yaml_lines import load


class Entry(BaseModel):
    """One study of a batch, or a pattern of several, with the dates and values to run it for."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    study: str = Field(description="path of a study file, or a pattern such as units/*/study.yaml")
    as_of: list[str] = Field([], description="days or quarters; empty: the study's own")
    values: dict[str, Any] = {}


class Batch(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    studies: list[Entry] = Field(min_length=1)


@dataclass
class Job:
    """One report of a batch; `over` is set when it ended, well or not."""

    study: Path
    as_of: str | None
    values: dict[str, Any]
    entry: dict[str, Any]
    loaded: Study | None
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def place(self) -> tuple[str, str] | None:
        return (self.loaded.name, self.loaded.period) if self.loaded else None


def read(path: str | Path) -> Batch:
    """A batch file: ``studies:`` with a list of ``study``, ``as_of`` (days or quarters) and ``values``.

    Raises
    ------
    InputError
        If the file is missing, is no YAML or breaks a rule.
    """
    path = Path(path)
    raw, tree = load(path, "batch file", "Check the path.")
    if "sources" in raw and "studies" not in raw:
        raise InputError(
            "a study, and no batch file",
            file=path,
            remedy=f"Run it: kam run {path}; or name it in a batch file: studies: [{{study: {path}}}]",
        )
    return checked(Batch, raw, tree, file=path, what="batch file")


def jobs_of(batch: Batch, folder: Path, as_of: Sequence[str], since: str | None) -> list[Job]:
    """The reports of a batch in the order of the file, of each study the earliest first; `folder` is where its paths start.

    Raises
    ------
    InputError
        If `since` is no day or quarter, or an entry has no study as late.
    """
    found = []
    for item in batch.studies:
        for study in _files(folder, item.study):
            given: list[str | None] = [*(as_of or item.as_of)]
            days = _quarters(study, since, item.values) if since else given or [None]
            jobs = [_job(study, day, item.values) for day in days]
            found += sorted(jobs, key=lambda job: job.loaded.as_of if job.loaded else date.max)
    return found


def _files(folder: Path, study: str) -> list[Path]:
    if "*" not in study:
        return [folder / study]
    if not (files := matching(folder, study)):
        raise InputError("no study file", file=folder / study, remedy="Mend the pattern in the batch file.")
    return files


def _quarters(study: Path, since: str, values: dict[str, Any]) -> list[str | None]:
    try:
        loaded = Study.read(study, values=values)
    except InputError:
        return [None]  # the report of this entry will say so
    day = loaded.as_of
    try:
        first = as_date(since, loaded.year_begins)
    except ValueError as error:
        raise InputError(f"--since: {error}", found=since) from None
    if day < first:
        raise InputError(f"the study ends on {day}, before --since", file=study, found=since)
    days: list[str | None] = []
    while day >= first:
        days.append(day.isoformat())
        day = quarter_before(day)
    return days


def _job(study: Path, as_of: str | None, values: dict[str, Any]) -> Job:
    entry = dict.fromkeys(("href", "cause")) | {
        "study": study.parent.name,
        "title": study.name,
        "as_of": as_of or "",
        "period": as_of or "its own date",
    }
    try:
        loaded = Study.read(study, as_of=as_of, values=values)
    except InputError as error:
        return Job(study, as_of, values, entry | {"cause": str(error)}, None)
    entry |= {
        "study": loaded.name,
        "title": loaded.title,
        "as_of": loaded.as_of.isoformat(),
        "period": loaded.period,
    }
    return Job(study, as_of, values, entry, loaded)


def refuse_twice(todo: list[Job], file: Path) -> None:
    """Raise where two reports would have one place."""
    seen: set[tuple[str, str]] = set()
    twice = []
    for place in (job.place for job in todo if job.place):
        if place in seen:
            twice.append(place)
        seen.add(place)
    if twice:
        raise InputError(
            f"several entries are for the same report: {some(f'{name} {label}' for name, label in twice)}",
            file=file,
            remedy="Each would take the other's place: give each study a name of its own, or leave one entry out.",
        )
