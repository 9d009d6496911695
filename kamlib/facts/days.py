"""Order lines → account-days, and how every table of facts looks back from a date and comes out of the engine."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kamlib.errors import InputError, some
from kamlib.facts.order_lines import check_lines, stands
from kamlib.study.periods import as_date


def order_days(orders: ir.Table, until: date) -> pd.DataFrame:
    """Account-days with a purchase up to `until`: customer_id, date, amount, margin (net of the day), in date order."""
    days = account_days(orders, until)
    return days[days["bought"]].drop(columns="bought").reset_index(drop=True)


def account_days(orders: ir.Table, until: date) -> pd.DataFrame:
    """All account-days with lines up to `until`, days of credit notes alone too: the columns of `order_days`, and bought."""
    days = sums_of_days(orders, until)
    amount, margin = (money.cast("float64") for money in (days.bought - days.returned, days.margin))
    table = days.select(
        "customer_id", "date", amount=amount, margin=margin, bought=(days.bought > 0) & stands(days, until)
    )
    return as_pandas(table, ["customer_id", "date"])


def sums_of_days(orders: ir.Table, until: date, *by: str) -> ir.Table:
    """One row per account and day up to `until` (and order, if `by` says so), money in exact decimals.

    Returns
    -------
    ibis Table
        customer_id, date, `by`, lines, bought and returned (of purchases and of credit notes, both positive), margin (missing
        where no line has one), known (bought and returned of the lines with a margin); where the lines have it, cancelled_on, the
        day by which all that was bought had been cancelled.
    """
    check_lines(orders, "customer_id", "date", "amount", "margin", *by)
    lines = orders.filter(orders.date <= until)
    sums = {
        "bought": lines.amount.sum(where=lines.amount > 0).fill_null(0),
        "returned": -lines.amount.sum(where=lines.amount < 0).fill_null(0),
        "margin": lines.margin.sum(),
        "known": lines.amount.abs().sum(where=lines.margin.notnull()).fill_null(0),
    }
    # As exact as the lines, in half the memory of what the engine would make of sums.
    money = {name: total.cast("decimal(18,4)") for name, total in sums.items()}
    return lines.group_by("customer_id", "date", *by).agg(lines=lines.count(), **money, **_cancelled(lines))


def purchase_days(orders: ir.Table, until: date) -> ir.Table:
    """Account-days with a purchase up to `until`: customer_id, date and, as in `sums_of_days`, cancelled_on."""
    check_lines(orders, "customer_id", "date", "amount")
    bought = orders.filter((orders.date <= until) & (orders.amount > 0))
    by = bought.group_by("customer_id", "date")
    return by.agg(**_cancelled(bought)) if "cancelled_on" in bought.columns else by.agg()


def _cancelled(lines: ir.Table) -> dict[str, ir.Value]:
    """The day by which all purchases of a group had been cancelled, missing where one stands; nothing where it isn't known."""
    if "cancelled_on" not in lines.columns:
        return {}
    bought = lines.amount > 0
    one_stands = (bought & lines.cancelled_on.isnull()).any()
    return {"cancelled_on": ibis.ifelse(one_stands, ibis.null("date"), lines.cancelled_on.max(where=bought))}


def first_day(orders: ir.Table, until: date) -> pd.Timestamp:
    """The day of the first order line up to `until`; missing where there is none."""
    return pd.Timestamp(orders.filter(orders.date <= until).date.min().to_pandas())


def seen_at(table: ir.Table, day: str, dates: Sequence[date]) -> ir.Table:
    """Each row once for each date (as_of) that its `day` does not lie after, and its age then.

    The age is in whole months: 0 in the month that ends at as_of, 11 in the twelfth back. Where as_of is the last day of its
    month these are the months of the calendar, else those from the day after the same day of the month, or after the last one
    of a month that has no such day (`kamlib.study.periods.months_before`).
    """
    if len(dates) == 1:
        as_of = ibis.literal(dates[0], type="date")
    else:
        as_of = ibis.array([ibis.literal(at, type="date") for at in dates]).unnest()
    seen = table.mutate(as_of=as_of).filter(lambda t: t[day] <= t.as_of)
    return seen.mutate(age=months_between(seen[day], seen.as_of))


