"""Order lines → account-months, and the customer cube: customer × category × quarter."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from kamlib.facts.days import as_pandas, sums_of_days
from kamlib.facts.order_lines import check_lines, stands
from kamlib.facts.worth import if_known
from kamlib.study.periods import quarter_labels


def account_months(orders: ir.Table, as_of: date) -> pd.DataFrame:
    """One row per account and month, from the month of its first purchase to the last complete month at `as_of`.

    A month without orders is zero; months before the first purchase are not there.

    Returns
    -------
    DataFrame
        customer_id, month (its first day), revenue, margin (study currency), order_days. Margin is missing where the
        account has no line with a margin in any month, and in months of whose money too little has a
        margin (`kamlib.facts.worth`).
    """
    until = end_of_months(as_of).date() - timedelta(days=1)
    days = sums_of_days(orders, until)
    days = days.mutate(number=_number(days.date), day=((days.bought > 0) & stands(days, until)).cast("int32"))
    sums = days.group_by("customer_id", "number").agg(
        revenue=(days.bought - days.returned).sum().cast("float64"),
        margin=if_known(days.margin.sum(), days.known.sum(), (days.bought + days.returned).sum()),
        order_days=days.day.sum(),
    )
    spans = sums.group_by("customer_id").agg(
        first=sums.number.min(where=sums.order_days > 0), has_margin=sums.margin.count() > 0
    )
    spans = spans.filter(spans["first"].notnull())
    months = ibis.range(spans["first"], 12 * until.year + until.month).unnest()
    grid = spans.select("customer_id", "has_margin", number=months)
    full = grid.left_join(sums, ["customer_id", "number"])
    table = full.select(
        customer_id=grid.customer_id,
        number=grid.number.cast("int64"),
        revenue=sums.revenue.fill_null(0.0),
        margin=ibis.ifelse(grid.has_margin & sums.revenue.isnull(), 0.0, sums.margin),
        order_days=sums.order_days.fill_null(0),
    )
    found = as_pandas(table, ["customer_id", "number"])
    found.insert(1, "month", _first_days(found.pop("number")))
    return found


def customer_cube(orders: ir.Table, as_of: date, year_begins: int = 1) -> pd.DataFrame:
    """What each customer bought of each category in each quarter of the study's year, up to `as_of`; all lines, whatever they are.

    Revenue adds up to what the ledger keeps, to the cent, and margin to all margin on record: nothing is left out or put in, and
    what has no category stands under a missing one.

    Returns
    -------
    DataFrame
        customer_id, category, quarter (``2026Q3``, ``FY2026Q3``), lines, revenue, margin (study currency, net; of the lines whose margin is
        known, missing where none is) and margin_known (the share of the money moved, purchases and returns, that these lines have).
    """
    check_lines(orders, "customer_id", "date", "amount", "margin", "category")
    lines = orders.filter(orders.date <= as_of)
    number = _number(lines.date)
    quarter = number - (number - (year_begins - 1)) % 3
    moved = lines.amount.abs()
    sums = lines.group_by("customer_id", "category", quarter=quarter).agg(
        lines=lines.count(),
        revenue=lines.amount.sum().cast("float64"),
        margin=lines.margin.sum().cast("float64"),
        known=moved.sum(where=lines.margin.notnull()).fill_null(0).cast("float64"),
        moved=moved.sum().cast("float64"),
    )
    found = as_pandas(sums, ["customer_id", "category", "quarter"])
    found["quarter"] = quarter_labels(pd.Series(_first_days(found["quarter"]), found.index), year_begins)
    return found.assign(margin_known=found.pop("known") / found.pop("moved").where(lambda money: money > 0))


def cube_by_quarter(cube: pd.DataFrame) -> pd.DataFrame:
    """The sums of `customer_cube` by quarter, the oldest first: quarter, customers, lines, revenue, margin (missing where none is known)."""
    by = cube.groupby("quarter")
    sums = by[["lines", "revenue", "margin"]].sum(min_count=1)
    sums.insert(0, "customers", by["customer_id"].nunique())
    return sums.reset_index()


def _first_days(months: pd.Series) -> np.ndarray:
    """The first day of months that are counted since the year 0."""
    return (months.astype("int64") - 12 * 1970).to_numpy("datetime64[M]").astype("datetime64[ns]")


def _number(day: ir.DateValue) -> ir.IntegerValue:
    """Months since the year 0, so that months can be counted."""
    return (12 * day.year() + day.month() - 1).cast("int64")


def end_of_months(as_of: date | pd.Timestamp) -> pd.Timestamp:
    """The day after the last month that is complete at `as_of`."""
    return (pd.Timestamp(as_of) + pd.Timedelta(days=1)).replace(day=1)
