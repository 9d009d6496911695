"""What came after a date: outcomes of landmarks, never covariates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from kamlib.facts.days import as_dates, as_pandas, purchase_days
from kamlib.facts.order_lines import stands


def next_orders(orders: ir.Table, dates: date | Sequence[date], until: date) -> pd.DataFrame:
    """The first purchase after each date and not after `until`, of every account that had bought by that date.

    This looks past the dates on purpose: it makes the outcome of a landmark, never a covariate. So an order that was cancelled by
    `until` is no next order, though by the date itself one may count that was cancelled only later.

    Returns
    -------
    DataFrame
        customer_id, as_of, next_order (missing where none came by `until`).
    """
    days = purchase_days(orders, until)
    pairs = days.mutate(as_of=ibis.array([ibis.literal(at, type="date") for at in as_dates(dates)]).unnest())
    before = (pairs.date <= pairs.as_of) & stands(pairs, pairs.as_of)
    after = (pairs.date > pairs.as_of) & stands(pairs, until)
    firsts = pairs.group_by("customer_id", "as_of").agg(known=before.any(), next_order=pairs.date.min(where=after))
    known = firsts.filter(firsts.known).drop("known")
    return as_pandas(known, ["as_of", "customer_id"])
