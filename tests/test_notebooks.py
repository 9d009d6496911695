"""Notebooks that a second-year student can read: few imports, short cells, no glue, and one parameter to move in each."""

from __future__ import annotations

import ast
import json
import re
import shutil
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from kamlib.run.notebook.execute import execute
from kamlib.run.places import NOTEBOOKS as FOLDER

BOOKS = sorted(FOLDER.glob("*.ipynb"))
ROOT = FOLDER.parent
GLUE = (
    *(ast.If, ast.IfExp, ast.While, ast.Try, ast.With, ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.NamedExpr),
    *(ast.Assert, ast.Raise, ast.Delete, ast.AugAssign, ast.Starred, ast.DictComp, ast.SetComp, ast.GeneratorExp),
)
CHECKS = {"validation"}  # it holds published figures against ours, by assertions


def code(path: Path, parameters: bool = True) -> list[str]:
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    return [cell.source for cell in cells if parameters or "parameters" not in cell.metadata.get("tags", ())]


def parsed(path: Path) -> list[ast.Module]:
    return [ast.parse(source) for source in code(path)]


def nodes(path: Path) -> list[ast.AST]:
    return [node for tree in parsed(path) for node in ast.walk(tree)]


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_short_and_takes_few_things_from_the_kit(path):
    assert len(code(path)) <= 45
    for source in code(path, parameters=False):
        lines = [line for line in source.splitlines() if line.strip() and not line.startswith("#")]
        assert len(lines) <= 10, source
        assert max(map(len, source.splitlines()), default=0) <= 150, source
    taken = [
        alias.name
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("kamlib")
        for alias in node.names
    ]
    assert len(taken) <= 12, taken


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_a_notebook_holds_no_glue_and_no_trick(path):
    allowed = (ast.Assert,) if path.stem in CHECKS else ()
    found = [ast.unparse(node)[:90] for node in nodes(path) if isinstance(node, GLUE) and not isinstance(node, allowed)]
    assert not found, found
    unpacked = [ast.unparse(node) for node in nodes(path) if isinstance(node, ast.keyword) and node.arg is None]
    unpacked += [ast.unparse(node) for node in nodes(path) if isinstance(node, ast.Dict) and None in node.keys]
    assert not unpacked, unpacked
    lists = [node for node in nodes(path) if isinstance(node, ast.ListComp)]
    assert not [
        node
        for node in lists
        if len(node.generators) > 1 or sum(isinstance(n, ast.ListComp) for n in ast.walk(node)) > 1
    ]


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_formats_stand_in_the_dictionary_and_not_in_the_notebook(path):
    if path.stem in CHECKS:
        return
    shown = [n for n in nodes(path) if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "table"]
    typed = {keyword.arg for call in shown for keyword in call.keywords} - {"caption", "index", "most", "of"}
    assert not typed


@pytest.mark.parametrize("path", [path for path in BOOKS if path.stem not in CHECKS], ids=lambda path: path.stem)
def test_unit_and_choices_stand_beside_each_parameter_as_in_the_table_above_it(path):
    cells = nbformat.read(path, as_version=4).cells
    given = next(cell.source for cell in cells if "parameters" in cell.metadata.get("tags", ()))
    table = next(cell.source for cell in cells if cell.source.startswith("## Parameters"))
    units = {}
    for names, _, unit in re.findall(r"^\| (`.+?) \| (.+) \| (.+) \|$", table, re.M):
        names, told = re.findall(r"`(\w+)`", names), unit.split("; ")
        units |= dict(zip(names, told if len(told) == len(names) else [unit] * len(names), strict=True))
    assert dict(re.findall(r"^(\w+) = .+?  # (.+)$", given, re.M)) == units


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").rglob("*.ipynb")), ids=lambda path: path.stem)
def test_what_a_notebook_shows_holds_no_warning_and_no_path_of_the_machine_it_ran_on(path):
    """Its outputs are those of `tests/refresh_notebooks.py`, run in this folder or another one."""
    outputs = [out for cell in nbformat.read(path, as_version=4).cells for out in cell.get("outputs", ())]
    assert not [out for out in outputs if out.get("name") == "stderr"]
    assert not re.search(r"site-packages|/(?:home|root|tmp|work|Users)/", json.dumps(outputs))


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_jupyterlab_opens_a_notebook_to_be_read_with_its_code_folded_but_for_the_parameters(path):
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    folded = [cell.metadata.get("jupyter", {}).get("source_hidden", False) for cell in cells]
    assert folded == ["parameters" not in cell.metadata.get("tags", ()) for cell in cells]


#: by notebook: the parameter that CONTRIBUTING tells to move, and the sentence of the page that then reads otherwise
MOVED = re.findall(r"^\| `(\w+)` \| `(\w+) = (\S+)` \| .+ \|$", (ROOT / "CONTRIBUTING.md").read_text(), re.M)


def test_contributing_tells_one_parameter_to_move_in_each_notebook():
    assert [name for name, _, _ in MOVED] == [path.stem for path in BOOKS]
    for name, parameter, _ in MOVED:
        cells = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4).cells
        given = next(cell.source for cell in cells if "parameters" in cell.metadata.get("tags", ()))
        assert re.search(rf"^{parameter} = ", given, re.M)


@pytest.mark.kernel
@pytest.mark.usefixtures("warm_kernels")
@pytest.mark.parametrize(
    ("name", "parameter", "value"),
    [pytest.param(*row, id=row[0], marks=[pytest.mark.proof] if row[0] in CHECKS else []) for row in MOVED],
)
def test_a_parameter_that_a_student_moves_changes_what_the_page_says(name, parameter, value, sample_report, tmp_path):
    shutil.copytree(sample_report, tmp_path / "run")
    made = tmp_path / "made.ipynb"
    given = {parameter: ast.literal_eval(value), "run_dir": str(tmp_path / "run")}
    execute(FOLDER / f"{name}.ipynb", made, given)
    before, after = texts(FOLDER / f"{name}.ipynb"), texts(made)
    assert before != after, "what it shows"
    for table in (tmp_path / "run" / "tables").glob("*.parquet"):  # the parameter is the page's own
        if table.stem not in ("orders", "quarantine"):
            pd.testing.assert_frame_equal(
                pd.read_parquet(table), pd.read_parquet(sample_report / "tables" / table.name)
            )


def texts(path: Path) -> list[str]:
    outputs = [out for cell in nbformat.read(path, as_version=4).cells for out in cell.get("outputs", ())]
    return [str(out["data"].get("text/plain", "")) for out in outputs if "data" in out]
