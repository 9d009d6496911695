"""What a table of the kit and its columns are: their types, units, limits, and the day from which a value is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Type = Literal["text", "date", "money", "number", "integer", "flag"]


@dataclass(frozen=True)
class Column:
    """One column: its type, unit and meaning, and the column that dates when it was known."""

    name: str
    type: Type
    meaning: str
    unit: str = ""
    required: bool = False
    known_at: str | None = None
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None


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
