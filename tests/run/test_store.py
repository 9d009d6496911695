"""The tables of a run: kept as saved, only for the same inputs, made anew where they do not fit."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from kamlib.errors import InputError
from kamlib.run import store as runs
from kamlib.run.steps import Step, notebook_steps
from kamlib.run.store import Run
from kamlib.study.model import Study

SAMPLE = runs.SAMPLE


@pytest.fixture
def own(tmp_path) -> Path:
    """A study file of the sample's data that a test may spoil."""
    shutil.copytree(SAMPLE.parent, tmp_path / "own")
    return tmp_path / "own" / "study.yaml"


def test_a_study_edited_during_its_run_does_not_change_it(own, tmp_path, monkeypatch):
    run = Run.open(str(own), run_dir=str(tmp_path / "run"))
    own.write_text(own.read_text().replace("title: Key", "title: Other"))
    seen = []
    monkeypatch.setattr(runs, "execute", lambda book, out, given: seen.append(Study.read(given["study"])))
    run.execute(Step(Path("01_a.ipynb"), "A", "A?", (), ()))
    assert seen[0].fingerprint() == run.study.fingerprint()
    assert seen[0].title.startswith("Key accounts")


def test_files_that_change_during_a_run_are_said_to(own, tmp_path, monkeypatch):
    run = Run.open(str(own), run_dir=str(tmp_path / "run"))
    assert run.key

    def changes(book, out, given):
        with (own.parent / "orders.csv").open("a") as stream:
            stream.write("\n")

    monkeypatch.setattr(runs, "execute", changes)
    with pytest.raises(InputError, match="the input files, or the kit, changed during the run"):
        run.execute(Step(Path("01_a.ipynb"), "A", "A?", (), ("facts",)))


def test_a_table_comes_back_as_it_was_saved_and_only_for_the_same_inputs(tmp_path):
    table = pd.DataFrame(
        {"customer_id": ["00123", "K.01"], "day": pd.to_datetime(["2026-01-01", None]), "x": [1.5, None]}
    )
    run = Run.open(run_dir=str(tmp_path))
    run.save("states", table)
    pd.testing.assert_frame_equal(Run.open(run_dir=str(tmp_path)).load("states"), table)
    once, again = Run.open(run_dir=str(tmp_path)).load("states", "states")
    pd.testing.assert_frame_equal(once, again)
    assert not Run.open(run_dir=str(tmp_path), values={"churn.horizon_days": 90}).holds("states")


def test_an_input_that_changed_makes_the_tables_stale(tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(SAMPLE.parent, folder)
    run = Run.open(str(folder / "study.yaml"), run_dir=str(tmp_path / "run"))
    run.save("states", pd.DataFrame({"customer_id": ["a"]}))
    with (folder / "ratings.csv").open("a", encoding="utf-8") as stream:
        stream.write("\n")
    assert not Run.open(str(folder / "study.yaml"), run_dir=str(tmp_path / "run")).holds("states")


def test_a_table_that_no_notebook_makes_is_refused(tmp_path):
    with pytest.raises(InputError, match="no notebook makes the table 'moon'"):
        Run.open(run_dir=str(tmp_path)).load("moon")


def test_a_notebook_alone_first_runs_the_one_that_makes_what_it_needs_and_that_one_its_own(ten_batch, tmp_path):
    """Of a whole run the two tables are taken out by which 04 waits for 03, and 03 for 05."""
    from kamlib.run.steps import execute

    study, run = str(ten_batch / "ten" / "study.yaml"), tmp_path / "run"
    shutil.copytree(ten_batch / "out" / "ten" / "2026Q2" / "tables", run / "tables")
    for name in ("rfm", "states", "clusters"):
        (run / "tables" / f"{name}.parquet").unlink()
    step = next(step for step in notebook_steps() if step.name == "04_clustering")
    execute(step.path, tmp_path / "out.ipynb", {"study": study, "run_dir": str(run)})
    assert "rfm is not in this run yet: running 03_segmentation.ipynb first" in (tmp_path / "out.ipynb").read_text(
        "utf-8"
    )
    books = {path.stem: path.read_text("utf-8") for path in (run / "notebooks").iterdir()}
    assert set(books) == {"03_segmentation", "05_churn"}
    assert "states is not in this run yet: running 05_churn.ipynb first" in books["03_segmentation"]
    assert Run.open(study, run_dir=str(run)).holds("clusters")


@pytest.mark.kernel
@pytest.mark.proof
def test_a_notebook_in_an_empty_folder_begins_with_the_cleaning(ten_batch, tmp_path):
    from kamlib.run.steps import execute

    study, run = str(ten_batch / "ten" / "study.yaml"), tmp_path / "run"
    step = next(step for step in notebook_steps() if step.name == "04_clustering")
    execute(step.path, tmp_path / "out.ipynb", {"study": study, "run_dir": str(run)})
    assert "running 01_cleaning.ipynb first" in (tmp_path / "out.ipynb").read_text("utf-8")
    assert Run.open(study, run_dir=str(run)).holds("clusters")
