"""What `kam init` is given, in pieces: a text file, a sheet, a Parquet file or a table of a database, each looked into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import ibis.expr.types as ir
import pandas as pd
from pydantic import ValidationError

from kamlib.errors import InputError
from kamlib.init import match_columns, shapes
from kamlib.init.cells.column_contents import Contents
from kamlib.init.cells.dialect import number_form
from kamlib.init.cells.formats import NUMBER_FORMS
from kamlib.init.cells.profile_columns import profile, sampled
from kamlib.init.evidence import Proof, prove
from kamlib.init.evidence.proof import NONE
from kamlib.init.match_columns import Proposal
from kamlib.intake.shapes import filled_down, grouped_report, month_columns
from kamlib.io import books, compressed, databases, readers, text_encoding
from kamlib.io.values import as_day, as_number, as_text, trimmed
from kamlib.study.sources import Dialect, Groups, Source, database_url


@dataclass(frozen=True, eq=False)
class Piece:
    """One of them.

    Attributes
    ----------
    label : what it is called in words.
    file, sheet : the file, and its sheet where it is a workbook of several.
    url, table : the database and its table, where it is no file.
    raw, source : the table in the engine, and what of a study reads it.
    written : encoding, delimiter and line of the column names of a text file.
    contents : of its columns.
    texts, numbers : a sample of its rows: all cells as text, and the columns of numbers read.
    proof : what these prove of order lines.
    proposals : it read as each of the tables, the best first.
    form : decimal and thousands mark of its numbers, or None where nothing decides them.
    heads : the piece of the order heads beside its lines.
    """

    label: str
    file: Path | None
    sheet: str | None
    url: str | None
    table: str | None
    raw: ir.Table
    source: Source
    written: dict[str, Any] = field(default_factory=dict)
    contents: dict[str, Contents] = field(default_factory=dict)
    texts: pd.DataFrame = field(default_factory=pd.DataFrame)
    numbers: pd.DataFrame = field(default_factory=pd.DataFrame)
    proof: Proof = NONE
    proposals: list[Proposal] = field(default_factory=list)
    form: tuple[str, str] | None = None
    heads: Piece | None = None

    @property
    def rows(self) -> int:
        return next(iter(self.contents.values())).rows if self.contents else 0

    @property
    def kind(self) -> str:
        """The ending of the file; nothing for a database."""
        return self.file.suffix.lower() if self.file else ""

    @property
    def called(self) -> str:
        return self.table or self.sheet or (self.file.stem if self.file else "")

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
    """Sheets of a workbook of several, but hidden ones; tables of a database; nothing else has parts."""
    if isinstance(file, str):
        try:
            Source(url=file, table="any")
        except ValidationError as error:
            raise InputError(error.errors()[0]["msg"].removeprefix("Value error, ")) from None
        return databases.tables(file, Path())
    if file.suffix.lower() not in readers.BOOKS or not file.is_file() or not books.is_workbook(_head(file)):
        return [None]
    book = books.opened(file, file.name)
    seen = [name for name in book.names if name not in book.hidden]
    return seen if len(seen) > 1 else [None]


def _head(file: Path) -> bytes:
    with file.open("rb") as stream:
        return stream.read(1 << 13)


def _piece(con: Any, file: Path | str, part: str | None, label: str, scratch: Path) -> Piece:
    if isinstance(file, str):
        source = Source(url=file, table=part)
        raw = readers.read(con, source, database_url.files(file, Path()), scratch)
        return _looked(con, Piece(label, None, None, file, part, raw, source))
    if not file.is_file():
        remedy = f"Name the files in this folder, such as {file}/*.csv." if file.is_dir() else None
        raise InputError("no such file", file=file, remedy=remedy)
    inner = compressed.plain(file, scratch)
    plain, written = _as_written(inner, scratch) if _is_text(inner) else (inner, {})
    dialect = Dialect(sheet=part, **{k: v for k, v in written.items() if k != "encoding"})
    read = dialect.model_copy(update={"encoding": "utf-8" if written else None})
    raw = readers.read(con, Source(files=[str(file)], dialect=read), [plain], scratch, named=[label])
    source = Source(files=[str(file)], dialect=dialect)
    return _looked(con, Piece(label, file, part, None, None, raw, source, written))


def _looked(con: Any, piece: Piece) -> Piece:
    """A piece with what its columns hold; one in a shape of its own as the order lines that it holds."""
    rows = sampled(con, piece.raw)
    whole = seen(con, replace(piece, contents=profile(con, piece.raw, rows)), rows)
    filled = piece.source.fill_down
    if not filled and (names := shapes.labels(whole.contents, whole.texts)):
        source = whole.source.model_copy(update={"fill_down": names})
        raw = readers.store(con, filled_down.filled(con, piece.raw, source))
        return _looked(con, replace(piece, raw=raw, source=source))
    if months := shapes.months(whole.contents):
        source = whole.source.model_copy(update={"months": months, "dialect": _marks(whole)})
        raw = month_columns.unpivoted(whole.raw, source, [])
    elif not filled and (column := shapes.groups(whole.contents, whole.texts)):
        source, raw = _ungrouped(con, whole, column)
    else:
        return whole
    stored = readers.store(con, raw)
    rows = sampled(con, stored)
    return seen(con, replace(whole, raw=stored, contents=profile(con, stored, rows), source=source), rows)


def _ungrouped(con: Any, whole: Piece, column: str) -> tuple[Source, ir.Table]:
    """The order lines of a report in groups; the day and the money of a line are those that its dated rows say."""
    day = max(whole.contents, key=lambda c: whole.contents[c].day_share)
    form = whole.contents[day].day_form if day == column else ""
    inner = {"date_format": form} if form else {}
    cell = trimmed(whole.raw[day])
    lines = whole.raw.filter((as_day(cell, Dialect.model_validate(inner)) if day == column else cell).notnull())
    dated = seen(con, replace(whole, raw=lines, contents=profile(con, lines)), sampled(con, lines))
    found = dated.as_table("orders").columns
    columns = {ours: found[ours].theirs for ours in ("date", "amount") if ours in found}
    called = next(
        name for name in ("customer", "group", "kam group") if name not in {c.lower() for c in whole.contents}
    )
    made = {
        "columns": columns | ({"date": day} if day == column else {}),
        "groups": Groups.model_validate({"column": column, "as": called}),
        "dialect": _marks(dated).model_copy(update=inner),
    }
    source = whole.source.model_copy(update=made)
    return source, grouped_report.ungrouped(con, whole.raw, "orders", source, [])


def _marks(piece: Piece) -> Dialect:
    decimal, thousands = piece.form or NUMBER_FORMS[0]
    return piece.source.dialect.model_copy(update={"decimal": decimal, "thousands": thousands})


def seen(con: Any, piece: Piece, rows: ir.Table) -> Piece:
    """A piece with its sample, what that proves, and what tables it may be; its contents are known.

    Where numbers can be read in two ways, the arithmetic of the money decides.
    """
    names = list(piece.contents)
    plain = rows.select(**{f"{place}": trimmed(rows[name]) for place, name in enumerate(names)})
    texts = plain.select(**{key: as_text(plain[key]) for key in plain.columns}).to_pandas().set_axis(names, axis=1)
    read = [c for c, found in piece.contents.items() if found.number_share > 0.9 and found.day_share < 0.5]
    usual = number_form([piece.contents[c] for c in read])
    best, chosen = NONE, usual.value
    for form in dict.fromkeys([usual.value, *(NUMBER_FORMS if usual.doubt else ())]):
        numbers = _numbers(plain, names, read, form)
        proof = prove(piece.contents, texts, numbers)
        if best is NONE or (proof.product and not best.product):
            best, chosen, kept = proof, form, numbers
    if piece.source.groups is not None:
        best = replace(best, surely={**best.surely, "account_id": piece.source.groups.as_})
    decided = chosen if best.product or not usual.doubt else None
    proposals = match_columns.propose(piece.contents, piece.called, best)
    return replace(piece, texts=texts, numbers=kept, proof=best, proposals=proposals, form=decided)


def _numbers(plain: ir.Table, names: Sequence[str], read: Sequence[str], form: tuple[str, str]) -> pd.DataFrame:
    marks = Dialect.model_validate({"decimal": form[0], "thousands": form[1]})
    if not read:
        return pd.DataFrame()
    cells = {f"{place}": as_number(plain[f"{names.index(name)}"], marks) for place, name in enumerate(read)}
    made: pd.DataFrame = plain.select(**cells).to_pandas().set_axis(list(read), axis=1)
    return made.astype(float)


def _is_text(file: Path) -> bool:
    """Whether a file is text, whatever it is called: systems call a text .xls."""
    kind = file.suffix.lower()
    if kind in readers.TEXTS:
        return True
    if kind != ".xls":
        return False
    head = _head(file)
    return bool(head) and not books.is_workbook(head) and not books.is_page(head)


def _as_written(file: Path, scratch: Path) -> tuple[Path, dict[str, Any]]:
    """A copy in UTF-8, where the file is not, and how the file is written; the first line is no news."""
    found = text_encoding.find_encoding(file)
    plain = file
    if found not in ("utf-8", "utf-8-sig"):
        folder = scratch / uuid4().hex
        folder.mkdir(parents=True)
        plain = text_encoding.recode(file, found, folder / file.name)
    delimiter, header = shapes.layout(plain, scratch)
    return plain, {"encoding": found, "delimiter": delimiter, "header": header if header != 1 else None}
