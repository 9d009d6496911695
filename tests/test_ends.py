"""How a command ends that fails or is stopped: one line, a status, never a traceback, and nothing of it lives on."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kamlib.ends import Stopped


def test_a_failed_step_says_where_its_details_are(kam, tmp_path, monkeypatch):
    from kamlib.errors import StepError
    from kamlib.run import publish

    def fails(building, workers, told, summarise):
        raise StepError("02_scoring.ipynb", 7, "ValueError: planted", "the trace")

    monkeypatch.setattr(publish.Building, "run", fails)
    status, _, err = kam("run", "study.yaml")
    log = tmp_path / "reports" / "tiny" / "2026Q2.log"
    assert status == 1
    assert err == f"kam: 02_scoring.ipynb, cell 7: ValueError: planted. The details are in {log}\n"
    assert "the trace" in log.read_text()


def raising(error: BaseException):
    def fails(*args: object, **options: object) -> None:
        raise error

    return fails


@pytest.mark.parametrize("stands", [True, False])
def test_a_run_that_is_stopped_says_in_one_line_what_stands(kam, tmp_path, monkeypatch, stands):
    if stands:
        (tmp_path / "reports" / "tiny" / "2026Q2").mkdir(parents=True)
    monkeypatch.setattr("kamlib.run.publish.run_study", raising(Stopped()))
    left = "the report of 2026Q2 stands as it was" if stands else "no report was made"
    assert kam("run", "study.yaml") == (130, "", f"kam: stopped; {left}\n")


@pytest.mark.parametrize("words", [["batch", "all.yaml"], ["check", "study.yaml"]], ids=lambda words: words[0])
def test_any_command_that_is_stopped_ends_with_one_line_and_130(kam, monkeypatch, words):
    monkeypatch.setattr("kamlib.run.batch.run_batch", raising(Stopped()))
    monkeypatch.setattr("kamlib.intake.pipeline.collect", raising(Stopped()))
    status, out, err = kam(*words)
    assert (status, out) == (130, "") and err.startswith("kam: stopped") and err.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (OSError(28, "No space left on device", "/data/x"), "kam: /data/x: No space left on device"),
        (OSError(24, "Too many open files"), "kam: the system: Too many open files"),
        (OSError("odd"), "kam: the system: odd"),
    ],
)
def test_an_error_of_the_system_is_one_line_and_status_1(kam, monkeypatch, error, line):
    monkeypatch.setattr("kamlib.intake.pipeline.collect", raising(error))
    assert kam("check", "study.yaml") == (1, "", f"{line}\n")


def test_a_fault_of_the_kit_is_one_line_and_a_log_with_the_trace(kam, monkeypatch):
    monkeypatch.setattr("kamlib.intake.pipeline.collect", raising(ArithmeticError("planted")))
    status, out, err = kam("check", "study.yaml")
    told = re.fullmatch(r"kam: ArithmeticError: planted\. The details are in (\S+\.log)\n", err)
    assert (status, out) == (1, "") and told
    log = Path(told[1])
    assert "Traceback" in log.read_text() and "collect" in log.read_text()
    log.unlink()


@pytest.mark.kernel
def test_a_run_that_the_system_ends_says_one_line_and_leaves_nothing(kam, alive, tmp_path):
    """SIGTERM while the first notebook runs. All that comes of the run has the mark in its environment."""
    mark = str(time.monotonic_ns())
    code = "from kamlib.cli import main; main()"
    env = os.environ | {"KAM_MARK": mark}
    with subprocess.Popen(
        [sys.executable, "-c", code, "run", "study.yaml"], cwd=tmp_path, env=env, stderr=subprocess.PIPE, text=True
    ) as run:
        until = time.monotonic() + 120
        while len(alive(mark)) < 3 and time.monotonic() < until:  # itself, the warm process, a kernel
            time.sleep(0.1)
        assert run.poll() is None and len(alive(mark)) >= 3
        run.send_signal(signal.SIGTERM)
        assert run.stderr.read() == "kam: stopped; no report was made\n"
        assert run.wait(60) == 130
    until = time.monotonic() + 3
    while alive(mark) and time.monotonic() < until:
        time.sleep(0.1)
    assert alive(mark) == [] and not (tmp_path / "reports" / "tiny").exists()


@pytest.mark.slow
def test_the_installed_command_ends_without_a_traceback(tmp_path):
    kam = Path(sys.executable).with_name("kam")
    assert kam.exists()
    done = subprocess.run([kam, "run", "nothing.yaml"], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("kam: nothing.yaml: no study file")
    assert not shutil.which("nothing.yaml")


def test_a_message_is_wrapped_for_a_terminal_and_whole_elsewhere(kam, tmp_path, monkeypatch):
    """Every mistake keeps a line of its own; what was found and what was meant stand behind it, not cut off."""
    (tmp_path / "study.yaml").write_text("naem: tiny\nas_of: 31.12.2025\nsources: {orders: {file: o.csv}}\n")
    status, _, plain = kam("check", "study.yaml")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    _, _, told = kam("check", "study.yaml")
    assert (
        status == 2 and told.split() == plain.split() and "line 1: naem: unknown key; did you mean 'name'?\n" in plain
    )
    assert "line 3: sources.orders.file: unknown key; did you mean 'files'?" in plain
    assert max(map(len, told.splitlines())) <= 80 < max(map(len, plain.splitlines()))
