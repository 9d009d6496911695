"""Words of personal life, from screen_words.yaml, as patterns: of the engine for texts, of Python for the names of columns."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from kamlib.study.shipped import shipped


def _words() -> Any:
    return shipped(Path(__file__).with_suffix(".yaml"))


@cache
def columns() -> dict[str, re.Pattern[str]]:
    """By kind of personal life: the words in a column's name that are refused."""
    return {kind: _of_names(lines) for kind, lines in _words()["columns"].items()}


@cache
def business_columns() -> re.Pattern[str]:
    """Words in a column's name that mean business."""
    return _of_names(_words()["business_columns"])


def patterns(part: str) -> list[str]:
    """The patterns of a part of the file (strong, people, work, business) over text whose words stand between blanks."""
    found = _words()[part]
    return [_of_texts(lines) for lines in ([found] if isinstance(found, str) else found)]


def pairs() -> list[tuple[str, str]]:
    """By language: the pattern of words that speak of personal life beside one for a person, and that of the latter."""
    return [(_of_texts(pair["topic"]), _of_texts(pair["person"])) for pair in _words()["weak"]]


def _of_names(lines: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_alternatives(lines)})(?!\w)")


def _of_texts(lines: str) -> str:
    text = _alternatives(lines)
    for name, words in _words()["lists"].items():
        text = text.replace(f"{{{name}}}", f"(?:{_alternatives(words)})")
    return f" (?:{text}) ".replace(r"\w", "[^ .]")


def _alternatives(lines: str) -> str:
    return "|".join(line.strip() for line in lines.strip().splitlines())
