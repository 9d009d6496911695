"""Where a notebook that is opened by hand keeps its draft."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kamlib.run import places
from kamlib.run.places import reports_here


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(places, "user_cache_path", lambda name: tmp_path / "cache" / name)
    return tmp_path / "cache" / "kam" / "reports"


def at(folder: Path, monkeypatch) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(folder)
    return reports_here()


def test_reports_lie_beside_the_folder_of_the_notebooks_and_elsewhere_in_the_folder_itself(tmp_path, monkeypatch):
    assert at(tmp_path / "mine" / "notebooks", monkeypatch) == tmp_path / "mine" / "reports"
    assert at(tmp_path / "mine", monkeypatch) == tmp_path / "mine" / "reports"
    assert (
        at(tmp_path / "mine" / "notebooks" / "deeper", monkeypatch)
        == tmp_path / "mine" / "notebooks" / "deeper" / "reports"
    )


def test_nothing_is_written_into_the_installed_package(tmp_path, monkeypatch, cache):
    monkeypatch.setattr(places, "PACKAGE", tmp_path / "site-packages" / "kamlib")
    assert at(tmp_path / "site-packages" / "kamlib" / "kit" / "notebooks", monkeypatch) == cache
    assert at(tmp_path / "site-packages", monkeypatch) == tmp_path / "site-packages" / "reports"


def test_a_folder_that_cannot_be_written_or_is_another_users_is_left_alone(tmp_path, monkeypatch, cache):
    (tmp_path / "notebooks").mkdir()
    with monkeypatch.context() as patch:
        patch.setattr(os, "access", lambda path, mode: path != tmp_path)
        assert at(tmp_path / "notebooks", patch) == cache
    with monkeypatch.context() as patch:
        patch.setattr(os, "getuid", lambda: tmp_path.stat().st_uid + 1)
        assert at(tmp_path / "notebooks", patch) == cache


def test_the_kit_has_its_notebooks_and_its_sample():
    assert places.SAMPLE.is_file() and len(list(places.NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))) == 8
