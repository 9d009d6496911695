"""Ten clients with half a year of order lines, and one batch of them beside a broken study and the sample; and a kit of four
steps that need no kernel.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from operator import attrgetter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from kamlib.report.published import read_for
from kamlib.run import opened, present, publish, schedule
from kamlib.run.notebook.steps import Step
from kamlib.run.opened import Run
from kamlib.run.rests import Rests
from kamlib.run.tables import Tables, write_whole

_TEN = """\
name: ten
title: Ten clients
as_of: 2026Q2
sources:
  orders: {files: orders.csv}
scoring:
  criteria:
    - {name: turnover, source: facts, column: revenue, group: revenue, worst: 0, best: 5000, weight: 70}
    - {name: growth, source: facts, group: development, worst: -0.5, best: 0.5, weight: 30}
"""


@pytest.fixture(scope="session")
def ten_batch(once: Callable[[str, Callable[[Path], object]], Path], sample_report: Path) -> Path:
    """A folder with the study ``ten/study.yaml``, the batch ``all.yaml``, its ``entries.json`` and its reports in ``out``.

    The first study of the batch is broken; the last one is the sample, whose report stands already. The last one of
    the ten clients has a negative sum in 2026Q2.
    """
    from kamlib.run.batch import run_batch
    from kamlib.run.places import SAMPLE

    lines = [
        f"o{client}-{month},{client:05d},2026-{month:02d}-{3 * client:02d},{-900 if (client, month) == (10, 6) else 100 + client}"
        for client in range(1, 11)
        for month in range(1, 7)
        if client % month != 1
    ]

    def make(folder: Path) -> None:
        (folder / "ten").mkdir()
        (folder / "ten" / "orders.csv").write_text("order_id,account_id,date,amount\n" + "\n".join(lines) + "\n")
        (folder / "ten" / "study.yaml").write_text(_TEN)
        (folder / "south").mkdir()
        (folder / "south" / "study.yaml").write_text("name: south\n")
        studies = ["south/study.yaml", "ten/study.yaml", str(SAMPLE)]
        (folder / "all.yaml").write_text(json.dumps({"studies": [{"study": study} for study in studies]}))
        shutil.copytree(sample_report.parent, folder / "out" / "sample")
        entries = run_batch(folder / "all.yaml", out=folder / "out")
        (folder / "entries.json").write_text(json.dumps(entries))

    return once("ten_batch", make)


@dataclass
class Kit:
    """Four notebooks in words: 01 makes a; 02 needs a and makes b; 03 needs b and makes c; 04 needs a and makes d.

    `reads` says which values of the study each step reads, `write` what each table holds, `done` which steps ran; `pause`
    is called in a step before each table that it saves, with the name of the table, and at its end, with that of the step.
    """

    steps: list[Step]
    reads: dict[str, str] = field(
        default_factory=lambda: {
            "01": "sources cleaning.most_rows",
            "02": "churn.horizon_days",
            "03": "rfm.classes churn.horizon_days",
            "04": "clustering.seed",
        }
    )
    write: Callable[[str, list[Any]], object] = lambda table, values: f"{table} {values if table != 'a' else ''}"
    pause: Callable[[str], None] = lambda name: None
    done: list[str] = field(default_factory=list)
    lock: Any = field(default_factory=threading.Lock)

    def maker(self, table: str) -> Step | None:
        return next((step for step in self.steps if table in step.makes), None)

    def change(self, name: str, **values: Any) -> None:
        self.steps[:] = [replace(step, **values) if step.name[:2] == name else step for step in self.steps]

    def execute(self, now: present.Present, folder: Path, step: Step, *, published: bool = False) -> None:
        """As `execute_step`, in this process."""
        with self.lock:
            self.done.append(step.name[:2])
        with tempfile.TemporaryDirectory() as beside:
            (Path(beside) / "study.yaml").write_text(now.study.to_yaml(), encoding="utf-8")
            run = Run.open(f"{beside}/study.yaml", run_dir=str(folder))
            assert run.present.inputs == now.inputs
        for name in step.needs:
            run.load(name)
        values = [attrgetter(key)(run.study) for key in self.reads[step.name[:2]].split()]
        (folder / "notebooks").mkdir(parents=True, exist_ok=True)
        (folder / "notebooks" / step.path.name).write_text('{"cells": [], "metadata": {"papermill": {}}}')
        for name in step.makes:
            self.pause(name)
            run.save(name, pd.DataFrame({"holds": [str(self.write(name, values))]}))
        self.pause(step.name)
        page: Rests = run.present.rests(step, run.study.read_values(), run.loaded, page=True)
        if published:
            write_whole(folder / "notebooks" / f"{step.name}.json", page.text())


@pytest.fixture
def kit(monkeypatch) -> Kit:
    """The kit of four steps in the place of the real one."""
    declared = {"01_first": ("", "a"), "02_second": ("a", "b"), "03_third": ("b", "c"), "04_fourth": ("a", "d")}
    made = Kit(
        [
            Step(Path(f"{name}.ipynb"), name, f"{name}?", tuple(needs.split()), tuple(makes.split()), "", name)
            for name, (needs, makes) in declared.items()
        ]
    )
    for module in (opened, present):
        monkeypatch.setattr(module, "maker", made.maker)
    for module in (opened, publish):
        monkeypatch.setattr(module, "notebook_steps", lambda: made.steps)
    for module in (opened, schedule):
        monkeypatch.setattr(module, "execute_step", lambda *args, **options: made.execute(*args, **options))
    monkeypatch.setattr(schedule, "warm_up", lambda: None)
    monkeypatch.setattr(schedule.Building, "_page", lambda self, step: (self.folder / f"{step.name}.html").touch())

    def summarise(building: schedule.Building, values: dict[str, Any], home: Path) -> dict[str, Any]:
        (building.folder / "index.html").write_text("index")
        return {
            "schema": publish.SCHEMA,
            "as_of": building.present.study.as_of.isoformat(),
            "parameters": building.present.study.model_dump(mode="json"),
            "key": publish._key(building.present, building.plan, read_for(home, building.present.study)),
        }

    def finish(building: schedule.Building, summary: dict[str, Any]) -> None:
        write_whole(building.folder / "run.json", json.dumps(summary | {"seconds": building.seconds}))

    monkeypatch.setattr(publish, "_summarise", summarise)
    monkeypatch.setattr(publish, "_finish", finish)
    return made


STUDY = """\
name: small
title: Small
as_of: 2026Q2
sources:
  orders: {files: orders.csv}
