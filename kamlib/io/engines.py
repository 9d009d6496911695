"""Where the order lines of a study are computed: DuckDB embedded, PostgreSQL or Spark, by the URL of its engine.

The same Ibis expressions run on all of them; what differs is here. The embedded engine keeps every step in tables of its
own, Spark in Parquet files of its spill folder; PostgreSQL is only read (its session is read-only), so there each result is
one query on the user's tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from kamlib.errors import InputError
from kamlib.io import databases, duckdb_backend, spark_backend
from kamlib.io.readers import BROKEN, FILE, LINE, PART, ROW, missing_column
from kamlib.io.values import in_zone
from kamlib.study.dictionary import INPUTS
from kamlib.study.sources import Engine, Source

_SEPARATOR = "\x1f"


def connect(engine: Engine) -> Any:
    """The Ibis backend of a study's engine.

    Raises
    ------
    InputError
        If its extra is not installed, the environment lacks a name of the URL, or no connection can be made.
    """
    if engine.url == "duckdb":
        return duckdb_backend.engine(engine.spill, memory=engine.memory)
    return databases.backend(engine.url) if engine.url.startswith("postgresql:") else spark_backend.backend(engine)


def store(con: Any, step: ir.Table) -> ir.Table:
    """A step of a longer computation, worked out once and kept where the engine can keep it; else the query that it is."""
    return {"duckdb": duckdb_backend.store, "pyspark": spark_backend.store}.get(con.name, lambda con, step: step)(
        con, step
    )


def table(con: Any, source: Source) -> ir.Table:
    """The order lines, or their heads, where they lie.

    Parameters
    ----------
    con : a backend that is not embedded.
    source : a table or view of the engine, or (Spark) Parquet files by path or URL.

    Raises
    ------
    InputError
        If the table can't be read.
    """
    try:
        return _table(con, source)
    except Exception as error:  # each engine has errors of its own for a table that is not there
        raise InputError(
            "the orders can't be read in the engine",
            file=source.place,
            found=spark_backend.cause(error),
            remedy="Mend engine and sources.orders.",
        ) from None


def orders(con: Any, source: Source, table: ir.Table) -> ir.Table:
    """The order lines of `table`, as `readers.read` gives those of files.

    They have no lines: `LINE` is missing, and `ROW` tells rows apart by their account and their values.

    Raises
    ------
    InputError
        If the part column is not there, or a column that must hold numbers or days holds texts.
    """
    if source.part is not None and source.part not in table.columns:
        raise missing_column(table, source.part, source.place, "which the study names as part")
    _refuse_texts(table, source)
    place = ibis.literal(source.place, "string")
    account = table[source.columns.get("account_id", "account_id")].cast("string").fill_null("")
    number = ibis.row_number().over(group_by=account, order_by=list(table.columns))
    added = {
        FILE: place,
        LINE: ibis.null("int64"),
        PART: place if source.part is None else table[source.part].cast("string"),
        BROKEN: ibis.null("string"),
        ROW: account + _SEPARATOR + number.cast("string"),
    }
    return store(con, in_zone(table, source.dialect.time_zone).mutate(**added))


def _table(con: Any, source: Source) -> ir.Table:
    if source.table is None:
        # a folder ``amount=5`` would take the place of the column
        tables = [con.read_parquet(name, recursiveFileLookup=True) for name in source.files]
        return ibis.union(*tables, distinct=False) if len(tables) > 1 else tables[0]
    *schema, name = duckdb_backend.parts(source.table)
    return con.table(name, database=tuple(schema) or None)


def _refuse_texts(table: ir.Table, source: Source) -> None:
    """Texts are read as numbers and days by the embedded engine alone."""
    for column in INPUTS["orders"].columns:
        theirs = source.columns.get(column.name, column.name)
        if column.type != "text" and theirs in table.columns and table[theirs].type().is_string():
            raise InputError(
                f"the column of {column.name!r} holds texts, and this engine reads {column.type}s only from typed columns",
                file=source.place,
                column=theirs,
                remedy="Give a view that casts it, or read the table by sources.orders.url with the embedded engine.",
            )


def content(engine: Engine, source: Source) -> dict[str, Any]:
    """Rows of the order lines in the engine, and a hash of what they hold; no row leaves it."""
    if not engine.url.startswith("postgresql:"):
        con = connect(engine)
        return spark_backend.content(con, _table(con, source))
    return databases.content(source.model_copy(update={"url": engine.url}))


def small(con: Any, columns: Mapping[str, Iterable[str | None]]) -> ir.Table:
    """A small table of texts beside the order lines: stored where tables can be, else written into the query.

    Parameters
    ----------
    columns : name: its texts, equally many.
    """
    if con.name != "postgres":
        table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
        return store(con, ibis.memtable(table))
    rows = [_SEPARATOR.join(value or "" for value in row) for row in zip(*columns.values(), strict=True)]
    texts = ibis.array(rows or [""]).cast("array<string>").unnest().name("row").as_table()  # an empty one has no type
    cells = texts.row.split(_SEPARATOR)
    return texts.limit(len(rows)).select(**{name: cells[place].nullif("") for place, name in enumerate(columns)})
