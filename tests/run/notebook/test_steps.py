"""Notebooks as steps: what each needs and makes, and their order; and the anatomy of those of the kit."""

from __future__ import annotations

import os
import re

import nbformat
import pytest

from kamlib.errors import InputError, StepError
from kamlib.run.notebook.steps import maker, notebook_steps
from kamlib.run.places import NOTEBOOKS as FOLDER


def test_a_notebook_runs_after_those_that_make_what_it_needs_else_in_reading_order(notebook, tmp_path):
    notebook(tmp_path / "01_a.ipynb", kam={"needs": [], "makes": ["a"]})
    notebook(tmp_path / "02_b.ipynb", kam={"needs": ["a", "d"], "makes": ["b"]})
    notebook(tmp_path / "03_c.ipynb", kam={"needs": ["a"], "makes": ["c"]})
    notebook(tmp_path / "04_d.ipynb", kam={"needs": ["a"], "makes": ["d"]})
    notebook(tmp_path / "notes.ipynb")
    # By hand: 02 waits for d of 04; when 04 is done, 02 is the first in reading order.
    assert [step.name for step in notebook_steps(tmp_path)] == ["01_a", "03_c", "04_d", "02_b"]


def test_notebooks_that_wait_for_each_other_are_named(notebook, tmp_path):
    notebook(tmp_path / "01_a.ipynb", kam={"needs": ["b"], "makes": ["a"]})
    notebook(tmp_path / "02_b.ipynb", kam={"needs": ["a"], "makes": ["b"]})
    with pytest.raises(InputError, match=r"'01_a', '02_b' wait for each other"):
        notebook_steps(tmp_path)


def test_a_table_that_no_notebook_makes_is_named(notebook, tmp_path):
    notebook(tmp_path / "01_a.ipynb", kam={"needs": ["moon"], "makes": ["a"]})
    with pytest.raises(InputError, match="no notebook makes 'moon'"):
        notebook_steps(tmp_path)


BOOKS = sorted(FOLDER.glob("*.ipynb"))


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_every_notebook_keeps_the_anatomy(path):
    book = nbformat.read(path, as_version=4)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    text = [cell.source for cell in book.cells if cell.cell_type == "markdown"]
    assert set(book.metadata["kam"]) == {"title", "needs", "makes"}
    assert text[0].startswith("# "), "opens with its title"
    assert sum("parameters" in cell.metadata.get("tags", ()) for cell in code) == 1
    for name in ("study = None", "as_of = None", "run_dir = None"):
        assert name in next(cell.source for cell in code if "parameters" in cell.metadata.get("tags", ()))
    assert all(cell.execution_count is not None for cell in code), "committed executed"
    assert not [out for cell in code for out in cell.outputs if out.output_type == "error"]
    assert not [cell.source for cell in code if "def " in cell.source or "pip install" in cell.source]
    assert max(len(cell.source.splitlines()) for cell in code) <= 16
    assert any("nbval-check-output" in cell.metadata.get("tags", ()) for cell in code), "some output is compared"
    assert "record()" in code[-1].source, "closes with the run record"
    pictures = [
        out.data["text/html"]
        for cell in code
        for out in cell.outputs
        if "<img" in out.get("data", {}).get("text/html", "")
    ]
    assert all(re.match(r'<img alt="[^"]+" src="data:image/svg', picture) for picture in pictures)


def test_the_numbered_notebooks_make_each_table_once():
    made = [table for step in notebook_steps() for table in step.makes]
    assert len(made) == len(set(made))
    assert {"states", "churn", "value", "scores", "kaism", "rfm", "abcxyz", "clusters"} <= set(made)
    assert {"lifecycle", "crosstabs", "migration"} <= set(made)


def test_the_maker_of_a_table_is_the_notebook_that_declares_it():
    assert maker("scores").name == "02_scoring" and maker("moon") is None


def test_what_is_written_in_a_notebook_counts_and_its_outputs_do_not(notebook, tmp_path):
    def content() -> str:
        os.utime(path, ns=(0, path.stat().st_mtime_ns + 1_000_000))  # saved a moment later
        return notebook_steps(tmp_path)[0].content

    path = notebook(tmp_path / "01_a.ipynb", "x = 1", kam={"needs": [], "makes": ["a"]})
    before = content()
    book = nbformat.read(path, as_version=4)
    book.cells[1].outputs = [nbformat.v4.new_output("stream", text="1")]
    book.cells[1].execution_count = 7
    book.metadata["language_info"] = {"name": "python"}
    nbformat.write(book, path)
    assert content() == before
    book.cells[1].source = "x = 2"
    nbformat.write(book, path)
    assert content() != before


def test_a_step_has_the_question_it_opens_with_and_its_code(notebook, tmp_path):
    path = notebook(tmp_path / "01_a.ipynb", "x = 1", "y = 2", kam={"needs": [], "makes": ["a"]})
    book = nbformat.read(path, as_version=4)
    book.cells.insert(0, nbformat.v4.new_markdown_cell("# Who is key?\n\nSome words."))
    nbformat.write(book, path)
    (step,) = notebook_steps(tmp_path)
    assert (step.name, step.question, step.makes) == ("01_a", "Who is key?", ("a",))
    assert step.code == "number = 1\ntext = 'a'\nx = 1\ny = 2"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "no valid notebook"),
        ("[]", "no valid notebook"),
        ('{"cells": []}', "does not declare what it needs and makes"),
        (None, "no notebooks of the study"),
    ],
)
def test_a_folder_without_sound_notebooks_is_refused(tmp_path, text, says):
    if text is not None:
        (tmp_path / "01_a.ipynb").write_text(text)
    with pytest.raises(InputError, match=says):
        notebook_steps(tmp_path)


def test_a_failed_step_names_the_notebook_and_the_cell_where_it_is_known():
    assert str(StepError("a.ipynb", 3, "planted")) == "a.ipynb, cell 3: planted"
    assert str(StepError("a.ipynb", None, "planted")) == "a.ipynb: planted"
