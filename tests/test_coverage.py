"""Every demand of the mission has a function, a section of a notebook and a test, and all three exist."""

from __future__ import annotations

import ast
import importlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
DEMANDS = {
    "Who is a key client": 10, "How key clients are found": 7, "How they are grouped": 5, "Risk": 5, "Keeping and losing": 6,
    "Work with each key client": 14, "Beyond the articles": 9, "Privacy": 3,
}  # fmt: skip


def rows() -> list[tuple[str, list[str]]]:
    """The lines of each table of the page, with the heading they stand under."""
    found, heading = [], ""
    for line in PAGE.splitlines():
        heading = line[3:] if line.startswith("## ") else heading
        if line.startswith("| ") and not line.startswith("| demand |"):
            found.append((heading, [cell.strip() for cell in line.strip("|").split("|")]))
    return found


def headings(number: str) -> list[str]:
    (path,) = (ROOT / "notebooks").glob(f"{number}_*.ipynb")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    lines = [line for cell in cells if cell["cell_type"] == "markdown" for line in "".join(cell["source"]).splitlines()]
    return [line.lstrip("#").strip() for line in lines if line.startswith("#")]


def test_every_table_of_the_mission_has_all_its_rows():
    told = [heading for heading, _ in rows()]
    assert {heading: told.count(heading) for heading in dict.fromkeys(told)} == DEMANDS


@pytest.mark.parametrize("row", [cells for _, cells in rows()], ids=lambda cells: cells[0][:40])
def test_what_answers_a_demand_exists(row):
    *_, function, section, test = row
    module, _, name = function.strip("`").rpartition(".")
    assert callable(getattr(importlib.import_module(module), name))
    number, _, heading = section.partition(" · ")
    assert number == "-" or heading in headings(number)
    file, _, case = test.strip("`").partition("::")
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert case in [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert re.fullmatch(r"test_\w+", case)
