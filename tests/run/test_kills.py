"""Runs and batches that are killed at random moments: the last report stays whole, nothing is left alive, the next one goes on."""

from __future__ import annotations

import hashlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

KAM = [sys.executable, "-c", "from kamlib.cli import main; main()"]
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)


def started(ten: Path, mark: str, *words: str) -> subprocess.Popen:
    """The command line in a session of its own; all that comes of it has `mark` in its environment."""
    return subprocess.Popen(
        [*KAM, *words],
        cwd=ten,
        env=os.environ | {"KAM_MARK": mark},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def whole(report: Path) -> str:
    """A hash of the pages and tables of a report, after seeing that it is complete."""
    assert (report / "run.json").exists() and (report / "index.html").exists()
    files = sorted([*report.glob("*.html"), *report.glob("tables/*.parquet")])
    assert len(files) > 20
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def killed(
    alive: Callable[[str], list[str]], ten: Path, kind: signal.Signals, after: float, *words: str
) -> tuple[int | None, str]:
    """What a command says that is sent `kind` after so many seconds; None: it had ended before. Nothing of it lives on."""
    mark = f"{time.monotonic_ns()}"
    process = started(ten, mark, *words)
    try:
        said = process.communicate(timeout=after)[1]
        return None, said
    except subprocess.TimeoutExpired:
        process.send_signal(kind)
        said = process.communicate(timeout=60)[1]
    until = time.monotonic() + 10
    while alive(mark) and time.monotonic() < until:
        time.sleep(0.1)
    assert alive(mark) == []
    return process.returncode, said


def hidden(home: Path) -> set[str]:
    """What is half made; a run that was ended by kill -9 leaves its own until the next one begins."""
    return {path.name for path in home.glob(".*")}


@pytest.fixture
def ten(ten_batch: Path, tmp_path: Path) -> Path:
    """The study of ten clients with its report of 2026Q2."""
    for name in ("ten", "out"):
        shutil.copytree(ten_batch / name, tmp_path / name, ignore=shutil.ignore_patterns("sample"))
    (tmp_path / "all.yaml").write_text("studies: [{study: ten/study.yaml, as_of: [2026Q1, 2026Q2]}]")
    return tmp_path


@pytest.mark.kernel
@pytest.mark.parametrize("many", [6, pytest.param(100, marks=pytest.mark.proof)])
def test_a_run_killed_at_any_moment_leaves_the_last_report_whole_and_nothing_alive(ten, alive, many):
    draw, home = random.Random(many), ten / "out" / "ten"
    before = whole(home / "2026Q2")
    for turn in range(many):
        kind, left = SIGNALS[turn % 3], hidden(home)
        moved = f"churn.bootstraps={50 + turn}"  # another value each time: the churn page has to be made
        status, said = killed(
            alive, ten, kind, draw.uniform(0.2, 8), "run", "ten/study.yaml", "--out", "out", "--set", moved
        )
        now = whole(home / "2026Q2")
        if status is not None and "report:" not in said:
            assert now == before or status == -signal.SIGKILL
        before = now
        if kind != signal.SIGKILL and status is not None:
            early = status == -kind  # before the command had begun
            assert early or (status == 130 and said.splitlines()[-1].startswith("kam: stopped"))
            assert hidden(home) <= left
    assert started(ten, "last", "run", "ten/study.yaml", "--out", "out").wait() == 0
    assert sorted(path.name for path in home.iterdir()) == ["2026Q2", "index.html"]


def finished(home: Path) -> set[tuple[str, str]]:
    """Quarter and name of the notebooks that had ended when a run was killed: their pages are there."""
    pages = home.glob(".*/20*/[0-9]*.html")
    return {(path.parent.name, path.stem) for path in pages}


def redone(said: str) -> set[tuple[str, str]]:
    """Quarter and name of the notebooks that ran."""
    quarters = {"2026-03-31": "2026Q1", "2026-06-30": "2026Q2"}
    lines = re.findall(r"^ten (\S+) (\w+) +[\d.]+ s$", said, re.M)
    return {(quarters[day], name) for day, name in lines if name != "report"}


@pytest.mark.kernel
@pytest.mark.parametrize("many", [6, pytest.param(100, marks=pytest.mark.proof)])
def test_a_batch_killed_at_any_moment_goes_on_and_redoes_no_finished_notebook(ten, alive, many):
    draw, home = random.Random(many), ten / "out" / "ten"
    for turn in range(many):
        ready, kind, left = finished(home), SIGNALS[turn % 3], hidden(home)
        status, said = killed(alive, ten, kind, draw.uniform(1, 12), "batch", "all.yaml", "--out", "out")
        assert redone(said) & ready == set()
        if status is not None and kind != signal.SIGKILL:
            assert status in (130, -kind)
            assert hidden(home) <= left
        if status is None:  # it came to its end: once more from the beginning
            shutil.rmtree(home)
    last = started(ten, "last", "batch", "all.yaml", "--out", "out")
    ready = finished(home)
    assert redone(last.communicate()[1]) & ready == set()
    assert last.returncode == 0
    assert {path.name for path in home.iterdir()} == {"2026Q1", "2026Q2", "index.html"}
    assert whole(home / "2026Q1") and whole(home / "2026Q2")
