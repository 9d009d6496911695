"""The code that a notebook runs on. Oracle: a small kit made here, and what Python's own parser finds in this one."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kamlib.run.notebook import code
from kamlib.run.notebook.code import code_of, speaking_code
from kamlib.run.notebook.steps import notebook_steps
from kamlib.run.places import PACKAGE

SOURCE = "import numpy as np\nfrom kamlib import facts  # and more\nfrom kamlib.report import say\nfrom kamlib.run import Run\n"
KIT = {
    "__init__.py": "",
    "errors.py": "class InputError(ValueError): ...\n",
    "facts/__init__.py": "from kamlib.facts.months import by_month\n",
    "facts/months.py": "from kamlib.stats import (\n    mean,  # of a column\n    spread as wide,\n)\n",
    "facts/lonely.py": "",
    "facts/words.yaml": "a: b\n",
    "stats/__init__.py": "",
    "stats/mean.py": "def f():\n    import kamlib.errors\n",
    "stats/spread.py": "",
    "churn/__init__.py": "",
    "report/__init__.py": "from kamlib.facts import months\n",
    "report/catalogue/en.yaml": "lost: lost\n",
    "report/templates/page.html.j2": "<p>\n",
    "report/figures/__init__.py": "",
    "report/figures/colours.py": "RED = '#a00'\n",
    "run/__init__.py": "",
    "run/schedule.py": "",
}


@pytest.fixture
def kit(tmp_path, monkeypatch) -> Iterator[Path]:
    for name, text in KIT.items():
        path = tmp_path / "kamlib" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(code, "PACKAGE", tmp_path / "kamlib")
    forget()
    yield tmp_path / "kamlib"
    forget()


def forget() -> None:
    for cached in (code._imports_of, code._file, code._content):
        cached.cache_clear()


def changes(kit: Path, name: str, hashed: Callable[[], str]) -> bool:
    """Whether a line more in a file of the kit makes another hash."""
    before, path = hashed(), kit / name
    path.write_text(path.read_text() + "# a word\n")
    forget()
    return hashed() != before


REACHED = ("__init__.py", "facts/__init__.py", "facts/months.py", "facts/words.yaml", "stats/__init__.py", "stats/mean.py", "stats/spread.py", "errors.py")  # fmt: skip


@pytest.mark.parametrize("name", KIT)
def test_a_comment_counts_where_the_imports_reach_the_module_and_nowhere_else(kit, name):
    """The imports of `facts` reach two modules of `stats`, one in brackets and one by another name, and an import in a function."""
    assert changes(kit, name, lambda: code_of(SOURCE)) == (name in REACHED)


@pytest.mark.parametrize("name", KIT)
def test_a_word_of_the_catalogue_a_template_and_a_colour_change_the_speaking_code_and_no_table(kit, name):
    assert changes(kit, name, speaking_code) == name.startswith(("report/", "run/"))


def test_a_module_that_is_reached_later_makes_another_hash(kit):
    before = code_of(SOURCE)
    (kit / "facts" / "months.py").write_text("from kamlib.churn import *\n")
    forget()
    assert code_of(SOURCE) != before


def test_modules_that_import_each_other_are_read_once(kit):
    (kit / "stats" / "mean.py").write_text("from kamlib.facts import months\n")
    forget()
    assert code_of(SOURCE) == code_of(SOURCE)


@pytest.mark.parametrize(
    "same", ["x = 1\n" + SOURCE, SOURCE.replace("# and more", ""), SOURCE + "from kamlib.run.schedule import Workers\n"]
)
def test_only_what_a_text_imports_of_the_kit_counts(kit, same):
    assert code_of(same) == code_of(SOURCE) != code_of(SOURCE + "import kamlib.churn\n")
    assert len(code_of(same)) == 16


def test_another_version_of_a_package_makes_another_hash(kit, monkeypatch):
    before = code_of(SOURCE), speaking_code()
    monkeypatch.setattr(code, "version", lambda name: "0")
    code._versions.cache_clear()
    after = code_of(SOURCE), speaking_code()
    code._versions.cache_clear()
    assert before[0] != after[0] and before[1] != after[1]


def modules_imported(text: str) -> set[str]:
    """The modules of the kit that a text imports, by Python's own parser."""
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            names |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}

    def is_module(name: str) -> bool:
        path = PACKAGE.parent.joinpath(*name.split("."))
        return name.split(".")[0] == "kamlib" and (
            path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()
        )

    return {name for name in names if is_module(name)}


def test_no_import_of_the_kit_or_of_a_notebook_is_overlooked():
    texts = [path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")] + [
        step.code for step in notebook_steps()
    ]
    for text in texts:
        assert modules_imported(text) <= code._imported(text)


def test_every_notebook_reaches_its_own_package_and_not_what_makes_pages():
    reached = {
        step.name: code._reached({name for name in code._imported(step.code) if not name.startswith(code.SPEAKS)})
        for step in notebook_steps()
    }
    for step, package in (("01_cleaning", "intake"), ("02_scoring", "scoring"), ("03_segmentation", "segments"), ("05_churn", "churn"), ("06_risk", "risk"), ("07_measures", "measures"), ("08_plan", "plan")):  # fmt: skip
        assert any(name.startswith(f"kamlib.{package}.") for name in reached[step])
    assert not {name for names in reached.values() for name in names if name.startswith(code.SPEAKS)}
