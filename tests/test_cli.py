"""What a user of the command line meets: one clear message and an exit status, never a traceback."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import webbrowser
from pathlib import Path
from types import SimpleNamespace

import pytest

import kamlib
from kamlib import cli

STUDY = """\
name: tiny
title: Ten clients
as_of: 2026Q2
scoring: {criteria: [{name: average_order, source: facts, group: revenue, worst: 0, best: 200, weight: 100}]}
sources:
  orders:
    files: orders.csv
"""
HEADER = "order_id,account_id,date,amount\n"
LINES = "".join(
    f"o{account}-{month},{account:05d},2026-{month:02d}-10,{100 + account}.50\n"
    for account in range(1, 11)
    for month in range(1, 7)
)


@pytest.fixture
def kam(tmp_path, monkeypatch, capsys):
    """Runs the command line in a folder of its own: (exit status, printed, complained)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cli.signal, "signal", lambda number, heard: None)  # those of the tests stay
    (tmp_path / "study.yaml").write_text(STUDY)
    (tmp_path / "orders.csv").write_text(HEADER + LINES)

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["kam", *words])
        with pytest.raises(SystemExit) as end:
            cli.main()
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return run


def test_check_prints_the_ledger_of_a_sound_study(kam):
    status, out, _ = kam("check", "study.yaml")
    # 10 accounts x 6 months; sum = 6 * sum(100.5 + i for i in 1..10) = 6 * 1060 = 6360
    assert status == 0
    assert "60" in out and "6,360" in out


SPOILT = {
    "no-study": (lambda folder: (folder / "study.yaml").unlink(), ["study.yaml", "no study file"]),
    "no-file": (lambda folder: (folder / "orders.csv").unlink(), ["orders.csv", "no file"]),
    "no-column": (
        lambda folder: (folder / "orders.csv").write_text("order_id,account_id,date\n1,2,2026-01-01\n"),
        ["orders.csv", "amount"],
    ),
    "no-rows": (lambda folder: (folder / "orders.csv").write_text(HEADER), ["orders.csv"]),
    "nothing": (lambda folder: (folder / "orders.csv").write_text(""), ["orders.csv"]),
    "wrong-type": (
        lambda folder: (folder / "orders.csv").write_text(HEADER + LINES.replace(".50", " apples")),
        ["amount"],
    ),
    "unknown-key": (
        lambda folder: (folder / "study.yaml").write_text(STUDY + "colour: red\n"),
        ["line 8", "colour", "unknown key"],
    ),
    "too-early": (lambda folder: (folder / "study.yaml").write_text(STUDY.replace("2026Q2", "2001Q1")), ["2001-03-31"]),
    "study-encoding": (
        lambda folder: (folder / "study.yaml").write_bytes("name: ж".encode("cp1251")),
        ["study.yaml", "UTF-8"],
    ),
    "file-encoding": (
        lambda folder: (
            (folder / "study.yaml").write_text(STUDY + "    dialect: {encoding: utf-8}\n"),
            (folder / "orders.csv").write_bytes((HEADER + "1,Ж,2026-01-01,5\n").encode("cp1251")),
        ),
        ["orders.csv", "encoding"],
    ),
    "binary": (lambda folder: (folder / "orders.csv").write_bytes(b"\x00\x01\x02PK\xff\xfe" * 99), ["orders.csv"]),
}
BEFORE_A_KERNEL = ("no-study", "no-file", "unknown-key", "study-encoding")


def command_and_case(command: str, case: str) -> object:
    """A run refuses what the check refuses, in its first notebook: of these cases one is enough by day."""
    late = command == "run" and case not in BEFORE_A_KERNEL
    marks = [pytest.mark.kernel] * late + [pytest.mark.proof] * (late and case != "no-column")
    return pytest.param(command, *SPOILT[case], marks=marks, id=f"{command}-{case}")


