"""A whole run of the sample, and what a reader and the next run find of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import threading
import time
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from kamlib import run as runs
from kamlib.errors import InputError
from kamlib.notebooks import Step, StepError, steps
from kamlib.run import Run, is_done, run_study
from kamlib.study import Study

SAMPLE = runs.SAMPLE


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Path:
    """The folder of one run of the sample."""
    out = tmp_path_factory.mktemp("reports")
    return run_study(SAMPLE, out=out).parent


def test_a_run_publishes_the_index_a_page_a_notebook_and_every_declared_table(report):
    assert report.parts[-2:] == ("sample", "2026Q2")
    assert (report / "index.html").exists()
    for step in steps():
        assert (report / f"{step.name}.html").exists()
        assert (report / "notebooks" / step.path.name).exists()
        for table in step.makes:
            assert (report / "tables" / f"{table}.parquet").exists()


def test_every_link_of_the_report_leads_somewhere(report):
    for page in report.glob("*.html"):
        for href in re.findall(r'<a [^>]*href="([^"#]+)', page.read_text(encoding="utf-8")):
            assert (report / href).exists(), f"{page.name}: {href}"


def test_the_index_names_the_key_accounts(report):
    scores = pd.read_parquet(report / "tables" / "scores.parquet")
    keys = scores.loc[scores["key"], "account_id"]
    assert len(keys) >= 3
    text = (report / "index.html").read_text(encoding="utf-8")
    assert all(account in text for account in keys)


def test_run_json_tells_versions_parameters_inputs_and_seconds(report):
    record = json.loads((report / "run.json").read_text())
    assert record["as_of"] == "2026-06-30"
    assert set(record["seconds"]) == {step.name for step in steps()}
    assert all(len(row["sha256"]) == 64 for row in record["inputs"])
    assert record["parameters"]["churn"]["horizon_days"] == 180
    assert record["versions"]["pandas"].startswith("2.")


def test_nothing_half_made_is_left_beside_the_report(report):
    assert [path.name for path in report.parent.iterdir()] == ["2026Q2"]


def test_a_second_run_of_the_same_is_known_to_be_done(report):
    assert is_done(SAMPLE, as_of=None, out=report.parents[1]) == report / "index.html"
    assert is_done(SAMPLE, as_of=None, out=report.parents[1], values={"churn.horizon_days": 90}) is None
    assert is_done(SAMPLE, as_of="2026Q1", out=report.parents[1]) is None


def test_a_run_with_other_parameters_shows_other_tables(report, tmp_path):
    other = run_study(SAMPLE, as_of="2026Q1", out=tmp_path, values={"churn.horizon_days": 120}).parent
    assert other.name == "2026Q1"
    for name in ("facts", "states", "churn", "value", "scores", "rfm", "abcxyz", "clusters"):
        first, second = (pd.read_parquet(folder / "tables" / f"{name}.parquet") for folder in (report, other))
        assert not first.equals(second), name
    assert pd.read_parquet(other / "tables" / "facts.parquet")["last_order"].max() <= pd.Timestamp("2026-03-31")


def test_a_failed_run_leaves_the_last_good_one_and_a_log_that_names_the_cause(report, tmp_path, monkeypatch):
    home = tmp_path / "sample"
    shutil.copytree(report.parent, home)

    def fails(run, plan, progress):
        raise StepError("02_scoring.ipynb", 7, "ValueError: planted", "the trace")

    monkeypatch.setattr(runs, "_run_all", fails)
    before = (home / "2026Q2" / "index.html").read_bytes()
    with pytest.raises(StepError, match=r"02_scoring\.ipynb, cell 7: ValueError: planted"):
        run_study(SAMPLE, out=tmp_path)
    assert (home / "2026Q2" / "index.html").read_bytes() == before
    assert "02_scoring.ipynb, cell 7: ValueError: planted" in (home / "2026Q2.log").read_text()
    assert sorted(path.name for path in home.iterdir()) == ["2026Q2", "2026Q2.log"]


def test_bad_input_leaves_no_report_at_all(tmp_path):
    with pytest.raises(InputError, match="2001-03-31"):
        run_study(SAMPLE, as_of="2001Q1", out=tmp_path)
    assert list(tmp_path.rglob("*")) == []


@pytest.fixture
def own(tmp_path) -> Path:
    """A study file of the sample's data that a test may spoil."""
    shutil.copytree(SAMPLE.parent, tmp_path / "own")
    return tmp_path / "own" / "study.yaml"


