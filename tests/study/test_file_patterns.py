"""Names and patterns of files. Oracle: the files that were written, and names typed here."""

from __future__ import annotations

from pathlib import Path

import pytest

from kamlib.errors import InputError
from kamlib.study.file_patterns import matching
from kamlib.study.model import Study


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


@pytest.mark.parametrize("pattern", ["a**.csv", "**a/*.csv", "exports/**"])
def test_a_pattern_that_pythons_read_in_different_ways_is_refused(write, good, pattern):
    study = Study.read(write(good.replace("[orders.csv]", f"'{pattern}'")))
    with pytest.raises(InputError, match="no valid pattern of files"):
        study.paths("orders")


def test_a_name_without_a_star_stands_for_itself_whether_it_is_there_or_not(tmp_path):
    assert matching(tmp_path, "gone.csv") == [tmp_path / "gone.csv"]
    assert matching(Path(), "a/[b].csv") == [Path("a/[b].csv")]


def test_two_stars_alone_stand_for_any_folders(tmp_path):
    for name in ("a.csv", "x/b.csv", "x/y/c.csv", "x/d.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert matching(tmp_path, "**/*.csv") == [tmp_path / "a.csv", tmp_path / "x/b.csv", tmp_path / "x/y/c.csv"]
    assert matching(tmp_path, f"{tmp_path}/x/**/*.csv") == [tmp_path / "x/b.csv", tmp_path / "x/y/c.csv"]


def test_a_file_that_is_called_like_a_pattern_is_itself(tmp_path):
    for name in ("a*b.csv", "axb.csv"):
        (tmp_path / name).touch()
    assert matching(tmp_path, "a*b.csv") == [tmp_path / "a*b.csv"]
