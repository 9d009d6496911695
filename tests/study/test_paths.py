"""The files of a study: relative to it, by patterns, and refused by name."""

from __future__ import annotations

import pytest

from kamlib.errors import InputError
from kamlib.study.model import Study


def test_paths_are_relative_to_the_study_file(write, tmp_path, monkeypatch):
    study = Study.read(write())
    monkeypatch.chdir("/")
    assert study.paths("orders") == [tmp_path / "orders.csv"]
    assert study.folder == tmp_path


def test_patterns_give_their_files_sorted_and_each_once(write, tmp_path, good):
    text = good.replace("[orders.csv]", "[o2.csv, 'o*.csv']")
    (tmp_path / "o9.csv").mkdir()  # a folder is no file
    study = Study.read(write(text, files=("o2.csv", "o1.csv", "o3.csv", "p.csv")))
    assert [path.name for path in study.paths("orders")] == ["o2.csv", "o1.csv", "o3.csv"]


def test_a_pattern_may_be_an_absolute_path_or_climb(write, tmp_path, good):
    write(files=("o1.csv", "o2.csv"))
    for pattern in (f"{tmp_path}/o*.csv", "../o*.csv"):
        study = Study.read(write(good.replace("orders.csv", pattern), name="deeper/study.yaml", files=()))
        assert [path.resolve() for path in study.paths("orders")] == [tmp_path / "o1.csv", tmp_path / "o2.csv"]


def test_brackets_in_the_folders_name_are_no_pattern(write, tmp_path, good):
    path = write(good.replace("orders.csv", "o*.csv"), name="[2026]/study.yaml", files=("o1.csv",))
    assert Study.read(path).paths("orders") == [tmp_path / "[2026]" / "o1.csv"]


@pytest.mark.parametrize("name", ["none.csv", "none*.csv", "/nowhere/*.csv", "''", "."])
def test_a_table_without_a_file_is_refused_by_name(write, name, good):
    study = Study.read(write(good.replace("[orders.csv]", name)))
    with pytest.raises(InputError, match="no file for the table 'orders'"):
        study.paths("orders")


def test_an_address_and_a_folder_get_a_remedy_of_their_own(write, tmp_path, good):
    (tmp_path / "sub").mkdir()
    for name, words in (("https://example.org/o.csv", "https://example.org/o.csv: .*Download it"), ("sub", "a folder")):
        study = Study.read(write(good.replace("[orders.csv]", name)))
        with pytest.raises(InputError, match=words):
            study.paths("orders")


def test_one_missing_file_among_several_is_refused(write, good):
    study = Study.read(write(good.replace("[orders.csv]", "[orders.csv, none.csv]")))
    with pytest.raises(InputError, match=r"none\.csv"):
        study.paths("orders")


@pytest.mark.parametrize("pattern", ["a**.csv", "**a/*.csv", "exports/**"])
def test_a_pattern_that_pythons_read_in_different_ways_is_refused(write, good, pattern):
    study = Study.read(write(good.replace("[orders.csv]", f"'{pattern}'")))
    with pytest.raises(InputError, match="no valid pattern of files"):
        study.paths("orders")
