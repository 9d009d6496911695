"""The landmark table from order lines: all accounts on the last day, a random part of them on the days before it.

A model needs a million rows at most to learn from; scoring needs every account, but only on the day of the list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import ibis.expr.types as ir
import pandas as pd

from kamlib.churn.landmarks import landmark_table
from kamlib.facts import account_facts, next_orders
from kamlib.facts.as_known import raise_on_leak
from kamlib.facts.order_lines import check_lines
from kamlib.io.engines import small
from kamlib.stats.draws import drawn

_CHECKED = 200  # accounts that the leak alarm is tried on
#: the outcome, and what other accounts say
_APART = [
    *("as_of", "next_order", "later_order", "ended_on"),
    *("share", "cumulative_share", "own_limit", "stop_window", "state"),
]


def some_accounts(orders: ir.Table, most: int, *, seed: int = 1) -> ir.Table:
    """The order lines of at most `most` accounts, drawn by `seed`; `orders` itself where it has no more.

    The draw depends on the ids, not on the order of the lines or on the engine.
    """
    check_lines(orders, "customer_id")
    if orders.customer_id.nunique().execute() <= most:
        return orders
    ids = orders.select("customer_id").distinct().to_pyarrow()["customer_id"].to_pylist()
    kept = small(orders.get_backend(), {"customer_id": drawn(ids, most, seed)})
    return _kept(orders.semi_join(kept, "customer_id"))


def at_risk_history(
    orders: ir.Table,
    days: Sequence[date],
    *,
    some: ir.Table | None = None,
    horizon_days: int = 180,
    at_risk_days: int = 365,
    accounts: pd.DataFrame | None = None,
    interactions: pd.DataFrame | None = None,
    invoices: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """`kamlib.churn.landmarks.landmark_table` at `days`; the leak alarm is tried on the latest but one.

    Parameters
    ----------
    orders : clean order lines; the last of `days` is made of all of them.
    days : landmarks; what came after each is read up to the last one.
    some : the lines that the earlier days are made of (`some_accounts`); None: all.

    Raises
    ------
    InputError
        If a covariate of an earlier day changes when everything after that day is taken away.
    """
    check_lines(orders, "customer_id", "date")
    days = sorted(set(days))
    part = orders if some is None else some
    since = orders.date.min().to_pyarrow().as_py()
    tables = {"accounts": accounts, "interactions": interactions, "invoices": invoices}
    begins = part.date.min().to_pyarrow().as_py()
    earlier = [day for day in days[:-1] if day >= begins]

    def rows(lines: ir.Table, at: Sequence[date]) -> pd.DataFrame:
        known = account_facts(lines, at, horizon_days=horizon_days, observed_from=since)
        before = [day for day in at if day < days[-1]]
        after = [end for day in before if (end := day + timedelta(days=horizon_days)) <= days[-1]]
        came, later = (next_orders(lines, some, days[-1]) if some else _nothing(known) for some in (before, after))
        return landmark_table(known, came, later, horizon_days=horizon_days, at_risk_days=at_risk_days, **tables)

    queries = [(orders, [*earlier, days[-1]])] if part is orders else [(part, earlier), (orders, days[-1:])]
    table = pd.concat([rows(lines, at) for lines, at in queries if at], ignore_index=True)
    found = table[table["as_of"] == pd.Timestamp(earlier[-1])] if earlier else table.head(0)
    if len(found):
        ids = drawn(found["customer_id"], _CHECKED, seed=1)
        few = _kept(part.semi_join(small(part.get_backend(), {"customer_id": ids}), "customer_id"))
        given = {name: table for name, table in tables.items() if table is not None}
        raise_on_leak(
            _covariates(found[found["customer_id"].isin(ids)]),
            lambda known, day: _made(known, day, horizon_days, at_risk_days, since),
            {"orders": few, **given},
            earlier[-1],
        )
    return table


def _made(
    tables: Mapping[str, Any], day: pd.Timestamp, horizon_days: int, at_risk_days: int, since: date
) -> pd.DataFrame:
    facts = account_facts(tables["orders"], day.date(), horizon_days=horizon_days, observed_from=since)
    others = {name: table for name, table in tables.items() if name != "orders"}
    return _covariates(
        landmark_table(facts, _nothing(facts), horizon_days=horizon_days, at_risk_days=at_risk_days, **others)
    )


def _covariates(table: pd.DataFrame) -> pd.DataFrame:
    return table.set_index("customer_id").drop(columns=_APART)


def _kept(lines: ir.Table) -> ir.Table:
    """The lines, worked out once; PostgreSQL is only read, so there they stay a query."""
    return lines if lines.get_backend().name == "postgres" else lines.cache()


def _nothing(facts: pd.DataFrame) -> pd.DataFrame:
    """A table of next orders without a row."""
    return facts[["customer_id", "as_of"]].head(0).assign(next_order=facts["as_of"].head(0))
