"""Whether the base becomes broader: who was won and lost in a year, and where our hours go."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from kamlib.stats.reasons import waiting
from kamlib.study.periods import months_before


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
    total, won = revenue.sum(), revenue[new].sum()
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


def contract_ends(
    exposure: pd.DataFrame, accounts: pd.DataFrame, day: date | pd.Timestamp, months: int = 12
) -> pd.DataFrame:
    """Contracts that end in the months to come, the earliest first: customer_id, contract_end, revenue, contribution (of the last 12 months)."""
    columns = ["customer_id", "contract_end", "revenue", "contribution"]
    if "contract_end" not in accounts or accounts["contract_end"].isna().all():
        return waiting(columns, "no_contract_end_on_record")
    ends = pd.to_datetime(accounts["contract_end"])
    day = pd.Timestamp(day)
    soon = accounts.assign(contract_end=ends)[(ends > day) & (ends <= day + pd.DateOffset(months=months))]
    if soon.empty:
        return waiting(columns, "no_contract_ends_soon", months=months)
    first = soon.groupby("customer_id")["contract_end"].min().reset_index()
    table = first.merge(exposure[["customer_id", "revenue", "contribution"]], on="customer_id", how="left")
    return table.fillna({"revenue": 0.0, "contribution": 0.0}).sort_values(
        ["contract_end", "revenue"], ascending=[True, False], ignore_index=True
    )
