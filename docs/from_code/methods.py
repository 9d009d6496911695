"""A page for each part of the kit: its methods with their definition, source, trap, and the test that holds them."""

from __future__ import annotations

import inspect
import re
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
METHODS = ROOT / "docs" / "methods.yaml"


@cache
def methods() -> dict[str, list[dict[str, str]]]:
    """The methods by part, as `docs/methods.yaml` names them."""
    return yaml.safe_load(METHODS.read_text(encoding="utf-8"))


def function_of(method: dict[str, str]) -> Any:
    """The function of a method."""
    module, _, name = method["function"].rpartition(".")
    return getattr(import_module(module), name)


def method_pages() -> dict[str, str]:
    """The pages by the stem of their notebook: `05_churn`."""
    found = {}
    for part, told in methods().items():
        (book,) = (ROOT / "notebooks").glob(f"{part}_*.ipynb")
        head = f"# {part} {book.stem[3:].capitalize()}: how it is reckoned\n\nThe notebook is [{book.stem}](../../notebooks/{book.name})."
        found[book.stem] = "\n\n".join([head, *map(_section, told)]) + "\n"
    return found


def _section(method: dict[str, str]) -> str:
    function = function_of(method)
    definition, sources = _parts(inspect.getdoc(function) or "")
    file, _, test = method["test"].partition("::")
    claim = test.removeprefix("test_").replace("_", " ")
    lines = [f"## {method['method']}", *[method[part] for part in ("definition",) if part in method], definition]
    lines += [f"**Trap.** {method['trap']}"]
    lines += [f"**Source.** {told}" for told in (method.get("source"), sources) if told]
    return "\n\n".join(
        [*lines, f"**Held by** the test that says: *{claim}* (`{file}`). **Called** `{method['function']}`."]
    )


def _parts(doc: str) -> tuple[str, str]:
    """The prose of a docstring before its sections, and the sources that it names."""
    prose, *rest = re.split(r"^(\w[\w ]*)\n-{3,}\n", doc, flags=re.M)
    sections = dict(zip(rest[::2], rest[1::2], strict=True))
    return prose.strip().replace("``", "`"), " ".join(sections.get("References", "").split())
