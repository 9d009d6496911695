"""CONTRIBUTING is true: the map names each package and only those, and what it tells to look at or to type is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
MAP = dict(re.findall(r"^\| `(\S+(?:/|\.py))` \| (.+) \|$", TEXT, re.M))
PACKAGES = {place: idea for place, idea in MAP.items() if re.fullmatch(r"(kamlib/\w+|kam_teaching)/", place)}


def first_line(path: Path) -> str:
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]


def test_the_map_names_each_package_and_only_those():
    there = {f"kamlib/{path.parent.name}/" for path in (ROOT / "kamlib").glob("*/__init__.py")}
    assert set(PACKAGES) == there | {"kam_teaching/"}


def test_the_idea_of_each_package_is_the_first_line_of_its_own_words():
    own = {place: first_line(ROOT / place / "__init__.py") for place in PACKAGES}
    assert own == PACKAGES


def test_every_place_that_contributing_names_is_there():
    named = re.findall(r"`((?:kamlib|tests|docs|notebooks|\.ci)/[\w./]+)`", TEXT)
    linked = re.findall(r"\]\(([^)#]+)\)", TEXT)
    made = {"notebooks/NN_name.ipynb", "docs/_build", "notebooks/exercises/", "notebooks/trainer/"}
    assert not [place for place in [*MAP, *named, *linked] if place not in made and not (ROOT / place).exists()]


def test_every_make_target_in_contributing_is_in_the_makefile():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"`make (\w+)`", TEXT))
    assert {"quick", "check", "test", "proof", "docs", "notebooks"} <= targets
    assert not [target for target in targets if not re.search(rf"^{target}:", makefile, re.M)]


def test_the_names_that_contributing_tells_to_change_are_in_the_files_it_tells():
    for name, place in (("BUILT_IN", "study/settings/known_criteria.py"), ("ORDERS", "intake/rules.py")):
        assert re.search(rf"`{name}` in `kamlib/{place}`", TEXT)
        assert re.search(rf"^{name}\b", (ROOT / "kamlib" / place).read_text(encoding="utf-8"), re.M)
