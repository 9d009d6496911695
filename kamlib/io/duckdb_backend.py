"""The embedded engine in which order lines are read, checked and kept: DuckDB in memory, behind Ibis."""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import ibis
import ibis.expr.types as ir
from ibis.expr.operations import InMemoryTable

from kamlib.errors import InputError

_RAW = "raw_"
ibis.options.sql.fuse_selects = (
    False  # every engine merges selects by itself; in Python it is half the work of compiling
)


def engine(folder: str | Path | None = None, *, memory: str = "1200MB") -> Any:
    """A DuckDB in memory behind Ibis that loads nothing from the network and spills to disk when memory is short.

    Parameters
    ----------
    folder : where it spills to; None: a folder of its own in the system's temporary one, made only when needed and
        gone when the process ends.
    memory : what its tables and sorts may take before they spill, with the unit; the rest of the process (Python,
        pandas, buffers of the file reader) comes on top, about 0.5 GB.
    """
    spill = Path(folder or tempfile.gettempdir()) / f"kam-{uuid4().hex}"
    try:
        con = ibis.duckdb.connect(
            temp_directory=str(spill),
            memory_limit=memory,
            autoinstall_known_extensions=False,
            autoload_known_extensions=False,
        )
    except duckdb.ParserException:
        raise InputError("engine.memory is more than any machine has", found=memory, remedy="Such as 2GB.") from None
    con.raw_sql("SET TimeZone = 'UTC'")  # not that of the machine
    atexit.register(shutil.rmtree, spill, ignore_errors=True)
    if con.raw_sql("SELECT current_setting('enable_progress_bar')").fetchone()[0]:
        con.raw_sql("SET enable_progress_bar = false")
    return con


def store(con: Any, table: ir.Table) -> ir.Table:
    """Materialise `table` in the engine, once, with plain errors."""
    name = name_of_its_own()
    with plain_errors():
        if isinstance(table.op(), InMemoryTable):
            return con.create_table(name, table, temp=True)
        stored = con.create_table(name, schema=table.schema(), temp=True)
        # Ibis would copy its tree of the query before it writes it
        con.raw_sql(f"INSERT INTO {name} {con.compile(table)}")
    return stored


def brought(con: Any, table: ir.Table) -> ir.Table:
    """A table of another engine, stored in this one; its rows come in batches."""
    name = name_of_its_own()
    con.con.register(f"{name}_rows", table.to_pyarrow_batches())
    try:
        con.raw_sql(f"CREATE TEMP TABLE {name} AS SELECT * FROM {name}_rows")
    finally:
        con.con.unregister(f"{name}_rows")
    return con.table(name)


def load(con: Any, query: str) -> ir.Table:
    """Store what a query gives as a raw table, in its order; `forget` drops it."""
    name = _RAW + name_of_its_own()
    con.raw_sql(f'CREATE TEMP TABLE "{name}" AS {query}')
    return con.table(name)


def forget(con: Any) -> None:
    """Drop all raw tables, after what is made of them was stored."""
    for (name,) in con.raw_sql("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall():
        if name.startswith(_RAW):
            con.raw_sql(f'DROP TABLE "{name}"')


def name_of_its_own() -> str:
    """A name for a table in the engine that no other has."""
    return f"kam_{uuid4().hex}"


def quoted(text: str) -> str:
    """A text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name in quotes, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def parts(table: str) -> list[str]:
    """``schema.table`` taken apart; a part that holds a point stands in quotes already."""
    return [whole.replace('""', '"') or bare for whole, bare in re.findall(r'"((?:[^"]|"")+)"|([^."]+)', table)]


def table_name(table: str) -> str:
    """``schema.table`` with every part in quotes."""
    return ".".join(map(identifier, parts(table)))


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn what the engine says about broken files into an `InputError` with file and line."""
    try:
        yield
    except duckdb.Error as error:
        text = str(error)
        if isinstance(error, duckdb.OutOfMemoryException) or "Allocation failure" in text:
            raise InputError(
                "memory ran out", found=text.splitlines()[0], remedy="Raise engine.memory, or close other programs."
            ) from None
        line = re.search(r"CSV Error on Line: (\d+)", text)
        file = re.search(r"^\s*file = (.*)$", text, re.M)
        problem = re.sub(
            r"^[A-Za-z ]*Error: |CSV Error on Line: \d+\s*|(?: in)? ?[Ff]ile '.*?'",
            "",
            re.split("Possible |\n\nLINE ", text)[0],
        )
        raise unreadable(problem, Path(file[1]).name if file else None, int(line[1]) if line else None) from None


def unreadable(problem: str, file: str | None, line: int | None) -> InputError:
    """The error for a file of which the engine says that it is no table."""
    return InputError(
        "the file can't be read as a table",
        file=file,
        line=line,
        found=" ".join(problem.split())[:300],
        remedy="Mend the line, or set dialect.delimiter or dialect.encoding of its source.",
    )


def check_pattern(key: str, pattern: str | None) -> None:
    """Raise where the engine can't read the pattern of a study: it has RE2, which knows no look-around and no back references."""
    if pattern is None:
        return
    try:
        re.compile(pattern)
        duckdb.execute("SELECT regexp_matches('', ?)", [pattern])
    except (re.error, duckdb.Error):
        raise InputError(
            f"{key} is no pattern that can be read",
            found=pattern,
            remedy="The engine knows no look-around and no back references.",
        ) from None
