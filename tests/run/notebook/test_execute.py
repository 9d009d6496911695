"""Strict running of single notebooks, on small ones made here."""

from __future__ import annotations

import json
import os
from pathlib import Path

import nbformat
import pytest

from kamlib.errors import InputError, StepError
from kamlib.run.notebook.execute import execute, show_parameters


def printed(path: Path) -> str:
    cells = nbformat.read(path, as_version=4).cells
    return "".join(out.get("text", "") for cell in cells if cell.cell_type == "code" for out in cell.outputs)


def test_what_is_refused_starts_nothing_and_writes_nothing(notebook, tmp_path):
    with pytest.raises(InputError, match="unknown parameters 'nubmer'"):
        execute(notebook(tmp_path / "a.ipynb"), tmp_path / "deeper" / "out.ipynb", {"nubmer": 2})
    assert not (tmp_path / "deeper").exists()


@pytest.mark.kernel
def test_parameters_arrive_as_they_are_and_the_kernel_works_beside_its_notebook(notebook, tmp_path, monkeypatch):
    (tmp_path / "books").mkdir()
    cell = (
        "import os\n"
        "assert text == '00123' and type(number) is float and number == 1.0\n"
        "print(os.getcwd(), os.environ['KAM_STEP'], os.environ['OF_THE_RUN'])"
    )
    book = notebook(tmp_path / "books" / "a.ipynb", cell)
    monkeypatch.setenv("OF_THE_RUN", "heard")
    changed, here = [], Path.cwd()
    monkeypatch.setattr(os, "chdir", changed.append)
    execute(book, tmp_path / "deeper" / "out.ipynb", {"text": "00123", "number": 1.0}, "01_step")
    assert printed(tmp_path / "deeper" / "out.ipynb") == f"{tmp_path / 'books'} 01_step heard\n"
    assert {Path(place) for place in changed} <= {here}, "the directory of the process is that of its threads too"


@pytest.mark.kernel
@pytest.mark.parametrize("parameters", [{}, {"number": 2}], ids=["defaults", "given"])
def test_a_failing_cell_is_named_with_its_cause(notebook, tmp_path, parameters):
    book = notebook(tmp_path / "broken.ipynb", "x = 1", "1 / 0")
    with pytest.raises(StepError, match=r"broken\.ipynb, cell 3: ZeroDivisionError: division by zero") as failed:
        execute(book, tmp_path / "out.ipynb", parameters)
    assert "1 / 0" in failed.value.trace
    assert "\x1b" not in failed.value.trace


@pytest.mark.kernel
def test_a_refusal_of_the_input_inside_a_notebook_comes_out_as_the_same_message(notebook, tmp_path):
    book = notebook(
        tmp_path / "a.ipynb",
        "from kamlib.errors import InputError\nraise InputError('too few', found=3, remedy='Give ten.')",
    )
    with pytest.raises(InputError) as refused:
        execute(book, tmp_path / "out.ipynb", {})
    assert str(refused.value) == "too few; found 3. Give ten."


@pytest.mark.kernel
def test_a_kernel_that_dies_is_a_failed_step(notebook, tmp_path):
    with pytest.raises(StepError, match=r"dies\.ipynb"):
        execute(notebook(tmp_path / "dies.ipynb", "import os\nos._exit(3)"), tmp_path / "out.ipynb", {})


def test_a_kernel_that_does_not_start_is_started_once_more_as_nothing_has_run(notebook, tmp_path, monkeypatch):
    """Its ports are chosen before it binds them: another process may take one in between."""
    started = []

    def starts(*given, **more):
        started.append(given)
        if len(started) < 2:
            raise RuntimeError("Kernel died before replying to kernel_info")

    monkeypatch.setattr("papermill.execute_notebook", starts)
    book = notebook(tmp_path / "a.ipynb", "x = number")
    execute(book, tmp_path / "out.ipynb", {"number": 1})
    assert len(started) == 2 and started[0] == started[1]

    def never(*given, **more):
        started.append(given)
        raise RuntimeError("Kernel died before replying to kernel_info")

    monkeypatch.setattr("papermill.execute_notebook", never)
    with pytest.raises(StepError, match=r"a\.ipynb.*Kernel died"):
        execute(book, tmp_path / "out.ipynb", {"number": 1})
    assert len(started) == 4


def test_a_page_shows_the_parameters_by_which_it_can_be_run_again(notebook, tmp_path):
    path = notebook(tmp_path / "03_a.ipynb", "x = 1")
    book = json.loads(path.read_text())
    injected = nbformat.v4.new_code_cell(
        "# Parameters\nstudy = '/tmp/gone'", metadata={"tags": ["injected-parameters"]}
    )
    book["cells"].insert(1, injected)
    book["metadata"]["papermill"] = {
        "duration": 1,
        "parameters": {"study": "/tmp/gone"},
        "input_path": "/a",
        "output_path": "/b",
    }
    path.write_text(json.dumps(book))
    show_parameters(path, {"study": "mein/ö/study.yaml", "run_dir": None})
    shown = nbformat.read(path, as_version=4)
    nbformat.validate(shown)
    assert shown.cells[1].source == "# Parameters\nstudy = 'mein/ö/study.yaml'\nrun_dir = None"
    assert [cell.source for cell in shown.cells][::2] == ["number = 1\ntext = 'a'", "x = 1"]
    assert shown.metadata.papermill == {
        "duration": 1, "parameters": {"study": "mein/ö/study.yaml", "run_dir": None},
        "input_path": "03_a.ipynb", "output_path": "03_a.ipynb",
    }  # fmt: skip
    assert "/tmp/gone" not in path.read_text()
