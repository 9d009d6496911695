"""Papermill's own command runs a notebook with no argument, from any folder, and every notebook is a valid one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from kamlib.run.places import NOTEBOOKS as FOLDER

BOOKS = sorted(FOLDER.glob("*.ipynb"))


def papermill(cwd: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "papermill", *words]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=600, check=False)


@pytest.mark.parametrize("place", [pytest.param("project", marks=pytest.mark.proof), "elsewhere"])
def test_the_bare_command_runs_a_notebook_on_the_sample_from_any_folder(sample_report, place, tmp_path):
    """Its output is the one in the committed notebook: the same study, the same figures."""
    cwd, book = (FOLDER.parent, "notebooks/04_clustering.ipynb")
    if place == "elsewhere":
        cwd, book = tmp_path, str(FOLDER / "04_clustering.ipynb")
    done = papermill(cwd, book, str(tmp_path / "out.ipynb"))
    assert done.returncode == 0, done.stderr[-2000:]
    assert verdicts(tmp_path / "out.ipynb") == verdicts(FOLDER / "04_clustering.ipynb") != []


def verdicts(path: Path) -> list[str]:
    outputs = [out for cell in nbformat.read(path, as_version=4).cells for out in cell.get("outputs", ())]
    texts = [str(out.get("data", {}).get("text/plain", "")) for out in outputs]
    return [text for text in texts if text.startswith("**Verdict")]


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_every_notebook_is_valid_and_its_cells_have_ids_of_their_own(path):
    book = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(book)
    assert (book.nbformat, book.nbformat_minor >= 5) == (4, True)
    assert len({cell["id"] for cell in book.cells}) == len(book.cells)
