"""The code that a notebook runs on: every module of the kit that its imports reach, and the packages below them."""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path

from kamlib.run.places import PACKAGE

PACKAGES = ("duckdb", "ibis-framework", "lifelines", "numpy", "pandas", "papermill", "scikit-learn", "scipy", "seaborn")
IMPORT = re.compile(r"^[ \t]*(?:from (kamlib[\w.]*) import (\([^)]*\)|[^\n]*)|import (kamlib[\w.]*))", re.M)
BESIDE = (".yaml", ".csv", ".j2", ".css", ".js")
SPEAKS = ("kamlib.report", "kamlib.run")


def code_of(source: str) -> str:
    """A hash of the code that the tables of `source` (Python text) rest on: 16 hexadecimal digits.

    Every module of the kit that its imports reach counts, with what lies beside it that is no Python, and the versions of
    Python and of the packages below. What draws, speaks and runs does not: it makes pages, and no table.
    """
    return _hash(_reached({name for name in _imported(source) if not name.startswith(SPEAKS)}))


def speaking_code() -> str:
    """A hash of the code that draws, speaks and runs, which every page rests on besides: 16 hexadecimal digits."""
    folders = (PACKAGE.joinpath(*name.split(".")[1:]) for name in SPEAKS)
    return _hash(
        {".".join(p.relative_to(PACKAGE.parent).with_suffix("").parts) for f in folders for p in f.rglob("*.py")}
    )


def _reached(waiting: set[str]) -> set[str]:
    reached: set[str] = set()
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting |= _imports_of(name) - reached
    return reached


def _hash(modules: Iterable[str]) -> str:
    digest = hashlib.sha256(_versions().encode())
    for name in sorted(modules):
        digest.update(f"{name} {_content(name)}".encode())
    return digest.hexdigest()[:16]


@cache
def _versions() -> str:
    return f"{sys.version_info[:2]} {[(name, version(name)) for name in PACKAGES]}"


def _imported(source: str) -> set[str]:
    """The modules of the kit that a text imports, and the packages around them."""
    found: set[str] = set()
    for module, names, whole in IMPORT.findall(source):
        below = re.sub(r"#.*|\bas \w+|[(),]", " ", names).split()
        for name in (module or whole, *(f"{module}.{one}" for one in below)):
            found |= set(_around(name))
    return {name for name in found if _file(name)}


def _around(name: str) -> Iterable[str]:
    parts = name.split(".")
    return (".".join(parts[:end]) for end in range(1, len(parts) + 1))


@cache
def _imports_of(name: str) -> set[str]:
    path = _file(name)
    assert path
    return _imported(path.read_text(encoding="utf-8"))


@cache
def _file(name: str) -> Path | None:
    path = PACKAGE.parent.joinpath(*name.split("."))
    return next((file for file in (path / "__init__.py", path.with_suffix(".py")) if file.is_file()), None)


@cache
def _content(name: str) -> str:
    """A hash of a module; of a package with the files in its folders that are no Python: words, formats, templates."""
    path = _file(name)
    assert path
    beside = [path]
    if path.name == "__init__.py" and name != PACKAGE.name:
        beside += sorted(p for p in path.parent.rglob("*.*") if p.suffix in BESIDE)
    return hashlib.sha256(b"".join(file.read_bytes() for file in beside)).hexdigest()
