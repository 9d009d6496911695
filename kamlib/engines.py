"""Where the order lines of a study are computed: DuckDB embedded or PostgreSQL, by the URL of its engine.

The same Ibis expressions run on both. The embedded engine keeps every step in tables of its own; PostgreSQL is only read
(its session is read-only), so there each result is one query on the user's tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from kamlib.errors import InputError
from kamlib.tables import INPUTS

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from kamlib.settings import Engine, Source

_SEPARATOR = "\x1f"


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
    return databases.backend(engine.url)


def orders(con: Any, source: Source) -> ir.Table:
    """The order lines where they lie, as `readers.read` gives those of files.

    A table of a server has no lines: `LINE` is missing, and `ROW` tells rows apart by their account and their values.

    Parameters
    ----------
    con : a backend that is not embedded.
    source : a table or view of the engine.

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

    from kamlib.intake import embedded

    *schema, name = embedded.parts(str(source.table))
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

    See `databases.content`.
    """
    from kamlib.intake import databases

    return databases.content(source.model_copy(update={"url": engine.url}))


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
    rows = [_SEPARATOR.join(value or "" for value in row) for row in zip(*columns.values(), strict=True)]
    texts = ibis.array(rows).cast("array<string>").unnest().name("row").as_table()
    cells = texts.row.split(_SEPARATOR)
    return texts.select(**{name: cells[place].nullif("") for place, name in enumerate(columns)})
