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

from kamlib.errors import InputError, short, some
from kamlib.io import books, compressed, csv_file, databases, edges, text_encoding
from kamlib.io.duckdb_backend import engine, forget, name_of_its_own, plain_errors, quoted, store
from kamlib.io.values import as_text, in_zone
from kamlib.study.dictionary import INPUTS
from kamlib.study.sources import Source

__all__ = ["ADDED", "BROKEN", "FILE", "LINE", "PART", "ROW", "engine", "forget", "labels", "missing_column", "name_of_its_own", "of_sheets", "plain_errors", "read", "store", "together"]  # fmt: skip

FILE, LINE, PART, BROKEN, ROW = "kam:file", "kam:line", "kam:part", "kam:broken", "kam:row"
ADDED = (FILE, LINE, PART, BROKEN)
TEXTS, BOOKS = (".csv", ".tsv", ".txt"), (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
_NAMES = {name for table in INPUTS.values() for name in table.names}
_DAYS = {column.name for table in INPUTS.values() for column in table.columns if column.type == "date"}
_PATTERN = re.compile(r"[*?\[\]{}]")  # the engine would take such a path for a pattern


def read(
    con: Any,
    source: Source,
    paths: Sequence[Path],
    scratch: Path,
    told: list[str] | None = None,
    named: Sequence[str] | None = None,
) -> ir.Table:
    """All files of one source as one raw table, row by row as they stand there.

    Parameters
    ----------
    con : Ibis backend from `engine`.
    source : its dialect and its part column.
    paths : the files, in order, or what the database is made of. A column that only some of them have is missing in the others.
    scratch : folder for recoded copies; it must live until the table was stored.
    told : takes what the reader of the report should know, such as lines above the column names that were skipped.
    named : what the files are called, or the database; None: by their own `labels`.

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
        table = databases.stored(con, source, paths, scratch, lambda names: edges.unique(names, ADDED))
        label = named[0] if named else source.place
        table = in_zone(table, source.dialect.time_zone, _days(source), label)
        added = {FILE: ibis.literal(label, "string"), LINE: table.rowid() + 1, BROKEN: ibis.null("string")}
        pieces, paths, named = [table.mutate(**added)], [], None
    of_file: dict[str, list[ir.Table]] = {}
    for path, label in zip(paths, named or labels(paths), strict=True):
        if not path.is_file():
            raise InputError("no such file", file=path, remedy="Mend sources in the study file.")
        plain = compressed.plain(path, scratch)
        of_file[label] = _reader(plain)(con, plain, label, source, scratch, told)
    told += _absent(of_file, source)
    pieces += [piece for tables in of_file.values() for piece in tables]
    for piece in pieces:
        if source.part is not None and source.part not in piece.columns:
            raise missing_column(piece, source.part, source.place, "which the study names as part")
    part = FILE if source.part is None else source.part
    return together([piece.mutate(**{PART: piece[part].cast("string")}) for piece in pieces])


def together(tables: list[ir.Table]) -> ir.Table:
    """The rows of several tables as one: columns of one name, capital or small, are one; what a table does not have is
    missing, what differs in type becomes text."""
    tables = _same_columns(tables)
    return ibis.union(*tables, distinct=False) if len(tables) > 1 else tables[0]


def missing_column(raw: ir.Table, column: str, place: str, why: str) -> InputError:
    """The error for a column that the study needs and its files do not have."""
    there = [short(name) for name in raw.columns if name not in ADDED]
    return InputError(
        f"no column {column!r}, {why}",
        file=place,
        line=1,
        column=column,
        found="columns " + some(there, 40),
        remedy="Mend sources.*.columns in the study file; capitals and spaces count. If another line holds the names, state its "
        "number as dialect.header.",
    )


def labels(paths: Sequence[Path]) -> list[str]:
    """File names; with their folder, and then with a number, where two are called the same."""
    names = [path.name for path in paths]
    if len(set(names)) < len(names):
        names = [f"{path.parent.name}/{path.name}" for path in paths]
    return [name if names.count(name) == 1 else f"{name} ({place + 1})" for place, name in enumerate(names)]


def of_sheets(source: Source) -> bool:
    """Whether a file of a source may be a workbook, by its name."""
    return any(name.lower().endswith((*BOOKS, ".zip", "*")) for one in source.pieces for name in one.files)


def _reader(path: Path) -> Callable[..., list[ir.Table]]:
    """By the ending of the file; whether it is text or a workbook its content says: systems call a page or a text .xls."""
    kind = path.suffix.lower()
    if kind in (".parquet", ".pq"):
        return _parquet
    if kind not in (*TEXTS, *BOOKS):
        known = ", ".join((*TEXTS, *BOOKS, ".parquet", ".pq", *compressed.KINDS))
        raise InputError("unknown kind of file", file=path.name, found=path.suffix, remedy=f"Give one of {known}.")
    with path.open("rb") as stream:
        head = stream.read(books.book.HEAD)
    text = kind in (*TEXTS, ".xls") and head and not books.is_workbook(head) and not books.is_page(head)
    return _csv if text or (kind in TEXTS and not head) else _excel


def _csv(con: Any, path: Path, label: str, source: Source, scratch: Path, told: list[str]) -> list[ir.Table]:
    dialect = source.dialect
    written = dialect.encoding or text_encoding.find_encoding(path)
    plain = path
    if written.lower().replace("_", "-") not in ("utf-8", "utf8", "utf-8-sig", "ascii") or _PATTERN.search(str(path)):
        plain = text_encoding.recode(path, written, copy_of(path, scratch))
    try:
        csv_file.refuse_json(plain)
        delimiter = dialect.delimiter or text_encoding.find_delimiter(plain)
        if delimiter == "blanks":
            plain, delimiter = text_encoding.with_tabs(plain, copy_of(path, scratch)), "\t"
        elif delimiter == "|" and edges.is_framed(plain):
            plain = edges.without_frame(plain, copy_of(path, scratch))
        elif text_encoding.has_mixed_ends(plain):
            plain = text_encoding.with_one_end(plain, delimiter, copy_of(path, scratch))
        line, names = text_encoding.header(plain, delimiter, dialect.header)
        table = csv_file.stored(con, plain, delimiter, edges.unique(names, ADDED), line, BROKEN)
    except InputError as error:
        raise InputError(error.problem, file=label, line=error.line, found=error.found, remedy=error.remedy) from None
    if dialect.encoding is None and (word := text_encoding.guessed(path, written)):
        told.append(
            f"{label}: read as {written}, told by its letters, e.g. {word!r}; if that is wrong, set dialect.encoding."
        )
    if above := csv_file.above(plain, line):
        told.append(_skipped(label, line, above))
    if below := csv_file.without_footer(con, table, BROKEN):
        told.append(edges.told(label, below))
    broken = table[BROKEN] if BROKEN in table.columns else ibis.null("string")
    return [table.mutate(**{FILE: ibis.literal(label, "string"), LINE: table.rowid() + line + 1, BROKEN: broken})]


def _skipped(label: str, header: int, above: str) -> str:
    lines = "1 line" if header == 2 else f"{header - 1} lines"
    return f"{label}: {lines} above the column names skipped, beginning with {above!r}."


def _excel(con: Any, path: Path, label: str, source: Source, scratch: Path, told: list[str]) -> list[ir.Table]:
    tables, days = [], _days(source)
    for sheet in books.sheets(path, label, source.dialect, days):
        lines, names = sheet.lines, edges.unique(sheet.names, ADDED)
        columns = {name: pa.array(values, pa.string()) for name, values in zip(names, sheet.cells, strict=True)}
        columns[FILE] = pa.array([sheet.label] * len(lines), pa.string())
        columns[LINE] = pa.array(lines, pa.int64())
        columns[BROKEN] = pa.nulls(len(lines), pa.string())
        if sheet.above:
            told.append(_skipped(sheet.label, sheet.header, sheet.above))
        told += sheet.told
        tables.append(con.create_table(name_of_its_own(), pa.table(columns), temp=True))
    return tables


def _parquet(con: Any, path: Path, label: str, source: Source, scratch: Path, told: list[str]) -> list[ir.Table]:
    plain = path
    if _PATTERN.search(str(path)):
        plain = copy_of(path, scratch)
        plain.symlink_to(path.resolve())
    name = name_of_its_own()
    try:
        with plain_errors():
            scan = f"read_parquet({quoted(str(plain))}, file_row_number=true, hive_partitioning=false)"
            con.raw_sql(f'CREATE TEMP VIEW "{name}" AS SELECT * FROM {scan}')
            table = con.table(name)
    except InputError as error:
        raise InputError("the Parquet file can't be read", file=label, found=error.found) from None
    table = in_zone(table, source.dialect.time_zone, _days(source), label)
    added = {
        FILE: ibis.literal(label, "string"),
        LINE: table.file_row_number.cast("int64") + 1,
        BROKEN: ibis.null("string"),
    }
    return [table.mutate(**added).drop("file_row_number")]


def _absent(of_file: dict[str, list[ir.Table]], source: Source) -> list[str]:
    """The columns that the kit reads of some of the files and that others do not have, in words."""
    had = {label: [{name.lower() for name in table.columns} for table in tables] for label, tables in of_file.items()}
    read = dict.fromkeys([*source.columns.values(), *sorted(_NAMES - source.columns.keys())])
    words = []
    for column in read:
        without = [label for label, tables in had.items() if not all(column.lower() in names for names in tables)]
        if without and any(column.lower() in names for tables in had.values() for names in tables):
            words.append(f"{some(without)}: no column {column!r}, which the others have; in these rows it is missing.")
    return words


def _days(source: Source) -> set[str]:
    return {source.columns.get(name, name) for name in _DAYS}


def _same_columns(tables: list[ir.Table]) -> list[ir.Table]:
    first: dict[str, str] = {}
    types: dict[str, set[Any]] = {}
    for table in tables:
        for column, kind in table.schema().items():
            types.setdefault(first.setdefault(column.lower(), column), set()).add(kind.copy(nullable=True))
    made = []
    for table in tables:
        own = {first[column.lower()]: table[column] for column in table.columns}
        columns = {}
        for column, kinds in types.items():
            if column not in own:
                columns[column] = ibis.null("string" if len(kinds) > 1 else next(iter(kinds)))
            else:
                columns[column] = as_text(own[column]) if len(kinds) > 1 else own[column]
        made.append(table.select(**columns))
    return made


def copy_of(path: Path, scratch: Path) -> Path:
    """Where a copy of `path` goes that the engine can read under nearly the same name."""
    folder = scratch / uuid4().hex
    folder.mkdir(parents=True)
    return folder / _PATTERN.sub("_", path.name)
