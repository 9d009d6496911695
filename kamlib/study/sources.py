"""Where the tables of a study lie, how their files are written, and the engine that computes the order lines."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError

from kamlib.errors import some
from kamlib.study.dictionary import INPUTS
from kamlib.study.parts import Part


class Dialect(Part):
    """How the files of one source are written. None: looked for in the file."""

    encoding: str | None = None
    delimiter: str | None = None
    decimal: Literal[".", ","] = "."
    thousands: Literal["", ",", ".", " ", "'"] = ""
    date_format: str | None = Field(
        None, description="strptime format, or excel for serial days; None: ISO dates or native ones"
    )
    whole_ids: bool = Field(
        False, description="ids are whole numbers that a spreadsheet wrote as 12346.0: read as 12346"
    )
    header: int | None = Field(None, ge=1, description="line of the column names; None: looked for below titles")
    sheet: str | int | list[str] | None = Field(None, description="Excel sheet or sheets; None: the first one")

    @field_validator("date_format")
    @classmethod
    def _names_a_day(cls, value: str | None) -> str | None:
        if value is None or value == "excel":
            return value
        form, day = value.replace("%-", "%"), datetime(2026, 12, 31)
        try:
            found = datetime.strptime(day.strftime(form), form)
        except (ValueError, re.error):
            found = None
        if found != day:
            raise ValueError("expected one strptime format with day, month and year, such as %d.%m.%Y, or excel")
        return value


class Engine(Part):
    """Where the order lines are computed, and what an engine on this machine may take."""

    url: str = Field("duckdb", description="duckdb (embedded), postgresql://…, spark://host:port or local[*]")
    memory: str = Field(
        "1200MB",
        pattern=r"^[1-9][0-9]*(\.[0-9]+)?(MB|GB|MiB|GiB)$",
        description="limit of the embedded engine, or of Spark on this machine, e.g. 2GB",
    )
    spill: str | None = Field(
        None, description="folder for what memory does not hold, and for the steps of Spark; None: the temporary one"
    )

    @field_validator("url")
    @classmethod
    def _known(cls, value: str) -> str:
        if not re.match(r"duckdb$|postgresql://.|spark://.|local(\[(\*|[1-9][0-9]*)\])?$", value):
            raise ValueError("expected duckdb, postgresql://…, spark://host:port or local[*]")
        return value

    @model_validator(mode="after")
    def _no_password(self) -> Engine:
        refuse_password(self.url)
        return self

    @model_validator(mode="after")
    def _steps_of_a_cluster(self) -> Engine:
        if self.url.startswith("spark:") and self.spill is None:
            raise ValueError(
                "spill: expected a folder that every machine of the cluster reaches, e.g. s3a://bucket/kam"
            )
        return self


def refuse_password(url: str) -> None:
    """Raise where a URL of PostgreSQL holds a password in plain."""
    scheme, _, rest = url.partition("://")
    _, mark, password = rest.rpartition("@")[0].partition(":")
    secret = mark and not re.fullmatch(r"\$\{\w+\}", password)
    if scheme == "postgresql" and (secret or re.search(r"[?&]\w*password=(?!\$\{\w+\}(&|$))", rest)):
        raise ValueError("url: a password has no place in a file; write ${NAME} and set NAME in the environment")


class Source(Part):
    """Where one table comes from, files or a table of a database, and what its columns are called there (ours: theirs)."""

    files: list[str] = Field([], validate_default=False)
    url: str | None = Field(
        None, description="database: postgresql://, duckdb:/// or sqlite:///; ${NAME} is taken from the environment"
    )
    table: str | None = Field(None, min_length=1, description="its table or view, or schema.table")
    columns: dict[str, str] = Field({}, description="ours: theirs")
    values: dict[str, dict[str, str]] = Field({}, description="for columns of choices: your words and ours")
    dialect: Dialect = Dialect()
    part: str | None = Field(None, description="column that says which file or sheet a row is from; None: the file")

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
        if bool(self.files) == bool(self.table) or (self.url and not self.table):
            raise ValueError("expected either files, or url and table")
        if self.url:
            if not re.match(r"(postgresql|duckdb|sqlite)://.", self.url):
                raise ValueError("url: expected postgresql://…, duckdb:///path or sqlite:///path")
            refuse_password(self.url)
        return self

    @property
    def place(self) -> str:
        """The files, or the table of the database, for messages."""
        return ", ".join(self.files) or str(self.table)


def _known(sources: dict[str, Source]) -> dict[str, Source]:
    """Raise unless the orders are there, and every table, column and word of a choice is one of ours; all at once."""
    if "orders" not in sources:
        raise ValueError("the table 'orders' is needed")
    wrong = [mistake for name, source in sources.items() for mistake in _unknown(name, source)]
    if wrong:
        raise ValidationError.from_exception_data(
            "sources",
            [
                {"type": PydanticCustomError("unknown", "{words}", {"words": words}), "loc": at, "input": {}}
                for at, words in wrong
            ],
        )
    return sources


Sources = Annotated[dict[str, Source], AfterValidator(_known)]
"""By table of the data dictionary, where it lies."""


def _unknown(name: str, source: Source) -> list[tuple[tuple[str, ...], str]]:
    """Where a source names what the data dictionary does not know: the key path, and the mistake in words."""
    if name not in INPUTS:
        return [((name,), f"unknown table; expected one of {', '.join(INPUTS)}")]
    known = INPUTS[name].names
    wrong: list[tuple[tuple[str, ...], str]] = [
        ((name, "columns", column), f"unknown column; expected one of {', '.join(known)}")
        for column in source.columns
        if column not in known
    ]
    choices = {c.name: ("yes", "no") if c.type == "flag" else c.choices for c in INPUTS[name].columns}
    for column, meant in source.values.items():
        allowed = choices.get(column)
        if not allowed:
            of = ", ".join(column for column, words in choices.items() if words) or "none in this table"
            wrong.append(((name, "values", column), f"no column of choices; these are: {of}"))
        elif others := sorted(set(meant.values()) - {*allowed}):
            words = f"expected {' / '.join(allowed)} on the right, not {some(others)}"
            wrong.append(((name, "values", column), words))
    return wrong
