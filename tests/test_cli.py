"""The commands: what each hands on, prints and says in its help."""

from __future__ import annotations

import json
import os
import re
import webbrowser
from pathlib import Path
from types import SimpleNamespace

import pytest

import kamlib


def test_check_prints_the_ledger_of_a_sound_study(kam):
    status, out, _ = kam("check", "study.yaml")
    # 10 accounts x 6 months; sum = 6 * sum(100.5 + i for i in 1..10) = 6 * 1060 = 6360
    assert status == 0
    assert "60" in out and "6,360" in out


def test_check_says_first_which_criterion_looks_back_beyond_the_records(kam, tmp_path):
    """Six months of records; twelve months before 2026-06-30 begin on 2025-07-01."""
    study = tmp_path / "study.yaml"
    criteria = (
        "scoring: {criteria: [{name: revenue_12m, source: facts, group: revenue, worst: 0, best: 9, weight: 100}]}\n"
    )
    study.write_text(re.sub(r"(?m)^scoring:.*\n(?: .*\n)*", "", study.read_text()) + criteria)
    status, out, _ = kam("check", "study.yaml")
    assert status == 0
    out = " ".join(out.split())
    assert "revenue_12m (100 of 100) is known for nobody" in out and "an order line on or before 2025-07-01" in out


def test_a_fiscal_quarter_is_the_end_of_what_is_read(kam, tmp_path):
    """FY2026Q2 of a year from September ends with February: 10 accounts x 2 months, 2 * 1060."""
    study = tmp_path / "study.yaml"
    study.write_text(study.read_text().replace("as_of: 2026Q2", "as_of: FY2026Q3\nyear_begins: 9"))
    status, out, err = kam("check", "study.yaml", "--as-of", "FY2026Q2")
    assert status == 0, err
    assert "as of 2026-02-28" in out and "2,120.00" in out
    assert "as of 2026-05-31" in kam("check", "study.yaml")[1]


def test_a_report_of_a_fiscal_quarter_lies_in_a_folder_of_its_name(kam, tmp_path, monkeypatch):
    from kamlib.errors import StepError
    from kamlib.run import publish

    def fails(building, workers, told, summarise):
        assert building.folder.name == building.present.study.period == "FY2026Q2"
        raise StepError("02_scoring.ipynb", 7, "ValueError: planted", "the trace")

    monkeypatch.setattr(publish.Building, "run", fails)
    assert kam("run", "study.yaml", "--as-of", "FY2026Q2", "--set", "year_begins=9")[0] == 1
    assert (tmp_path / "reports" / "tiny" / "FY2026Q2.log").exists()


def test_the_version_is_that_of_the_package(kam):
    assert kam("--version") == (0, f"kam {kamlib.__version__}\n", "")


def test_the_help_of_every_command_tells_what_it_does_and_the_statuses(kam):
    _, out, _ = kam("--help")
    for name in ("new", "init", "check", "run", "open", "batch", "firms", "sample", "course", "anonymise", "person"):
        assert re.search(rf"^  {name} +\S", out, re.M)
        assert kam(name, "--help")[0] == 0
    assert "130 stopped" in " ".join(out.split())


def test_a_new_folder_to_work_in_is_said_and_a_full_one_refused(kam, tmp_path):
    assert kam("new", "mine") == (0, "study: mine/study.yaml\n", "")
    before = sorted(path.relative_to(tmp_path) for path in (tmp_path / "mine").rglob("*"))
    status, out, err = kam("new", "mine")
    assert (status, out) == (2, "") and err == "kam: mine: the folder is not empty. Give a new one.\n"
    assert sorted(path.relative_to(tmp_path) for path in (tmp_path / "mine").rglob("*")) == before


