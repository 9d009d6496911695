"""Parameters of notebooks: wrong ones are refused before a kernel starts, and where papermill's own command let them through."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace

import IPython
import pytest

from kamlib.errors import InputError
from kamlib.run.notebook.parameters import own, refuse, undeclared
from kamlib.run.notebook.steps import notebook_steps


def test_what_the_notebook_declares_is_let_through(notebook, tmp_path):
    refuse(notebook(tmp_path / "a.ipynb"), {"number": 2.5, "text": None})
    refuse(notebook(tmp_path / "b.ipynb"), {"text": ["a", {"b": [True, None, 1, 1.5, "c"]}]})


def test_a_parameter_the_notebook_does_not_declare_is_refused_by_name(notebook, tmp_path):
    with pytest.raises(InputError, match=r"unknown parameters 'nubmer'.*It takes number, text"):
        refuse(notebook(tmp_path / "a.ipynb"), {"nubmer": 2})


def test_a_notebook_without_the_tagged_cell_is_refused_not_silently_overridden(notebook, tmp_path):
    with pytest.raises(InputError, match="no cell is tagged 'parameters'"):
        refuse(notebook(tmp_path / "a.ipynb", parameters=None), {})


def test_a_notebook_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"none\.ipynb: no such notebook"):
        refuse(tmp_path / "none.ipynb", {})


@pytest.mark.parametrize("value", [(1, 2), {1, 2}, {1: "a"}, b"x", [("a",)]], ids=repr)
def test_a_value_that_would_lose_its_type_is_refused(notebook, tmp_path, value):
    with pytest.raises(InputError, match="would lose its type"):
        refuse(notebook(tmp_path / "a.ipynb"), {"text": value})


OWN = "study = None\nas_of: str = None\nrun_dir = None  # a path"


@pytest.mark.parametrize(
    ("cells", "names"),
    [
        ([], []),
        (["", OWN], []),
        (["", OWN, "from kamlib.run import Run"], []),
        (["", OWN, '# Parameters\nstudy = "a.yaml"\nrun_dir = "b"\n'], []),
        (["", OWN, '# Parameters\nstudi = "a.yaml"\nrun_dir = "b"\nday = 1\n', "x = 1"], ["day", "studi"]),
        (["", OWN, "# Parameters of a reader\nhorizon = 3"], []),  # a cell of the notebook's own
        (["", OWN, "x = 1", "# Parameters\nlater = 3"], []),
        (["", OWN.replace(": str", ""), '# Parameters\nas_of = "2026Q1"\n'], []),
    ],
)  # fmt: skip
def test_undeclared_are_the_names_that_only_the_injected_cell_has(monkeypatch, cells, names):
    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(user_ns={"In": cells}))
    assert undeclared() == names


def test_parameters_of_the_page_alone_are_those_with_a_default_of_their_own(monkeypatch):
    names = {
        "In": ["", "study = None\nmost = 15\ntrait = 'size'\nh = None", "# Parameters\nmost = 3"],
        "most": 3,
        "trait": "size",
    }
    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(user_ns=names))
    assert own() == {"most": (3, 15), "trait": ("size", "size")}
    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(user_ns={"In": ["", "x = 1"], "x": 2}))
    assert own() == {}, "a notebook of one's own has no cell of parameters"
    monkeypatch.setattr(IPython, "get_ipython", lambda: None)
    assert own() == {}


@pytest.mark.parametrize(
    "before", [["study = None\ndraws ="], ["%matplotlib inline"], ["import pandas", "study = None\ndraws = = 1"], []]
)
def test_what_is_typed_before_the_first_run_differs_from_the_default_of_the_kit(monkeypatch, before):
    """A reader of 02 wrote 5 into the cell, where the kit has 15; what could not be run before that doesn't count."""
    first = next(step.code for step in notebook_steps() if step.name == "02_scoring").split("\nfrom ")[0]
    cell = first.replace("loose_concentration = 15", "loose_concentration = 2 + 3").replace("study = None", 'study = "../study.yaml"')  # fmt: skip
    assert "2 + 3" in cell
    names = {"In": ["", *before, cell, "from kamlib.run import Run"], "loose_concentration": 5}
    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(user_ns=names))
    assert own() == {"loose_concentration": (5, 15)}


@pytest.mark.parametrize(
    ("line", "right", "wrong"),
    [
        ("most = 15  # 1 or more", [1, 2000], [0, -3, "x", None, True, [], float("nan")]),
        ("draws = 5000  # 1,000 or more", [1000], [999]),
        ("quarters = 8  # 5 or more, to have one a year before", [5], [4]),
        ("loose = 15  # above 0", [0.1], [0, -1]),
        ("overdue = 3  # own median gaps, above 1", [1.5], [1]),
        ("share = 0.02  # a share, 0 to 0.5", [0, 0.5], [0.51, -0.1]),
        ("digits = 4", [-9, 4.5], ["4"]),
        ("policy = 'drop'  # net or drop", ["net"], ["refuse", "", 1]),
        ("trait = 'size'  # industry, size or channel", ["channel"], ["colour"]),
        ("left_out = 'x'  # a name of the features", ["anything"], [3]),
        ("who = []  # customer ids", [["A", "B"], []], ["A", [1], {"A"}, None]),
    ],
)
def test_a_value_that_is_none_of_those_beside_its_line_is_told_with_them(monkeypatch, line, right, wrong):
    name, told = line.partition(" = ")[0], line.partition("  # ")[2] or "a value such as 4"

    def given(value):
        names = {"In": ["", f"study = None  # a path\n{line}"], name: value}
        monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(user_ns=names))
        return own()[name][0]

    for value in right:
        assert given(value) == value
    for value in wrong:
        with pytest.raises(InputError, match=rf"the parameter {name} can't be that.* It takes {told}\."):
            given(value)


def test_without_a_notebook_nothing_is_undeclared(monkeypatch):
    monkeypatch.setattr(IPython, "get_ipython", lambda: None)
    assert undeclared() == []
    monkeypatch.delitem(sys.modules, "IPython")
    assert undeclared() == []


@pytest.mark.kernel
def test_the_bare_command_of_papermill_with_a_wrong_name_ends_with_a_message(notebook, tmp_path):
    """papermill only warns of it; the study would be the sample."""
    cell = "from kamlib.run import Run\nRun.open(study, run_dir=run_dir)"
    book = notebook(tmp_path / "a.ipynb", cell, parameters="study = None\nrun_dir = None")
    command = [sys.executable, "-m", "papermill", str(book), str(tmp_path / "out.ipynb"), "-p", "studi", "mine.yaml"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=300, check=False)
    assert done.returncode != 0 and "the notebook has no parameter 'studi'" in done.stderr
