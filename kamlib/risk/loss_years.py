"""The year of losses as it would have been drawn on earlier days, and what was lost in the year after each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from kamlib.facts import account_facts, customer_states, next_orders
from kamlib.facts.as_known import ended_on
from kamlib.facts.rhythm import stop_windows
from kamlib.risk.exposure import exposures
from kamlib.risk.loss_distribution import LEVEL, Draws, loss_draws
from kamlib.risk.year_ahead import YEAR, at_risk, spread_of_years
from kamlib.stats.reasons import or_waiting

COLUMNS = [
    *("as_of", "event", "customers", "not_over", "stopped"),
    *("expected", "expected_low", "expected_high", "expected_shortfall", "came", "verdict"),
]


def loss_backtest(
    orders: ir.Table,
    forecasts: pd.DataFrame,
    as_of: date,
    industry: pd.Series,
    how: Draws,
    *,
    horizon_days: int = 180,
    observed_from: date | None = None,
    accounts: pd.DataFrame | None = None,
    interactions: pd.DataFrame | None = None,
    hour: float | None = None,
) -> pd.DataFrame:
    """What a year of losses was expected to cost on earlier days, by what was known on each, against what was lost by `as_of`.

    A customer has stopped within the year where no order came in its own window after it (`kamlib.facts.rhythm.stop_windows`), or it
    closed or its contract ended; lost is its contribution of the 12 months before the day, for the days of the year after its last order.
    Whose window is not over tells nothing, not even by an order, for one that orders would be seen before one that doesn't: of them nothing
    is drawn and nothing counted.

    Parameters
    ----------
    orders : clean order lines up to `as_of`.
    forecasts : customer_id, as_of, event (*stopped*, *silent*), chance (`kamlib.churn.earlier_forecasts`). On a day on which P(stopped) was
        not known P(no order) stands in, as it does in `kamlib.risk.at_risk`.
    industry : by customer_id; it has no date and is that of today.
    how : correlation, draws and seed; the spread is that of each day. The chance of a year is 1 - (1 - p)^(365 / H), for no second span
        was known so early.
    observed_from : first day that was observed.
    accounts, interactions, hour : as in `kamlib.risk.exposures`.

    Returns
    -------
    DataFrame, a day a row
        as_of; event (whose chance was drawn), customers, not_over (of the others), stopped (customers within the year); expected (mean),
        expected_low and expected_high (90 % of the draws lie between), expected_shortfall, came (study currency); verdict (*as_expected*,
        *more_came*, *fewer_came*: by these bounds). It waits where no year is over.
    """
    told = forecasts[forecasts["event"].isin(["stopped", "silent"]) & forecasts["chance"].notna()]
    rows = []
    for day in sorted(pd.to_datetime(told["as_of"].unique())):
        if day + pd.Timedelta(days=YEAR) >= pd.Timestamp(as_of):
            continue
        chances = told[told["as_of"] == day].pivot(index="customer_id", columns="event", values="chance")
        chances = chances.reindex(columns=["stopped", "silent"]).add_prefix("p_").reset_index()
        known = account_facts(orders, day.date(), horizon_days=horizon_days, observed_from=observed_from)
        exposure = exposures(known, interactions=interactions, hour=hour)
        customers = at_risk(exposure, chances, industry, horizon_days)
        after = _year_after(orders, known, as_of, horizon_days, accounts)
        customers = customers.merge(after, on="customer_id")
        judged = customers[customers["over"]]
        if len(judged):
            states = customer_states(known, horizon_days=horizon_days, accounts=accounts)
            lost = loss_draws(judged, replace(how, spread=spread_of_years(known, states)))
            event = "stopped" if chances["p_stopped"].notna().any() else "silent"
            rows.append(
                {"as_of": day, "event": event, "not_over": len(customers) - len(judged)} | _against(lost, judged)
            )
    return or_waiting(pd.DataFrame(rows, columns=COLUMNS), "no_year_of_losses_over")


def _against(lost: np.ndarray, judged: pd.DataFrame) -> dict[str, object]:
    low, high = np.quantile(lost, [1 - LEVEL, LEVEL])
    came = float((judged["contribution"] * judged["gone"]).sum())
    return {
        "customers": len(judged),
        "stopped": int((judged["gone"] > 0).sum()),
        "expected": lost.mean(),
        "expected_low": low,
        "expected_high": high,
        "expected_shortfall": lost[lost >= high].mean(),
        "came": came,
        "verdict": "more_came" if came > high else "fewer_came" if came < low else "as_expected",
    }


def _year_after(
    orders: ir.Table, known: pd.DataFrame, as_of: date, horizon_days: int, accounts: pd.DataFrame | None
) -> pd.DataFrame:
    """customer_id, over (whether its window after the year is over) and gone (share of the year after its last order; 0 where it
    did not stop)."""
    day = known["as_of"].max()
    end = day + pd.Timedelta(days=YEAR)
    table = known[["customer_id"]].assign(last=known["last_order"], window=stop_windows(known, horizon_days))
    later = account_facts(orders, end.date(), columns=["last_order"]).set_index("customer_id")["last_order"]
    came = next_orders(orders, end.date(), as_of).set_index("customer_id")["next_order"]
    over_on = end + pd.to_timedelta(table["window"].round(), unit="D")
    ended = ended_on(table["customer_id"], accounts) <= end
    back = table["customer_id"].map(came) <= over_on
    last = table["customer_id"].map(later).fillna(table["last"])
    gone = ((end - last).dt.days / YEAR).clip(0, 1).where(ended | ~back, 0.0)
    return table[["customer_id"]].assign(over=over_on <= pd.Timestamp(as_of), gone=gone)
