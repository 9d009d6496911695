"""A whole study: its notebooks, its pages, and its report moved into place; a failed run leaves the last good one and a log."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

import kamlib
from kamlib.errors import InputError, StepError
from kamlib.report.language import speaking
from kamlib.run.notebook.code import PACKAGES, code_of, speaking_code
from kamlib.run.notebook.steps import Step, notebook_steps
from kamlib.run.opened import Run
from kamlib.run.place import KILLED, PREVIOUS, beside, clear, put, shelve, unwritable
from kamlib.run.places import place_of
from kamlib.run.present import Present
from kamlib.run.record import record, seconds_of
from kamlib.run.rests import Rests, digest
from kamlib.run.schedule import Building, Workers
from kamlib.run.tables import IN_ENGINE, Tables, write_whole
from kamlib.study.model import Study
from kamlib.study.run_tables import SCHEMA

DOSSIERS = ("Dossiers", "dossiers/index.html", "What does a stranger need to take over a key account?")


def run_study(
    study: str | Path,
    *,
    as_of: str | None = None,
    out: str | Path = "reports",
    values: Mapping[str, Any] | None = None,
    progress: Callable[[str, float | None], None] = lambda step, seconds: None,
    workers: Workers | None = None,
    before: Callable[[], object] = lambda: None,
) -> Path:
    """Run the notebooks of a study and publish the report; what still fits of the report that stands there is taken over.

    Parameters
    ----------
    study, as_of, values : as in `Run.open`.
    out : folder of all reports; this one comes to ``<out>/<study>/<period>/``.
    progress : called with the name of each step that begins, and again with its seconds when it ended (0: taken over).
    workers : where notebooks of several studies share them; None: some of its own.
    before : called before the summary is written, which compares with the reports of the study that stand then.

    Returns
    -------
    Path
        The report's index.html.

    Raises
    ------
    InputError, StepError
        The place of the report is left as it was; a StepError leaves ``<period>.log`` beside it.
    """
    plan = notebook_steps()
    loaded = Study.read(study, as_of=as_of, values=dict(values or {}))
    if not loaded.scoring.criteria:
        raise InputError(
            "scoring.criteria is missing, and only you can say who is key",
            file=study,
            remedy="Add criteria with their anchors and weights, as in the study of the sample.",
        )
    label = loaded.period
    home = Path(out).resolve() / loaded.name
    try:
        with (
            speaking(loaded.language),
            beside(home, label) as folder,
            nullcontext(workers) if workers else Workers() as pool,
        ):
            if not workers:
                clear(home)
            made = folder / label
            made.mkdir()
            present = Present(loaded, made / "inputs.json", (Tables(made / "tables"),))
            _ = present.inputs  # what is missing is said before anything starts
            building = Building(present, Path(study).resolve(), made, (folder / KILLED, home / label), plan)

            def summarise() -> tuple[_Summary, float]:
                before()
                began = time.perf_counter()
                return _summarise(building, dict(values or {}), home), time.perf_counter() - began

            try:
                summary, took = building.run(pool, progress, summarise)
                _finish(building, summary)
                progress("report", took)
            except StepError as error:
                error.log = _log(home / f"{label}.log", error)
                shelve(home.parent)
                raise
            put(made, home / label, folder / PREVIOUS)
        (home / f"{label}.log").unlink(missing_ok=True)
        shelve(home.parent)
    except OSError as error:
        raise unwritable(home, error) from error
    return home / label / "index.html"


def _log(path: Path, error: StepError) -> Path | None:
    """Write what is known of an error, unless the disk has no room for it."""
    try:
        path.write_text(f"{error}\n\n{error.trace}\n", encoding="utf-8")
    except OSError:
        return None
    return path


def is_done(
    study: str | Path, *, as_of: str | None, out: str | Path, values: Mapping[str, Any] | None = None
) -> Path | None:
    """The report's index where it stands already for these inputs, parameters, code and earlier reports; else None."""
    from kamlib.report.published import read_for

    loaded = Study.read(study, as_of=as_of, values=dict(values or {}))
    final = place_of(study, as_of, out, values or {})
    with suppress(FileNotFoundError, json.JSONDecodeError, KeyError):
        kept = json.loads((final / "run.json").read_text(encoding="utf-8"))["key"]
        with tempfile.TemporaryDirectory() as scratch:
            present = Present(loaded, Path(scratch) / "inputs.json", ())
            key = _key(present, notebook_steps(), read_for(final.parent, loaded))
        if kept == key and (final / "index.html").exists():
            return final / "index.html"
    return None


@dataclass(frozen=True)
class _Summary:
    """What run.json says of a report; its clean accounts, and their pages by customer_id."""

    facts: dict[str, Any]
    accounts: pd.DataFrame | None
    hrefs: dict[str, str]


