"""A table of a PostgreSQL server → a raw table in the engine, as the text that COPY writes; the server is only read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import ibis.expr.types as ir

from kamlib.errors import InputError
from kamlib.io.duckdb_backend import identifier, load, quoted, table_name

_READ_ONLY = "-c default_transaction_read_only=on -c datestyle=ISO,YMD -c extra_float_digits=1"
_POSTGRES = {
    "int2": "BIGINT", "int4": "BIGINT", "int8": "BIGINT", "float4": "DOUBLE", "float8": "DOUBLE", "bool": "BOOLEAN",
    "date": "DATE", "timestamp": "TIMESTAMP", "timestamptz": "TIMESTAMP",
}  # fmt: skip


def stored(con: Any, url: str, table: str, scratch: Path, named: Callable[[Sequence[str]], list[str]]) -> ir.Table:
    """All rows of a table, its text in `scratch` on the way; the parameters are those of `databases.stored`."""
    with connected(url) as server, server.cursor() as cursor:
        found = cursor.execute(f"SELECT * FROM {table_name(table)} LIMIT 0").description
        types = [_type(server.adapters.types, column) for column in found]
        given = [
            f"{identifier(column.name)}{'::timestamp' if kind == 'TIMESTAMP' else '::text' if kind == 'VARCHAR' else ''}"
            for column, kind in zip(found, types, strict=True)
        ]
        scratch.mkdir(parents=True, exist_ok=True)
        text = scratch / f"{uuid4().hex}.csv"
        with (
            text.open("wb") as out,
            cursor.copy(f"COPY (SELECT {', '.join(given)} FROM {table_name(table)}) TO STDOUT (FORMAT csv)") as copy,
        ):
            for block in copy:
                out.write(block)
    fields = ", ".join(f"'f{place}': 'VARCHAR'" for place in range(len(types)))
    names = named([column.name for column in found])
    values = [
        f"try_cast(f{place} AS {kind}) AS {identifier(name)}"
        for place, (name, kind) in enumerate(zip(names, types, strict=True))
    ]
    options = "header=false, delim=',', quote='\"', escape='\"', auto_detect=false"
    made = load(con, f"SELECT {', '.join(values)} FROM read_csv({quoted(str(text))}, {options}, columns={{{fields}}})")
    text.unlink()
    return made


def _type(types: Any, column: Any) -> str:
    """The engine's type for a column of PostgreSQL."""
    known = types.get(column.type_code)
    kind = known.name if known else ""
    if kind != "numeric":
        return _POSTGRES.get(kind, "VARCHAR")
    fits = column.precision is not None and column.precision <= 38 and 0 <= (column.scale or 0) <= column.precision
    return f"DECIMAL({column.precision}, {column.scale or 0})" if fits else "DECIMAL(38, 10)"


def connected(url: str) -> Any:
    """A connection whose session is read-only; the server's own time zone holds."""
    try:
        import psycopg
    except ImportError:
        raise InputError(
            "the study reads PostgreSQL, and psycopg is not installed",
            remedy="Install it: pip install 'kamlib[postgres]'.",
        ) from None
    return psycopg.connect(url, options=_READ_ONLY, client_encoding="utf8", autocommit=False)
