"""The shelf of all reports: a page for all studies and one for each, its quarters newest first, the eight lines of the scoreboard as sparklines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from kamlib.report.html import rendered
from kamlib.report.index.board import LINES, written
from kamlib.report.language import speaking
from kamlib.report.numbers import Numbers, day
from kamlib.report.published import files
from kamlib.report.text import unknown
from kamlib.report.whole.sparkline import sparkline
from kamlib.report.words import word
from kamlib.study.periods import as_date


@dataclass(frozen=True)
class Shelved:
    """A report that stands, or one that failed: then `cause` says why, and nothing else is known of it but its title and period.

    `figures` has measure, as_of and value of the scoreboard.
    """

    study: str
    period: str
    title: str
    as_of: str = ""
    numbers: Numbers = field(default_factory=Numbers)
    figures: pd.DataFrame | None = None
    cause: str = ""


def shelf_pages(out: Path) -> dict[Path, str]:
    """The pages of the shelf by where they belong: ``index.html`` of the folder of all reports, and of that of each study.

    Parameters
    ----------
    out : the folder of all reports. A report whose run left no record is none; what failed last is told by its log, or by ``batch.json``.
    """
    found = sorted([*_standing(out), *_failed(out)], key=lambda one: (one.study, one.as_of), reverse=True)
    studies = {
        name: list(rows) for name, rows in groupby(sorted(found, key=lambda one: one.study), lambda one: one.study)
    }
    with speaking(_language(found)):
        pages = {out / "index.html": _page(studies, "")}
    for name, rows in studies.items():
        if (out / name).is_dir():
            with speaking(_language(rows)):
                pages[out / name / "index.html"] = _page({name: rows}, name)
    return pages


def _language(found: Sequence[Shelved]) -> str:
    """That of the reports; English where they have several."""
    told = {one.numbers.language for one in found if not one.cause}
    return told.pop() if len(told) == 1 else "en"


def _page(studies: dict[str, list[Shelved]], within: str) -> str:
    views = [_view(rows, "" if within else f"{name}/") for name, rows in studies.items()]
    failed = [one for rows in studies.values() for one in rows if one.cause]
    standing = sum(len(view["rows"]) for view in views)
    title = views[0]["title"] if within and views else word("page_all_reports")
    told = {"within": within, "studies": views, "failed": failed, "standing": standing, "heads": _heads()}
    return rendered("shelf.html.j2", title=title, **told)


def _heads() -> list[str]:
    return [" · ".join(map(word, measures)) for measures in LINES]


def _view(found: Sequence[Shelved], before: str) -> dict[str, Any]:
    """A study: its title, the sparklines of its lines, and a row for each report with its figures of the day."""
    rows = [one for one in found if not one.cause]
    known = [one.figures for one in reversed(rows) if one.figures is not None]
    course = pd.concat(known).drop_duplicates(["measure", "as_of"], keep="last") if known else None
    sparks = [_spark(course, measures, rows[0].numbers) if course is not None else Markup() for measures in LINES]
    told = [
        {
            "href": f"{before}{one.period}/index.html",
            "period": one.period,
            "day": day(as_date(one.as_of)),
            "cells": [_cell(one, measures) for measures in LINES],
        }
        for one in rows
    ]
    return {"study": found[0].study, "title": found[0].title, "sparks": sparks, "rows": told}


def _spark(course: pd.DataFrame, measures: Sequence[str], write: Numbers) -> Markup:
    lines = {
        word(name): course[course["measure"] == name].dropna().sort_values("as_of")[["as_of", "value"]]
        for name in measures
    }
    said = {
        name: [(str(day_), written(measure, value, write)) for day_, value in line.itertuples(index=False)]
        for measure, (name, line) in zip(measures, lines.items(), strict=True)
    }
    return sparkline({name: list(line["value"]) for name, line in lines.items()}, said)


def _cell(one: Shelved, measures: Sequence[str]) -> tuple[str, float | None]:
    """The values of a line on the day of a report, as written; and the first of them, to sort by."""
    if one.figures is None:
        return unknown(), None
    now = one.figures[one.figures["as_of"] == one.as_of].set_index("measure")["value"]
    values = [now.get(name) for name in measures]
    return " · ".join(written(name, value, one.numbers) for name, value in zip(measures, values, strict=True)), values[
        0
    ]


def _standing(out: Path) -> Iterator[Shelved]:
    for path in _records(out):
        with suppress(OSError, ValueError, KeyError, TypeError):  # no record of a run: no report
            made = json.loads(path.read_text(encoding="utf-8"))
            of, day_ = made["parameters"], as_date(made["as_of"]).isoformat()
            write = Numbers(of["language"], of["currency"])
            study, period = path.parent.parent.name, path.parent.name
            yield Shelved(study, period, of["title"], day_, write, _figures(path.with_name("report.json")))


def _figures(path: Path) -> pd.DataFrame | None:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))["figures"]
    except (OSError, ValueError, KeyError):
        return None  # a report of an older kit has none
    rows = [(one["name"], one["as_of"], one["value"]) for one in told if one["table"] == "scoreboard"]
    return pd.DataFrame(rows, columns=["measure", "as_of", "value"]).astype({"value": float})


def _failed(out: Path) -> Iterator[Shelved]:
    """What failed after the report of its place, by its log or by the last batch."""
    logs = {path.parent / path.stem: path for path in files(out, "*/*.log")}
    for place, log in logs.items():
        with suppress(FileNotFoundError):  # a later run of that study was good meanwhile
            cause = log.read_text("utf-8").partition("\n\n")[0] or word("page_no_cause")  # it is being written
            yield Shelved(place.parent.name, place.name, place.parent.name, cause=cause)
    batch = out / "batch.json"
    if batch.exists():
        told = json.loads(batch.read_text(encoding="utf-8"))
        for one in told:
            place = out / one["study"] / one["period"]
            if one["status"] == "failed" and place not in logs and not _later(place / "run.json", batch):
                yield Shelved(one["study"], one["period"], one["title"], cause=one["cause"] or word("page_no_cause"))


def _records(out: Path) -> list[Path]:
    return [path for path in files(out, "*/*/run.json") if path.parent.parent.name != "drafts"]


def _later(file: Path, other: Path) -> bool:
    """Whether a file is there and was made after the other one."""
    with suppress(FileNotFoundError):
        return file.stat().st_mtime_ns >= other.stat().st_mtime_ns
    return False
