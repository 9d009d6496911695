"""Values as they stand in files → typed values: text, days, exact money, numbers and flags, as Ibis expressions.

A value that can't be read as its type is missing; nothing is executed here.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

import ibis
import ibis.expr.types as ir

from kamlib.errors import InputError
from kamlib.io import amounts, month_words
from kamlib.io.currencies import exact
from kamlib.io.letters import inner_day, plain_text
from kamlib.study.columns import Column
from kamlib.study.sources import Dialect

MONEY = "decimal(18,4)"
SUM = "decimal(38,4)"
WIDE = "decimal(19,4)"  # for sums and products of two amounts: DuckDB keeps those of two of 18 digits within 18
IBIS = {"text": "string", "date": "date", "money": MONEY, "number": "float64", "integer": "int64", "flag": "boolean"}
WHOLE = "decimal(22,8)"  # a product of two amounts
_SHARE = "decimal(8,6)"
_BLANKS = " \t\n\v\f\r"  # what strip takes away; at the beginning all of them come before "!"
_MOST = {
    MONEY: 1e14,
    SUM: 1e34,
    WHOLE: 1e14,
    _SHARE: 100.0,
    "float64": float("inf"),
    "int64": 2.0**53,
}  # what the engine can hold, or hold exactly
_ERROR = r"^#([^ ]+[!?]|N/A|NV|Н/Д|N/D|GETTING_DATA)$|^#FORMULA! ="  # in English, German, Russian and Spanish
_SERIALS = (61, 132_219)  # 1 March 1900 and 31 December 2261
_UNIX, _SECONDS = 25_569, 1e11  # 1 January 1970; above it seconds are thousandths
NO_DAYS = (date(1900, 1, 1), date(1970, 1, 1))  # databases write them for none
_YES, _NO = ("true", "yes", "1", "y", "t"), ("false", "no", "0", "n", "f")


def as_type(value: ir.Value, column: Column, dialect: Dialect) -> Any:
    """`value`, trimmed, read as the type of `column`; missing where that can't be."""
    if column.type == "text":
        text = plain_text.plain(as_text(value))
        if dialect.whole_ids and (column.name.endswith("_id") or column.name == "product"):
            text = text.re_replace(r"^(\d+)[.,]0+$", r"\1")
        return text.lower() if column.choices else text
    if column.type == "date":
        return as_day(value, dialect)
    if column.type == "money":
        return as_money(value, dialect)
    if column.type == "flag":
        word = as_text(value).lower()
        return ibis.cases((word.isin(_YES), True), (word.isin(_NO), False), else_=None)
    if column.unit == "share":
        return as_share(value, dialect)
    number = as_number(value, dialect)
    return as_whole(number) if column.type == "integer" else number


def as_whole(number: ir.FloatingValue) -> ir.IntegerValue:
    """A number that is whole; missing where it is not."""
    whole = fitting(number, "int64")
    return ibis.ifelse(whole.cast("float64") == number, whole, None)


def trimmed(value: ir.Value, *, long: bool = False) -> ir.Value:
    """Text without blanks around it, missing where nothing is left, as is a NaN; what else is no text stays as it is.

    Parameters
    ----------
    value : a raw column.
    long : look for blanks before taking them away; saves time where there are millions of values.
    """
    if value.type().is_floating():
        return value.nullif(float("nan"))
    if not value.type().is_string():
        return value
    plain = value.replace("\N{NO-BREAK SPACE}", " ").strip()
    if long:
        around = [value < "!", *[value.endswith(blank) for blank in _BLANKS], value.contains("\N{NO-BREAK SPACE}")]
        plain = ibis.ifelse(reduce(or_, around), plain, value)
    return plain.nullif("")


def as_text(value: ir.Value) -> ir.StringValue:
    """Text as it is; numbers written out plainly: 12346.0 is ``12346``."""
    kind = value.type()
    if kind.is_floating() or (kind.is_decimal() and kind.scale):
        whole = fitting(value, "int64")
        return ibis.ifelse(whole.cast("float64") == value.cast("float64"), whole.cast("string"), value.cast("string"))
    return value if kind.is_string() else value.cast("string")


def without_errors(text: ir.StringValue) -> ir.StringValue:
    """Missing where a spreadsheet says that a formula failed: no account is called #N/A."""
    return ibis.ifelse(text.re_search(_ERROR), None, text)


def as_money(value: ir.Value, dialect: Dialect) -> ir.DecimalValue:
    """An exact amount of four decimal places."""
    return _cast(value, MONEY, dialect)


def as_share(value: ir.Value, dialect: Dialect) -> ir.DecimalValue:
    """A share from 0 to 1, exact to six places, as `Dialect.discount` says or as a sign % does; missing where it is none."""
    percent: Any = ibis.literal(dialect.discount == "percent")
    if value.type().is_string():
        percent = percent | value.endswith("%")
        value = value.re_replace(r"\s*%$", "")
    number = _cast(value, WHOLE, dialect)
    share = ibis.ifelse(percent, number * ibis.literal(Decimal("0.01"), "decimal(3,2)"), number)
    return fitting(ibis.ifelse((share >= 0) & (share <= 1), share, None), _SHARE)


def as_currency(value: ir.Value, amount: ir.DecimalValue, dialect: Dialect) -> ir.StringValue:
    """The code of the currency that stands around an amount; missing where there is none.

    Parameters
    ----------
    value : the amount as it stands in the file, trimmed.
    amount : what `as_money` made of it.
    """
    if not value.type().is_string():
        return ibis.null("string")
    number = value.replace(",", ".") if dialect.decimal == "," else value
    return ibis.ifelse(number.try_cast(MONEY).isnull() & amount.notnull(), amounts.currency(value), None)


