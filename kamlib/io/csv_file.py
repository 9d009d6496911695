"""One text file → a raw table in the engine: every field as text, row by row in the order of the file.

The file is read strictly, by all threads at once; a row's place in the stored table is its place in the file. Only where
lines have too few or too many fields it is read again, by one thread that fills up what is missing, so that these lines
come along in their place, without values. Any other fault, such as an open quote, may swallow the lines behind it and
is an error.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from kamlib.errors import InputError, short
from kamlib.io.duckdb_backend import identifier, load, name_of_its_own, plain_errors, quoted, unreadable
from kamlib.io.edges import footer

_BUFFER = 1 << 26  # bytes; larger pieces are put in order at two thirds of the cost of the engine's own size
_HEAD = 4096  # characters
_JSON = re.compile(r'\s*(?:\[\s*)?\{\s*"[^"]*"\s*:')
_MOST = 2000  # fields of a broken line
_FIELDS = ("MISSING COLUMNS", "TOO MANY COLUMNS")
_ABSENT = "kam: no field \x01"  # stands for a field that the line does not have; a field that is empty is ''


def refuse_json(path: Path) -> None:
    """Refuse a UTF-8 file of JSON, by its first signs: cut at its commas it is no table.

    Raises
    ------
    InputError
        If it begins with an object that has a name, in a list or by itself.
    """
    with path.open(encoding="utf-8-sig", errors="replace") as stream:
        if _JSON.match(stream.read(_HEAD)):
            raise InputError("this is JSON and no table", file=path.name, remedy="Export it as CSV, Excel or Parquet.")


def stored(con: Any, path: Path, delimiter: str, columns: Sequence[str], header: int, broken: str) -> ir.Table:
    """The records of a UTF-8 file below its column names.

    Parameters
    ----------
    con : Ibis backend from `duckdb_backend.engine`.
    path : a path without the signs that the engine takes for a pattern.
    delimiter : one character.
    columns : names of the columns, all different.
    header : line of the column names, what stands above is skipped; 0: there is none.
    broken : name of one column more, where a line has too few or too many fields: its text; it has no values then.

    Returns
    -------
    ibis Table
        A stored table, whose ``rowid()`` counts the records from 0.

    Raises
    ------
    InputError
        If the file can't be cut into records: an open quote, text behind a closing quote, bytes that are no UTF-8, a
        line of 64 MB or more.
    """
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise InputError("dialect.delimiter must be one character", found=delimiter)
    _check_lines(path)
    names = f"header={header > 0}, skip={max(header - 1, 0)}".lower()
    scan = f"{quoted(str(path))}, delim={quoted(delimiter)}, quote='\"', escape='\"', {names}"
    scan += f", auto_detect=false, hive_partitioning=false, buffer_size={_BUFFER}"
    rejects, scans = name_of_its_own(), name_of_its_own()
    kept = f", store_rejects=true, rejects_limit=0, rejects_table='{rejects}', rejects_scan='{scans}'"
    try:
        with plain_errors():
            table = load(con, f"SELECT * FROM read_csv({scan}{kept}, columns={_text(columns)})")
        marks = f"length(csv_line) - length(replace(csv_line, {quoted(delimiter)}, ''))"
        other = f"error_type NOT IN {_FIELDS}"
        wrong = f"count(DISTINCT line), max({marks}) + 1, min(line), arg_min(error_message, line)"
        wrong += f", min(line) FILTER ({other}), arg_min(error_message, line) FILTER ({other})"
        broken_lines, fields, *first = con.raw_sql(f"SELECT {wrong} FROM {rejects}").fetchone()
    finally:
        con.raw_sql(f"DROP TABLE IF EXISTS {rejects}; DROP TABLE IF EXISTS {scans}")
    if not broken_lines:
        return table
    if first[2] is not None:
        raise unreadable(first[3], path.name, first[2])
    rows = table.count().execute()
    con.drop_table(table.op().name)
    whole = _padded(con, scan, columns, min(fields, _MOST), broken)
    if whole[broken].isnull().sum().execute() != rows or whole.count().execute() != rows + broken_lines:
        raise unreadable(first[1], path.name, first[0])
    return whole


def _check_lines(path: Path) -> None:
    """Refuse a line that is longer than the engine's buffer: it would leave it out without a word."""
    if path.stat().st_size < _BUFFER // 2:
        return
    piece = bytearray(_BUFFER // 2)
    with path.open("rb", buffering=0) as stream:
        while stream.readinto(piece) == len(piece):
            if b"\n" not in piece and b"\r" not in piece:
                with path.open("rb") as start:
                    before = start.read(stream.tell() - len(piece))
                line = 1 + max(before.count(b"\n"), before.count(b"\r"))
                raise unreadable(f"a line of more than {len(piece) >> 20} MB", path.name, line)


def without_footer(con: Any, table: ir.Table, broken: str) -> list[list[str | None]]:
    """Take out of a stored table the last rows that stand below its data (`footer.length`), and give them."""
    name, columns = identifier(table.op().name), [column for column in table.columns if column != broken]
    last = f"SELECT * FROM {name} WHERE rowid >= (SELECT count(*) FROM {name}) - {footer.SAMPLE} ORDER BY rowid"
    rows: list[list[str | None]] = []
    for row in con.raw_sql(last).fetchall():
        line = row[table.columns.index(broken)] if broken in table.columns else None
        cells = [cell for place, cell in enumerate(row) if table.columns[place] != broken]
        rows.append(cells if line is None else [*next(csv.reader([line]), [])])
    below = footer.length(rows, len(columns))
    if below:
        con.raw_sql(f"DELETE FROM {name} WHERE rowid >= (SELECT count(*) FROM {name}) - {below}")
    return rows[len(rows) - below :]


def above(path: Path, header: int) -> str:
    """The first words that stand above the column names, at most 60 characters; ``sep=;`` is a declaration and none."""
    with path.open(encoding="utf-8-sig", errors="replace") as stream:
        words = [line.strip() for line, _ in zip(stream, range(header - 1), strict=False)]
    return next((short(word, 60) for word in words if word and not word.lower().startswith(("sep=", '"sep='))), "")


def _padded(con: Any, scan: str, columns: Sequence[str], most: int, broken: str) -> ir.Table:
    """All records, the lines with too few or too many fields among them."""
    fields = [f"f{place}" for place in range(max(most, len(columns)))]
    named, more = fields[: len(columns)], fields[len(columns) :]
    wrong = " OR ".join([f"{named[-1]} IS NULL", *[f"{field} <> ''" for field in more]])
    cells = ", ".join(f"""'"' || replace({field}, '"', '""') || '"'""" for field in fields)
    values = [
        f"CASE WHEN NOT wrong THEN nullif({field}, '') END AS {identifier(column)}"
        for field, column in zip(named, columns, strict=True)
    ]
    values.append(f"CASE WHEN wrong THEN concat_ws(',', {cells}) END AS {identifier(broken)}")
    padded = f"{scan}, null_padding=true, nullstr={quoted(_ABSENT)}, parallel=false, columns={_text(fields)}"
    with plain_errors():
        return load(
            con,
            f"SELECT {', '.join(values)} FROM (SELECT *, coalesce({wrong}, false) AS wrong FROM read_csv({padded}))",
        )


def _text(columns: Sequence[str]) -> str:
    """Columns of text, as an argument of the engine."""
    return "{" + ", ".join(f"{quoted(column)}: 'VARCHAR'" for column in columns) + "}"
