"""A table of a database → a raw table in the engine, row by row as the database gives them; it is only read.

The rows stream: from PostgreSQL as the text that COPY writes, from SQLite in batches, from a DuckDB file directly. Numbers,
days and flags keep their types, all else comes as text. Times with a zone are those of the database's own time zone.

``${NAME}`` in a URL is taken from the environment when the connection is made; no message holds what it stands for.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb
import ibis
import ibis.expr.types as ir

from kamlib.errors import InputError
from kamlib.io import postgres, sqlite
from kamlib.io.duckdb_backend import identifier, load, name_of_its_own, quoted, table_name
from kamlib.study.sources import Source
from kamlib.study.sources.database_url import expand, files

_DUCKDB = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL.*|BOOLEAN|DATE|TIMESTAMP(_\w+)?")


def stored(
    con: Any, source: Source, paths: Sequence[Path], scratch: Path, named: Callable[[Sequence[str]], list[str]]
) -> ir.Table:
    """All rows of the table of a source, stored in the engine in the order in which they came.

    Parameters
    ----------
    con : Ibis backend from `duckdb_backend.engine`.
    source : one with a url and a table.
    paths : from `files`.
    scratch : folder for what comes from a server.
    named : makes the names of the columns differ.

    Raises
    ------
    InputError
        If the environment lacks a name of the URL, or the database or its table can't be read.
    """
    url, secrets = expand(str(source.url))
    with _plain_errors(source, secrets):
        if url.startswith("sqlite"):
            return sqlite.stored(con, paths[0], str(source.table), named)
        if url.startswith("duckdb"):
            return _duckdb(con, paths[0], str(source.table), named)
        return postgres.stored(con, url, str(source.table), scratch, named)


def tables(url: str, folder: Path) -> list[str]:
    """The tables and views of a database, named as `Source.table` takes them; those of the system left out.

    Parameters
    ----------
    url, folder : as in `files`.

    Raises
    ------
    InputError
        If the environment lacks a name of the URL, or the database can't be read.
    """
    full, secrets = expand(url)
    asked = "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema NOT IN ('information_schema', 'pg_catalog') ORDER BY 1, 2"
    with _plain_errors(Source.model_construct(url=url, table="information_schema.tables"), secrets):
        if url.startswith("postgresql"):
            with postgres.connected(full) as server, server.cursor() as cursor:
                found = cursor.execute(asked).fetchall()
        elif url.startswith("duckdb"):
            with duckdb.connect(str(files(url, folder)[0]), read_only=True) as base:
                found = base.execute(asked).fetchall()
        else:
            lite = sqlite3.connect(f"file:{quote(str(files(url, folder)[0]))}?mode=ro", uri=True)
            try:
                listed = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY 1"
                found = [("main", name) for (name,) in lite.execute(listed).fetchall()]
            finally:
                lite.close()
    return [
        ".".join(
            identifier(part) if set(part) & {".", '"'} else part
            for part in (() if schema in ("main", "public") else (schema,)) + (name,)
        )
        for schema, name in found
    ]


def content(source: Source) -> dict[str, Any]:
    """Rows of a table on a server, and a hash of what it holds: its columns and the sum of two hashes of each row.

    The server works it out and sends no row. The order of the rows does not count: a server promises none.
    """
    url, secrets = expand(str(source.url))
    with _plain_errors(source, secrets), postgres.connected(url) as server, server.cursor() as cursor:
        found = cursor.execute(f"SELECT * FROM {table_name(str(source.table))} LIMIT 0").description
        sums = ", ".join(f"sum(hashtextextended(t::text, {seed})::numeric)" for seed in (0, 1))
        rows, *hashes = cursor.execute(f"SELECT count(*), {sums} FROM {table_name(str(source.table))} AS t").fetchone()
    columns = [(column.name, column.type_display) for column in found]
    return {"rows": rows, "sha256": hashlib.sha256(repr((columns, rows, hashes)).encode()).hexdigest()}


def backend(url: str) -> Any:
    """The Ibis backend of a PostgreSQL whose session is read-only.

    Raises
    ------
    InputError
        If the environment lacks a name of the URL, or the server can't be reached.
    """
    full, secrets = expand(url)
    with _plain_errors(Source.model_construct(url=url, table="orders"), secrets):
        return ibis.postgres.from_connection(postgres.connected(full))


@contextmanager
def _plain_errors(source: Source, secrets: Sequence[str]) -> Iterator[None]:
    """What a driver says, as an `InputError` with the URL as the study writes it and without what the environment holds."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        if not {"psycopg", "sqlite3", "duckdb", "_duckdb"} & {
            kind.__module__.split(".")[0] for kind in type(error).__mro__
        }:
            raise
        words = str(error) or type(error).__name__
        for secret in secrets:
            for form in filter(None, (secret, quote(secret, safe=""))):
                words = words.replace(form, "***")
        raise InputError(
            f"the table {source.table!r} can't be read",
            file=source.url,
            found=" ".join(words.split())[:300],
            remedy="Mend url and table of the source; capitals count in names.",
        ) from None


def _duckdb(con: Any, path: Path, table: str, named: Callable[[Sequence[str]], list[str]]) -> ir.Table:
    base = name_of_its_own()
    con.raw_sql(f"ATTACH {quoted(str(path))} AS {base} (TYPE duckdb, READ_ONLY)")
    try:
        place = f"{base}.{table_name(table)}"
        found = con.raw_sql(f"DESCRIBE {place}").fetchall()
        columns = [
            f"{identifier(name)}{'' if _DUCKDB.fullmatch(kind) else '::VARCHAR'} AS {identifier(new)}"
            for (name, kind, *_), new in zip(found, named([name for name, *_ in found]), strict=True)
        ]
        return load(con, f"SELECT {', '.join(columns)} FROM {place}")
    finally:
        con.raw_sql(f"DETACH {base}")
