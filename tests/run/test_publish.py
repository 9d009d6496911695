"""How a run is published: whole or not at all, told where it fails, known when it is done, and taken from by the next."""

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
import pytest

from kamlib.errors import InputError, StepError
from kamlib.run import publish
from kamlib.run.notebook.steps import Step
from kamlib.run.places import SAMPLE, last_report, older_schema, place_of
from kamlib.run.publish import is_done, run_study
from kamlib.study.run_tables import SCHEMA


def test_a_report_of_an_older_schema_is_made_anew_with_a_word(sample_report, tmp_path):
    record = json.loads((sample_report / "run.json").read_text())
    assert record.pop("schema") == SCHEMA and older_schema(sample_report) == ""
    assert older_schema(tmp_path) == "", "nothing stands there"
    (tmp_path / "run.json").write_text(json.dumps(record))
    assert older_schema(tmp_path) == "made anew, for its tables were of schema 1"


def test_nothing_half_made_is_left_beside_the_report(sample_report):
    assert {path.name for path in sample_report.parent.iterdir()} == {"2026Q2", "index.html"}


def test_a_second_run_of_the_same_is_known_to_be_done(sample_report):
    assert is_done(SAMPLE, as_of=None, out=sample_report.parents[1]) == sample_report / "index.html"
    assert is_done(SAMPLE, as_of=None, out=sample_report.parents[1], values={"churn.horizon_days": 90}) is None
    assert is_done(SAMPLE, as_of="2026Q1", out=sample_report.parents[1]) is None


def test_a_failed_run_leaves_the_last_good_one_and_a_log_that_names_the_cause(sample_report, tmp_path, monkeypatch):
    home = tmp_path / "sample"
    shutil.copytree(sample_report.parent, home)

    def fails(building, workers, told, summarise):
        raise StepError("02_scoring.ipynb", 7, "ValueError: planted", "the trace")

    monkeypatch.setattr(publish.Building, "run", fails)
    before = (home / "2026Q2" / "index.html").read_bytes()
    with pytest.raises(StepError, match=r"02_scoring\.ipynb, cell 7: ValueError: planted"):
        run_study(SAMPLE, out=tmp_path)
    assert (home / "2026Q2" / "index.html").read_bytes() == before
    assert "02_scoring.ipynb, cell 7: ValueError: planted" in (home / "2026Q2.log").read_text()
    assert sorted(path.name for path in home.iterdir()) == ["2026Q2", "2026Q2.log", "index.html"]


def test_bad_input_leaves_no_report_at_all(tmp_path):
    with pytest.raises(InputError, match="2001-03-31"):
        run_study(SAMPLE, as_of="2001Q1", out=tmp_path)
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.kernel
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
    monkeypatch.setattr(
        publish, "notebook_steps", lambda: [Step(tmp_path / "01_long.ipynb", "Long", "Long?", (), ("moon",))]
    )

    def press() -> None:
        while not (pid.exists() and pid.read_text()):
            time.sleep(0.1)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=press, daemon=True).start()
    began = time.monotonic()
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job would ignore it
    try:
        with pytest.raises(KeyboardInterrupt):
            run_study(SAMPLE, out=out)
    finally:
        signal.signal(signal.SIGINT, heard)
    assert time.monotonic() - began < 60
    assert not Path("/proc", pid.read_text(), "cwd").exists()
    assert list(out.rglob("*")) == []


@pytest.fixture
def quick(kit, monkeypatch):
    """The kit of four steps, of which the notebooks are no real ones."""
    monkeypatch.setattr("kamlib.run.schedule.show_parameters", lambda book, parameters: None)
    return kit


def test_a_run_takes_from_the_report_that_stands_what_still_fits_and_tells_so(quick, small, tmp_path, holdings):
    run_study(small, out=tmp_path)
    quick.done.clear()
    told = []
    report = run_study(
        small, out=tmp_path, values={"rfm.classes": 3}, progress=lambda *words: told.append(words)
    ).parent
    assert quick.done == ["03"]
    ends = {name: seconds for name, seconds in told if seconds is not None}
    assert sorted(name for name, seconds in ends.items() if seconds == 0) == ["01_first", "02_second", "04_fourth"]
    assert ends["03_third"] > 0 and ends["report"] >= 0
    assert holdings(report) == holdings(run_study(small, out=tmp_path / "anew", values={"rfm.classes": 3}).parent)
    assert {path.name for path in report.parent.iterdir()} == {"2026Q2", "index.html"}


def test_a_run_goes_on_from_where_a_killed_one_was(quick, small, tmp_path):
    """The killed one has made 01 and 02; its folder is there, and nobody holds its lock."""

    def dies(name):
        if name == "c":
            home = tmp_path / "small"
            (building,) = home.glob(".2026Q2-*")
            shutil.copytree(building, tmp_path / "copy")
            raise StepError("03_third.ipynb", None, "killed")

    quick.pause = dies
    with pytest.raises(StepError):
        run_study(small, out=tmp_path)
    shutil.copytree(tmp_path / "copy", tmp_path / "small" / ".2026Q2-0123abcd")
    shutil.copytree(tmp_path / "copy", tmp_path / "small" / ".2026Q1-0123abcd")
    quick.pause = lambda name: None
    quick.done.clear()
    run_study(small, out=tmp_path)
    assert {"01", "02"}.isdisjoint(quick.done) and "03" in quick.done
    assert {path.name for path in (tmp_path / "small").iterdir()} == {"2026Q2", "index.html"}, (
        "the log, and what other killed runs left, is gone"
    )


