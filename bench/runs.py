"""How long a whole study takes, beside the code before it was made faster, and beside its own cells in one plain process.

``make bench-runs`` prints one turn on the sample; `make proof` writes the medians of three, with Online Retail II where it is present.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from statistics import median

from bench.earlier import BEFORE_HOUSE, ROOT, tree
from kamlib.run.notebook.steps import notebook_steps

SAMPLE, RETAIL = "data/sample/study.yaml", "examples/online_retail_ii/study.yaml"
EXAMPLE = ROOT / RETAIL
MAIN = "import sys; from kamlib.cli import main; main()"


def section(data: Path, turns: int = 3) -> str:
    """A table of seconds and ratios: whole runs and cells of both, medians of `turns`, side by side."""
    with tree() as before:
        studies = {"sample": (SAMPLE, [])}
        if data.is_file():
            studies["Online Retail II"] = (RETAIL, ["--set", f"sources.orders.files={data.resolve()}"])
        rows = [row for name, (study, more) in studies.items() for row in _rows(name, study, more, before, turns)]
    head = ["| | now | before | ratio | aim |", "|---|---:|---:|---:|---|"]
    about = f"Before is the commit {BEFORE_HOUSE}; seconds, medians of {turns}, in turn on the same machine."
    return "\n".join(["## A whole run", "", about, "", *head, *rows])


def _rows(name: str, study: str, more: list[str], before: Path, turns: int) -> list[str]:
    now, then = zip(*((_whole(ROOT, study, more), _whole(before, study, more)) for _ in range(turns)), strict=True)
    rows = [_row(f"{name}: kam run, 06 to 08 and the workbook in it now", median(now), median(then), "")]
    if study == SAMPLE:
        own, theirs = zip(*((_cells(ROOT), _cells(before)) for _ in range(turns)), strict=True)
        both = [*theirs[0]]
        sums = [median(_sum(cells, both) for cells in side) for side in (own, theirs)]
        rows.append(_row(f"{name}: the cells of 01 to 05, in one plain process", *sums, "at most 0.35"))
        more = median(_sum(cells, cells.keys() - {*both}) for cells in own)
        rows.append(f"| {name}: the cells of 06 to 08 | {more:.1f} | | | |")
        path = median(critical_path(cells) for cells in own)
        rows.append(
            f"| {name}: kam run / critical path of its cells on two cores | {median(now):.1f} | {path:.1f} | {median(now) / path:.2f} | at most 1.2 |"
        )
    return rows


def _row(name: str, now: float, before: float, aim: str) -> str:
    return f"| {name} | {now:.1f} | {before:.1f} | {now / before:.2f} | {aim} |"


def _python(code: Path, words: list[str]) -> str:
    done = subprocess.run(
        [sys.executable, *words], cwd=code, env=os.environ | {"PYTHONPATH": str(code)}, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return done.stdout


def _whole(code: Path, study: str, more: list[str]) -> float:
    with tempfile.TemporaryDirectory() as out:
        began = time.perf_counter()
        _python(code, ["-c", MAIN, "run", study, "--out", out, *more])
        return time.perf_counter() - began


def _cells(code: Path) -> dict[str, list[dict]]:
    with tempfile.TemporaryDirectory() as run_dir:
        return json.loads(_python(code, [str(ROOT / "bench" / "cells.py"), str(code), run_dir]).splitlines()[-1])


def _sum(cells: dict[str, list[dict]], books: Iterable[str]) -> float:
    return sum(cell["seconds"] for book in books for cell in cells[book])


def critical_path(cells: dict[str, list[dict]], cores: int = 2) -> float:
    """The shortest time in which `cores` can run the cells: a notebook begins once the tables that it needs are saved.

    Notebooks that could begin and find no core free do so in reading order.
    """
    steps = {step.name: step for step in notebook_steps()}
    saved: dict[str, float] = {}
    free, ended, waiting = [0.0] * cores, 0.0, sorted(cells)
    while waiting:
        ready = [name for name in waiting if saved.keys() >= set(steps[name].needs)]
        begin = {name: max([saved[table] for table in steps[name].needs] + [min(free)]) for name in ready}
        name = min(ready, key=lambda name: (begin[name], name))
        waiting.remove(name)
        free.remove(min(free))
        at = begin[name]
        left = set(steps[name].makes)
        for cell in cells[name]:
            at += cell["seconds"]
            made = left if "name" in cell["saves"] else left & set(cell["saves"])
            saved |= dict.fromkeys(made, at)
            left = left - made
        free.append(at)
        ended = max(ended, at)
    return ended


if __name__ == "__main__":
    print(section(Path(), turns=1))