def test_an_interrupted_run_stops_its_kernels_and_leaves_nothing(tmp_path, monkeypatch):
    """The notebook tells its process and sleeps; a thread then presses Ctrl-C."""
    pid, out = tmp_path / "pid", tmp_path / "out"
    book = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "", "language": "python"}}
    )
    book.cells = [
        nbformat.v4.new_code_cell("study = None\nas_of = None\nrun_dir = None", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(f"import os, time\nopen({str(pid)!r}, 'w').write(str(os.getpid()))\ntime.sleep(120)"),
    ]
    nbformat.write(book, tmp_path / "01_long.ipynb")
    monkeypatch.setattr(runs, "steps", lambda: [Step(tmp_path / "01_long.ipynb", "Long", "Long?", (), ("moon",))])

    def press() -> None:
        while not (pid.exists() and pid.read_text()):
            time.sleep(0.1)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=press, daemon=True).start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run_study(SAMPLE, out=out)
    assert time.monotonic() - began < 60
    assert not Path("/proc", pid.read_text(), "cwd").exists()
    assert list(out.rglob("*")) == []


def test_of_two_runs_that_end_together_the_later_one_stays_whole(tmp_path, monkeypatch):
    """The other run is put into the place just after this one cleared it."""
    final, made = tmp_path / "2026Q2", tmp_path / "building" / "2026Q2"
    for folder, words in ((final, "old"), (made, "new")):
        folder.mkdir(parents=True)
        (folder / "index.html").write_text(words)
    rename, others = Path.rename, ["other"]

    def renamed(self, target):
        moved = rename(self, target)
        if self == final and others:
            final.mkdir()
            (final / "index.html").write_text(others.pop())
        return moved

    monkeypatch.setattr(Path, "rename", renamed)
    runs._replace(final, made, tmp_path / "building" / "previous")
    assert (final / "index.html").read_text() == "new"
    assert sorted(path.read_text() for path in (tmp_path / "building").rglob("index.html")) == ["old", "other"]


def test_a_report_that_cannot_be_put_in_place_leaves_the_last_one(tmp_path):
    final = tmp_path / "2026Q2"
    final.mkdir()
    (final / "index.html").write_text("old")
    with pytest.raises(OSError):
        runs._replace(final, tmp_path / "nothing", tmp_path / "previous")
    assert (final / "index.html").read_text() == "old"


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
    with pytest.raises(InputError, match="the input files changed during the run"):
        run.execute(Step(Path("01_a.ipynb"), "A", "A?", (), ("facts",)))


def test_a_table_comes_back_as_it_was_saved_and_only_for_the_same_inputs(tmp_path):
    table = pd.DataFrame(
        {"account_id": ["00123", "K.01"], "day": pd.to_datetime(["2026-01-01", None]), "x": [1.5, None]}
    )
    run = Run.open(run_dir=str(tmp_path))
    run.save("states", table)
    pd.testing.assert_frame_equal(Run.open(run_dir=str(tmp_path)).load("states"), table)
    assert not Run.open(run_dir=str(tmp_path), values={"churn.horizon_days": 90}).holds("states")


def test_an_input_that_changed_makes_the_tables_stale(tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(SAMPLE.parent, folder)
    run = Run.open(str(folder / "study.yaml"), run_dir=str(tmp_path / "run"))
    run.save("states", pd.DataFrame({"account_id": ["a"]}))
    with (folder / "ratings.csv").open("a", encoding="utf-8") as stream:
        stream.write("\n")
    assert not Run.open(str(folder / "study.yaml"), run_dir=str(tmp_path / "run")).holds("states")


def test_a_table_that_no_notebook_makes_is_refused(tmp_path):
    with pytest.raises(InputError, match="no notebook makes the table 'moon'"):
        Run.open(run_dir=str(tmp_path)).load("moon")


def test_a_notebook_alone_first_runs_the_one_that_makes_what_it_needs(tmp_path):
    from kamlib.notebooks import execute

    step = next(step for step in steps() if step.name == "04_clustering")
    execute(step.path, tmp_path / "out.ipynb", {"run_dir": str(tmp_path / "run")})
    assert "running 01_cleaning.ipynb first" in (tmp_path / "out.ipynb").read_text(encoding="utf-8")
    assert Run.open(run_dir=str(tmp_path / "run")).holds("clusters")