def test_a_half_page_of_a_killed_run_is_not_taken(quick, small, tmp_path):
    report = run_study(small, out=tmp_path).parent
    (report / "notebooks" / "02_second.json").unlink()
    quick.done.clear()
    run_study(small, out=tmp_path)
    assert quick.done == ["02"]


def test_bad_input_or_a_study_without_criteria_begins_nothing(quick, small, tmp_path):
    small.write_text(re.sub(r"scoring:.*?\]\n", "", small.read_text(), flags=re.S))
    with pytest.raises(InputError, match=r"scoring\.criteria is missing"):
        run_study(small, out=tmp_path / "out")
    assert quick.done == [] and not (tmp_path / "out").exists()


def test_the_summary_is_written_after_what_it_is_asked_to_wait_for(quick, small, tmp_path):
    stands = []
    run_study(small, out=tmp_path, before=lambda: stands.append([*tmp_path.rglob("index.html")]))
    assert stands == [[]] and sorted(quick.done) == ["01", "02", "03", "04"]


def test_a_report_that_stands_is_done_until_something_that_it_depends_on_is_another(quick, small, tmp_path):
    index = run_study(small, out=tmp_path)

    def done(**more) -> bool:
        found = is_done(small, as_of=None, out=tmp_path, **more)
        assert found in (index, None)
        return found is not None

    assert done() and not done(values={"clustering.seed": 7})
    with (small.parent / "orders.csv").open("a") as stream:
        stream.write("2,001,2026-06-02,11\n")
    assert not done()
    run_study(small, out=tmp_path)
    assert done()
    quick.change("04", content="another")
    assert not done()
    quick.change("04", content="04_fourth")
    assert done()
    earlier = index.parents[1] / "2026Q1"
    earlier.mkdir()
    record = {"as_of": "2026-03-31", "parameters": {}, "key": "one"}
    (earlier / "run.json").write_text(json.dumps(record))
    assert not done(), "a report of an earlier day came, which this one is held against"
    run_study(small, out=tmp_path)
    assert done()
    (earlier / "run.json").write_text(json.dumps(record | {"key": "made anew"}))
    assert not done()
    (earlier / "run.json").write_text(json.dumps(record | {"as_of": "2026-09-30"}))
    run_study(small, out=tmp_path)
    (earlier / "run.json").unlink()
    assert done(), "a later one is not read"
    index.unlink()
    assert not done()
    (index.parent / "run.json").write_text("{half")
    assert not done()


@pytest.mark.parametrize(
    ("fault", "says"),
    [(OSError(28, "No space left on device"), "Free some space"), (PermissionError(13, "Permission denied"), "--out")],
)
def test_a_disk_that_is_full_or_closed_leaves_the_report_that_stands(quick, small, tmp_path, fault, says, holdings):
    report = run_study(small, out=tmp_path).parent
    before = holdings(report)

    def fails(name):
        raise fault

    quick.pause = fails
    with pytest.raises(InputError, match=f"the report can't be written there.*{says}"):
        run_study(small, out=tmp_path, values={"churn.horizon_days": 90})
    assert holdings(report) == before and {path.name for path in report.parent.iterdir()} == {"2026Q2", "index.html"}


def test_a_log_is_left_where_a_step_fails_and_gone_after_the_next_good_run(quick, small, tmp_path):
    def fails(name):
        raise StepError("01_first.ipynb", 7, "ValueError: planted", "the trace")

    quick.pause = fails
    with pytest.raises(StepError) as failed:
        run_study(small, out=tmp_path)
    assert failed.value.log == tmp_path / "small" / "2026Q2.log"
    assert failed.value.log.read_text() == "01_first.ipynb, cell 7: ValueError: planted\n\nthe trace\n"
    quick.pause = lambda name: None
    run_study(small, out=tmp_path)
    assert not failed.value.log.exists()


def test_a_log_that_cannot_be_written_hides_no_error(tmp_path):
    assert publish._log(tmp_path / "none" / "2026Q2.log", StepError("a.ipynb", 1, "planted")) is None


def test_the_last_report_is_the_one_that_was_made_last_of_all_or_of_a_study(small, tmp_path):
    out = tmp_path / "out"
    with pytest.raises(InputError, match=r"no report there.*kam run"):
        last_report(out)
    for turn, place in enumerate(
        ["small/2026Q2", "small/2026Q1", "other/2026Q2", "drafts/small/2026Q3", "small/.2026Q2-0", "drafts/2026Q2"]
    ):
        (out / place).mkdir(parents=True)
        (out / place / "run.json").touch()
        os.utime(out / place / "run.json", (turn, turn))
    assert last_report(out) == out / "other" / "2026Q2" / "index.html"
    assert last_report(out, small) == out / "small" / "2026Q1" / "index.html"
    small.write_text(small.read_text().replace("name: small", "name: third"))
    with pytest.raises(InputError, match="no report there"):
        last_report(out, small)


def test_the_place_of_a_report_is_its_study_and_period(small, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert place_of(small, "2025Q4", "out", {}) == tmp_path / "out" / "small" / "2025Q4"
    assert place_of(small, None, tmp_path, {"as_of": "2026-05-15", "name": "x"}) == tmp_path / "x" / "2026-05-15"