def purchases_at(rows: ir.Table, dates: Sequence[date], *, in_order: bool) -> ir.Table:
    """Rows of `sums_of_days` seen at each date (`seen_at`), those that are purchases then and, if `in_order`, what came before them.

    Where orders were cancelled this depends on the date; else it is told once for all dates.

    Returns
    -------
    ibis Table
        The rows, purchase, and for purchases previous (day of the one before, maybe the same; missing for the first) and
        days_before (order days before its own); both missing if not `in_order`.
    """
    by_date = "cancelled_on" in rows.columns
    seen = seen_at(rows, "date", dates) if by_date else rows
    seen = seen.mutate(purchase=(seen.bought > 0) & (stands(seen, seen.as_of) if by_date else True))
    none = {"previous": ibis.null("date"), "days_before": ibis.null("int32")}
    if in_order:
        within = ibis.window(group_by=["customer_id", "purchase", *["as_of"] * by_date], order_by="date")
        before = {"previous": seen.date.lag().over(within), "days_before": ibis.dense_rank().over(within).cast("int32")}
        none = {name: ibis.ifelse(seen.purchase, value, none[name]) for name, value in before.items()}
    seen = seen.mutate(**none)
    return seen if by_date else seen_at(seen, "date", dates)


def months_between(day: ir.DateValue, as_of: ir.DateValue) -> ir.IntegerValue:
    """Whole months from a day to a later one; to the last day of a month, months of the calendar."""
    months = 12 * (as_of.year() - day.year()) + (as_of.month() - day.month())
    unfinished = (day.day() > as_of.day()) & (as_of.month() == (as_of + ibis.interval(days=1)).month())
    return (months - unfinished.cast("int32")).cast("int16")


def as_dates(as_of: date | str | Sequence[date | str]) -> list[date]:
    """One or several days, or calendar quarters such as 2026Q3, as a list of days, ascending, each once.

    Raises
    ------
    InputError
        If there is none, or one is no day.
    """
    given: list[Any] = (
        list(as_of) if isinstance(as_of, list | tuple | set | pd.Index | pd.Series | np.ndarray) else [as_of]
    )
    try:
        dates = sorted({as_date(None if pd.isna(one) else one) for one in given})
    except (ValueError, TypeError):
        found = some([str(one) for one in given])
        raise InputError("as_of must be a day", found=found, remedy="Give a date, '2026-09-30' or '2026Q3'.") from None
    if not dates:
        raise InputError("as_of holds no date", remedy="Give one day or several.")
    return dates


def as_pandas(table: ir.Table, by: Sequence[str]) -> pd.DataFrame:
    """Run `table` in its engine. Sorted the same way whatever the engine: share falling, all else rising, text by code points."""
    found: pa.Table = table.to_pyarrow()
    found = found.take(_order([_places(found[name]) * (-1 if name == "share" else 1) for name in by]))
    for place, field in enumerate(found.schema):
        if pa.types.is_date(field.type):
            found = found.set_column(place, field.name, found.column(place).cast(pa.timestamp("ns")))
    read: pd.DataFrame = found.to_pandas(self_destruct=True)  # frees each column once it is copied
    del found
    pa.default_memory_pool().release_unused()  # else Arrow keeps the memory for tables to come
    return read


def _order(keys: Sequence[np.ndarray]) -> np.ndarray:
    """Rows by the first of `keys`, then by the next; whole numbers become one number, which sorts in a fraction of the time."""
    whole = len(keys[0]) > 0 and all(key.dtype.kind == "i" for key in keys)
    spans = [int(key.max()) - int(key.min()) + 1 for key in keys] if whole else [2**63]
    if math.prod(spans) >= 2**63:
        return np.lexsort(keys[::-1])
    one = np.zeros(len(keys[0]), "int64")
    for key, span in zip(keys, spans, strict=True):
        one = one * span + (key.astype("int64") - key.min())
    return np.argsort(one)


def _places(column: pa.ChunkedArray) -> np.ndarray:
    """Numbers that sort as the column does, missing last; texts are compared once for each different one."""
    if pa.types.is_date(column.type):
        column = column.cast(pa.int32())
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        words = column.combine_chunks().dictionary_encode()
        ranks = np.append(np.argsort(pc.sort_indices(words.dictionary)), len(words.dictionary))
        places: np.ndarray = ranks[words.indices.fill_null(len(words.dictionary))]
    else:
        places = column.to_numpy()
    return places