@pytest.mark.parametrize(
    ("command", "spoil", "says"), [command_and_case(command, case) for command in ("check", "run") for case in SPOILT]
)
def test_bad_input_gets_one_clear_error_and_status_2(kam, tmp_path, command, spoil, says):
    spoil(tmp_path)
    status, out, err = kam(command, "study.yaml")
    assert status == 2, err
    assert err.startswith("kam: ")
    assert "Traceback" not in out + err
    for words in says:
        assert words in err
    assert not (tmp_path / "reports" / "tiny").exists()


def test_a_folder_that_cannot_be_written_is_named_and_nothing_is_computed(kam, tmp_path):
    (tmp_path / "reports").write_text("a file of the user")
    (tmp_path / "all.yaml").write_text("studies: [{study: study.yaml}]")
    for words in (["run", "study.yaml"], ["batch", "all.yaml"], ["run", "study.yaml", "--out", "reports/deeper"]):
        status, _, err = kam(*words)
        assert status == 2
        assert "reports" in err and "can't be written" in err and "--out" in err
    assert (tmp_path / "reports").read_text() == "a file of the user"


def test_a_study_that_does_not_say_who_is_key_is_refused_before_anything_runs(kam, tmp_path):
    lines = [line for line in STUDY.splitlines(keepends=True) if not line.startswith("scoring")]
    (tmp_path / "study.yaml").write_text("".join(lines))
    status, _, err = kam("run", "study.yaml")
    assert status == 2
    assert err.startswith("kam: study.yaml: scoring.criteria is missing")
    assert kam("check", "study.yaml")[0] == 0


def test_a_failed_step_says_where_its_details_are(kam, tmp_path, monkeypatch):
    from kamlib.errors import StepError
    from kamlib.run import publish

    def fails(building, workers, told):
        raise StepError("02_scoring.ipynb", 7, "ValueError: planted", "the trace")

    monkeypatch.setattr(publish.Building, "run", fails)
    status, _, err = kam("run", "study.yaml")
    log = tmp_path / "reports" / "tiny" / "2026Q2.log"
    assert status == 1
    assert err == f"kam: 02_scoring.ipynb, cell 7: ValueError: planted. The details are in {log}\n"
    assert "the trace" in log.read_text()


def test_a_fiscal_quarter_is_the_end_of_what_is_read(kam, tmp_path):
    """FY2026Q2 of a year from September ends with February: 10 accounts x 2 months, 2 * 1060."""
    (tmp_path / "study.yaml").write_text(STUDY.replace("as_of: 2026Q2", "as_of: FY2026Q3\nyear_begins: 9"))
    status, out, err = kam("check", "study.yaml", "--as-of", "FY2026Q2")
    assert status == 0, err
    assert "as of 2026-02-28" in out and "2,120.00" in out
    assert "as of 2026-05-31" in kam("check", "study.yaml")[1]


def test_a_quarter_that_does_not_say_its_year_is_refused(kam):
    status, _, err = kam("check", "study.yaml", "--as-of", "2026Q1", "--set", "year_begins=9")
    assert status == 2
    assert "as given: as_of: the fiscal year begins in September" in err and "2025-11-30" in err and "2026-03-31" in err


def test_a_report_of_a_fiscal_quarter_lies_in_a_folder_of_its_name(kam, tmp_path, monkeypatch):
    from kamlib.errors import StepError
    from kamlib.run import publish

    def fails(building, workers, told):
        assert building.folder.name == building.present.study.period == "FY2026Q2"
        raise StepError("02_scoring.ipynb", 7, "ValueError: planted", "the trace")

    monkeypatch.setattr(publish.Building, "run", fails)
    assert kam("run", "study.yaml", "--as-of", "FY2026Q2", "--set", "year_begins=9")[0] == 1
    assert (tmp_path / "reports" / "tiny" / "FY2026Q2.log").exists()


def test_a_wrong_option_ends_with_status_2_and_the_usage(kam):
    status, _, err = kam("run", "--nonsense")
    assert status == 2
    assert "Usage" in err