def as_number(value: ir.Value, dialect: Dialect) -> ir.FloatingValue:
    """A finite number."""
    number = _cast(value, "float64", dialect)
    return number.nullif(float("inf")).nullif(float("-inf")).nullif(float("nan"))


def as_day(value: ir.Value, dialect: Dialect) -> ir.DateValue:
    """A day from 1900 to 2261; the time of day is dropped, without moving between time zones.

    A `date_format` without a time of day reads values with one too, and the other way round. Its %b and %B read the months'
    words of `month_words`. The format ``excel`` reads serial numbers: days since 1899-12-30, with a fraction for the time of day.
    Spreadsheets hold 1900 for a leap year, so this is right from 1 March 1900 on; smaller numbers are no days. ``unix`` reads
    seconds since 1970, or thousandths, as days of UTC. ``* of %d.%m.%Y*`` finds the day inside a text.
    """
    kind = value.type()
    if kind.is_date() or kind.is_timestamp():
        day = value.cast("date")
    elif dialect.date_format in ("excel", "unix"):
        serial = as_number(value, dialect)
        if dialect.date_format == "unix":
            serial = ibis.ifelse(serial > _SECONDS, serial / 1000, serial) / 86_400 + _UNIX
        known = ibis.ifelse(serial.floor().between(*_SERIALS), serial.floor(), None).cast("int32")
        return (ibis.date(1899, 12, 30) + known.as_interval("D")).cast("date")
    elif dialect.date_format:
        text, form = as_text(value), dialect.date_format
        if inner_day.inside(form):
            text, form = inner_day.cut_out(text, form)
        if month_words.named(form):
            text, form = month_words.numbered(text), month_words.as_numbers(form)
        day = try_strptime(text, _with_time(form)).cast("date")
    else:
        text = as_text(value)  # longer than 2024-01-03 10:00 it may have a zone
        zone = text.re_replace(r" ?[+-]\d\d:?\d\d$", "")  # the day is that of the clock beside it
        day = ibis.ifelse(text.length() > 16, zone, text).try_cast("timestamp").cast("date")
    return ibis.ifelse(day.between(ibis.date(1900, 1, 1), ibis.date(2261, 12, 31)), day, None).cast("date")


def in_zone(table: ir.Table, zone: str | None, days: Collection[str] = (), label: str = "") -> ir.Table:
    """Moments as the clocks of a time zone show them, so that they have the days of its people.

    Parameters
    ----------
    zone : None: as they are.
    days : columns of days, in which moments must be midnights of UTC where no zone is given.
    label : what the table is called in errors.

    Raises
    ------
    InputError
        If a column of days holds other moments, and no zone is given.
    """
    moments = [name for name, kind in table.schema().items() if kind.is_timestamp() and kind.timezone]
    for name in moments if zone is None else ():
        texts = table.select(text=table[name].cast("string"))
        other = texts.filter(~texts.text.re_search("00:00:00[+]00$")).limit(1)
        if name in days and (found := other.to_pyarrow()["text"].to_pylist()):
            raise InputError(
                "the column holds moments, which have no day until a time zone is chosen",
                file=label,
                column=name,
                found=found[0],
                remedy="Give that of the people who wrote them, such as dialect: {time_zone: Europe/Madrid}, or UTC.",
            )
    if zone is None or not moments:
        return table
    spark = ibis.get_backend(table).name == "pyspark"

    def local(one: Any, other: Any) -> Any:
        """The engine's own."""

    kinds = ("timestamp('UTC')", "string") if spark else ("string", "timestamp('UTC')")
    clock = ibis.udf.scalar.builtin(
        local, name="from_utc_timestamp" if spark else "timezone", signature=(kinds, "timestamp")
    )
    return table.mutate(**{name: clock(table[name], zone) if spark else clock(zone, table[name]) for name in moments})


def _with_time(form: str) -> list[str]:
    """The date format, and the same with other times of day."""
    day = re.sub(r"[ ,T]+%[HIMSfp].*$", "", form)
    clocks = [f"{gap}{clock}" for gap in (" ", "T") for clock in ("%H:%M:%S", "%H:%M", "%H:%M:%S.%g")]
    return list(dict.fromkeys([form, day, *[day + clock for clock in clocks], f"{day} %I:%M:%S %p", f"{day} %I:%M %p"]))


def _cast(value: ir.Value, kind: str, dialect: Dialect) -> Any:
    if value.type().is_string():
        return amounts.number(value, kind, dialect)
    return fitting(value, kind) if value.type().is_numeric() else ibis.null(kind)


def fitting(number: ir.NumericValue, kind: str) -> Any:
    """A number as another kind of number; missing where it does not fit. No engine fails on it."""
    return ibis.ifelse(number.abs() < _MOST[kind], number, None).cast(kind)


def try_strptime(text: ir.StringValue, forms: list[str]) -> ir.TimestampValue:
    """A time read by the first of some strptime formats that fits; missing where none does."""

    def try_strptime(text: ir.StringValue, forms: ir.ArrayValue) -> Any:
        """The engine's own."""

    function = ibis.udf.scalar.builtin(try_strptime, signature=(("string", "array<string>"), "timestamp"))
    time: ir.TimestampValue = function(text, forms)
    return time


def as_rate(number: float) -> ir.DecimalScalar:
    """A rate as a person wrote it (0.1 is one tenth), by which a `WIDE` amount is multiplied in every engine.

    It has 18 digits, more than a number of a study; a 19th is nothing, as Spark drops one of the product.
    """
    rate = exact(number)
    places = 18 - max(rate.adjusted() + 1, 0)
    return ibis.literal(rate.quantize(Decimal(1).scaleb(-places)), f"decimal(19,{places + 1})")
