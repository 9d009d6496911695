"""The user's columns → ours: names by the study's map, values typed by the data dictionary, one row for each row.

A value that can't be read as its type is missing in the mapped table; `unreadable` says so, and the row as it stood
comes along in columns named `RAW` + name, so that its text can be made where it is needed. Nothing is dropped here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_
from typing import Any

import ibis
import ibis.expr.types as ir

from kamlib.errors import InputError
from kamlib.io import readers
from kamlib.io.values import (
    IBIS,
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


@dataclass(frozen=True)
class Piece:
    """The rows of one source of a table.

    Attributes
    ----------
    name : the table.
    source : without the columns whose names speak of personal life.
    raw, rows : as they came, and mapped.
    given : which raw column each of our columns is.
    of_heads : the raw columns that are those of order heads.
    texts : the raw columns of texts.
    place : of the source among those of the table.
    """

    name: str
    source: Source
    raw: ir.Table
    given: dict[str, str]
    of_heads: frozenset[str]
    texts: list[str]
    place: int

    @cached_property
    def rows(self) -> ir.Table:
        rows = mapped(self.raw, self.name, self.source, self.of_heads)
        if not self.place:
            return rows
        # what tells rows and parts apart within a source must do so among several
        mark = ibis.literal(f"{self.place} ")
        return rows.mutate(**{column: mark + rows[column] for column in ("part", "row") if column in rows.columns})


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
    tidy = raw.select(
        **{
            _TIDY + ours: tidied(raw[theirs], table.column(ours), source, long=name == "orders")
            for ours, theirs in given.items()
        },
        **beside(raw),
    )
    read = tidy.mutate(
        **{
            column.name: typed(tidy[_TIDY + column.name], column, dialects[column.name])
            if column.name in given
            else ibis.null(IBIS[column.type])
            for column in table.columns
        }
    )
    made = {column: read[column] for column in read.columns if not column.startswith(_TIDY)}
    made |= {c.name: as_whole(read[c.name]) for c in table.columns if c.type == "integer" and c.name in given}
    checked = [column for column in table.columns if column.name in given and may_be_unreadable(column)]
    unread = [ibis.ifelse(made[c.name].isnull(), read[_TIDY + c.name].notnull(), False) for c in checked]
    if name == "orders":
        made |= _derived(read, dialects)
    if (money := holds_currency(name, given)) is not None:
        made["currency"] = as_currency(read[_TIDY + money], read[money], dialects[money])
    return read.select(**made, unreadable=reduce(or_, unread, ibis.literal(False)))


def holds_currency(name: str, given: Collection[str]) -> str | None:
    """The column of money around which the currency may stand, where a table has one that is not given."""
    if "currency" not in INPUTS[name].names or "currency" in given:
        return None
    return next((money for money in ("amount", "price") if money in given), None)


def beside(raw: ir.Table) -> dict[str, ir.Value]:
    """Where each row is from, and what it holds, under the names that mapped rows have for them."""
    named = {"part": readers.PART, "source_file": readers.FILE, "source_line": readers.LINE, "row": readers.ROW}
    made = {ours: raw[theirs] for ours, theirs in named.items() if theirs in raw.columns}
    made |= {"source_line": raw[readers.LINE].cast("int64"), "broken": raw[readers.BROKEN].notnull()}
    return made | {RAW + column: raw[column] for column in raw.columns if column not in named.values()}


def tidied(value: ir.Value, column: Column, source: Source, *, long: bool = False) -> ir.Value:
    """A raw value without blanks around it, in our words; no text where a spreadsheet says that a formula failed."""
    plain = trimmed(value, long=long)
    if column.type == "text" and plain.type().is_string() and readers.of_sheets(source):
        plain = without_errors(plain)
    meant = source.values.get(column.name)
    return plain if meant is None else _in_our_words(plain, meant)


def typed(tidy: ir.Value, column: Column, dialect: Dialect) -> ir.Value:
    """What `tidied` gave read as the type of the column; integers as numbers, for `as_whole` in a step of its own."""
    return as_type(tidy, _NUMBER if column.type == "integer" else column, dialect)


def may_be_unreadable(column: Column) -> bool:
    """Whether a value of the column may be none: any text is one."""
    return column.type != "text" or bool(column.choices)


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
