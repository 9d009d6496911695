"""Values as they stand in files → typed values: text, days, exact money, numbers and flags, as Ibis expressions.

A value that can't be read as its type is missing; nothing is executed here.
"""

from __future__ import annotations

from decimal import Decimal
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from kamlib.tables import Column

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from kamlib.study import Dialect

MONEY = "decimal(18,4)"
SUM = "decimal(38,4)"
SPACES = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}"
_BLANK = (" ", "\t", "\n", "\r", "\N{NO-BREAK SPACE}")
_YES, _NO = ("true", "yes", "1", "y", "t"), ("false", "no", "0", "n", "f")


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
