"""The money of each customer by quarter: revenue, margin, what it cost to serve, and what is left."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from kamlib.facts.as_known import known_at
from kamlib.facts.months import end_of_months
from kamlib.facts.service import serving_costs
from kamlib.stats.reasons import or_waiting
from kamlib.study.periods import quarter_labels

QUARTERS = 8
COLUMNS = ["customer_id", "until", "quarter", "revenue", "margin", "cost_to_serve", "contribution"]


def quarterly(
    months: pd.DataFrame,
    ids: pd.Index,
    day: pd.Timestamp,
    *,
    interactions: pd.DataFrame | None = None,
    hour: float | None = None,
    year_begins: int = 1,
) -> pd.DataFrame:
    """The last eight spans of three whole months that end by `day`, of each of the `ids`, the earliest first.

    Parameters
    ----------
    months : `kamlib.facts.account_months`.
    interactions : clean table, for the cost to serve; None, or a cost of an hour that is not known: see `serving_costs`.

    Returns
    -------
    DataFrame
        customer_id, until (last day of the span), quarter (of that day: 2026Q2); revenue, margin (net, study currency; 0 before the first order, missing where no margin is
        known), cost_to_serve (missing where the records of touches begin later), contribution (margin less cost to serve, missing where either
        is).
    """
    end = end_of_months(day)
    starts = [end - pd.DateOffset(months=3 * n) for n in range(QUARTERS, -1, -1)]
    until = [start - pd.Timedelta(days=1) for start in starts[1:]]
    grid = pd.MultiIndex.from_product([ids, until], names=["customer_id", "until"])
    cuts = pd.IntervalIndex.from_breaks(starts, closed="left")

    def spans(days: pd.Series) -> pd.Series:
        place = cuts.get_indexer(pd.Index(days.astype("datetime64[ns]")))
        return pd.Series(pd.DatetimeIndex(until)[place], days.index).where(place >= 0)

    own = months[months["customer_id"].isin(ids)]
    by = own.assign(until=spans(own["month"])).dropna(subset="until").groupby(["customer_id", "until"])
    money = by.agg(revenue=("revenue", "sum"), margin=("margin", lambda part: part.sum(skipna=False)))
    table = money.reindex(grid).astype(float)
    known = own.groupby("customer_id")["margin"].count().reindex(grid.get_level_values(0), fill_value=0) > 0
    absent = table["revenue"].isna()
    table["revenue"] = table["revenue"].fillna(0.0 if len(months) else float("nan"))
    table.loc[absent & known.to_numpy(), "margin"] = 0.0
    table["cost_to_serve"] = _costs(interactions, hour, grid, spans, pd.Timestamp(day))
    table["contribution"] = table["margin"] - table["cost_to_serve"]
    table = table.reset_index()
    table["quarter"] = quarter_labels(table["until"], year_begins)
    return or_waiting(table[COLUMNS], "no_key_accounts")


def _costs(
    interactions: pd.DataFrame | None,
    hour: float | None,
    grid: pd.MultiIndex,
    spans: Callable[[pd.Series], pd.Series],
    day: pd.Timestamp,
) -> pd.Series:
    if interactions is None or interactions.empty:
        return pd.Series(float("nan"), grid)
    seen = known_at("interactions", interactions, day)
    costs = serving_costs(seen[seen["customer_id"].isin(grid.get_level_values(0))], hour)
    by = costs.assign(until=spans(costs["date"])).dropna(subset="until").groupby(["customer_id", "until"])["cost"]
    found = by.sum(min_count=1).reindex(grid)
    touched = by.size().reindex(grid, fill_value=0) > 0
    recorded = pd.Series(grid.get_level_values(1) >= seen["date"].min() + pd.DateOffset(months=3), grid)
    return found.where(touched, 0.0).where(recorded)
