"""Whether the base becomes broader: who was won and lost in a year, what new customers bring, and where our hours go."""

from __future__ import annotations

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from kamlib.facts.days import as_pandas
from kamlib.facts.service import serving_costs
from kamlib.facts.worth import line_margin
from kamlib.io.engines import small
from kamlib.stats.reasons import waiting
from kamlib.study.periods import months_before

_FIRST_YEAR = 365  # days


def won_and_lost(facts: pd.DataFrame, losses: pd.DataFrame) -> pd.Series:
    """Customers won in the last 12 months against those lost in them.

    Parameters
    ----------
    facts : one row per customer at one date: customer_id, as_of, first_order, revenue_12m.
    losses : customer_id, lost_on of each loss (table `losses` of a run).

    Returns
    -------
    Series: won (customers with their first order in the 12 months), won_revenue, share (of all revenue of the 12 months, 0 to 1; missing
    where that is not above zero), lost (customers lost in them, each once), ratio (won / lost, missing where none was lost).
    """
    day = facts["as_of"].max()
    since = pd.Timestamp(months_before(day, 12))
    revenue = facts["revenue_12m"].astype(float)
    new = (facts["first_order"] > since) & (facts["first_order"] <= day)
    gone = losses[(losses["lost_on"] > since) & (losses["lost_on"] <= day)]["customer_id"].nunique()
    total, won = revenue.sum(), revenue[new].sum(min_count=1) if new.any() else 0.0
    share = won / total if total > 0 else np.nan
    ratio = new.sum() / gone if gone else np.nan
    return pd.Series({"won": int(new.sum()), "won_revenue": won, "share": share, "lost": gone, "ratio": ratio})


def hours_by_tier(exposure: pd.DataFrame, tiers: pd.Series, hour: float | None) -> pd.DataFrame:
    """Our hours against what comes of them, by tier.

    Parameters
    ----------
    tiers : tier by customer_id (cell of the KAISM matrix); who has none stands under "not_in_the_matrix".
    hour : cost of an hour.

    Returns
    -------
    DataFrame, a row for each tier
        tier, customers, hours (of 12 months), share_of_hours, contribution, share_of_contribution (of the tiers above zero),
        contribution_an_hour (missing where no hour was spent). It waits for hours.
    """
    columns = [
        "tier",
        "customers",
        "hours",
        "share_of_hours",
        "contribution",
        "share_of_contribution",
        "contribution_an_hour",
    ]
    if not hour or exposure["hours_cost"].isna().all():
        return waiting(columns, "no_hours_on_record")
    rows = exposure.assign(
        tier=exposure["customer_id"].map(tiers).fillna("not_in_the_matrix"), hours=exposure["hours_cost"] / hour
    )
    table = rows.groupby("tier").agg(
        customers=("customer_id", "size"), hours=("hours", "sum"), contribution=("contribution", "sum")
    )
    above = table["contribution"].clip(lower=0)
    table["share_of_hours"] = table["hours"] / (table["hours"].sum() or np.nan)
    table["share_of_contribution"] = above / (above.sum() or np.nan)
    table["contribution_an_hour"] = table["contribution"] / table["hours"].where(table["hours"] > 0)
    return table.sort_values("contribution", ascending=False).reset_index()[columns]


def first_years(
    orders: ir.Table, facts: pd.DataFrame, interactions: pd.DataFrame | None = None, hour: float | None = None
) -> pd.Series:
    """What customers that joined in the year before the last brought in their first 365 days.

    Parameters
    ----------
    orders : clean order lines; they stay in their engine.
    facts : one row per customer at one date: customer_id, as_of, first_order.

    Returns
    -------
    Series: customers (who joined), contribution (mean of them: margin, or revenue where none is known, less cost to serve).
    """
    day = facts["as_of"].max()
    since, until = (pd.Timestamp(months_before(day, months)) for months in (24, 12))
    joined = facts.loc[(facts["first_order"] > since) & (facts["first_order"] <= until), ["customer_id", "first_order"]]
    if joined.empty:
        return pd.Series({"customers": 0, "contribution": np.nan})
    ends = joined["first_order"] + pd.Timedelta(days=_FIRST_YEAR - 1)
    spans = {
        "customer_id": joined["customer_id"],
        "from": joined["first_order"].dt.date.astype(str),
        "to": ends.dt.date.astype(str),
    }
    known = small(orders.get_backend(), {name: list(values) for name, values in spans.items()})
    known = known.mutate(begins=known["from"].cast("date"), ends=known["to"].cast("date")).drop("from", "to")
    inside = orders.join(known, "customer_id").filter(lambda t: (t.date >= t.begins) & (t.date <= t.ends))
    sums = as_pandas(
        inside.group_by("customer_id").agg(amount=inside.amount.sum().cast("float64"), margin=line_margin(inside)),
        ["customer_id"],
    )
    money = sums["margin"] if sums["margin"].notna().any() else sums["amount"]
    return pd.Series(
        {
            "customers": len(joined),
            "contribution": (money.sum() - _first_costs(joined, interactions, hour)) / len(joined),
        }
    )


def _first_costs(joined: pd.DataFrame, interactions: pd.DataFrame | None, hour: float | None) -> float:
    if interactions is None or interactions.empty:
        return 0.0
    costs = serving_costs(interactions, hour).merge(joined, on="customer_id")
    age = (costs["date"] - costs["first_order"]).dt.days
    return float(costs.loc[age.between(0, _FIRST_YEAR - 1), "cost"].sum())
