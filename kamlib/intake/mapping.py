"""The user's columns → ours: names by the study's map, values typed by the data dictionary, one row for each row.

A value that can't be read as its type is missing in the mapped table; `unreadable` says so, and the row as it stood
comes along in columns named `RAW` + name, so that its text can be made where it is needed. Nothing is dropped here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

import ibis
import ibis.expr.types as ir

from kamlib.errors import InputError
from kamlib.io import readers
from kamlib.io.values import (
    MONEY,
    WHOLE,
    WIDE,
    as_currency,
    as_money,
    as_text,
    as_type,
    as_whole,
    fitting,
    trimmed,
    without_errors,
)
from kamlib.study.columns import Column
from kamlib.study.dictionary import INPUTS
from kamlib.study.sources import Dialect, Source

_NUMBER = Column("number", "number", "")  # as which integers are read first
RAW = "raw:"
_TIDY = "tidy:"  # a raw column, trimmed; each step is a select of its own, so that a value is worked out once


class Piece(NamedTuple):
    """The rows of one source of a table.

    Attributes
    ----------
    source : without the columns whose names speak of personal life.
    raw, rows : as they came, and mapped.
    given : which raw column each of our columns is.
    of_heads : the raw columns that are those of order heads.
    texts : the raw columns of texts.
    """

    source: Source
    raw: ir.Table
    rows: ir.Table
    given: dict[str, str]
    of_heads: frozenset[str]
    texts: list[str]


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
            raise readers.missing_column(raw, theirs, source.place, f"which the study maps to {ours!r}")
    taken = set(source.columns.values())
    own = {column: column for column in table.names if column in raw.columns and column not in taken}
    found = own | source.columns
    for column in table.required:
        made = name == "orders" and column == "amount" and {"quantity", "price"} <= found.keys()
        if column not in found and not made:
            raise readers.missing_column(raw, column, source.place, f"which the table {name!r} needs")
    _refuse_repeated(raw, found, source)
    return found


def _refuse_repeated(raw: ir.Table, found: dict[str, str], source: Source) -> None:
    """A name that stands twice in the first line says nothing; `readers` numbers the second one."""
    there = {name.lower() for name in raw.columns}
    for theirs in found.values():
        if f"{theirs} (2)".lower() in there:
            raise InputError(
                "two columns have this name",
                file=source.place,
                line=1,
                column=theirs,
                remedy="Rename one of them; capitals do not tell columns apart.",
            )


def mapped(raw: ir.Table, name: str, source: Source, of_heads: Collection[str] = ()) -> ir.Table:
    """The rows of `raw` with the columns of the table `name`, typed; nothing is executed yet.

    Parameters
    ----------
    raw : from `readers.read`.
    name : the table, a key of `tables.INPUTS`.
    source : its column map and dialect.
    of_heads : the raw columns that are those of order heads, in the dialect of these.

    Returns
    -------
    ibis Table
        Every column of the table, missing where not given: text trimmed, money as exact decimals of four places,
        days as dates. Besides: `unreadable` (a value was given and can't be read), `part`, `source_file`,
        `source_line`, `broken` (the line of the file had too few or too many fields), and the raw columns under
        `RAW` + name, such a line's text under `RAW` + `readers.BROKEN`.
    """
    table, given = INPUTS[name], columns(raw, name, source)
    dialects = dialects_of(given, source, of_heads)
    plain = {ours: trimmed(raw[theirs], long=name == "orders") for ours, theirs in given.items()}
    if readers.of_sheets(source):
        texts = {column.name for column in table.columns if column.type == "text"}
        plain |= {
            ours: without_errors(text) for ours, text in plain.items() if ours in texts and text.type().is_string()
        }
    plain |= {ours: _in_our_words(plain[ours], meant) for ours, meant in source.values.items() if ours in plain}
    tidy = raw.select(
        **{_TIDY + ours: value for ours, value in plain.items()},
        part=raw[readers.PART],
        source_file=raw[readers.FILE],
        source_line=raw[readers.LINE].cast("int64"),
        broken=raw[readers.BROKEN].notnull(),
        **({"row": raw[readers.ROW]} if readers.ROW in raw.columns else {}),
        **{
            RAW + column: raw[column]
            for column in raw.columns
            if column not in (readers.FILE, readers.LINE, readers.PART, readers.ROW)
        },
    )
    typed = tidy.mutate(
        **{
            column.name: as_type(
                tidy[_TIDY + column.name], _NUMBER if column.type == "integer" else column, dialects[column.name]
            )
            if column.name in given
            else ibis.null(_IBIS[column.type])
            for column in table.columns
        }
    )
    made = {column: typed[column] for column in typed.columns if not column.startswith(_TIDY)}
    made |= {c.name: as_whole(typed[c.name]) for c in table.columns if c.type == "integer" and c.name in given}
    checked = [column for column in table.columns if column.name in given and (column.type != "text" or column.choices)]
    unread = [ibis.ifelse(made[c.name].isnull(), typed[_TIDY + c.name].notnull(), False) for c in checked]
    if name == "orders":
        made |= _derived(typed, dialects)
    if "currency" in made and "currency" not in given:  # then it may stand around the amount
        money = "amount" if "amount" in given else "price"
        made["currency"] = as_currency(typed[_TIDY + money], typed[money], dialects[money])
    return typed.select(**made, unreadable=reduce(or_, unread, ibis.literal(False)))


def dialects_of(given: Mapping[str, str], source: Source, of_heads: Collection[str]) -> dict[str, Dialect]:
    """How each of our columns is written: as the source says, or its heads."""
    own, heads = source.pieces[0], source.pieces[-1]
    return {ours: (heads if theirs in of_heads else own).dialect for ours, theirs in given.items()}


def _in_our_words(value: ir.Value, meant: Mapping[str, str]) -> ir.StringValue:
    """Words of the file, capital or small, replaced by ours; any other stays."""
    text = as_text(value)
    return text.lower().substitute({theirs.strip().lower(): ours for theirs, ours in meant.items()}, else_=text)


def _derived(lines: ir.Table, given: Mapping[str, Dialect]) -> dict[str, Any]:
    """Amount from quantity, price and discount, margin from cost: exact, in decimals of four places; the order from customer
    and day.

    Parameters
    ----------
    given : the columns that are given, each with its dialect.
    """
    amount, margin = lines.amount, lines.margin
    if "amount" not in given:
        quantity = as_money(lines[f"{_TIDY}quantity"], given["quantity"])
        whole = quantity.cast(WIDE) * lines.price
        if "discount" in given:
            off = ibis.ifelse(lines[f"{_TIDY}discount"].isnull(), 0, lines.discount)
            whole = fitting(whole, WHOLE) * (1 - off)
        amount = fitting(whole, MONEY)
    if "cost" in given:
        rest = fitting(amount.cast(WIDE) - lines.cost, MONEY)
        margin = margin.fill_null(rest) if "margin" in given else rest
    price = lines.price.cast("float64") if "price" in given else ibis.null("float64")
    made = {"amount": amount, "margin": margin, "price": price}
    if "order_id" not in given:
        made["order_id"] = lines.account_id.fill_null("") + " " + lines.date.cast("string").fill_null("")
    return made


def original(mapped: ir.Table, *, without: Collection[str] = ()) -> ir.StringValue:
    """Each row as it stood, as a line of CSV with every value in quotes: rows that differ never look alike.

    A line with too few or too many fields has its own text.

    Parameters
    ----------
    mapped : a table that holds raw columns.
    without : raw columns to leave out.
    """
    quote = ibis.literal('"')
    broken = RAW + readers.BROKEN
    out = {broken, *[RAW + name for name in without]}
    names = [name for name in mapped.columns if name.startswith(RAW) and name not in out]
    cells = [mapped[name].cast("string").fill_null("").replace('"', '""') for name in names]
    return mapped[broken].fill_null(quote + ibis.literal('","').join(cells) + quote)


_IBIS = {
    "text": "string",
    "date": "date",
    "money": MONEY,
    "number": "float64",
    "integer": "int64",
    "flag": "boolean",
}
