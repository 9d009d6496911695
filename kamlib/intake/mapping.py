"""The user's columns → ours: names by the study's map, values typed by the data dictionary, one row for each row.

A value that can't be read as its type is missing in the mapped table; `unreadable` says so, and the row as it stood
comes along in columns named `RAW` + name, so that its text can be made where it is needed. Nothing is dropped here.
"""

from __future__ import annotations

from decimal import Decimal
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from kamlib.errors import InputError
from kamlib.intake import readers
from kamlib.tables import INPUTS, Column, Table

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from kamlib.study import Dialect, Source

MONEY = "decimal(18,4)"
SUM = "decimal(38,4)"
RAW = "raw:"
SPACES = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}"
_BLANK = (" ", "\t", "\n", "\r", "\N{NO-BREAK SPACE}")
_YES, _NO = ("true", "yes", "1", "y", "t"), ("false", "no", "0", "n", "f")


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


def as_type(value: ir.Value, column: Column, dialect: Dialect) -> Any:
    """`value`, trimmed, read as the type of `column`; missing where that can't be."""
    import ibis

    if column.type == "text":
        text = as_text(value)
        return text.lower() if column.choices else text
    if column.type == "date":
        return as_day(value, dialect)
    if column.type == "money":
        return as_money(value, dialect)
    if column.type == "flag":
        word = as_text(value).lower()
        return ibis.cases((word.isin(_YES), True), (word.isin(_NO), False), else_=None)
    number = as_number(value, dialect)
    if column.type == "integer":
        return ibis.ifelse(number == number.round(), number, None).try_cast("int64")
    return number


def trimmed(value: ir.Value, *, long: bool = False) -> ir.Value:
    """Text without blanks around it, missing where nothing is left; what is no text stays as it is.

    Parameters
    ----------
    value : a raw column.
    long : look for blanks before taking them away; saves time where there are millions of values.
    """
    import ibis

    if not value.type().is_string():
        return value
    plain = value.replace("\N{NO-BREAK SPACE}", " ").strip()
    if long:
        plain = ibis.ifelse(reduce(or_, [value.contains(blank) for blank in _BLANK]), plain, value)
    return plain.nullif("")


def as_text(value: ir.Value) -> ir.StringValue:
    """Text as it is; numbers written out plainly: 12346.0 is ``12346``."""
    import ibis

    kind = value.type()
    if kind.is_floating() or (kind.is_decimal() and kind.scale):
        whole = value.try_cast("int64")
        return ibis.ifelse(whole.cast("float64") == value.cast("float64"), whole.cast("string"), value.cast("string"))
    return value if kind.is_string() else value.cast("string")


def as_money(value: ir.Value, dialect: Dialect) -> ir.DecimalValue:
    """An exact amount of four decimal places."""
    return _cast(value, MONEY, dialect)


def as_number(value: ir.Value, dialect: Dialect) -> ir.FloatingValue:
    """A finite number."""
    number = _cast(value, "float64", dialect)
    return number.nullif(float("inf")).nullif(float("-inf")).nullif(float("nan"))


def as_day(value: ir.Value, dialect: Dialect) -> ir.DateValue:
    """A day from 1900 to 2261; the time of day is dropped, without moving between time zones."""
    import ibis

    kind = value.type()
    if kind.is_date() or kind.is_timestamp():
        day = value.cast("date")
    elif dialect.date_format:
        day = try_strptime(as_text(value), dialect.date_format).cast("date")
    else:
        day = as_text(value).try_cast("timestamp").cast("date")
    return ibis.ifelse(day.between(ibis.date(1900, 1, 1), ibis.date(2261, 12, 31)), day, None).cast("date")


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


def _cast(value: ir.Value, kind: str, dialect: Dialect) -> Any:
    """A number. Marks of thousands must stand where they belong: ``1,5`` is not fifteen."""
    import ibis

    if not value.type().is_string():
        return value.try_cast(kind)
    if dialect.thousands:
        point = "[.]" if dialect.decimal == "." else ","
        marks = {" ": f"[{SPACES}]", "'": "['’]", ".": "[.]", ",": ","}[dialect.thousands]
        shape = rf"^[+-]?(\d{{1,3}}({marks}\d{{3}})+|\d+)?({point}\d*)?$"
        value = ibis.ifelse(value.re_search(shape), value.re_replace(marks, ""), None)
    if dialect.decimal == ",":
        value = ibis.ifelse(value.contains("."), None, value.replace(",", "."))
    return value.try_cast(kind)


def try_strptime(text: ir.StringValue, form: str) -> ir.TimestampValue:
    """A time read by a strptime format; missing where the text does not fit."""
    import ibis

    @ibis.udf.scalar.builtin(name="try_strptime", signature=(("string", "string"), "timestamp"))
    def function(text, form):
        """The engine's own."""

    return function(text, form)


def exact(number: float) -> Decimal:
    """The decimal that a person wrote: 0.1 is one tenth."""
    return Decimal(repr(float(number)))


_IBIS = {
    "text": "string",
    "date": "date",
    "money": MONEY,
    "number": "float64",
    "integer": "int64",
    "flag": "boolean",
}
