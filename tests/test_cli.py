"""What a user of the command line meets: one clear message and an exit status, never a traceback."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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
    from kamlib.run import publish
    from kamlib.run.steps import StepError

    def fails(run, plan, progress):
        raise StepError("02_scoring.ipynb", 7, "ValueError: planted", "the trace")

    monkeypatch.setattr(publish, "_run_all", fails)
    status, _, err = kam("run", "study.yaml")
    log = tmp_path / "reports" / "tiny" / "2026Q2.log"
    assert status == 1
    assert err == f"kam: 02_scoring.ipynb, cell 7: ValueError: planted. The details are in {log}\n"
    assert "the trace" in log.read_text()


def test_a_wrong_option_ends_with_status_2_and_the_usage(kam):
    status, _, err = kam("run", "--nonsense")
    assert status == 2
    assert "Usage" in err


def test_a_value_that_is_no_study_key_is_named(kam):
    status, _, err = kam("check", "study.yaml", "--set", "churn.horizon=3")
    assert status == 2
    assert "churn.horizon" in err and "unknown key" in err


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
