"""A table of a SQLite file → a raw table in the engine, in batches; the file is only read."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import ibis.expr.types as ir
import pyarrow as pa

from kamlib.io.duckdb_backend import identifier, load, name_of_its_own, table_name

BATCH = 100_000


def stored(con: Any, path: Path, table: str, named: Callable[[Sequence[str]], list[str]]) -> ir.Table:
    """SQLite types values, not columns: those of a column with one kind of number are numbers, all others are text."""
    base = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None, check_same_thread=False)
    try:
        base.text_factory = lambda text: text.decode("utf-8", "replace")
        base.execute("BEGIN")
        names = [column for column, *_ in base.execute(f"SELECT * FROM {table_name(table)} LIMIT 0").description]
        kinds = ", ".join(f"group_concat(DISTINCT typeof({identifier(name)}))" for name in names)
        found = base.execute(f"SELECT {kinds} FROM {table_name(table)}").fetchone()
        columns, fields = [], []
        for name, new, held in zip(names, named(names), found, strict=True):
            value, held = identifier(name), set((held or "").split(",")) - {"null", ""}
            if held == {"integer"}:
                kind = pa.int64()
            elif held and held <= {"integer", "real"}:
                kind, value = pa.float64(), f"CAST({value} AS REAL)"
            else:
                kind = pa.string()
                value = f"CASE typeof({value}) WHEN 'blob' THEN hex({value}) ELSE CAST({value} AS TEXT) END"
            columns.append(value)
            fields.append(pa.field(new, kind))
        rows = base.execute(f"SELECT {', '.join(columns)} FROM {table_name(table)}")
        schema, name = pa.schema(fields), name_of_its_own()
        batches = (
            pa.record_batch(
                [pa.array(cells, field.type) for cells, field in zip(zip(*batch, strict=True), fields, strict=True)],
                schema=schema,
            )
            for batch in iter(lambda: rows.fetchmany(BATCH), [])
        )
        con.con.register(name, pa.RecordBatchReader.from_batches(schema, batches))
        try:
            return load(con, f"SELECT * FROM {name}")
        finally:
            con.con.unregister(name)
    finally:
        base.close()
