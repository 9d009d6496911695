"""What `kam init` is given, in pieces: a text file, a sheet, a Parquet file or a table of a database, each looked into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import ibis.expr.types as ir
from pydantic import ValidationError
from python_calamine import CalamineWorkbook

from kamlib.errors import InputError
from kamlib.init import match_columns
from kamlib.init.column_contents import Contents
from kamlib.init.match_columns import Proposal
from kamlib.init.profile_columns import profile
from kamlib.io import databases, readers, text_encoding
from kamlib.study import database_url
from kamlib.study.sources import Dialect, Source


@dataclass(frozen=True, eq=False)
class Piece:
    """One of them.

    Attributes
    ----------
    label : what it is called in words.
    file, sheet : the file, and its sheet where it is a workbook of several.
    url, table : the database and its table, where it is no file.
    written : encoding, delimiter and line of the column names of a text file.
    raw : the table in the engine.
    contents : of its columns.
    proposals : it read as each of the tables, the best first.
    """

    label: str
    file: Path | None
    sheet: str | None
    url: str | None
    table: str | None
    raw: ir.Table
    contents: dict[str, Contents]
    proposals: list[Proposal]
    written: dict[str, Any] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return next(iter(self.contents.values())).rows if self.contents else 0

    @property
    def kind(self) -> str:
        """The ending of the file; nothing for a database."""
        return self.file.suffix.lower() if self.file else ""

    def as_table(self, name: str) -> Proposal:
        return next(proposal for proposal in self.proposals if proposal.table == name)


def look(con: Any, given: Sequence[Path | str], scratch: Path) -> tuple[list[Piece], dict[str, str]]:
    """Look into files and databases.

    Parameters
    ----------
    con : Ibis backend from `readers.engine`.
    given : files, and URLs of databases as text; their paths start at the folder one is in.
    scratch : folder for recoded copies; it must live as long as the pieces.

    Returns
    -------
    tuple
        The pieces, and why a file, sheet or table is none, by its label.
    """
    pieces, unread = [], {}
    for file in dict.fromkeys(given):
        name = file.name if isinstance(file, Path) else file.partition("?")[0].rpartition("/")[2]
        try:
            parts: Sequence[str | None] = _parts(file)
        except InputError as error:
            unread[name] = str(error)
            continue
        for part in parts:
            label = name if part is None else f"{name} / {part}"
            try:
                pieces.append(_piece(con, file, part, label, scratch))
            except InputError as error:
                unread[label] = str(error)
    return pieces, unread


def _parts(file: Path | str) -> Sequence[str | None]:
    """Sheets of a workbook of several, tables of a database; nothing else has parts."""
    if isinstance(file, str):
        try:
            Source(url=file, table="any")
        except ValidationError as error:
            raise InputError(error.errors()[0]["msg"].removeprefix("Value error, ")) from None
        return databases.tables(file, Path())
    sheets = _sheets(file) if file.suffix.lower() in readers.BOOKS and file.is_file() else []
    return sheets if len(sheets) > 1 else [None]


def _piece(con: Any, file: Path | str, part: str | None, label: str, scratch: Path) -> Piece:
    if isinstance(file, str):
        source = Source(url=file, table=part)
        raw = readers.read(con, source, database_url.files(file, Path()), scratch)
        found = profile(con, raw)
        return Piece(label, None, None, file, part, raw, found, match_columns.propose(found, str(part)))
    if not file.is_file():
        raise InputError("no such file", file=file)
    plain, written = _as_written(file, scratch) if file.suffix.lower() in readers.TEXTS else (file, {})
    dialect = Dialect(sheet=part, delimiter=written.get("delimiter"), encoding="utf-8" if written else None)
    raw = readers.read(con, Source(files=[str(file)], dialect=dialect), [plain], scratch)
    found = profile(con, raw)
    return Piece(label, file, part, None, None, raw, found, match_columns.propose(found, part or file.stem), written)


def _as_written(file: Path, scratch: Path) -> tuple[Path, dict[str, Any]]:
    """A copy in UTF-8, where the file is not, and how the file is written; the first line is no news."""
    found = text_encoding.find_encoding(file)
    plain = file
    if found not in ("utf-8", "utf-8-sig"):
        folder = scratch / uuid4().hex
        folder.mkdir(parents=True)
        plain = text_encoding.recode(file, found, folder / file.name)
    delimiter = text_encoding.find_delimiter(plain)
    line = 1 if text_encoding.has_mixed_ends(plain) else text_encoding.header(plain, delimiter)[0]
    return plain, {"encoding": found, "delimiter": delimiter, "header": line if line > 1 else None}


def _sheets(file: Path) -> list[str]:
    try:
        return CalamineWorkbook.from_path(str(file)).sheet_names
    except Exception as error:  # calamine has kinds of its own for broken, locked and encrypted books
        raise InputError("the workbook can't be read", file=file, found=str(error) or type(error).__name__) from None
