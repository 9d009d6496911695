"""What a run tells while it goes on. Oracle: the lines a person reads, and sums by hand."""

from __future__ import annotations

import io
import json
import re

import pytest
from rich.console import Console
from rich.progress import Progress, TextColumn

from kamlib.run import progress
from kamlib.run.progress import BatchTelling, Telling, expected, telling


@pytest.fixture
def clock(monkeypatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def told(at_once: int = 2) -> tuple[Telling, Progress]:
    bar = Progress(TextColumn("{task.description}"), console=Console(file=io.StringIO()), disable=True)
    return Telling(bar, at_once), bar


def state(bar: Progress) -> tuple[str, float, float | None, str]:
    (task,) = bar.tasks
    return task.description, task.completed, task.total, task.fields["left"]


def test_without_a_terminal_each_step_that_ended_is_a_plain_line(capsys):
    with telling() as lines:
        lines.expect({"01_cleaning": 3.0, "02_scoring": 0.0, "report": 0.0})
        lines.step("01_cleaning", None)
        lines.step("01_cleaning", 12.34)
        lines.step("02_scoring", 0.0)
        lines.line("[bold] of a user's study is no markup " + "x" * 200)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "01_cleaning            12.3 s",
        "02_scoring           as it was",
        "[bold] of a user's study is no markup " + "x" * 200,
    ]


def test_the_bar_tells_what_runs_how_much_is_done_and_about_how_long_it_still_takes(clock):
    lines, bar = told(at_once=2)
    lines.expect({"01": 10.0, "02": 20.0, "03": 4.0, "report": 0.0})
    lines.step("01", None)
    assert state(bar) == ("01", 0, 4, "about 17 s left")  # (10 + 20 + 4) / 2
    clock[0] = 6.0
    lines.step("03", None)
    assert state(bar) == ("01, 03", 0, 4, "about 14 s left")  # (4 + 4 + 20) / 2
    clock[0] = 15.0
    lines.step("03", 9.0)
    assert state(bar) == ("01", 1, 4, "about 10 s left"), "what takes longer than last time is not below zero"
    lines.step("01", 15.0)
    lines.step("02", 0.0)
    assert state(bar) == ("report", 3, 4, "")


def test_of_an_entry_that_ended_nothing_is_waited_for_any_more(clock):
    lines, bar = told(at_once=1)
    lines.expect({"a 2026Q1 01": 10.0, "a 2026Q1 02": 10.0, "a 2026Q10 01": 7.0})
    lines.step("a 2026Q1 01", None)
    lines.over("a 2026Q1 ")
    assert state(bar) == ("report", 2, 3, "about 7 s left")


def test_expected_are_the_seconds_of_the_report_that_stands_and_zero_of_what_it_does_not_tell(tmp_path):
    names = [step.name for step in progress.notebook_steps()]
    assert expected(tmp_path / "none") == dict.fromkeys([*names, "report"], 0.0)
    (tmp_path / "run.json").write_text(json.dumps({"seconds": {names[0]: 2.5}}))
    assert expected(tmp_path) == dict.fromkeys([*names, "report"], 0.0) | {names[0]: 2.5}


def test_a_batch_tells_each_entry_that_ended_with_its_cause(tmp_path, capsys):
    north, south = (
        {"study": name, "as_of": "2026-06-30", "period": "2026Q2", "cause": None} for name in ("north", "south")
    )
    (tmp_path / "north" / "2026Q2").mkdir(parents=True)
    (tmp_path / "north" / "2026Q2" / "run.json").write_text(json.dumps({"seconds": {"01_cleaning": 600}}))
    with telling(1) as lines:
        watch = BatchTelling(lines, tmp_path)
        watch.planned([north, south])
        watch.step(north, "01_cleaning", None)
        assert re.search("about (600|599) s left", lines._bar.tasks[0].fields["left"])
        watch.step(north, "01_cleaning", 2.0)
        north |= {"status": "failed", "seconds": 2.04, "cause": "01_cleaning.ipynb, cell 3: planted"}
        watch.ended(north)
        watch.ended(south | {"status": "kept", "seconds": 0.1})
    assert capsys.readouterr().err.splitlines() == [
        "north 2026-06-30 01_cleaning    2.0 s",
        "failed  north 2026-06-30 2.0 s: 01_cleaning.ipynb, cell 3: planted",
        "kept    south 2026-06-30 0.1 s",
    ]


def test_an_entry_without_a_day_is_told_by_its_name_alone(capsys, tmp_path):
    broken = {"study": "east", "as_of": "", "period": "", "cause": "no study file", "status": "failed", "seconds": 0.0}
    with telling() as lines:
        watch = BatchTelling(lines, tmp_path)
        watch.planned([broken])
        watch.ended(broken)
    assert capsys.readouterr().err == "failed  east 0.0 s: no study file\n"
