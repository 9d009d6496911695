"""What came of forecasts that were published: the same two events, seen in today's order lines."""

from __future__ import annotations

from datetime import date, timedelta

import ibis.expr.types as ir
import pandas as pd

from kamlib.churn.landmarks import landmark_table
from kamlib.churn.made_anew import COLUMNS, events_of, returns_of
from kamlib.churn.returns import lost_at
from kamlib.facts import account_facts, next_orders
from kamlib.study.settings.sections import Churn


def came_of(
    published: pd.DataFrame,
    orders: ir.Table,
    as_of: date,
    rules: Churn | None = None,
    *,
    accounts: pd.DataFrame | None = None,
    episodes: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Forecasts with what came of them by `as_of`, as `kamlib.measures.scorecard.scorecard` asks for them.

    Parameters
    ----------
    published : customer_id, as_of, event (*silent*, *stopped*, *returned*), chance, method (`kamlib.report.published.promises`).
    orders : clean order lines up to `as_of`.
    rules : the section `churn` of the study: its horizon is that of the forecasts.
    accounts : clean accounts: closed ones and ended contracts are losses.
    episodes : `kamlib.churn.loss_episodes` at `as_of`, with offered_on where offers are on record; None: of returns nothing is known.

    Returns
    -------
    DataFrame
        The columns of `kamlib.churn.earlier_forecasts`. A customer that today's records do not show at risk, or lost, on that day, for it
        was merged with another or its orders were mended, is left out.
    """
    rules, horizon = rules or Churn(), timedelta(days=(rules or Churn()).horizon_days)
    days = [day.date() for day in sorted(pd.to_datetime(published["as_of"].unique()))]
    if not days:
        return pd.DataFrame(columns=COLUMNS)
    facts = account_facts(orders, days, horizon_days=rules.horizon_days)
    over = [day + horizon for day in days if day + horizon <= as_of]
    later = next_orders(orders, over, as_of) if over else None
    came = next_orders(orders, days, as_of)
    table = landmark_table(
        facts, came, later, horizon_days=rules.horizon_days, at_risk_days=rules.at_risk_days, accounts=accounts
    )
    parts = [events_of(now, pd.Timestamp(as_of), rules) for _, now in table.groupby("as_of")]
    if episodes is not None:
        parts += [returns_of(lost_at(episodes, day), day, pd.Timestamp(as_of), rules) for day in days]
    seen = pd.concat(parts, ignore_index=True)
    keys = ["customer_id", "as_of", "event"]
    return published[[*keys, "chance", "method"]].merge(seen, on=keys)[COLUMNS]
