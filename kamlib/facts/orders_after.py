"""What came after a date: outcomes of landmarks, never covariates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from kamlib.facts.days import as_dates, as_pandas
from kamlib.facts.order_lines import check_lines


def next_orders(orders: ir.Table, dates: date | Sequence[date], until: date) -> pd.DataFrame:
    """The first purchase after each date and not after `until`, of every account that had bought by that date.

    This looks past the dates on purpose: it makes the outcome of a landmark, never a covariate.

    Returns
    -------
    DataFrame
        customer_id, as_of, next_order (missing where none came by `until`).
    """
    check_lines(orders, "customer_id", "date", "amount")
    bought = orders.filter((orders.date <= until) & (orders.amount > 0)).select("customer_id", "date").distinct()
    pairs = bought.mutate(as_of=ibis.array([ibis.literal(at, type="date") for at in as_dates(dates)]).unnest())
    firsts = pairs.group_by("customer_id", "as_of").agg(
        first=pairs.date.min(), next_order=pairs.date.min(where=pairs.date > pairs.as_of)
    )
    known = firsts.filter(firsts["first"] <= firsts.as_of).drop("first")
    return as_pandas(known, ["as_of", "customer_id"])
