"""One notebook of a study into a folder: with the study as it was read, and seen to make what it declares."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.errors import InputError, StepError
from kamlib.run import execute_step as module
from kamlib.run.execute_step import execute_step
from kamlib.run.opened import Run
from kamlib.study.model import Study


@pytest.fixture
def run(small, tmp_path) -> Run:
    return Run.open(str(small), run_dir=str(tmp_path / "run"))


def instead(monkeypatch, act) -> None:
    monkeypatch.setattr(module, "execute", lambda book, out, given, step="": act(book, out, given, step))


def test_a_study_edited_during_its_run_does_not_change_it(kit, run, small, monkeypatch):
    small.write_text(small.read_text().replace("title: Small", "title: Other"))
    seen = []
    instead(monkeypatch, lambda book, out, given, step: seen.append((Study.read(given["study"]), given, out, step)))
    kit.change("01", makes=())
    execute_step(run.present, run.folder, kit.steps[0])
    ((study, given, out, step),) = seen
    assert study.fingerprint() == run.as_read.fingerprint() and study.title == "Small"
    assert given["as_of"] == "2026-06-30" and given["run_dir"] == str(run.folder)
    assert out == run.folder / "notebooks" / "01_first.ipynb" and step == "", "no page is published"
    assert [path.name for path in run.folder.iterdir() if "study" in path.name or path.name.startswith("tmp")] == []


@pytest.mark.parametrize(("published", "expected"), [(True, "01_first"), (False, "")])
def test_a_step_that_is_published_knows_its_name(kit, run, monkeypatch, published, expected):
    seen = []
    instead(monkeypatch, lambda book, out, given, step: seen.append(step))
    kit.change("01", makes=())
    execute_step(run.present, run.folder, kit.steps[0], published=published)
    assert seen == [expected]


def test_files_that_change_during_a_run_are_said_to(kit, run, small, monkeypatch):
    assert run.present.inputs

    def changes(*_):
        with (small.parent / "orders.csv").open("a") as stream:
            stream.write("\n")

    instead(monkeypatch, changes)
    with pytest.raises(InputError, match="the input files, or the kit, changed during the run"):
        execute_step(run.present, run.folder, kit.steps[0])


def test_a_table_that_was_saved_for_something_else_is_no_table_of_this_step(kit, run, monkeypatch):
    """As when the kit is installed anew while it runs: the kernel writes down another code."""

    def other_code(*_):
        kept = run.rests("a")
        run.tables.save("a", pd.DataFrame({"x": [1]}), type(kept)(**vars(kept) | {"code": "another"}))

    instead(monkeypatch, other_code)
    with pytest.raises(InputError, match="or the kit, changed during the run"):
        execute_step(run.present, run.folder, kit.steps[0])


def test_a_declared_table_that_was_not_saved_is_a_fault_of_the_notebook(kit, run, monkeypatch):
    instead(monkeypatch, lambda *_: None)
    with pytest.raises(StepError, match=r"01_first\.ipynb: did not save 'a' as it declares"):
        execute_step(run.present, run.folder, kit.steps[0])
