"""Where the order lines of a study are computed: DuckDB embedded, PostgreSQL or Spark, by the URL of its engine.

The same Ibis expressions run on all three. The embedded engine keeps every step in tables of its own, and so does Spark
in its memory; PostgreSQL is only read (its session is read-only), so there each result is one query on the user's tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from kamlib.errors import InputError
from kamlib.tables import INPUTS

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from kamlib.settings import Engine, Source

_SEPARATOR = "\x1f"
_SPARK = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "false",
    "spark.driver.host": "127.0.0.1",
}


def connect(engine: Engine) -> Any:
    """The Ibis backend of a study's engine.

    Raises
    ------
    InputError
        If its extra is not installed, the environment lacks a name of the URL, or no connection can be made.
    """
    from kamlib.intake import databases, embedded

    if engine.url == "duckdb":
        return embedded.engine(engine.spill, memory=engine.memory)
    if engine.url.startswith("postgresql:"):
        return databases.backend(engine.url)
    return _spark(engine.url)


def _spark(url: str) -> Any:
    import ibis

    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise InputError(
            "the study's engine is Spark, and pyspark is not installed",
            remedy="Install it: pip install 'kamlib[spark]'; it needs Java 17 or 21.",
        ) from None
    builder = SparkSession.builder.master(url).appName("kam")
    settings = _SPARK | ({"spark.sql.shuffle.partitions": "8"} if url.startswith("local") else {})
    for key, value in settings.items():
        builder = builder.config(key, value)
    try:
        session = builder.getOrCreate()
    except Exception as error:  # Spark has no error of its own for a cluster or a Java that is not there
        raise InputError(
            "no connection to Spark",
            found=f"{url}: {str(error).splitlines()[0][:200]}",
            remedy="Check engine.url and Java.",
        ) from None
    session.sparkContext.setLogLevel("ERROR")
    return ibis.pyspark.connect(session)


def orders(con: Any, source: Source) -> ir.Table:
    """The order lines where they lie, as `readers.read` gives those of files.

    A table of a server has no lines: `LINE` is missing, and `ROW` tells rows apart by their account and their values.

    Parameters
    ----------
    con : a backend that is not embedded.
    source : a table or view of the engine, or (Spark) Parquet files by path or URL.

    Raises
    ------
    InputError
        If the table can't be read, or a column that must hold numbers or days holds texts.
    """
    import ibis

    from kamlib.intake.readers import BROKEN, FILE, LINE, PART, ROW, missing_column

    try:
        table = _table(con, source)
    except Exception as error:  # each engine has errors of its own for a table that is not there
        found = " ".join(str(error).split())[:200]
        raise InputError(
            "the orders can't be read in the engine",
            file=source.place,
            found=found,
            remedy="Mend engine and sources.orders.",
        ) from None
    if source.part is not None and source.part not in table.columns:
        raise missing_column(table, source.part, source.place, "which the study names as part")
    _refuse_texts(table, source)
    place = ibis.literal(source.place, "string")
    account = table[source.columns.get("account_id", "account_id")].cast("string").fill_null("")
    number = ibis.row_number().over(group_by=account, order_by=list(table.columns))
    return table.mutate(
        **{
            FILE: place,
            LINE: ibis.null("int64"),
            PART: place if source.part is None else table[source.part].cast("string"),
            BROKEN: ibis.null("string"),
            ROW: account + _SEPARATOR + number.cast("string"),
        }
    )


def _table(con: Any, source: Source) -> ir.Table:
    import ibis

    from kamlib.intake import embedded

    if source.table is None:
        tables = [con.read_parquet(name) for name in source.files]
        return ibis.union(*tables, distinct=False) if len(tables) > 1 else tables[0]
    *schema, name = embedded.parts(source.table)
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
    """Rows of the order lines in the engine, and a hash of what they hold; no row leaves it.

    PostgreSQL: see `databases.content`. Spark: the columns, and the sum and the exclusive or of a 64-bit hash of each row.
    """
    import hashlib

    from kamlib.intake import databases

    if engine.url.startswith("postgresql:"):
        return databases.content(source.model_copy(update={"url": engine.url}))
    con = connect(engine)
    table = _table(con, source)
    name = f"kam_{uuid4().hex}"
    con.create_view(name, table)
    hashes = "cast(xxhash64(struct(*)) AS decimal(20,0))"
    found = con.raw_sql(f"SELECT count(*), sum({hashes}), bit_xor(xxhash64(struct(*))) FROM {name}").collect()[0]
    con.drop_view(name)
    text = repr((tuple(table.schema().items()), *map(str, found)))
    return {"rows": int(found[0]), "sha256": hashlib.sha256(text.encode()).hexdigest()}


def small(con: Any, columns: Mapping[str, Iterable[str | None]]) -> ir.Table:
    """A small table of texts beside the order lines: stored where tables can be, else written into the query.

    Parameters
    ----------
    columns : name: its texts, equally many.
    """
    import ibis
    import pyarrow as pa

    from kamlib.intake import embedded

    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    if con.name == "duckdb":
        return con.create_table(embedded.name_of_its_own(), table, temp=True)
    if con.name == "pyspark":
        name = embedded.name_of_its_own()
        con._session.createDataFrame(table).createOrReplaceTempView(name)
        return con.table(name)
    rows = [_SEPARATOR.join(value or "" for value in row) for row in zip(*columns.values(), strict=True)]
    texts = ibis.array(rows).cast("array<string>").unnest().name("row").as_table()
    cells = texts.row.split(_SEPARATOR)
    return texts.select(**{name: cells[place].nullif("") for place, name in enumerate(columns)})
