"""Files → one raw Ibis table per source: every column as it stands in the file, and where each row is from.

Order lines never leave the engine. Text files come as text, so that ``00123`` stays ``00123``; Parquet keeps its own
types. Three columns are added: the file (`FILE`), the line in it (`LINE`) and the part that overlaps are looked for
between (`PART`). The line counts from 1, the header included; it is the number of the record, so below a field that
holds a line break, or below an empty line, it is smaller than the number an editor shows.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from kamlib.errors import InputError, some
from kamlib.intake import encoding

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from kamlib.study import Dialect, Source

FILE, LINE, PART = "kam:file", "kam:line", "kam:part"
ADDED = (FILE, LINE, PART)
_PATTERN = re.compile(r"[*?\[\]{}]")  # the engine would take such a path for a pattern


def engine(folder: str | Path | None = None) -> Any:
    """A DuckDB in memory behind Ibis that loads nothing from the network and spills to disk when memory is short.

    Parameters
    ----------
    folder : where it spills to; None: a folder of its own in the system's temporary one, made only when needed.
    """
    import ibis

    spill = Path(folder or tempfile.gettempdir()) / f"kam-{uuid4().hex}"
    con = ibis.duckdb.connect(
        temp_directory=str(spill), autoinstall_known_extensions=False, autoload_known_extensions=False
    )
    if con.raw_sql("SELECT current_setting('enable_progress_bar')").fetchone()[0]:
        con.raw_sql("SET enable_progress_bar = false")
    return con


def read(con: Any, source: Source, paths: Sequence[Path], scratch: Path) -> ir.Table:
    """All files of one source as one raw table, row by row as they stand there.

    Parameters
    ----------
    con : Ibis backend from `engine`.
    source : its dialect and its part column.
    paths : the files, in order. A column that only some of them have is missing in the others.
    scratch : folder for recoded copies; it must live until the table was stored.

    Returns
    -------
    ibis Table
        The columns of the files under their own names, and `FILE`, `LINE`, `PART`.

    Raises
    ------
    InputError
        If a file is missing, empty, of an unknown kind or encoding, or does not have the part column.
    """
    import ibis

    pieces = []
    for path, label in zip(paths, _labels(paths), strict=True):
        if not path.is_file():
            raise InputError("no such file", file=path, remedy="Mend sources in the study file.")
        pieces += _reader(path)(con, path, label, source.dialect, scratch)
    if source.part is not None:
        for piece in pieces:
            if source.part not in piece.columns:
                raise missing_column(piece, source.part, source.files, "which the study names as part")
    pieces = _same_columns(pieces)
    part = FILE if source.part is None else source.part
    tables = [piece.mutate(**{PART: piece[part].cast("string")}) for piece in pieces]
    return ibis.union(*tables, distinct=False) if len(tables) > 1 else tables[0]


def missing_column(raw: ir.Table, column: str, files: Sequence[str], why: str) -> InputError:
    """The error for a column that the study needs and its files do not have; reads nothing of them."""
    there = [name[:40] for name in raw.columns if name not in ADDED]
    return InputError(
        f"no column {column!r}, {why}",
        file=", ".join(files),
        line=1,
        column=column,
        found="columns " + some(there, 40),
        remedy="Mend sources.*.columns in the study file; capitals and spaces count. The names must stand in the first line.",
    )


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn what the engine says about broken files into an `InputError` with file and line."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        text = str(error)
        line = re.search(r"CSV Error on Line: (\d+)", text)
        file = re.search(r"^\s*file = (.*)$", text, re.M)
        problem = re.sub(r"^[A-Za-z ]*Error: |CSV Error on Line: \d+\s*", "", text.split("Possible ")[0])
        raise InputError(
            "the file can't be read as a table",
            file=Path(file[1]).name if file else None,
            line=int(line[1]) if line else None,
            found=" ".join(problem.split())[:300],
            remedy="Mend the line, or set dialect.delimiter or dialect.encoding of its source.",
        ) from None


def store(con: Any, table: ir.Table) -> ir.Table:
    """Materialise `table` in the engine, once, with plain errors."""
    with plain_errors():
        return con.create_table(name_of_its_own(), table, temp=True)


def name_of_its_own() -> str:
    """A name for a table in the engine that no other has."""
    return f"kam_{uuid4().hex}"


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


def _csv(con: Any, path: Path, label: str, dialect: Dialect, scratch: Path) -> list[ir.Table]:
    written = dialect.encoding or encoding.find_encoding(path)
    plain = path
    if written.lower().replace("_", "-") not in ("utf-8", "utf8", "utf-8-sig", "ascii") or _PATTERN.search(str(path)):
        plain = encoding.recode(path, written, _copy_of(path, scratch))
    try:
        delimiter = dialect.delimiter or encoding.find_delimiter(plain)
        columns = _unique(encoding.header(plain, delimiter))
        view = _csv_view(con, plain, delimiter, columns)
    except InputError as error:
        raise InputError(error.problem, file=label, line=error.line, found=error.found, remedy=error.remedy) from None
    return [view.mutate(**{FILE: _literal(label), LINE: _row_number() + 2})]


def _csv_view(con: Any, path: Path, delimiter: str, columns: list[str]) -> ir.Table:
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise InputError("dialect.delimiter must be one character", found=delimiter)
    name = name_of_its_own()
    types = ", ".join(f"{_quoted(column)}: 'VARCHAR'" for column in columns)
    options = f"delim={_quoted(delimiter)}, quote='\"', escape='\"', header=true, auto_detect=false"
    with plain_errors():
        con.raw_sql(
            f'CREATE TEMP VIEW "{name}" AS SELECT * FROM read_csv({_quoted(str(path))}, {options}, columns={{{types}}})'
        )
        return con.table(name)


def _excel(con: Any, path: Path, label: str, dialect: Dialect, scratch: Path) -> list[ir.Table]:
    import pyarrow as pa

    from kamlib.intake import excel

    tables = []
    for place, names, lines, cells in excel.sheets(path, label, dialect):
        columns = {name: pa.array(values, pa.string()) for name, values in zip(_unique(names), cells, strict=True)}
        columns[FILE] = pa.array([place] * len(lines), pa.string())
        columns[LINE] = pa.array(lines, pa.int64())
        tables.append(con.create_table(name_of_its_own(), pa.table(columns), temp=True))
    return tables


def _parquet(con: Any, path: Path, label: str, dialect: Dialect, scratch: Path) -> list[ir.Table]:
    plain = path
    if _PATTERN.search(str(path)):
        plain = _copy_of(path, scratch)
        plain.symlink_to(path.resolve())
    name, number = name_of_its_own(), "file_row_number"
    try:
        with plain_errors():
            con.raw_sql(
                f'CREATE TEMP VIEW "{name}" AS SELECT * FROM read_parquet({_quoted(str(plain))}, {number}=true)'
            )
            table = con.table(name)
    except InputError as error:
        raise InputError("the Parquet file can't be read", file=label, found=error.found) from None
    table = table.mutate(**{FILE: _literal(label), LINE: table[number].cast("int64") + 1})
    return [table.drop(number)]


_KINDS: dict[tuple[str, ...], Callable[..., list[ir.Table]]] = {
    (".csv", ".tsv", ".txt"): _csv,
    (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"): _excel,
    (".parquet", ".pq"): _parquet,
}


def _same_columns(tables: list[ir.Table]) -> list[ir.Table]:
    """Give all tables the same columns: what one does not have is missing, what differs in type becomes text."""
    import ibis

    from kamlib.intake.values import as_text

    types: dict[str, set] = {}
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


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _literal(text: str) -> Any:
    import ibis

    return ibis.literal(text, type="string")


def _row_number() -> Any:
    import ibis

    return ibis.row_number()
