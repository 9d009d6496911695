"""What still fits: a table rests on what was read and on nothing else. The steps are four in words, without a kernel."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from kamlib.errors import InputError
from kamlib.run.opened import Run
from kamlib.run.present import Present, inputs
from kamlib.run.tables import Tables, file_hash
from kamlib.study.model import Study


def filled(kit, small, folder: Path, **values) -> None:
    now = opened(small, folder, **values)
    for step in kit.steps:
        kit.execute(now, folder, step)


def opened(small, folder: Path, **values) -> Present:
    return Run.open(
        str(small), run_dir=str(folder), values={key.replace("__", "."): v for key, v in values.items()}
    ).present


def fitting(now: Present) -> str:
    return "".join(name for name in "abcd" if now.kept(name))


@pytest.mark.parametrize(
    ("values", "fits", "why"),
    [
        ({}, "abcd", {"a": "", "b": ""}),
        ({"title": "Other", "winback__seed": 9}, "abcd", {"a": ""}),  # nothing read it
        ({"clustering__seed": 7}, "abc", {"d": "clustering.seed was 1, is 7", "c": ""}),
        ({"rfm__classes": 3}, "abd", {"c": "rfm.classes was 5, is 3"}),
        ({"churn__horizon_days": 90}, "ad", {"b": "churn.horizon_days was 180, is 90", "c": "churn.horizon_days was 180, is 90"}),
        ({"cleaning__most_rows": 0.5}, "", {"a": "cleaning.most_rows was 0.05, is 0.5", "b": "the table 'a' is another"}),
    ],
)  # fmt: skip
def test_a_value_makes_others_only_of_the_tables_that_read_it_and_those_on_them(
    kit, small, tmp_path, values, fits, why
):
    filled(kit, small, tmp_path / "run")
    now = opened(small, tmp_path / "run", **values)
    assert fitting(now) == fits
    assert {name: now.why_not(name) for name in why} == why


def test_an_input_that_changed_makes_others_only_of_the_tables_that_read_the_sources(kit, small, tmp_path):
    kit.write = lambda table, values: table
    filled(kit, small, tmp_path / "run")
    with (small.parent / "orders.csv").open("a") as stream:
        stream.write("2,001,2026-06-02,11\n")
    now = opened(small, tmp_path / "run")
    assert now.why_not("a") == "the input 'orders orders.csv' is another"
    assert fitting(now) == "", "what was made of a table that does not fit does not fit either"
    kit.execute(now, tmp_path / "run", kit.steps[0])
    assert fitting(opened(small, tmp_path / "run")) == "abcd", (
        "made anew it holds the same: all that was made of it fits"
    )


def test_a_table_made_anew_with_another_content_makes_others_of_those_on_it(kit, small, tmp_path):
    filled(kit, small, tmp_path / "run")
    kit.write = lambda table, values: f"{table} anew"
    kit.execute(opened(small, tmp_path / "run"), tmp_path / "run", kit.steps[0])
    now = opened(small, tmp_path / "run")
    assert fitting(now) == "a" and now.why_not("d") == "the table 'a' is another"


def test_a_file_that_was_only_touched_or_moved_is_no_other_input(kit, small, tmp_path):
    filled(kit, small, tmp_path / "run")
    os.utime(small.parent / "orders.csv", (1, 1))
    assert fitting(opened(small, tmp_path / "run")) == "abcd"
    moved = tmp_path / "elsewhere"
    small.parent.rename(moved)
    assert fitting(opened(moved / "study.yaml", tmp_path / "run")) == "abcd"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"content": "new"}, "the notebook is another"),
        ({"code": "import kamlib.churn"}, "the code of the kit is another"),
    ],
)
def test_a_notebook_or_code_that_changed_makes_others_of_its_tables(kit, small, tmp_path, change, why):
    filled(kit, small, tmp_path / "run")
    kit.change("03", **change)
    now = opened(small, tmp_path / "run")
    assert (fitting(now), now.why_not("c")) == ("abd", why)


def test_of_two_shelves_the_first_that_fits_is_taken(kit, small, tmp_path):
    for place, days in (("one", 90), ("two", 180)):
        filled(kit, small, tmp_path / place, churn__horizon_days=days)
    shelves = tuple(Tables(tmp_path / place / "tables") for place in ("none", "one", "two"))
    now = Present(Study.read(small, values={"churn.horizon_days": 180}), tmp_path / "inputs.json", shelves)
    assert [now.kept(name) for name in "ab"] == [shelves[1], shelves[2]]
    assert now.why_not("b").startswith("churn.horizon_days was 90"), "told of the one that is looked into first"
    assert Present(now.study, tmp_path / "inputs.json", shelves[:1]).why_not("b") == "", "none is kept"


def test_inputs_are_told_with_their_bytes_and_hash_and_a_hash_is_kept_while_the_file_is_as_it_was(
    small, tmp_path, monkeypatch
):
    study, file, memory = Study.read(small), small.parent / "orders.csv", tmp_path / "inputs.json"
    (row,) = inputs(study, memory)
    assert row == {"table": "orders", "file": "orders.csv", "bytes": file.stat().st_size, "sha256": file_hash(file)}
    hashed = []
    monkeypatch.setattr("kamlib.run.present.file_hash", lambda path: hashed.append(path) or "new")
    assert inputs(study, memory) == [row] and not hashed
    file.write_text(file.read_text() + "\n")
    assert inputs(study, memory)[0]["sha256"] == "new" and hashed == [file]
    memory.write_text("{half")
    assert inputs(study, memory)[0]["sha256"] == "new"
    assert len(json.loads(memory.read_text())) == 1


def test_the_review_of_firms_is_an_input_where_the_study_names_it(small, tmp_path):
    small.write_text(small.read_text() + "identity: {review: firms.csv}\n")
    with pytest.raises(InputError, match="no review file"):
        inputs(Study.read(small), tmp_path / "inputs.json")
    (small.parent / "firms.csv").write_text("account_id,other_id,decision\n")
    assert [row["table"] for row in inputs(Study.read(small), tmp_path / "inputs.json")] == [
        "orders",
        "identity.review",
    ]


def test_what_read_the_rules_of_identity_rests_on_the_inputs_too(small, tmp_path):
    now = opened(small, tmp_path / "run")
    assert now.rests(None, {"churn.horizon_days"}, {}).inputs == {}
    assert {*now.rests(None, {"identity.review"}, {}).inputs} == {"orders orders.csv"}


def test_of_two_files_of_one_name_each_is_an_input_of_what_read_them(small, tmp_path):
    """Two years of one table in two folders, each with its own map; heads are inputs too."""
    text = small.read_text()
    for folder in ("2024", "2025"):
        (small.parent / folder).mkdir()
        (small.parent / folder / "orders.csv").write_text(f"{folder}\n")
    (small.parent / "heads.csv").write_text("1\n")
    several = "[{files: 2024/orders.csv, heads: {files: heads.csv, key: No}}, {files: 2025/orders.csv}]"
    (small.parent / "two.yaml").write_text(text.replace("{files: orders.csv}", several))
    assert several in (small.parent / "two.yaml").read_text()
    now = Present(Study.read(small.parent / "two.yaml"), tmp_path / "inputs.json", ())
    assert [row["file"] for row in now.inputs] == ["orders.csv", "heads.csv", "orders.csv"]
    before = now.rests(None, {"sources.orders"}, {})
    for name in ("2024/orders.csv", "2025/orders.csv", "heads.csv"):
        (small.parent / name).write_text("another line\n")
        after = Present(now.study, tmp_path / "inputs.json", ()).rests(None, {"sources.orders"}, {})
        assert after.inputs != before.inputs
        before = after
