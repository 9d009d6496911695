"""Where one table comes from, and how its rows are made from what stands there."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, field_validator, model_validator

from kamlib.study.settings.parts import Part, Pattern
from kamlib.study.sources.database_url import refuse_password
from kamlib.study.sources.dialect import Dialect


class Heads(Part):
    """Order heads in files, or a table, of their own: their columns come to each line by a key."""

    files: list[str] = Field([])
    table: str | None = Field(None, min_length=1, description="a table of the database that the lines are in")
    key: dict[str, str] = Field(
        min_length=1, description="column of the lines: column of the heads; one name where both have it"
    )
    dialect: Dialect | None = Field(
        None, description="None: marks, dates and ids as in the lines; encoding, delimiter, header and sheet looked for"
    )

    @field_validator("files", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value

    @field_validator("key", mode="before")
    @classmethod
    def _of_both(cls, value: object) -> object:
        return {value: value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _files_or_table(self) -> Heads:
        if bool(self.files) == bool(self.table):
            raise ValueError("expected either files or table")
        return self


class Groups(Part):
    """A report in groups: a row that names the group, its rows below it, a total."""

    column: str = Field(min_length=1, description="the column in which rows name their group")
    as_: str = Field("group", alias="as", min_length=1, description="what the column of the groups is called then")
    totals: Pattern = Field(
        "^(Grand total|Total|Subtotal|Общий итог|Итог|Итого|Всего|Gesamt|Summe|Suma|Somme)",
        description="pattern of the rows in that column that are totals",
    )


class Source(Part):
    """Where one table comes from, files or a table of a database, and what its columns are called there (ours: theirs)."""

    files: list[str] = Field([], validate_default=False)
    url: str | None = Field(
        None, description="database: postgresql://, duckdb:/// or sqlite:///; ${NAME} is taken from the environment"
    )
    table: str | None = Field(None, min_length=1, description="its table or view, or schema.table")
    from_: Literal["orders"] | None = Field(
        None, alias="from", description="accounts alone: made from the order lines, each by its latest one"
    )
    columns: dict[str, str] = Field({}, description="ours: theirs")
    values: dict[str, dict[str, str]] = Field({}, description="for columns of choices: your words and ours")
    dialect: Dialect = Dialect()
    part: str | None = Field(None, description="column that says which file or sheet a row is from; None: the file")
    heads: Heads | None = Field(None, description="order heads in files of their own, beside their lines")
    months: list[str] = Field([], description="columns that are months: each amount in them is an order line")
    fill_down: list[str] = Field(
        [], description="columns in which an empty cell has the value above it, each within those before it"
    )
    groups: Groups | None = Field(None, description="a report in groups: a row that names each, its rows below")

    @field_validator("files", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value

    @field_validator("files")
    @classmethod
    def _some_file(cls, value: list[str]) -> list[str]:
        if not value:
            raise ValueError("expected at least one file")
        return value

    @model_validator(mode="after")
    def _files_or_database(self) -> Source:
        """The messages hold nothing of the URL: a password may stand in it."""
        if self.from_ is not None:
            if extra := self.model_dump(exclude={"from_", "columns", "values"}, exclude_defaults=True):
                raise ValueError(f"expected columns and values alone beside from, not {', '.join(sorted(extra))}")
            return self
        if bool(self.files) == bool(self.table) or (self.url and not self.table):
            raise ValueError("expected either files, or url and table")
        if self.heads and self.heads.table and not self.table:
            raise ValueError("heads: expected files, as the lines are in files")
        if self.url:
            if not re.match(r"(postgresql|duckdb|sqlite)://.", self.url):
                raise ValueError("url: expected postgresql://…, duckdb:///path or sqlite:///path")
            refuse_password(self.url)
        return self

    @property
    def place(self) -> str:
        """The files, or the table of the database, for messages."""
        return ", ".join(place for one in self.pieces for place in one.files or [str(one.table)])

    @property
    def pieces(self) -> tuple[Source, ...]:
        """What is read, each by itself: the source without its heads, then the heads; nothing where its rows come from another table."""
        if self.from_ is not None:
            return ()
        if self.heads is None:
            return (self,)
        looked_for = dict.fromkeys(("encoding", "delimiter", "header", "sheet"))
        heads = {
            "files": self.heads.files,
            "table": self.heads.table,
            "url": self.url if self.heads.table else None,
            "dialect": self.heads.dialect or self.dialect.model_copy(update=looked_for),
            "part": None,
        }
        plain: dict[str, object] = {"heads": None, "fill_down": [], "months": [], "groups": None}
        return self.model_copy(update={"heads": None}), self.model_copy(update=heads | plain)
