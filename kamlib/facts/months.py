"""Order lines → account-months."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

from kamlib.facts.days import as_pandas, sums_of_days
from kamlib.facts.order_lines import stands
from kamlib.facts.worth import if_known


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
    month = (found.pop("number") - 12 * 1970).to_numpy("datetime64[M]").astype("datetime64[ns]")
    found.insert(1, "month", month)
    return found


def _number(day: ir.DateValue) -> ir.IntegerValue:
    """Months since the year 0, so that months can be counted."""
    return (12 * day.year() + day.month() - 1).cast("int64")


def end_of_months(as_of: date | pd.Timestamp) -> pd.Timestamp:
    """The day after the last month that is complete at `as_of`."""
    return (pd.Timestamp(as_of) + pd.Timedelta(days=1)).replace(day=1)
