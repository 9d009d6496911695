"""One's own order lines, of a frame or of a table in an engine → the clean lines that every table of facts is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kamlib.errors import InputError, some
from kamlib.io.duckdb_backend import engine, store
from kamlib.io.values import MONEY, WIDE, as_day, as_text, fitting, trimmed
from kamlib.study.sources import Dialect

TEXTS = ("customer_id", "account_id", "order_id", "product", "category", "channel", "manager")
_FRAMES = "a pandas or polars frame, a pyarrow table or an Ibis table"


def orders(
    frame: Any,
    *,
    account_id: str = "account_id",
    date: str = "date",
    amount: str = "amount",
    customer_id: str | None = None,
    order_id: str | None = None,
    margin: str | None = None,
    cost: str | None = None,
    product: str | None = None,
    category: str | None = None,
    channel: str | None = None,
    manager: str | None = None,
) -> ir.Table:
    """Clean order lines from a table of one's own, each column by the name that it has there.

    Parameters
    ----------
    frame : pandas or polars frame, pyarrow table, or Ibis table
        One row per order line. An Ibis table stays in its engine; anything else is stored in an embedded one.
    account_id, date, amount : who bought, the day or time of it, and the net value, credit notes negative.
    customer_id, order_id, margin, cost, product, category, channel, manager : None: the column that is called so, if there is
        one. The customer is the one that is counted, such as the head of a group, else the account itself. Without orders the
        lines of a day are one order; a margin that is not known is amount less cost.

    Returns
    -------
    ibis Table
        customer_id, account_id, order_id, date (days), amount, margin (decimals of four places), product, category,
        channel, manager; ids are texts, whole numbers written out plainly. For `account_facts`, `account_months`,
        `kamlib.churn.forecast` and all others that take order lines.

    Raises
    ------
    InputError
        Naming the column that is not there, stands twice or is of a wrong type: a day must be a date or a time (of a frame in
        its own time zone), money a number. Also if there are no rows, or some have no customer, day or amount: nothing is dropped.
    """
    named = {"account_id": account_id, "date": date, "amount": amount}
    wished = {"customer_id": customer_id, "order_id": order_id, "margin": margin, "cost": cost, "product": product}
    wished |= {"category": category, "channel": channel, "manager": manager}
    there = _names(frame)
    named |= {ours: theirs or ours for ours, theirs in wished.items() if theirs or ours in there}
    for ours, theirs in named.items():
        if there.count(theirs) != 1:
            raise InputError(
                f"the column of {ours!r} stands twice" if theirs in there else f"no such column, for {ours!r}",
                column=theirs,
                found=f"the columns {some(there, 20)}",
                remedy="Rename one of them." if theirs in there else f"Name it: orders(frame, {ours}=...).",
            )
    if isinstance(frame, ir.Table):
        table = frame.select(**{ours: frame[theirs] for ours, theirs in named.items()})
    else:
        table = _stored(frame, {ours: there.index(theirs) for ours, theirs in named.items()}, named)
    values = {ours: _typed(table[ours], ours, theirs) for ours, theirs in named.items()}
    if "cost" in values:
        rest = fitting(values["amount"].cast(WIDE) - values.pop("cost"), MONEY)
        values["margin"] = values["margin"].fill_null(rest) if "margin" in values else rest
    nothing = dict.fromkeys(TEXTS, ibis.null("string")) | {"margin": ibis.null(MONEY)}
    values = {"customer_id": values["account_id"]} | values
    lines = table.select(**{name: values.get(name, nothing.get(name)) for name in COLUMNS})
    _refuse_gaps(lines, {ours: named.get(ours, account_id) for ours in ("account_id", "customer_id", "date", "amount")})
    return lines


COLUMNS = (*TEXTS[:3], "date", "amount", "margin", *TEXTS[3:])


def check_lines(lines: ir.Table, *columns: str) -> None:
    """Raise unless order lines have the columns, in the types of `orders`.

    Raises
    ------
    InputError
        Naming the first column that is missing or of another type.
    """
    remedy = "Give the lines through kamlib.facts.orders(frame, account_id=..., date=..., amount=...)."
    if not isinstance(lines, ir.Table):
        raise InputError("order lines must be an Ibis table", found=type(lines).__name__, remedy=remedy)
    for name in columns:
        if name not in lines.columns:
            found = f"the columns {some(lines.columns, 20)}"
            raise InputError("order lines lack a column", column=name, found=found, remedy=remedy)
        kind = lines[name].type()
        fits = {"date": kind.is_date(), "amount": kind.is_decimal() or kind.is_integer()}
        fits |= {"margin": kind.is_decimal() or kind.is_integer()}
        if not fits.get(name, kind.is_string()):
            wanted = {"date": "days", "amount": "exact decimals", "margin": "exact decimals"}.get(name, "texts")
            raise InputError(f"order lines need {wanted} here", column=name, found=str(kind), remedy=remedy)


def purchased(lines: ir.Table, known: Any) -> ir.BooleanValue:
    """Whether each order line buys something, as it was known at a day (or a column of days): above zero, and it `stands`."""
    return (lines.amount > 0) & stands(lines, known)


def stands(rows: ir.Table, known: Any) -> ir.BooleanValue:
    """Whether no cancellation had taken back each purchase whole by a day, or a column of days.

    An order that was cancelled is none from the day of its cancellation on, and was one before: nobody could know better then, so
    at a landmark it counts. Its money and that of its cancellation stay in all sums, where they net out.

    Parameters
    ----------
    rows : order lines, or days made of them, with cancelled_on (missing: never). Without that column no cancellation is known.
    """
    if "cancelled_on" not in rows.columns:
        return ibis.literal(True)
    return rows.cancelled_on.isnull() | (rows.cancelled_on > known)


def _names(frame: Any) -> list[str]:
    """The names of the columns, one that stands twice twice."""
    if isinstance(frame, pa.Table):
        return list(frame.column_names)
    if isinstance(frame, ir.Table | pd.DataFrame) or hasattr(frame, "__arrow_c_stream__"):
        return [str(name) for name in frame.columns]
    raise InputError(f"order lines must be {_FRAMES}", found=type(frame).__name__)


def _stored(frame: Any, places: Mapping[str, int], theirs: Mapping[str, str]) -> ir.Table:
    """Columns of a frame, by their places, in an embedded engine under our names."""
    if isinstance(frame, pd.DataFrame):
        columns = {ours: frame.iloc[:, place] for ours, place in places.items()}
    else:
        table = frame.to_arrow() if hasattr(frame, "to_arrow") else pa.table(frame)
        columns = {ours: table.column(place) for ours, place in places.items()}
    plain = {ours: _plain(column, ours, theirs[ours]) for ours, column in columns.items()}
    return store(engine(), ibis.memtable(pa.table(plain)))


def _plain(column: Any, ours: str, name: str) -> Any:
    """A column that the engine can hold: categories as their values, times as the clock showed them."""
    remedy = "Make it a column of texts, numbers or days."
    try:
        values = pa.array(column, from_pandas=True) if isinstance(column, pd.Series) else column
    except (pa.ArrowException, OverflowError) as error:
        raise InputError("the column can't be read", column=name, found=str(error), remedy=remedy) from None
    if isinstance(values.type, pa.BaseExtensionType):
        raise InputError("the column can't be read", column=name, found=str(values.type), remedy=remedy)
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pa.types.is_null(values.type):
        values = values.cast(pa.string() if ours in TEXTS else pa.date32() if ours == "date" else pa.float64())
    if pa.types.is_timestamp(values.type) and values.type.tz:
        values = pc.local_timestamp(values)
    return values


def _typed(value: ir.Value, ours: str, theirs: str) -> Any:
    """A column as text, day or money; missing where nothing is given."""
    kind = value.type()
    if ours in TEXTS:
        if kind.is_string() or kind.is_numeric() or kind.is_null() or kind.is_uuid():
            return as_text(trimmed(value)).cast("string")
        raise InputError(f"{ours!r} needs texts or whole numbers", column=theirs, found=str(kind))
    if ours == "date":
        if kind.is_timestamp() and kind.timezone:
            raise InputError(
                "a moment has no day until a time zone is chosen",
                column=theirs,
                found=str(kind),
                remedy="Cast it to a date, or to a timestamp without a zone, in the engine.",
            )
        if not (kind.is_date() or kind.is_timestamp() or kind.is_null()):
            raise InputError(
                "'date' needs days or times",
                column=theirs,
                found=str(kind),
                remedy="Say how it is written: pd.to_datetime(frame[...], format='%d.%m.%Y').",
            )
        return as_day(value.cast("date") if kind.is_null() else value, Dialect())
    if not (kind.is_numeric() or kind.is_null()):
        remedy = "Make it numbers first, such as pd.to_numeric(frame[...])."
        raise InputError(f"{ours!r} needs numbers", column=theirs, found=str(kind), remedy=remedy)
    return value.cast(MONEY) if kind.is_null() else fitting(trimmed(value), MONEY)


def _refuse_gaps(lines: ir.Table, theirs: Mapping[str, str]) -> None:
    counts = lines.aggregate(rows=lines.count(), **{name: lines[name].isnull().sum() for name in theirs})
    found = counts.to_pyarrow().to_pylist()[0]
    if not (rows := found.pop("rows")):
        raise InputError("there are no order lines", remedy="Check how the frame was made.")
    for ours, gaps in found.items():
        if gaps:
            raise InputError(
                f"{gaps:,} of {rows:,} rows have no {ours!r}",
                column=theirs[ours],
                remedy="Mend these rows, or leave them out knowingly: frame.dropna(subset=[...]).",
            )
