"""The critical path of cells on two cores. Oracle: schedules by hand."""

from __future__ import annotations

import pytest

from bench import runs
from kamlib.run.notebook.steps import Step


def step(name: str, needs: tuple[str, ...], makes: tuple[str, ...]) -> Step:
    from pathlib import Path

    return Step(Path(f"{name}.ipynb"), name, f"{name}?", needs, makes)


def cell(seconds: float, *saves: str) -> dict:
    return {"seconds": seconds, "saves": list(saves)}


@pytest.fixture
def plan(monkeypatch):
    steps = [
        step("01", (), ("a", "b")),
        step("02", ("c",), ("d",)),
        step("03", ("a",), ("c",)),
        step("04", ("b",), ("e",)),
    ]
    monkeypatch.setattr(runs, "notebook_steps", lambda: steps)


def test_a_notebook_begins_when_its_tables_are_saved_and_not_when_their_notebook_ends(plan):
    cells = {
        "01": [cell(2, "a", "b"), cell(5)],  # saves at 2, ends at 7
        "03": [cell(4, "c")],  # 2 to 6 on the second core
        "04": [cell(1, "e")],  # the second core is free at 6
        "02": [cell(1, "d")],  # both wait for 6: reading order puts 02 first, 6 to 7; 04 then 7 to 8
    }
    assert runs.critical_path(cells) == 8


def test_a_loop_over_names_saves_all_that_the_notebook_makes(plan):
    cells = {"01": [cell(1), cell(1, "name")], "03": [cell(1, "c")], "04": [cell(1, "e")], "02": [cell(1, "d")]}
    assert runs.critical_path(cells) == 4  # 01 to 2, 03 and 04 to 3, 02 to 4


def test_one_core_takes_the_sum(plan):
    cells = {name: [cell(3, "name")] for name in ("01", "02", "03", "04")}
    assert runs.critical_path(cells, cores=1) == 12
