"""What a table of the kit and its columns are: types, units, limits, how they are written, and the day from which a value is known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Type = Literal["text", "date", "money", "number", "integer", "flag"]


@dataclass(frozen=True)
class Format:
    """How a column is written, in any language: its kind, the digits after the point at most, and whether a plus is written.

    Kinds: `KINDS` of `kamlib.study.run_tables`; digits are 0 but of numbers, and of *figures* those that count.
    """

    kind: str
    digits: int = 0
    signed: bool = False


@dataclass(frozen=True)
class Column:
    """One column: its type, unit and meaning, how it is written, and the column that dates when it was known."""

    name: str
    type: Type
    meaning: str
    unit: str = ""
    required: bool = False
    known_at: str | None = None
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    format: Format | None = None
    title: str = ""

    @property
    def head(self) -> str:
        """What a reader sees above it: its title, else the name with spaces, and P(return) for ``p_return``."""
        return self.title or re.sub(r"^p (.+)", r"P(\1)", self.name.replace("_", " "))


@dataclass(frozen=True)
class Table:
    """One table: what a row is, its columns, and the columns that together are its key."""

    name: str
    row: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.required)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)
