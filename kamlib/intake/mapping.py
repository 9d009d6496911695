"""The user's columns → ours: names by the study's map, values typed by the data dictionary, one row for each row.

A value that can't be read as its type is missing in the mapped table; `unreadable` says so, and the row as it stood
comes along in columns named `RAW` + name, so that its text can be made where it is needed. Nothing is dropped here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kamlib.errors import InputError
from kamlib.intake import readers
from kamlib.intake.values import MONEY, as_money, as_type, trimmed
from kamlib.tables import INPUTS, Table

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from kamlib.study import Dialect, Source

RAW = "raw:"


def columns(raw: ir.Table, name: str, source: Source) -> dict[str, str]:
    """Which raw column each of our columns is: the study's map, then columns that carry our name already.

    Raises
    ------
    InputError
        If the study names a column that is not there, a required one is not given, or the name of one stands twice.
    """
    table = INPUTS[name]
    for ours, theirs in source.columns.items():
        if theirs not in raw.columns or theirs in readers.ADDED:
            raise readers.missing_column(raw, theirs, source.files, f"which the study maps to {ours!r}")
    taken = set(source.columns.values())
    own = {column: column for column in table.names if column in raw.columns and column not in taken}
    found = own | source.columns
    for column in table.required:
        made = name == "orders" and column == "amount" and {"quantity", "price"} <= found.keys()
        if column not in found and not made:
            raise readers.missing_column(raw, column, source.files, f"which the table {name!r} needs")
    _refuse_repeated(raw, found, source)
    return found


def _refuse_repeated(raw: ir.Table, found: dict[str, str], source: Source) -> None:
    """A name that stands twice in the first line says nothing; `readers` numbers the second one."""
    there = {name.lower() for name in raw.columns}
    for theirs in found.values():
        if f"{theirs} (2)".lower() in there:
            raise InputError(
                "two columns have this name",
                file=", ".join(source.files),
                line=1,
                column=theirs,
                remedy="Rename one of them; capitals do not tell columns apart.",
            )


def mapped(raw: ir.Table, name: str, source: Source) -> ir.Table:
    """The rows of `raw` with the columns of the table `name`, typed; nothing is executed yet.

    Parameters
    ----------
    raw : from `readers.read`.
    name : the table, a key of `tables.INPUTS`.
    source : its column map and dialect.

    Returns
    -------
    ibis Table
        Every column of the table, missing where not given: text trimmed, money as exact decimals of four places,
        days as dates. Besides: `unreadable` (a value was given and can't be read), `part`, `source_file`,
        `source_line`, and the raw columns under `RAW` + name.
    """
    import ibis

    table, given = INPUTS[name], columns(raw, name, source)
    typed, unreadable = {}, ibis.literal(False)
    for column in table.columns:
        if column.name not in given:
            typed[column.name] = ibis.null(_IBIS[column.type])
            continue
        value = trimmed(raw[given[column.name]], long=name == "orders")
        typed[column.name] = as_type(value, column, source.dialect)
        if column.type != "text" or column.choices:
            unreadable = unreadable | ibis.ifelse(typed[column.name].isnull(), value.notnull(), False)
    if name == "orders":
        _derive(typed, raw, given, table, source.dialect)
    theirs = {RAW + column: raw[column] for column in raw.columns if column not in readers.ADDED}
    return raw.select(
        **typed,
        unreadable=unreadable,
        part=raw[readers.PART],
        source_file=raw[readers.FILE],
        source_line=raw[readers.LINE].cast("int64"),
        **theirs,
    )


def _derive(typed: dict[str, Any], raw: ir.Table, given: dict[str, str], table: Table, dialect: Dialect) -> None:
    """Amount from quantity and price, margin from cost: exact, in decimals of four places."""
    import ibis

    if "amount" not in given:
        quantity = as_money(trimmed(raw[given["quantity"]], long=True), dialect)
        typed["amount"] = (quantity * typed["price"]).try_cast(MONEY)
    if "cost" in given:
        rest = (typed["amount"] - typed["cost"]).try_cast(MONEY)
        typed["margin"] = typed["margin"].fill_null(rest) if "margin" in given else rest
    typed["price"] = typed["price"].cast("float64") if "price" in given else ibis.null("float64")
    typed["currency"] = typed["currency"].upper()


def original(mapped: ir.Table, *, without: str | None = None) -> ir.StringValue:
    """Each row as it stood, as a line of CSV with every value in quotes: rows that differ never look alike.

    Parameters
    ----------
    mapped : a table that holds raw columns.
    without : a raw column to leave out.
    """
    import ibis

    quote = ibis.literal('"')
    names = [name for name in mapped.columns if name.startswith(RAW) and name.removeprefix(RAW) != without]
    cells = [mapped[name].cast("string").fill_null("").replace('"', '""') for name in names]
    return quote + ibis.literal('","').join(cells) + quote


_IBIS = {
    "text": "string",
    "date": "date",
    "money": MONEY,
    "number": "float64",
    "integer": "int64",
    "flag": "boolean",
}
