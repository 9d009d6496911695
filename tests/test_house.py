"""The house: packages of one idea, modules with tests of their own, faces that say what is public, light starts."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
KAMLIB = ROOT / "kamlib"
HOMES = (KAMLIB, ROOT / "kam_teaching")
PACKAGES = sorted(file.parent for home in HOMES for file in home.rglob("__init__.py"))
MODULES = sorted(file for home in HOMES for file in home.rglob("*.py") if not file.name.startswith("__"))
GALLERY = KAMLIB / "report" / "figures"  # a face of many pictures, each with one use

#: slow to import: imported where they are used, so that a start without them stays quick
SLOW = (
    *("seaborn", "sklearn", "lifelines", "scipy", "nbconvert", "papermill", "nbformat", "IPython"),
    *("jupyter_client", "nbclient", "ipykernel", "bs4"),
)
#: extras that may be absent, and a module that Windows does not have
EXTRAS = ("psycopg", "pyspark", "resource")
TABLES = ("pandas", "numpy", "ibis", "duckdb", "pyarrow")


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def modules_of(package: Path) -> set[str]:
    return {file.stem for file in package.glob("*.py") if not file.name.startswith("__")}


#: what joins, groups or looks up rows by a column
JOINS = {
    *("merge", "join", "left_join", "inner_join", "semi_join", "anti_join", "asof_join", "map", "isin", "reindex"),
    *("set_index", "groupby", "group_by", "drop_duplicates", "pivot", "pivot_table", "crosstab"),
}


def joins_on_account_id(code: str) -> list[int]:
    """Lines that join, group or look up by the id as the file gives it."""
    return [
        call.lineno
        for call in ast.walk(ast.parse(code))
        if isinstance(call, ast.Call) and getattr(call.func, "attr", "") in JOINS
        for given in [*call.args, *[keyword.value for keyword in call.keywords]]
        if any(getattr(node, "value", getattr(node, "attr", "")) == "account_id" for node in ast.walk(given))
        or any(getattr(node, "attr", "") == "account_id" for node in ast.walk(given))
    ]


def test_only_intake_entities_and_privacy_join_on_the_id_as_given():
    free = ("intake", "entities", "privacy", "io", "init", "study")
    for module in KAMLIB.rglob("*.py"):
        if module.relative_to(KAMLIB).parts[0] not in free:
            assert not joins_on_account_id(module.read_text(encoding="utf-8")), module


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_no_notebook_joins_on_the_id_as_given(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    assert not [source for source in sources if joins_on_account_id(source)]


def test_a_join_on_the_id_as_given_is_seen():
    assert joins_on_account_id('a.merge(b, on="account_id")') and joins_on_account_id("a.group_by(a.account_id)")
    assert joins_on_account_id('a.set_index(["x", "account_id"])') and not joins_on_account_id(
        'a.merge(b, on="customer_id")'
    )


def test_no_module_lies_flat_but_the_commands_the_errors_and_what_they_must_not_say():
    assert modules_of(KAMLIB) == {"cli", "ends", "errors", "passwords"}


@pytest.mark.parametrize("package", PACKAGES, ids=dotted)
def test_a_package_says_its_one_idea_and_has_at_most_14_modules(package):
    first = (inspect.getdoc(importlib.import_module(dotted(package))) or "").partition("\n")[0]
    assert first.endswith(".") and len(first) <= 120
    assert len(modules_of(package)) <= 14


@pytest.mark.parametrize("package", [p for p in PACKAGES if p not in (*HOMES, GALLERY)], ids=dotted)
def test_the_face_of_a_package_names_3_to_10_things(package):
    assert 3 <= len(importlib.import_module(dotted(package)).__all__) <= 10


@pytest.mark.parametrize("package", [p for p in PACKAGES if p != KAMLIB], ids=dotted)
def test_a_public_name_is_documented_and_hides_no_module(package):
    face = importlib.import_module(dotted(package))
    assert not set(face.__all__) & modules_of(package)
    things = {name: getattr(face, name) for name in face.__all__}
    assert not [name for name, thing in things.items() if callable(thing) and not inspect.getdoc(thing)]


@pytest.mark.parametrize("module", MODULES, ids=dotted)
def test_a_module_has_at_most_250_lines(module):
    assert len(module.read_text(encoding="utf-8").splitlines()) <= 250


@pytest.mark.parametrize("module", MODULES, ids=dotted)
def test_imports_stand_at_the_top_but_where_start_up_pays_for_them(module):
    """The commands and a run import what they need when they need it; all others only what is slow or may be absent."""
    if module == KAMLIB / "cli.py" or module.parent == KAMLIB / "run":
        return
    tree = ast.parse(module.read_text(encoding="utf-8"))
    inside = [
        node
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    names = {node.module or "" for node in inside if isinstance(node, ast.ImportFrom)}
    names |= {alias.name for node in inside if isinstance(node, ast.Import) for alias in node.names}
    assert not [n for n in names if not any(f"{n}.".startswith(f"{late}.") for late in SLOW + EXTRAS)]


def loaded_by(code: str, *names: str) -> set[str]:
    """Which of the packages `names` are loaded after `code` in a process of its own."""
    told = f"{code}\nimport sys; print(*[name for name in {names!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.splitlines()[-1].split())


def test_the_kit_and_its_help_start_without_tables_and_models():
    assert not loaded_by("import kamlib", *TABLES, *SLOW)
    asked = (
        "from typer.testing import CliRunner\n"
        "from kamlib.cli import app\n"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0"
    )
    assert not loaded_by(asked, *TABLES, *SLOW)


def test_opening_a_run_loads_neither_engine_nor_plots_nor_models():
    assert not loaded_by("import kamlib.run", "ibis", "duckdb", "matplotlib", *SLOW)


@pytest.mark.slow
def test_pages_facts_and_segments_load_neither_plots_nor_models():
    assert not loaded_by("import kamlib.report, kamlib.facts, kamlib.stats, kamlib.segments", "matplotlib", *SLOW)


def test_each_module_has_a_test_file_of_its_name_in_the_same_place():
    def test_file(module: Path) -> Path:
        inside = module.relative_to(KAMLIB if module.is_relative_to(KAMLIB) else ROOT)
        return ROOT / "tests" / inside.with_name(f"test_{inside.name}")

    assert not [dotted(module) for module in MODULES if not test_file(module).exists()]