scoring:
  criteria: [{name: turnover, source: facts, column: revenue, group: revenue, worst: 0, best: 5000, weight: 100}]
cleaning: {most_rows: 0.05}
churn: {horizon_days: 180}
rfm: {classes: 5}
clustering: {seed: 1}
"""


@pytest.fixture(scope="session")
def study_in() -> Callable[..., Path]:
    """``study_in(folder, name, as_of)``: a study file with one order line."""

    def make(folder: Path, name: str = "small", as_of: str = "2026Q2") -> Path:
        folder.mkdir(parents=True)
        (folder / "orders.csv").write_text("order_id,account_id,date,amount\n1,001,2026-06-01,10\n")
        (folder / "study.yaml").write_text(STUDY.replace("small", name).replace("2026Q2", as_of))
        return folder / "study.yaml"

    return make


@pytest.fixture
def small(tmp_path, study_in) -> Path:
    """A study file with one order line."""
    return study_in(tmp_path / "mine")


@pytest.fixture
def holdings() -> Callable[[Path], dict[str, str]]:
    """``holdings(report)``: what each table of a report holds."""

    def of(report: Path) -> dict[str, str]:
        shelf = Tables(report / "tables")
        return {path.stem: shelf.read(path.stem)["holds"][0] for path in sorted(shelf.folder.glob("*.parquet"))}

    return of
