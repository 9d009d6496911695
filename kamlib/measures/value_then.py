"""How the value of the base did on earlier days: the margin that was to be expected of the horizon after each, and what came."""

from __future__ import annotations

import ibis.expr.types as ir
import pandas as pd

from kamlib.measures.lifetime.whole_base import value_test
from kamlib.stats.reasons import or_waiting

COLUMNS = ["as_of", "expected", "came", "bias", "low", "high"]


def values_then(
    orders: ir.Table,
    forecasts: pd.DataFrame,
    *,
    horizon_days: int = 180,
    costs: pd.DataFrame | None = None,
    bootstraps: int = 500,
    seed: int = 1,
) -> pd.DataFrame:
    """The value's first block on each day of earlier forecasts, by the chances that were given then.

    Parameters
    ----------
    orders : order lines of the customers of `forecasts`.
    forecasts : customer_id, as_of, event, chance, came (`kamlib.measures.scorecard.FORECASTS`); days whose horizon is over are told.
    costs : customer_id, date, cost of each touch (`kamlib.facts.service.serving_costs`).

    Returns
    -------
    DataFrame, a day a row
        as_of, expected and came (margin of the horizon after it, study currency; revenue where no margin is known), bias (expected over came, less 1),
        low, high (95 %, bootstrap of customers). It waits where no day can be told.
    """
    rows = []
    told = forecasts[forecasts["chance"].notna()]
    for day in sorted(pd.to_datetime(told["as_of"].unique())):
        of_day = told[told["as_of"] == day]
        chances = of_day.pivot(index="customer_id", columns="event", values="chance")
        lost = of_day[of_day["event"] == "silent"].set_index("customer_id")["came"]
        if lost.empty or lost.isna().any():
            continue
        then = chances.rename(columns={"silent": "p_silent", "stopped": "p_stopped"}).reindex(lost.index)
        then = then.reindex(
            columns=[name for name in ("p_silent", "p_stopped") if name in then and then[name].notna().all()]
        )
        table = then.assign(lost=lost).reset_index()
        tried = value_test(orders, table, day, horizon_days=horizon_days, costs=costs, bootstraps=bootstraps, seed=seed)
        if len(tried.ways):
            rows.append({"as_of": day, **tried.ways.iloc[0][COLUMNS[1:]]})
    return or_waiting(pd.DataFrame(rows, columns=COLUMNS), "no_value_is_over")