def test_a_value_that_is_no_study_key_is_named(kam):
    status, _, err = kam("check", "study.yaml", "--set", "churn.horizon=3")
    assert status == 2
    assert "churn.horizon" in err and "unknown key" in err


def test_the_version_is_that_of_the_package(kam):
    assert kam("--version") == (0, f"kam {kamlib.__version__}\n", "")


def test_the_help_of_every_command_tells_what_it_does_and_the_statuses(kam):
    _, out, _ = kam("--help")
    for name in ("new", "init", "check", "run", "open", "batch", "firms", "sample", "anonymise", "person"):
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


def test_a_batch_that_would_make_one_report_twice_is_refused(kam, tmp_path):
    (tmp_path / "all.yaml").write_text("studies: [{study: study.yaml}, {study: study.yaml}]")
    status, _, err = kam("batch", "all.yaml")
    assert status == 2 and err.startswith("kam: ") and "'tiny 2026Q2'" in err
    assert not (tmp_path / "reports").exists()


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


def raising(error: BaseException):
    def fails(*args: object, **options: object) -> None:
        raise error

    return fails


@pytest.mark.parametrize("stands", [True, False])
def test_a_run_that_is_stopped_says_in_one_line_what_stands(kam, tmp_path, monkeypatch, stands):
    if stands:
        (tmp_path / "reports" / "tiny" / "2026Q2").mkdir(parents=True)
    monkeypatch.setattr("kamlib.run.publish.run_study", raising(cli._Stopped()))
    left = "the report of 2026Q2 stands as it was" if stands else "no report was made"
    assert kam("run", "study.yaml") == (130, "", f"kam: stopped; {left}\n")


@pytest.mark.parametrize("words", [["batch", "all.yaml"], ["check", "study.yaml"]], ids=lambda words: words[0])
def test_any_command_that_is_stopped_ends_with_one_line_and_130(kam, monkeypatch, words):
    monkeypatch.setattr("kamlib.run.batch.run_batch", raising(cli._Stopped()))
    monkeypatch.setattr("kamlib.intake.pipeline.collect", raising(cli._Stopped()))
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
def test_a_run_that_the_system_ends_says_one_line_and_leaves_nothing(kam, tmp_path):
    """SIGTERM while the first notebook runs. All that comes of the run has the mark in its environment."""
    mark = f"KAM_MARK={time.monotonic_ns()}"

    def alive() -> list[str]:
        found = []
        for process in Path("/proc").glob("[0-9]*/environ"):
            try:
                found += [process.parent.name] if mark.encode() in process.read_bytes() else []
            except OSError:  # it ended meanwhile
                continue
        return found

    code = "from kamlib.cli import main; main()"
    env = os.environ | {"KAM_MARK": mark.partition("=")[2]}
    with subprocess.Popen(
        [sys.executable, "-c", code, "run", "study.yaml"], cwd=tmp_path, env=env, stderr=subprocess.PIPE, text=True
    ) as run:
        until = time.monotonic() + 120
        while len(alive()) < 3 and time.monotonic() < until:  # itself, the warm process, a kernel
            time.sleep(0.1)
        assert run.poll() is None and len(alive()) >= 3
        run.send_signal(signal.SIGTERM)
        assert run.stderr.read() == "kam: stopped; no report was made\n"
        assert run.wait(60) == 130
    until = time.monotonic() + 3
    while alive() and time.monotonic() < until:
        time.sleep(0.1)
    assert alive() == [] and not (tmp_path / "reports" / "tiny").exists()


@pytest.mark.slow
def test_the_sample_command_writes_a_study_that_checks(kam, tmp_path):
    assert kam("sample", "mine")[0] == 0
    status, out, err = kam("check", "mine/study.yaml")
    assert status == 0, err
    assert "kept" in out


@pytest.mark.slow
def test_the_installed_command_ends_without_a_traceback(tmp_path):
    kam = Path(sys.executable).with_name("kam")
    assert kam.exists()
    done = subprocess.run([kam, "run", "nothing.yaml"], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("kam: nothing.yaml: no study file")
    assert not shutil.which("nothing.yaml")