def test_open_shows_the_last_report_of_all_or_of_a_study_in_the_browser(kam, tmp_path, monkeypatch):
    shown = []
    monkeypatch.setattr(webbrowser, "get", lambda: SimpleNamespace(open=shown.append))
    status, _, err = kam("open")
    assert status == 2 and "no report there" in err and "kam run" in err and shown == []
    for turn, place in enumerate(["tiny/2026Q2", "other/2026Q1"]):
        (tmp_path / "reports" / place).mkdir(parents=True)
        (tmp_path / "reports" / place / "run.json").touch()
        os.utime(tmp_path / "reports" / place / "run.json", (turn, turn))
    for words, place in (([], "other/2026Q1"), (["study.yaml"], "tiny/2026Q2")):
        index = tmp_path / "reports" / place / "index.html"
        assert kam("open", *words) == (0, f"report: {index}\n", "")
        assert shown.pop() == index.as_uri()
    assert kam("open", "--out", "elsewhere")[0] == 2


def entry(status: str) -> dict:
    return {"study": "tiny", "as_of": "2026-06-30", "period": "2026Q2", "status": status, "cause": None, "seconds": 1.0}


@pytest.mark.parametrize(("statuses", "status"), [(["done", "kept"], 0), (["done", "failed"], 1), ([], 0)])
def test_a_batch_hands_on_its_options_and_ends_with_1_where_a_study_failed(
    kam, tmp_path, monkeypatch, statuses, status
):
    asked = []

    def batch(file, *, watch, **options):
        asked.append((file, options))
        entries = [entry(status) for status in statuses]
        watch.planned(entries)
        for one in entries:
            watch.ended(one)
        return entries

    monkeypatch.setattr("kamlib.run.batch.run_batch", batch)
    words = ["--as-of", "2026Q1", "--as-of", "2026Q2", "--since", "2025Q1", "--out", "there", "--jobs", "3"]
    ended, out, err = kam("batch", "all.yaml", *words)
    given = {"as_of": ["2026Q1", "2026Q2"], "since": "2025Q1", "out": Path("there"), "jobs": 3}
    assert asked == [(Path("all.yaml"), given)]
    assert (ended, out) == (status, f"reports: {tmp_path / 'there' / 'index.html'}\n")
    assert err.splitlines() == [f"{one:<7} tiny 2026-06-30 1.0 s" for one in statuses]
    kam("batch", "all.yaml")
    assert asked[1][1] == {"as_of": (), "since": None, "out": Path("reports"), "jobs": None}
    assert kam("batch", "all.yaml", "--jobs", "0")[0] == 2


def test_a_run_says_where_its_report_is_and_why_all_of_it_is_made_anew(kam, tmp_path, monkeypatch):
    report = tmp_path / "reports" / "tiny" / "2026Q2"
    asked = []

    def run(study, *, progress, **options):
        asked.append((study, options))
        progress("01_cleaning", None)
        progress("01_cleaning", 2.0)
        progress("02_scoring", 0.0)
        return report / "index.html"

    monkeypatch.setattr("kamlib.run.publish.run_study", run)
    status, out, err = kam("run", "study.yaml", "--as-of", "2026Q2", "--set", "churn.horizon_days=90")
    assert (status, out) == (0, f"report: {report / 'index.html'}\n")
    assert asked == [
        (Path("study.yaml"), {"as_of": "2026Q2", "out": Path("reports"), "values": {"churn.horizon_days": 90}})
    ]
    lines = ["01_cleaning             2.0 s", "02_scoring           as it was"]
    assert err.splitlines() == lines
    report.mkdir(parents=True)
    (report / "run.json").write_text(json.dumps({"schema": 1}))
    assert kam("run", "study.yaml")[2].splitlines() == ["made anew, for its tables were of schema 1", *lines]


@pytest.mark.slow
def test_the_sample_command_writes_a_study_that_checks(kam, tmp_path):
    assert kam("sample", "mine")[0] == 0
    status, out, err = kam("check", "mine/study.yaml")
    assert status == 0, err
    assert "kept" in out
