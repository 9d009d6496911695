"""Many studies and quarters in one go: one report each and a page that links them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kamlib.errors import InputError
from kamlib.run.publish import is_done, older_schema, run_study, unwritable
from kamlib.run.steps import StepError
from kamlib.study.model import Study
from kamlib.study.periods import period_label
from kamlib.study.yaml_lines import load, mistakes


class Entry(BaseModel):
    """One study of a batch, with the dates and values to run it for."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    study: str
    as_of: list[str] = Field([], description="days or quarters; empty: the study's own")
    values: dict[str, Any] = {}


class Batch(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    studies: list[Entry] = Field(min_length=1)


def read(path: str | Path) -> Batch:
    """A batch file: ``studies:`` with a list of ``study``, ``as_of`` (days or quarters) and ``values``.

    Raises
    ------
    InputError
        If the file is missing, is no YAML or breaks a rule.
    """
    path = Path(path)
    raw, tree = load(path, "batch file", "Check the path.")
    try:
        return Batch.model_validate(raw)
    except ValidationError as error:
        found = "".join(f"\n  {line}" for line in mistakes(error, tree))
        raise InputError(f"mistakes in the batch file{found}", file=path) from None


def run_batch(
    path: str | Path,
    *,
    as_of: list[str] | None = None,
    out: str | Path = "reports",
    progress: Callable[[dict[str, Any]], None] = lambda entry: None,
) -> list[dict[str, Any]]:
    """Run every study of a batch file at each of its dates; what stands already for the same inputs is kept.

    Parameters
    ----------
    path : a batch file; paths of studies in it are relative to it.
    as_of : dates for all studies, instead of the file's.
    out : folder of all reports; ``index.html`` in it links them.
    progress : called with each entry that ended.

    Returns
    -------
    list of dict
        study, title, as_of, status ('done', 'kept' or 'failed'), href or None, cause or None, seconds. A study that
        fails does not stop the others.
    """
    from kamlib.report.html import batch_page

    batch, folder, out = read(path), Path(path).resolve().parent, Path(out)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(out, error) from None
    entries = []
    for item in batch.studies:
        days: list[str | None] = [*(as_of or item.as_of)] or [None]
        for day in days:
            entry = _one(folder / item.study, day, out, item.values)
            entries.append(entry)
            progress(entry)
            batch_page(out / "index.html", entries)
    return entries


def _one(study: Path, as_of: str | None, out: Path, values: dict[str, Any]) -> dict[str, Any]:
    began = time.perf_counter()
    entry: dict[str, Any] = {
        "study": study.parent.name,
        "title": study.name,
        "as_of": as_of or "",
        "href": None,
        "cause": None,
    }
    try:
        loaded = Study.read(study, as_of=as_of, values=values)
        entry |= {"study": loaded.name, "title": loaded.title, "as_of": loaded.as_of.isoformat()}
        entry["cause"] = older_schema(out / loaded.name / period_label(loaded.as_of)) or None
        kept = is_done(study, as_of=as_of, out=out, values=values)
        index = kept or run_study(study, as_of=as_of, out=out, values=values)
        entry |= {"status": "kept" if kept else "done", "href": index.relative_to(out.resolve()).as_posix()}
    except Exception as error:  # whatever it is, the others go on
        told = isinstance(error, InputError | StepError)
        entry |= {"status": "failed", "cause": str(error) if told else f"{type(error).__name__}: {error}"}
    return entry | {"seconds": time.perf_counter() - began}
