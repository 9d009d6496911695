"""A study at one date as a notebook opens it: its values, the tables it loads and saves, what they rest on."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from kamlib.errors import InputError, StepError, some
from kamlib.report.language import speak
from kamlib.run import places
from kamlib.run.execute_step import execute_step
from kamlib.run.notebook.parameters import own, undeclared
from kamlib.run.notebook.steps import maker, notebook_steps
from kamlib.run.present import Present
from kamlib.run.record import parameters, record, seconds_of
from kamlib.run.rests import Rests
from kamlib.run.tables import IN_ENGINE, Tables, write_whole
from kamlib.study.model import Study

if TYPE_CHECKING:
    import ibis.expr.types as ir

DRAFTS = "drafts"
_OPENED: list[Run] = []


@dataclass(frozen=True)
class Run:
    """The tables of one study at one date, in one folder. Notebooks make it by `Run.open`.

    What is read of `study`, and what is loaded, is kept in mind: a table that is saved rests on it, and fits every later run
    for which all of it is the same.

    Parameters
    ----------
    as_read : the study, before anything was read of it.
    folder : of the run.
    values : dotted study keys and values that stand in `as_read` instead of the file's.
    finished : folder of a report to take tables from that fit, or None.
    asked : dotted study keys that the notebook may give, whether or not it does.
    """

    as_read: Study
    folder: Path
    values: Mapping[str, Any] = field(default_factory=dict)
    finished: Path | None = None
    loaded: dict[str, str] = field(default_factory=dict)
    asked: tuple[str, ...] = ()

    @classmethod
    def open(
        cls,
        study: str | None = None,
        as_of: str | None = None,
        run_dir: str | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> Run:
        """Open a run; without arguments the one of the sample.

        Parameters
        ----------
        study : path of a study file; None: the sample that comes with the kit.
        as_of : day or quarter instead of the study's own.
        run_dir : folder of the run; None: a draft in ``reports/drafts``, which takes from the finished report what fits.
        values : dotted study keys and values that replace the file's; None values are skipped.

        Raises
        ------
        InputError
            If `study` is empty, or papermill was given a parameter that the notebook does not have: else the sample would
            be taken for the study that was meant.
        """
        if names := undeclared():
            raise InputError(f"the notebook has no parameter {some(names)}", remedy="Mend the names after -p.")
        if study is not None and not str(study).strip():
            raise InputError("study is empty", remedy="Give the path of a study file, or leave it out for the sample.")
        given = {key: value for key, value in (values or {}).items() if value is not None}
        read = Study.read(Path(study or places.SAMPLE).resolve(), as_of=as_of, values=given)
        if run_dir is None:
            run_dir = str(places.reports_here() / DRAFTS / read.name / read.period)
        folder = Path(run_dir).resolve()
        *_, drafts, name, label = ("", "", *folder.parts)  # a step that a draft runs first is given its folder, too
        finished = folder.parents[2] / name / label if drafts == DRAFTS else None
        run = cls(read, folder, given, finished, asked=tuple(values or ()))
        run.tables.folder.mkdir(parents=True, exist_ok=True)
        speak(read.language)
        _OPENED.append(run)
        return run

    @cached_property
    def study(self) -> Study:
        return self.as_read.watched()

    @property
    def as_of(self) -> date:
        return self.study.as_of

    @property
    def tables(self) -> Tables:
        return Tables(self.folder / "tables")

    @cached_property
    def present(self) -> Present:
        shelves = (self.folder, self.finished) if self.finished else (self.folder,)
        return Present(self.as_read, self.folder / "inputs.json", tuple(Tables(place / "tables") for place in shelves))

    def rests(self, name: str) -> Rests:
        """What the table `name` rests on if it is saved now."""
        loaded = {table: content for table, content in self.loaded.items() if table != name}
        return self.present.rests(maker(name), self.study.read_values(), loaded)

    def save(self, name: str, table: pd.DataFrame | ir.Table) -> None:
        """Keep `table` in the run under `name`, whole or not at all."""
        if name == "orders" and not self.as_read.embedded:
            self.tables.save_link(name, self.as_read.engine.url, self.rests(name))  # they stay where they lie
        else:
            self.tables.save(name, table, self.rests(name))

    def holds(self, name: str) -> bool:
        """Whether a table is kept that rests on what is so now, in the run or in the finished report."""
        return self.present.kept(name) is not None

    def load(self, *names: str) -> Any:
        """The table of this run that is named, or a list of several; pandas, but `orders` and `quarantine` are Ibis tables that
        stay in the engine.

        Where none is kept that fits, the notebook that makes it is run first; which, why and how long it takes is printed.
        """
        found = [self._load(name) for name in names]
        return found[0] if len(found) == 1 else found

    def _load(self, name: str) -> Any:
        kept = self.present.kept(name) or self._made(name)
        self.loaded[name] = kept.content(name)
        if name == "orders" and not self.as_read.embedded:
            from kamlib.intake.pipeline import clean_orders

            return clean_orders(self.study)
        if name in IN_ENGINE:
            from kamlib.io.readers import engine

            settings = self.as_read.engine
            return engine(settings.spill, memory=settings.memory).read_parquet(kept.path(name), hive_partitioning=False)
        return kept.read(name)

    def _made(self, name: str) -> Tables:
        step = maker(name)
        if step is None:
            raise InputError(f"no notebook makes the table {name!r}")
        if this := os.environ.get("KAM_STEP"):
            raise StepError(f"{this}.ipynb", None, f"it loads {name!r}, which it does not declare among its needs")
        why = self.present.why_not(name)
        why = f"{name} is kept, but {why}" if why else f"{name} is not in this run yet"
        took = seconds_of(*([self.finished] if self.finished else [])).get(step.name)
        print(f"{why}: running {step.path.name} first{f' (about {took:.0f} s)' if took else ''}", flush=True)
        began = time.perf_counter()
        execute_step(self.present, self.folder, step)
        print(f"{step.path.name} took {time.perf_counter() - began:.0f} s", flush=True)
        return self.tables

    def parameters(self) -> pd.DataFrame:
        """What may be moved on the page of this notebook: parameter, value, default of the kit, and who set another."""
        return parameters(self.as_read, self.asked, own(), self.values)

    def record(self) -> pd.DataFrame:
        """What the page of this notebook rests on, for its last cell: item and value."""
        rests = self._page()
        if this := os.environ.get("KAM_STEP"):
            write_whole(self.folder / "notebooks" / f"{this}.json", rests.text())
        return record(self.as_read, self.values, rests)

    def _page(self) -> Rests:
        """What the page rests on: all that the runs of this notebook read, but not the values that it set itself."""
        runs = [run for run in _OPENED if run.folder == self.folder]
        read = {key for run in runs for key in run.study.read_values() if not _set(key, run.values)}
        keys = read | {"language"}  # its words, and the marks of its numbers
        step = next((step for step in notebook_steps() if step.name == os.environ.get("KAM_STEP")), None)
        return self.present.rests(step, keys, {k: v for run in runs for k, v in run.loaded.items()}, page=True)


def _set(key: str, values: Mapping[str, Any]) -> bool:
    return any(key == one or key.startswith(f"{one}.") or one.startswith(f"{key}.") for one in values)
