"""Files → one raw Ibis table per source: every column as it stands in the file, and where each row is from.

Order lines never leave the engine. Text files come as text, so that ``00123`` stays ``00123``; Parquet and databases
keep their own types. Four columns are added: the file (`FILE`), the line in it (`LINE`), the part that overlaps are
looked for between (`PART`), and the text of a line that has too few or too many fields (`BROKEN`; else missing). The line
counts from 1, the header included; it is the number of the record, so below a field that holds a line break, or below
an empty line, it is smaller than the number an editor shows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from kamlib.errors import InputError, some
from kamlib.io import csv_file, databases, text_encoding, workbook
from kamlib.io.duckdb_backend import engine, forget, name_of_its_own, plain_errors, quoted, store
from kamlib.io.values import as_text
from kamlib.study.sources import Dialect, Source

__all__ = ["ADDED", "BROKEN", "FILE", "LINE", "PART", "ROW", "engine", "forget", "missing_column", "name_of_its_own", "plain_errors", "read", "store"]  # fmt: skip

FILE, LINE, PART, BROKEN, ROW = "kam:file", "kam:line", "kam:part", "kam:broken", "kam:row"
ADDED = (FILE, LINE, PART, BROKEN)
_PATTERN = re.compile(r"[*?\[\]{}]")  # the engine would take such a path for a pattern


def read(con: Any, source: Source, paths: Sequence[Path], scratch: Path, told: list[str] | None = None) -> ir.Table:
    """All files of one source as one raw table, row by row as they stand there.

    Parameters
    ----------
    con : Ibis backend from `engine`.
    source : its dialect and its part column.
    paths : the files, in order, or what the database is made of. A column that only some of them have is missing in the others.
    scratch : folder for recoded copies; it must live until the table was stored.
    told : takes what the reader of the report should know, such as lines above the column names that were skipped.

    Returns
    -------
    ibis Table
        The columns of the files under their own names, and those of `ADDED`.

    Raises
    ------
    InputError
        If a file is missing, empty, of an unknown kind or encoding, or does not have the part column.
    """
    pieces, told = [], [] if told is None else told
    if source.url is not None:
        table = databases.stored(con, source, paths, scratch, _unique)
        added = {FILE: _literal(source.place), LINE: table.rowid() + 1, BROKEN: ibis.null("string")}
        pieces, paths = [table.mutate(**added)], []
    for path, label in zip(paths, _labels(paths), strict=True):
        if not path.is_file():
            raise InputError("no such file", file=path, remedy="Mend sources in the study file.")
        pieces += _reader(path)(con, path, label, source.dialect, scratch, told)
    if source.part is not None:
        for piece in pieces:
            if source.part not in piece.columns:
                raise missing_column(piece, source.part, source.place, "which the study names as part")
    pieces = _same_columns(pieces)
    part = FILE if source.part is None else source.part
    tables = [piece.mutate(**{PART: piece[part].cast("string")}) for piece in pieces]
    return ibis.union(*tables, distinct=False) if len(tables) > 1 else tables[0]


def missing_column(raw: ir.Table, column: str, place: str, why: str) -> InputError:
    """The error for a column that the study needs and its files do not have."""
    there = [name[:40] for name in raw.columns if name not in ADDED]
    return InputError(
        f"no column {column!r}, {why}",
        file=place,
        line=1,
        column=column,
        found="columns " + some(there, 40),
        remedy="Mend sources.*.columns in the study file; capitals and spaces count. If another line holds the names, state its "
        "number as dialect.header.",
    )


def _labels(paths: Sequence[Path]) -> list[str]:
    """File names; with their folder, and then with a number, where two are called the same."""
    labels = [path.name for path in paths]
    if len(set(labels)) < len(labels):
        labels = [f"{path.parent.name}/{path.name}" for path in paths]
    return [label if labels.count(label) == 1 else f"{label} ({place + 1})" for place, label in enumerate(labels)]


def _reader(path: Path) -> Callable[..., list[ir.Table]]:
    for kinds, reader in _KINDS.items():
        if path.suffix.lower() in kinds:
            return reader
    known = ", ".join(kind for kinds in _KINDS for kind in kinds)
    raise InputError("unknown kind of file", file=path.name, found=path.suffix, remedy=f"Give one of {known}.")


def _csv(con: Any, path: Path, label: str, dialect: Dialect, scratch: Path, told: list[str]) -> list[ir.Table]:
    written = dialect.encoding or text_encoding.find_encoding(path)
    plain = path
    if written.lower().replace("_", "-") not in ("utf-8", "utf8", "utf-8-sig", "ascii") or _PATTERN.search(str(path)):
        plain = text_encoding.recode(path, written, _copy_of(path, scratch))
    try:
        delimiter = dialect.delimiter or text_encoding.find_delimiter(plain)
        if text_encoding.has_mixed_ends(plain):
            plain = text_encoding.with_one_end(plain, delimiter, _copy_of(path, scratch))
        line, names = text_encoding.header(plain, delimiter, dialect.header)
        table = csv_file.stored(con, plain, delimiter, _unique(names), line, BROKEN)
    except InputError as error:
        raise InputError(error.problem, file=label, line=error.line, found=error.found, remedy=error.remedy) from None
    if above := csv_file.above(plain, line):
        told.append(_skipped(label, line, above))
    broken = table[BROKEN] if BROKEN in table.columns else ibis.null("string")
    return [table.mutate(**{FILE: _literal(label), LINE: table.rowid() + line + 1, BROKEN: broken})]


def _skipped(label: str, header: int, above: str) -> str:
    lines = "1 line" if header == 2 else f"{header - 1} lines"
    return f"{label}: {lines} above the column names skipped, beginning with {above!r}."


def _excel(con: Any, path: Path, label: str, dialect: Dialect, scratch: Path, told: list[str]) -> list[ir.Table]:
    tables = []
    for sheet in workbook.sheets(path, label, dialect):
        lines, names = sheet.lines, _unique(sheet.names)
        columns = {name: pa.array(values, pa.string()) for name, values in zip(names, sheet.cells, strict=True)}
        columns[FILE] = pa.array([sheet.label] * len(lines), pa.string())
        columns[LINE] = pa.array(lines, pa.int64())
        columns[BROKEN] = pa.nulls(len(lines), pa.string())
        if sheet.above:
            told.append(_skipped(sheet.label, sheet.header, sheet.above))
        tables.append(con.create_table(name_of_its_own(), pa.table(columns), temp=True))
    return tables


def _parquet(con: Any, path: Path, label: str, dialect: Dialect, scratch: Path, told: list[str]) -> list[ir.Table]:
    plain = path
    if _PATTERN.search(str(path)):
        plain = _copy_of(path, scratch)
        plain.symlink_to(path.resolve())
    name, number = name_of_its_own(), "file_row_number"
    try:
        with plain_errors():
            con.raw_sql(f'CREATE TEMP VIEW "{name}" AS SELECT * FROM read_parquet({quoted(str(plain))}, {number}=true)')
            table = con.table(name)
    except InputError as error:
        raise InputError("the Parquet file can't be read", file=label, found=error.found) from None
    added = {FILE: _literal(label), LINE: table[number].cast("int64") + 1, BROKEN: ibis.null("string")}
    return [table.mutate(**added).drop(number)]


_KINDS: dict[tuple[str, ...], Callable[..., list[ir.Table]]] = {
    (".csv", ".tsv", ".txt"): _csv,
    (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"): _excel,
    (".parquet", ".pq"): _parquet,
}


def _same_columns(tables: list[ir.Table]) -> list[ir.Table]:
    """Give all tables the same columns: what one does not have is missing, what differs in type becomes text."""
    types: dict[str, set[Any]] = {}
    for table in tables:
        for column, kind in table.schema().items():
            types.setdefault(column, set()).add(kind.copy(nullable=True))
    made = []
    for table in tables:
        columns = {}
        for column, kinds in types.items():
            if column not in table.columns:
                columns[column] = ibis.null("string" if len(kinds) > 1 else next(iter(kinds)))
            else:
                columns[column] = as_text(table[column]) if len(kinds) > 1 else table[column]
        made.append(table.select(**columns))
    return made


def _unique(names: Sequence[str]) -> list[str]:
    """Column names, trimmed; the empty ones numbered, and the repeated ones too (capitals do not tell them apart)."""
    made: list[str] = []
    taken = {name.lower() for name in ADDED}
    for place, name in enumerate(names, 1):
        base = name.replace("\0", "").strip().strip("\ufeff").strip() or f"column {place}"
        unique, copy = base, 1
        while unique.lower() in taken:
            copy += 1
            unique = f"{base} ({copy})"
        taken.add(unique.lower())
        made.append(unique)
    return made


def _copy_of(path: Path, scratch: Path) -> Path:
    """Where a copy of `path` goes that the engine can read under nearly the same name."""
    folder = scratch / uuid4().hex
    folder.mkdir(parents=True)
    return folder / _PATTERN.sub("_", path.name)


def _literal(text: str) -> Any:
    return ibis.literal(text, type="string")
