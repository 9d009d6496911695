"""Strict running of single notebooks, on small ones made here."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest

from kamlib.errors import InputError
from kamlib.run.steps import FOLDER, StepError, execute, notebook_steps, stop_kernels


def notebook(
    path: Path, *cells: str, parameters: str | None = "number = 1\ntext = 'a'", kam: dict | None = None
) -> Path:
    book = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    )
    if kam is not None:
        book.metadata["kam"] = {"title": path.stem, **kam}
    if parameters is not None:
        book.cells.append(nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}))
    book.cells += [nbformat.v4.new_code_cell(cell) for cell in cells]
    nbformat.write(book, path)
    return path


def test_a_parameter_the_notebook_does_not_declare_is_refused_by_name(tmp_path):
    book = notebook(tmp_path / "a.ipynb")
    with pytest.raises(InputError, match=r"unknown parameters 'nubmer'.*It takes number, text"):
        execute(book, tmp_path / "out.ipynb", {"nubmer": 2})
    assert not (tmp_path / "out.ipynb").exists()


def test_a_notebook_without_the_tagged_cell_is_refused_not_silently_overridden(tmp_path):
    with pytest.raises(InputError, match="no cell is tagged 'parameters'"):
        execute(notebook(tmp_path / "a.ipynb", parameters=None), tmp_path / "out.ipynb", {})


@pytest.mark.parametrize("value", [(1, 2), {1, 2}, {1: "a"}, b"x", [("a",)]], ids=repr)
def test_a_value_that_would_lose_its_type_is_refused(tmp_path, value):
    with pytest.raises(InputError, match="would lose its type"):
        execute(notebook(tmp_path / "a.ipynb"), tmp_path / "out.ipynb", {"text": value})


@pytest.mark.kernel
def test_an_id_with_leading_zeros_arrives_as_the_text_it_was(tmp_path):
    book = notebook(tmp_path / "a.ipynb", "assert text == '00123' and type(number) is float and number == 1.0")
    execute(book, tmp_path / "out.ipynb", {"text": "00123", "number": 1.0})
    assert (tmp_path / "out.ipynb").exists()


@pytest.mark.kernel
@pytest.mark.parametrize("parameters", [{}, {"number": 2}], ids=["defaults", "given"])
def test_a_failing_cell_is_named_with_its_cause(tmp_path, parameters):
    book = notebook(tmp_path / "broken.ipynb", "x = 1", "1 / 0")
    with pytest.raises(StepError, match=r"broken\.ipynb, cell 3: ZeroDivisionError: division by zero") as failed:
        execute(book, tmp_path / "out.ipynb", parameters)
    assert "1 / 0" in failed.value.trace
    assert "\x1b" not in failed.value.trace


@pytest.mark.kernel
def test_a_refusal_of_the_input_inside_a_notebook_comes_out_as_the_same_message(tmp_path):
    book = notebook(
        tmp_path / "a.ipynb",
        "from kamlib.errors import InputError\nraise InputError('too few', found=3, remedy='Give ten.')",
    )
    with pytest.raises(InputError) as refused:
        execute(book, tmp_path / "out.ipynb", {})
    assert str(refused.value) == "too few; found 3. Give ten."


@pytest.mark.kernel
def test_a_kernel_that_dies_is_a_failed_step(tmp_path):
    with pytest.raises(StepError, match=r"dies\.ipynb"):
        execute(notebook(tmp_path / "dies.ipynb", "import os\nos._exit(3)"), tmp_path / "out.ipynb", {})


@pytest.mark.kernel
def test_a_notebook_that_runs_can_be_stopped_from_another_thread(tmp_path):
    book = notebook(
        tmp_path / "long.ipynb",
        f"import os, time\nopen({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))",
        "time.sleep(120)",
    )
    with ThreadPoolExecutor(1) as pool:
        going = pool.submit(execute, book, tmp_path / "out.ipynb", {})
        while not going.done():
            if (tmp_path / "pid").exists():
                stop_kernels()
            time.sleep(0.1)
    with pytest.raises(StepError, match=r"long\.ipynb"):
        going.result()
    assert not Path("/proc", (tmp_path / "pid").read_text(), "cwd").exists()


def test_a_notebook_runs_after_those_that_make_what_it_needs_else_in_reading_order(tmp_path):
    notebook(tmp_path / "01_a.ipynb", kam={"needs": [], "makes": ["a"]})
    notebook(tmp_path / "02_b.ipynb", kam={"needs": ["a", "d"], "makes": ["b"]})
    notebook(tmp_path / "03_c.ipynb", kam={"needs": ["a"], "makes": ["c"]})
    notebook(tmp_path / "04_d.ipynb", kam={"needs": ["a"], "makes": ["d"]})
    notebook(tmp_path / "notes.ipynb")
    # By hand: 02 waits for d of 04; when 04 is done, 02 is the first in reading order.
    assert [step.name for step in notebook_steps(tmp_path)] == ["01_a", "03_c", "04_d", "02_b"]


def test_notebooks_that_wait_for_each_other_are_named(tmp_path):
    notebook(tmp_path / "01_a.ipynb", kam={"needs": ["b"], "makes": ["a"]})
    notebook(tmp_path / "02_b.ipynb", kam={"needs": ["a"], "makes": ["b"]})
    with pytest.raises(InputError, match=r"'01_a', '02_b' wait for each other"):
        notebook_steps(tmp_path)


def test_a_table_that_no_notebook_makes_is_named(tmp_path):
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
    assert any(cell.source.startswith("# NBVAL_CHECK_OUTPUT") for cell in code), "some output is compared"
    assert "record()" in code[-1].source, "closes with the run record"
    pictures = [out for cell in code for out in cell.outputs if "image/png" in out.get("data", {})]
    assert all(out.metadata["image/png"]["alt"].strip() for out in pictures)


def test_the_numbered_notebooks_make_each_table_once():
    made = [table for step in notebook_steps() for table in step.makes]
    assert len(made) == len(set(made))
    assert {"states", "churn", "value", "scores", "kaism", "rfm", "abcxyz", "clusters"} <= set(made)
    assert {"lifecycle", "crosstabs", "migration"} <= set(made)
