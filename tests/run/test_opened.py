"""A study as a notebook opens it: tables kept as saved, only while what they rest on is the same, made anew where they do not fit."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from kamlib.errors import InputError, StepError
from kamlib.io import readers
from kamlib.run import opened
from kamlib.run.notebook.execute import execute
from kamlib.run.notebook.steps import notebook_steps
from kamlib.run.opened import Run
from kamlib.run.places import SAMPLE
from kamlib.run.rests import Rests


@pytest.fixture(autouse=True)
def _nothing_opened_before(monkeypatch):
    monkeypatch.setattr(opened, "_OPENED", [])
    monkeypatch.delenv("KAM_STEP", raising=False)


def test_a_table_comes_back_as_it_was_saved(tmp_path):
    table = pd.DataFrame(
        {"customer_id": ["00123", "K.01"], "day": pd.to_datetime(["2026-01-01", None]), "x": [1.5, None]}
    )
    run = Run.open(run_dir=str(tmp_path))
    run.save("states", table)
    pd.testing.assert_frame_equal(Run.open(run_dir=str(tmp_path)).load("states"), table)
    once, again = Run.open(run_dir=str(tmp_path)).load("states", "states")
    pd.testing.assert_frame_equal(once, again)


def test_lines_are_saved_in_the_order_of_the_files_whatever_order_they_come_in(tmp_path):
    run = Run.open(run_dir=str(tmp_path))
    rows = pd.DataFrame({"source_file": ["b", "a", "a"], "source_line": [2, 3, 2], "amount": [1.0, 2.0, 3.0]})
    saved = set()
    for table in (rows, rows[::-1]):
        run.save("orders", readers.engine().create_table("lines", table, temp=True))
        saved.add((tmp_path / "tables" / "orders.parquet").read_bytes())
        assert run.load("orders").to_pandas()["amount"].tolist() == [3.0, 2.0, 1.0]
    assert len(saved) == 1


def test_a_table_fits_while_the_values_that_were_read_before_it_was_saved_are_the_same(tmp_path):
    run = Run.open(run_dir=str(tmp_path))
    assert run.study.churn.horizon_days == 180
    run.save("states", pd.DataFrame({"x": [1]}))
    assert run.study.unit == "group", "read after it was saved"
    for values, fits in (
        ({}, True),
        ({"churn.horizon_days": None}, True),
        ({"unit": "account"}, True),
        ({"churn.horizon_days": 90}, False),
    ):
        assert Run.open(run_dir=str(tmp_path), values=values).holds("states") == fits


def test_the_day_counts_where_it_was_read(tmp_path):
    run = Run.open(run_dir=str(tmp_path))
    run.save("states", pd.DataFrame({"x": [1]}))
    assert run.as_of.isoformat() == "2026-06-30"
    run.save("churn", pd.DataFrame({"x": [1]}))
    later = Run.open(as_of="2026Q1", run_dir=str(tmp_path))
    assert (later.holds("states"), later.holds("churn")) == (True, False)


def test_a_table_that_no_notebook_makes_is_refused(tmp_path):
    with pytest.raises(InputError, match="no notebook makes the table 'moon'"):
        Run.open(run_dir=str(tmp_path)).load("moon")


@pytest.mark.parametrize("study", ["", "  "])
def test_an_empty_study_is_refused_and_not_taken_for_the_sample(study, tmp_path):
    with pytest.raises(InputError, match="study is empty"):
        Run.open(study, run_dir=str(tmp_path))


def test_a_parameter_that_the_notebook_does_not_have_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(opened, "undeclared", lambda: ["studi"])
    with pytest.raises(InputError, match="the notebook has no parameter 'studi'"):
        Run.open(run_dir=str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_draft_lies_beside_the_reports_and_takes_from_the_finished_one_what_fits(
    kit, small, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    finished = tmp_path / "reports" / "small" / "2026Q2"
    whole = Run.open(str(small), run_dir=str(finished))
    for step in kit.steps:
        kit.execute(whole.present, finished, step)
    (finished / "run.json").write_text(json.dumps({"seconds": {"02_second": 7.4}}))
    kit.done.clear()

    draft = Run.open("mine/study.yaml")
    assert draft.folder == tmp_path / "reports" / "drafts" / "small" / "2026Q2"
    assert draft.load("c")["holds"][0] == whole.load("c")["holds"][0]
    assert kit.done == [] and capsys.readouterr().out == ""

    moved = Run.open("mine/study.yaml", values={"churn.horizon_days": 90})
    assert moved.load("a").equals(whole.load("a")) and kit.done == []
    moved.load("b")
    assert kit.done == ["02"]
    first, last = capsys.readouterr().out.splitlines()
    assert first == "b is kept, but churn.horizon_days was 180, is 90: running 02_second.ipynb first (about 7 s)"
    assert re.fullmatch(r"02_second\.ipynb took \d+ s", last)
    assert (draft.folder / "tables" / "b.parquet").exists() and whole.holds("b"), "the report is as it was"


def test_what_is_not_there_is_made_first_by_each_step_that_it_needs(kit, small, tmp_path, capsys):
    run = Run.open(str(small), run_dir=str(tmp_path / "run"))
    run.load("c")
    assert kit.done == ["03", "02", "01"], "each asks for what it needs"
    told = capsys.readouterr().out
    assert "c is not in this run yet: running 03_third.ipynb first\n" in told
    assert "a is not in this run yet: running 01_first.ipynb first\n" in told
    kit.done.clear()
    assert Run.open(str(small), run_dir=str(tmp_path / "run")).load("a", "b") and kit.done == []


def test_a_step_of_a_run_may_load_only_what_it_declares(kit, small, tmp_path, monkeypatch):
    monkeypatch.setenv("KAM_STEP", "03_third")
    with pytest.raises(StepError, match=r"03_third\.ipynb: it loads 'd', which it does not declare among its needs"):
        Run.open(str(small), run_dir=str(tmp_path)).load("d")
    assert kit.done == []


def test_what_is_loaded_is_what_the_next_table_rests_on(kit, small, tmp_path):
    run = Run.open(str(small), run_dir=str(tmp_path / "run"))
    run.load("a")
    run.save("b", pd.DataFrame({"x": [1]}))
    assert run.tables.rests("b").tables == {"a": run.tables.content("a")}


def test_a_table_that_is_loaded_and_saved_again_does_not_rest_on_itself(kit, small, tmp_path):
    run = Run.open(str(small), run_dir=str(tmp_path / "run"))
    run.save("a", run.load("a").assign(more=1))
    kit.done.clear()
    assert "more" in Run.open(str(small), run_dir=str(tmp_path / "run")).load("a") and kit.done == []


def test_tables_that_rest_on_each_other_fit_nothing_and_are_made_anew(kit, small, tmp_path, capsys):
    """As after cells of a notebook were run in another order: b was made of a, then a was saved once more."""
    run = Run.open(str(small), run_dir=str(tmp_path / "run"))
    run.load("b")
    run.save("a", run.load("a"))
    kit.done.clear()
    again = Run.open(str(small), run_dir=str(tmp_path / "run"))
    assert not again.holds("a") and not again.holds("b")
    again.load("b")
    assert kit.done == ["02", "01"] and "b is kept, but the table 'a' is another" in capsys.readouterr().out


def test_a_page_rests_on_what_all_runs_of_its_notebook_read_but_not_on_what_it_set_itself(
    kit, small, tmp_path, monkeypatch
):
    folder = tmp_path / "run"
    (folder / "notebooks").mkdir(parents=True)
    monkeypatch.setenv("KAM_STEP", "02_second")
    own = Run.open(str(small), run_dir=str(folder))
    other = Run.open(str(small), run_dir=str(folder), values={"churn.horizon_days": 90, "clustering": {"seed": 3}})
    elsewhere = Run.open(str(small), run_dir=str(tmp_path / "elsewhere"))
    read = own.study.rfm.classes, other.study.churn.horizon_days, other.study.clustering.seed, other.study.unit
    assert read == (5, 90, 3, "group") and elsewhere.study.title

    page = own.record()
    rests = Rests.kept(json.loads((folder / "notebooks" / "02_second.json").read_text()))
    assert rests.values == {"rfm.classes": "5", "unit": '"group"', "language": '"en"'}
    assert rests.notebook == "02_second" and rests.inputs == {}
    assert dict(zip(page["item"], page["value"], strict=True))["study"] == "small"

    assert own.study.churn.horizon_days == 180, "what the notebook reads as it is counts, though it set it elsewhere"
    own.record()
    assert "churn.horizon_days" in Rests.kept(json.loads((folder / "notebooks" / "02_second.json").read_text())).values


def test_without_a_step_the_record_writes_nothing(small, tmp_path):
    Run.open(str(small), run_dir=str(tmp_path / "run")).record()
    assert not (tmp_path / "run" / "notebooks").exists()


@pytest.mark.kernel
def test_a_notebook_alone_first_runs_the_one_that_makes_what_it_needs_and_that_one_its_own(ten_batch, tmp_path):
    """Of a whole run the two tables are taken out by which 04 waits for 03, and 03 for 01."""
    study, run = str(ten_batch / "ten" / "study.yaml"), tmp_path / "run"
    shutil.copytree(ten_batch / "out" / "ten" / "2026Q2" / "tables", run / "tables")
    for name in ("rfm", "states", "clusters"):
        (run / "tables" / f"{name}.parquet").unlink()
    step = next(step for step in notebook_steps() if step.name == "04_clustering")
    execute(step.path, tmp_path / "out.ipynb", {"study": study, "run_dir": str(run)})
    told = (tmp_path / "out.ipynb").read_text("utf-8")
    assert "rfm is not in this run yet: running 03_segmentation.ipynb first" in told
    books = {path.stem: path.read_text("utf-8") for path in (run / "notebooks").iterdir()}
    assert set(books) == {"03_segmentation", "01_cleaning"}
    assert "states is not in this run yet: running 01_cleaning.ipynb first" in books["03_segmentation"]
    assert Run.open(study, run_dir=str(run)).holds("clusters")


@pytest.mark.kernel
@pytest.mark.proof
def test_a_notebook_in_an_empty_folder_begins_with_the_cleaning(ten_batch, tmp_path):
    study, run = str(ten_batch / "ten" / "study.yaml"), tmp_path / "run"
    step = next(step for step in notebook_steps() if step.name == "04_clustering")
    execute(step.path, tmp_path / "out.ipynb", {"study": study, "run_dir": str(run)})
    assert "running 01_cleaning.ipynb first" in (tmp_path / "out.ipynb").read_text("utf-8")
    assert Run.open(study, run_dir=str(run)).holds("clusters")


def test_the_sample_is_what_opens_without_arguments(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    run = Run.open()
    assert (run.as_read.folder, run.folder) == (SAMPLE.parent, Path.cwd() / "reports" / "drafts" / "sample" / "2026Q2")