def _summarise(building: Building, values: dict[str, Any], home: Path) -> _Summary:
    """Index and all else that is made of the tables alone; `home` holds the reports of the study before this one."""
    from kamlib.report import html
    from kamlib.report import whole as whole_report
    from kamlib.report.index.handed_on import write_handed_on
    from kamlib.report.index.since_last import since
    from kamlib.report.published import read_for
    from kamlib.report.workbook import write_workbook

    present, folder, study = building.present, building.folder, building.present.study
    kept = Tables(folder / "tables")
    tables = {name: kept.read(name) for step in building.plan for name in step.makes if name not in IN_ENGINE}
    if {"scores", "actions", "accounts", "interactions"} <= tables.keys():
        tables["said"] = _said(building, home, tables)
    before = read_for(home, study)
    key = _key(present, building.plan, before)
    whole = Rests(key, "", {}, {f"{row['table']} {row['file']}": row["sha256"] for row in present.inputs}, {})
    changed = since(home, study, tables)
    single = {"scores", "accounts", "actions", "notes"} <= tables.keys()  # there are pages on single customers
    told = html.index(
        folder / "index.html",
        study=study,
        as_of=study.as_of,
        tables=tables,
        parts=[
            *((step.title, f"{step.name}.html", step.question) for step in sorted(building.plan, key=lambda s: s.name)),
            *([DOSSIERS] if single else []),
        ],
        record=record(study, values, whole),
        since=changed,
    )
    html.glossary(folder / "glossary.html")
    write_handed_on(folder, study, tables, told)
    write_workbook(folder / "accounts.xlsx", study, tables)
    whole_report.write_digest(folder, study, told)
    hrefs = whole_report.write_customers(folder, study, tables)
    if single:
        hrefs |= _dossiers(folder, study, tables)
    facts = {
        "kam": kamlib.__version__,
        "schema": SCHEMA,
        "key": key,
        "study": study.name,
        "as_of": study.as_of.isoformat(),
        "values": values,
        "parameters": study.model_dump(mode="json"),
        "inputs": present.inputs,
        "reports": before,
        "versions": {name: version(name) for name in PACKAGES},
    }
    return _Summary(facts, tables.get("accounts"), hrefs)


def _finish(building: Building, summary: _Summary) -> None:
    """Links from the pages to those of the customers, now that all are there, and run.json."""
    from kamlib.report.dossier import link_pages

    if summary.accounts is not None:
        link_pages(building.folder, summary.hrefs, summary.accounts)
    took = {name: round(seconds, 2) for name, seconds in building.seconds.items() if seconds}
    facts = summary.facts | {"seconds": seconds_of(*building.earlier) | took}
    write_whole(building.folder / "run.json", json.dumps(facts, indent=1))
    building.present.memory.unlink()  # it holds where the files lie


def _said(building: Building, home: Path, tables: Mapping[str, Any]) -> pd.DataFrame:
    """What the reports of earlier days promised, and what came: the table `said`. No notebook makes it, for these may be made meanwhile."""
    from kamlib.facts.service import serving_costs
    from kamlib.plan.said import said_and_came
    from kamlib.report.published import promises

    study, scores = building.present.study, tables["scores"]
    run = Run(study, building.folder)
    known = {name: tables[name] for name in ("accounts", "actions")}
    known["costs"] = serving_costs(tables["interactions"], study.money.hour)
    keys = pd.Index(scores.loc[scores["key"].astype(bool), "customer_id"])
    told = promises(home, study)
    found = said_and_came(told, run.load("orders"), study.as_of, study.churn, keys=keys, **known)
    run.save("said", found)
    return found


def _dossiers(folder: Path, study: Study, tables: Mapping[str, Any]) -> dict[str, str]:
    """The pages on single customers, and what managers fill in; the pages by customer_id, seen from the folder."""
    from kamlib.report import dossier, round_trip

    round_trip.write_csv(folder / "actions.csv", round_trip.actions_out(tables))
    changes = round_trip.changes_of(study)
    made = dossier.write_dossiers(folder / "dossiers", study, tables, changes=changes, workbook="../accounts.xlsx")
    return {one: f"dossiers/{page}" for one, page in made.items()}


def _key(present: Present, plan: Sequence[Step], before: Mapping[str, str]) -> str:
    """What a report depends on: the values of the study, every input, the notebooks, the code of the kit, the reports of earlier days."""
    inputs = [f"{row['table']} {row['sha256']}" for row in present.inputs]
    steps = [f"{step.content} {code_of(step.code)}" for step in plan]
    steps.append(code_of("from kamlib.plan import said"))
    told = [f"{name} {key}" for name, key in before.items()]
    return digest(" ".join([present.study.fingerprint(), *inputs, *steps, speaking_code(), *told]))
