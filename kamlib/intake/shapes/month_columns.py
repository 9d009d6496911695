"""Months as columns, a row a customer: each amount in them is an order line of the last day of its month."""

from __future__ import annotations

import re

import ibis.expr.types as ir

from kamlib.errors import InputError, some
from kamlib.intake.sheet_rows import is_total
from kamlib.io import readers
from kamlib.io.month_words import last_day
from kamlib.io.values import as_money, as_text, trimmed
from kamlib.study.sources import Source

_DAY, _AMOUNT = "date", "amount"
_NOTHING = ("-", "–", "—")  # stands in a cell for no money


def unpivoted(raw: ir.Table, source: Source, told: list[str]) -> ir.Table:
    """An order line for each cell of the months that holds money.

    Parameters
    ----------
    raw : as it came, a row a customer.
    source : one with `months`.
    told : takes what the months can't tell, and columns that look like months but are none of them.

    Returns
    -------
    ibis Table
        The other columns, `date` and `amount`; the file is that of the row and the column. Columns called a total are
        left out, and so are cells that are empty, zero or a dash.

    Raises
    ------
    InputError
        If a column is not there or is no month, two are one month, or `columns` maps date or amount.
    """
    days = _days(raw, source)
    others = [
        name
        for name in raw.columns
        if name not in days and name.lower() not in (_DAY, _AMOUNT) and (name in readers.ADDED or not is_total(name))
    ]
    cells = {f"m{place}": raw[name] for place, name in enumerate(days)}
    if len({cell.type() for cell in cells.values()}) > 1:
        numeric = all(cell.type().is_numeric() for cell in cells.values())
        cells = {key: as_money(cell, source.dialect) if numeric else as_text(cell) for key, cell in cells.items()}
    long = raw.select(*others, **cells).pivot_longer(list(cells), names_to="kam:month", values_to=_AMOUNT)
    value = trimmed(long[_AMOUNT])
    money = as_money(value, source.dialect)
    holds = value.notnull() & ~as_text(value).isin(_NOTHING) & (money.isnull() | (money != 0))
    lines = long.filter(holds)
    day = lines["kam:month"].substitute({f"m{place}": str(day) for place, day in enumerate(days.values())})
    where = lines["kam:month"].substitute({f"m{place}": f" / {name}" for place, name in enumerate(days)})
    told.append(
        f"{source.place}: months are columns: each amount counts as one order of the last day of its month, so how often "
        "customers order within a month is not known."
    )
    seen = [
        name for name in others if name not in readers.ADDED and name not in source.columns.values() and last_day(name)
    ]
    if seen:
        told.append(
            f"{source.place}: columns look like months, but sources.orders.months leaves them out: {some(seen)}."
        )
    file = {readers.FILE: lines[readers.FILE] + where} if readers.FILE in lines.columns else {}
    return lines.mutate(**{_DAY: day.cast("date")}, **file).drop("kam:month")


def _days(raw: ir.Table, source: Source) -> dict[str, object]:
    """The last day of each column of months."""
    if given := sorted({_DAY, _AMOUNT} & source.columns.keys()):
        raise InputError(
            f"sources.orders.columns maps {some(given)}, which come from months",
            remedy="Take it out of columns: the months are the days, their cells the amounts.",
        )
    for name in source.months:
        if name not in raw.columns:
            raise readers.missing_column(raw, name, source.place, "which the study names in months")
    days = {name: last_day(re.sub(r" \(\d+\)$", "", name)) for name in source.months}
    if wrong := [name for name, day in days.items() if day is None]:
        raise InputError(
            f"sources.orders.months names {some(wrong)}, which is no month",
            remedy="A month is written like 2024-01, 01.2024, Jan-24, янв 2024 or enero de 2024.",
        )
    if twice := [name for name, day in days.items() if list(days.values()).count(day) > 1]:
        raise InputError(
            "columns of sources.orders.months are the same month", found=some(twice), remedy="Name each month once."
        )
    return dict(days)
