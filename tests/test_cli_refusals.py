"""What the command line refuses: one clear message that names the mistake, status 2, never a traceback, and nothing made."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest


def edited(name: str, change: Callable[[str], str]) -> Callable[[Path], object]:
    """What changes the text of a file in a folder."""
    return lambda folder: (folder / name).write_text(change((folder / name).read_text()))


SPOILT = {
    "no-study": (lambda folder: (folder / "study.yaml").unlink(), ["study.yaml", "no study file"]),
    "no-file": (lambda folder: (folder / "orders.csv").unlink(), ["orders.csv", "no file"]),
    "no-column": (
        lambda folder: (folder / "orders.csv").write_text("order_id,account_id,date\n1,2,2026-01-01\n"),
        ["orders.csv", "amount"],
    ),
    "no-rows": (edited("orders.csv", lambda text: text.partition("\n")[0] + "\n"), ["orders.csv"]),
    "nothing": (lambda folder: (folder / "orders.csv").write_text(""), ["orders.csv"]),
    "wrong-type": (
        edited("orders.csv", lambda text: text.replace(".50", " apples")),
        ["amount"],
    ),
    "unknown-key": (
        edited("study.yaml", lambda text: text + "colour: red\n"),
        ["line 8", "colour", "unknown key"],
    ),
    "too-early": (edited("study.yaml", lambda text: text.replace("2026Q2", "2001Q1")), ["2001-03-31"]),
    "study-encoding": (
        lambda folder: (folder / "study.yaml").write_bytes("name: ж".encode("cp1251")),
        ["study.yaml", "UTF-8"],
    ),
    "file-encoding": (
        lambda folder: (
            edited("study.yaml", lambda text: text + "    dialect: {encoding: utf-8}\n")(folder),
            (folder / "orders.csv").write_bytes("order_id,account_id,date,amount\n1,Ж,2026-01-01,5\n".encode("cp1251")),
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
    edited("study.yaml", lambda text: re.sub(r"^scoring.*\n", "", text, flags=re.M))(tmp_path)
    status, _, err = kam("run", "study.yaml")
    assert status == 2
    assert err.startswith("kam: study.yaml: scoring.criteria is missing")
    assert kam("check", "study.yaml")[0] == 0


def test_a_quarter_that_does_not_say_its_year_is_refused(kam):
    status, _, err = kam("check", "study.yaml", "--as-of", "2026Q1", "--set", "year_begins=9")
    assert status == 2
    assert "as given: as_of: the fiscal year begins in September" in err and "2025-11-30" in err and "2026-03-31" in err


def test_a_wrong_option_ends_with_status_2_and_the_usage(kam):
    status, _, err = kam("run", "--nonsense")
    assert status == 2
    assert "Usage" in err


def test_a_value_that_is_no_study_key_is_named(kam):
    status, _, err = kam("check", "study.yaml", "--set", "churn.horizon=3")
    assert status == 2
    assert "churn.horizon" in err and "unknown key" in err


def test_a_study_given_as_a_batch_and_a_folder_given_as_a_study_get_words_of_their_own(kam, tmp_path):
    for words, told in (
        (["batch", "study.yaml"], "study.yaml: a study, and no batch file. Run it: kam run "),
        (["check", "."], "a folder, and no study file. Give the file in it: study.yaml"),
        (["run", "."], "a folder, and no study file. Give the file in it: study.yaml"),
        (["check", "orders.csv"], "propose a study from it: kam init orders.csv"),
    ):
        status, _, err = kam(*words)
        assert status == 2 and told in err, err


def test_a_batch_that_would_make_one_report_twice_is_refused(kam, tmp_path):
    (tmp_path / "all.yaml").write_text("studies: [{study: study.yaml}, {study: study.yaml}]")
    status, _, err = kam("batch", "all.yaml")
    assert status == 2 and err.startswith("kam: ") and "'tiny 2026Q2'" in err
    assert not (tmp_path / "reports").exists()
