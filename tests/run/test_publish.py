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

from kamlib.errors import InputError
from kamlib.run import publish
from kamlib.run.publish import is_done, older_schema, run_study
from kamlib.run.steps import Step, StepError, notebook_steps
from kamlib.run.store import SAMPLE


@pytest.fixture
def report(sample_report) -> Path:
    """The folder of one run of the sample."""
    return sample_report


@pytest.fixture(scope="module")
def early(tmp_path_factory) -> Path:
    """The folder of a run of the sample with another horizon, at a quarter before the first rating."""
    out = tmp_path_factory.mktemp("early")
    return run_study(SAMPLE, as_of="2024Q1", out=out, values={"churn.horizon_days": 120}).parent


def test_a_run_publishes_the_index_a_page_a_notebook_and_every_declared_table(report):
    assert report.parts[-2:] == ("sample", "2026Q2")
    assert (report / "index.html").exists()
    for step in notebook_steps():
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
    keys = scores.loc[scores["key"], "customer_id"]
    assert len(keys) >= 3
    text = (report / "index.html").read_text(encoding="utf-8")
    assert all(account in text for account in keys)


def test_run_json_tells_versions_parameters_inputs_and_seconds(report):
    record = json.loads((report / "run.json").read_text())
    assert record["as_of"] == "2026-06-30"
    assert set(record["seconds"]) == {step.name for step in notebook_steps()}
    assert all(len(row["sha256"]) == 64 for row in record["inputs"])
    assert record["parameters"]["churn"]["horizon_days"] == 180
    assert record["versions"]["pandas"].startswith("2.")


def test_a_report_of_an_older_schema_is_made_anew_with_a_word(report, tmp_path):
    record = json.loads((report / "run.json").read_text())
    assert record.pop("schema") == 2 and older_schema(report) == ""
    assert older_schema(tmp_path) == "", "nothing stands there"
    (tmp_path / "run.json").write_text(json.dumps(record))
    assert older_schema(tmp_path) == "made anew, for its tables were of schema 1"


def test_nothing_half_made_is_left_beside_the_report(report):
    assert [path.name for path in report.parent.iterdir()] == ["2026Q2"]


def test_a_second_run_of_the_same_is_known_to_be_done(report):
    assert is_done(SAMPLE, as_of=None, out=report.parents[1]) == report / "index.html"
    assert is_done(SAMPLE, as_of=None, out=report.parents[1], values={"churn.horizon_days": 90}) is None
    assert is_done(SAMPLE, as_of="2026Q1", out=report.parents[1]) is None


@pytest.mark.kernel
def test_a_run_with_other_parameters_shows_other_tables(report, early):
    assert early.name == "2024Q1"
    made = (
        "facts",
        "states",
        "churn",
        "value",
        "scores",
        "rfm",
        "abcxyz",
        "lifecycle",
        "crosstabs",
        "migration",
        "clusters",
    )
    for name in made:
        first, second = (pd.read_parquet(folder / "tables" / f"{name}.parquet") for folder in (report, early))
        assert not first.equals(second), name
    assert pd.read_parquet(early / "tables" / "facts.parquet")["last_order"].max() <= pd.Timestamp("2024-03-31")
    assert json.loads((early / "run.json").read_text())["parameters"]["churn"]["horizon_days"] == 120


@pytest.mark.kernel
def test_a_quarter_before_the_first_rating_is_an_ordinary_run(early):
    scores = pd.read_parquet(early / "tables" / "scores.parquet")
    assert (scores["high"] > scores["low"]).all(), "what nobody has rated yet leaves an interval"
    assert scores["key"].sum() >= 3


def test_a_failed_run_leaves_the_last_good_one_and_a_log_that_names_the_cause(report, tmp_path, monkeypatch):
    home = tmp_path / "sample"
    shutil.copytree(report.parent, home)

    def fails(run, plan, progress):
        raise StepError("02_scoring.ipynb", 7, "ValueError: planted", "the trace")

    monkeypatch.setattr(publish, "_run_all", fails)
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
    publish._replace(final, made, tmp_path / "building" / "previous")
    assert (final / "index.html").read_text() == "new"
    assert sorted(path.read_text() for path in (tmp_path / "building").rglob("index.html")) == ["old", "other"]


def test_a_report_that_cannot_be_put_in_place_leaves_the_last_one(tmp_path):
    final = tmp_path / "2026Q2"
    final.mkdir()
    (final / "index.html").write_text("old")
    with pytest.raises(OSError):
        publish._replace(final, tmp_path / "nothing", tmp_path / "previous")
    assert (final / "index.html").read_text() == "old"


def words(page: Path) -> str:
    """The text of a page, without the prose on parameters."""
    return re.sub(r"<[^>]*>", " ", page.read_text(encoding="utf-8"))


def test_ten_clients_with_half_a_year_of_order_lines_and_a_negative_one_get_a_whole_report(ten_batch):
    report = ten_batch / "out" / "ten" / "2026Q2"
    pages = {page.stem: words(page) for page in report.glob("*.html")}
    assert not {name: found for name, text in pages.items() if (found := re.findall(r"\b(?:nan|NaN|NaT|inf)\b", text))}
    assert "000" in pages["index"] and "None could be estimated" in pages["index"]
    assert pd.read_parquet(report / "tables" / "churn.parquet")["p_lost"].isna().all(), "too few to say"
