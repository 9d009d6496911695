"""What each customer brings in a year, what serving it costs, and what it owes: the money that hangs on it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.facts.as_known import known_at
from kamlib.facts.service import dealings, serving_costs
from kamlib.facts.worth import worth_column
from kamlib.stats.checks import one_row_each
from kamlib.stats.ordering import places
from kamlib.stats.reasons import Reason
from kamlib.study.periods import months_before

_BASIS = {"contribution": "basis_contribution", "margin": "basis_margin", "revenue": "basis_revenue"}
MEASURES = ("revenue", "contribution", "receivables")


def exposures(
    facts: pd.DataFrame,
    *,
    interactions: pd.DataFrame | None = None,
    hour: float | None = None,
    invoices: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The money of the last 12 months of each customer that bought or was served in them, or owes us, by what was known then.

    Parameters
    ----------
    facts : DataFrame, one row per customer at one date
        customer_id, as_of, revenue_12m, margin_12m, returns_12m, order_days_12m.
    interactions, invoices : clean tables; without rows where they are not given.
    hour : cost of an hour of ours, in study currency; None: of hours nothing is known.

    Returns
    -------
    DataFrame, most revenue first
        customer_id, order_days, served (touched in the 12 months); revenue, margin; touch_cost and hours_cost (of all touches; 0 where there was none, missing without
        interactions that reach back 12 months, hours_cost without `hour`, too); contribution: margin less these costs or, where the
        rest is not known, margin or revenue, as measure says; receivables: what is not paid, open credit notes taken off, missing
        without invoices.
    """
    one_row_each(facts, ["as_of", "revenue_12m", "margin_12m", "returns_12m", "order_days_12m"])
    day = facts["as_of"].max()
    since = pd.Timestamp(months_before(day, 12))
    known = facts.set_index("customer_id")[["order_days_12m", "revenue_12m", "margin_12m", "returns_12m"]].astype(float)
    moved = known.index[(known["order_days_12m"] > 0) | (known["returns_12m"] > 0)]
    served, owed = _served(interactions, hour, since, day), _owed(invoices, day)
    index = moved.union(served.index).union(owed.index[owed.ne(0)])
    table = known.reindex(index).rename(columns=lambda name: str(name).removesuffix("_12m")).drop(columns="returns")
    absent = ~index.isin(known.index)
    table.loc[absent, ["order_days", "revenue"]] = 0.0
    measure = worth_column(facts, "12m").removesuffix("_12m")
    if measure == "margin":
        table.loc[absent, "margin"] = 0.0
    table = table.join(served)
    if len(served):
        measure = "contribution" if measure == "margin" else measure
        none = [name for name in served if served[name].notna().any()]
        table.loc[~index.isin(served.index), none] = 0.0
    costs = table["touch_cost"] + table["hours_cost"].fillna(0.0)
    table["contribution"] = table["margin"] - costs if measure == "contribution" else table[measure]
    table["receivables"] = owed.reindex(index).fillna(0.0) if len(owed) else np.nan
    table = table.assign(measure=measure, served=index.isin(served.index)).rename_axis("customer_id").reset_index()
    return table.sort_values(["revenue", "customer_id"], ascending=[False, True], ignore_index=True, key=places)


def basis(exposure: pd.DataFrame) -> Reason:
    """What `contribution` is: margin less cost to serve or, where the rest is not known, margin or revenue."""
    measure = exposure["measure"].iloc[0] if len(exposure) else "revenue"
    without = measure == "contribution" and exposure["hours_cost"].isna().all()
    code = "basis_contribution_without_hours" if without else _BASIS[measure]
    return Reason(code, {"unknown": int(exposure["contribution"].isna().sum()), "all": len(exposure)})


def _served(
    interactions: pd.DataFrame | None, hour: float | None, since: pd.Timestamp, day: pd.Timestamp
) -> pd.DataFrame:
    """Cost of touches and of hours of who was served after `since`; without rows where the records do not reach back so far."""
    rows = dealings(interactions, since, day)
    if rows is None:
        return pd.DataFrame({"touch_cost": [], "hours_cost": []}, dtype=float, index=pd.Index([], dtype=object))
    whole = serving_costs(rows, hour)
    hours = rows["hours"].astype(float) * (np.nan if hour is None else hour)
    hours = hours if hour is None else hours.fillna(0.0)
    parts = {"touch_cost": whole["cost"].astype(float) - hours.fillna(0.0), "hours_cost": hours}
    return pd.DataFrame(parts).groupby(rows["customer_id"]).sum(min_count=1)


def _owed(invoices: pd.DataFrame | None, day: pd.Timestamp) -> pd.Series:
    """What each customer has not paid by `day`, open credit notes taken off."""
    if invoices is None or invoices.empty:
        return pd.Series(dtype=float, index=pd.Index([], dtype=object), name="receivables")
    seen = known_at("invoices", invoices, day)
    still = seen[seen["paid"].isna()]
    return still["amount"].astype(float).groupby(still["customer_id"]).sum()
