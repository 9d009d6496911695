"""A year of losses, or the part of it that is over, as it would have been drawn on earlier days, and what was lost after each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from kamlib.facts import account_facts, customer_states, next_orders
from kamlib.facts.as_known import ended_on
from kamlib.facts.rhythm import WINDOW_DAYS, own_limits, stop_windows
from kamlib.risk.exposure import exposures
from kamlib.risk.loss_distribution import LEVEL, Draws, loss_draws
from kamlib.risk.year_ahead import YEAR, at_risk, landmarks, second_span, spread_of_years
from kamlib.stats.reasons import or_waiting

COLUMNS = [
    *("as_of", "span_days", "event", "customers", "not_over", "stopped"),
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
    """What losses were expected to cost on earlier days, by what was known on each, against what was lost by `as_of`.

    Each day is judged over the year after it or, where no window after that is over, over one horizon, for which its chances stand as they
    are. A customer has stopped within these days where no order came in its own window after them (`kamlib.facts.rhythm.stop_windows`), or it
    closed or its contract ended; lost is its contribution of the 12 months before the day, for those of the days that are after its last order.
    Whose window is not over tells nothing, not even by an order, for one that orders would be seen before one that doesn't: of them nothing
    is drawn and nothing counted.

    Parameters
    ----------
    orders : clean order lines up to `as_of`.
    forecasts : customer_id, as_of, event (*stopped*, *silent*), chance (`kamlib.churn.earlier_forecasts`). On a day on which P(stopped) was
        not known P(no order) stands in, as it does in `kamlib.risk.at_risk`.
    industry : by customer_id; it has no date and is that of today.
    how : correlation, draws and seed; the spread is that of each day, of a year. So is the share that stops in a second span, where the records
        before the day tell it.
    observed_from : first day that was observed.
    accounts, interactions, hour : as in `kamlib.risk.exposures`.

    Returns
    -------
    DataFrame, a day a row
        as_of; span_days (judged over: 365 or the horizon), event (whose chance was drawn), customers, not_over (of the others), stopped
        (customers within these days); expected (mean), expected_low and expected_high (90 % of the draws lie between), expected_shortfall,
        came (study currency); verdict (*as_expected*, *more_came*, *fewer_came*: by these bounds). It waits where nothing is over.
    """
    window = max(WINDOW_DAYS, horizon_days)  # of those whose window is the shortest
    shortest = pd.Timedelta(days=min(YEAR, horizon_days) + window)
    over = pd.to_datetime(forecasts["as_of"]) + shortest <= pd.Timestamp(as_of)
    told = forecasts[over & forecasts["event"].isin(["stopped", "silent"]) & forecasts["chance"].notna()]
    days = sorted(pd.to_datetime(told["as_of"].unique()))
    begins = observed_from or orders.date.min().to_pyarrow().as_py()
    of_a_year = [day for day in days if day + pd.Timedelta(days=YEAR + window) <= pd.Timestamp(as_of)]
    before = {day: [at for at in landmarks(day.date(), horizon_days)[:-1] if at > begins] for day in of_a_year}
    dates = sorted({day.date() for day in days}.union(*before.values()))
    facts = account_facts(orders, dates, horizon_days=horizon_days, observed_from=observed_from) if days else told
    known = dict(iter(facts.groupby("as_of")))
    rows = []
    for day in days:
        chances = told[told["as_of"] == day].pivot(index="customer_id", columns="event", values="chance")
        chances = chances.reindex(columns=["stopped", "silent"]).add_prefix("p_").reset_index()
        windows = stop_windows(known[day], horizon_days)[known[day]["customer_id"].isin(chances["customer_id"])]
        over_in = (pd.Timestamp(as_of) - day).days - windows.round().min()
        span = next((days for days in (YEAR, horizon_days) if days <= over_in), None)
        if span is None:
            continue
        earlier = facts[facts["as_of"].isin(pd.to_datetime(before.get(day, [])))]
        told_then = span > horizon_days and len(earlier)
        second = _second_span(orders, earlier, day, accounts, horizon_days) if told_then else None
        exposure = exposures(known[day], interactions=interactions, hour=hour)
        customers = at_risk(exposure, chances, industry, horizon_days, second, days=span)
        customers["contribution"] *= span / YEAR
        after = _after(orders, known[day], span, as_of, horizon_days, accounts).drop(columns="as_of")
        customers = customers.merge(after, on="customer_id")
        judged = customers[customers["over"]]
        if len(judged):
            states = customer_states(known[day], horizon_days=horizon_days, accounts=accounts)
            lost = loss_draws(judged, replace(how, spread=spread_of_years(known[day], states)))
            event = "stopped" if chances["p_stopped"].notna().any() else "silent"
            row = {"as_of": day, "span_days": span, "event": event, "not_over": len(customers) - len(judged)}
            rows.append(row | _against(lost, judged))
    return or_waiting(pd.DataFrame(rows, columns=COLUMNS), "no_year_of_losses_over")


def _second_span(
    orders: ir.Table, facts: pd.DataFrame, day: pd.Timestamp, accounts: pd.DataFrame | None, horizon_days: int
) -> float | None:
    """`second_span` of the landmarks of `facts`, by what was known on a later day."""
    there = facts[facts["silence_days"] <= own_limits(facts).clip(lower=YEAR)]
    after = _after(orders, facts, horizon_days, day.date(), horizon_days, accounts)
    history = after.assign(stopped=(after["gone"] > 0).astype(float).where(after["over"]))
    return second_span(history.merge(there[["customer_id", "as_of"]]), horizon_days)


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


def _after(
    orders: ir.Table, known: pd.DataFrame, days: int, as_of: date, horizon_days: int, accounts: pd.DataFrame | None
) -> pd.DataFrame:
    """customer_id, as_of, over (whether its window after so many days is over) and gone (share of them after its last order; 0 where it
    did not stop) of each row of the facts of one date or several."""
    keys, end = ["customer_id", "end"], known["as_of"] + pd.Timedelta(days=days)
    ends = sorted({one.date() for one in end})
    later = account_facts(orders, ends, columns=["last_order"]).rename(columns={"as_of": "end", "last_order": "later"})
    came = next_orders(orders, ends, as_of).rename(columns={"as_of": "end"})
    table = known[["customer_id", "as_of", "last_order"]].assign(end=end, window=stop_windows(known, horizon_days))
    table = table.merge(later[[*keys, "later"]], on=keys, how="left").merge(came, on=keys, how="left")
    over_on = table["end"] + pd.to_timedelta(table["window"].round(), unit="D")
    ended = ended_on(table["customer_id"], accounts) <= table["end"]
    last = table["later"].fillna(table["last_order"])
    gone = ((table["end"] - last).dt.days / days).clip(0, 1).where(ended | ~(table["next_order"] <= over_on), 0.0)
    return table[["customer_id", "as_of"]].assign(over=over_on <= pd.Timestamp(as_of), gone=gone)
