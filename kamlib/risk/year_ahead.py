"""Who may stop within a year, with what contribution, and how far a year's money of those who stay lies from the year before."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from kamlib.facts.rhythm import SLOWEST_DAYS
from kamlib.facts.states import are_lost
from kamlib.facts.worth import worth_column
from kamlib.stats.reasons import waiting
from kamlib.study.settings.sections import FEWEST

YEAR = 365
_PAIRS = 3


def chance_within(p: pd.Series, days: int, horizon_days: int, second_span: float | None = None) -> pd.Series:
    """The chance to stop within `days` from that within the horizon.

    1 - (1 - p)(1 - h), h the share that stops in a second span of as many days as are left, where the past tells it; else
    1 - (1 - p)^(days / H), the same chance in every span.
    """
    stays = 1 - p.astype(float)
    return 1 - (stays * (1 - second_span) if second_span is not None else stays ** (days / horizon_days))


def landmarks(as_of: date, horizon_days: int) -> list[date]:
    """Days to ask who stopped in two spans of a horizon, whose windows are over at `as_of`: pairs a horizon apart, and `as_of` itself."""
    first = [2 * horizon_days + SLOWEST_DAYS + round(k * horizon_days / _PAIRS) for k in range(_PAIRS)]
    back = {days - span for days in first for span in (0, horizon_days)}
    return [as_of - timedelta(days=days) for days in sorted(back, reverse=True)] + [as_of]


def second_span(history: pd.DataFrame, horizon_days: int) -> float | None:
    """Of those who had not stopped by the end of a horizon, the share that had by the end of the next: h, pooled over all pairs of days.

    Parameters
    ----------
    history : DataFrame, a row for each customer at risk on each of `landmarks`
        customer_id, as_of, stopped (1, 0; missing while its window is not over).

    Returns
    -------
    float; None where fewer than `FEWEST.averaged` customers tell.
    """
    later = history.assign(as_of=history["as_of"] - pd.Timedelta(days=horizon_days))
    keys = ["customer_id", "as_of"]
    pairs = history[history["stopped"] == 0].merge(later[[*keys, "stopped"]].dropna(), on=keys, suffixes=("", "_next"))
    return float(pairs["stopped_next"].mean()) if pairs["customer_id"].nunique() >= FEWEST.averaged else None


def spread_of_years(facts: pd.DataFrame, states: pd.DataFrame) -> float:
    """How far a year's money of those who stay lies from the year before it: the standard deviation of its logarithm, weighted by money.

    The year before is what was held to come, the last year what came: a block held out for each customer that had bought before
    the first of both began, is not lost, and brought money in both.

    Parameters
    ----------
    facts : one row per customer at one date: customer_id, tenure_days, margin_12m and margin_24m, or the same of revenue.
    states : `kamlib.facts.customer_states`.

    Returns
    -------
    float; 0 where fewer than `FEWEST.averaged` customers tell.
    """
    by = worth_column(facts, "24m").removesuffix("_24m")
    there = facts[(facts["tenure_days"] >= 2 * YEAR) & ~are_lost(facts["customer_id"], states)]
    last = there[f"{by}_12m"].astype(float)
    before = there[f"{by}_24m"].astype(float) - last
    both = (last > 0) & (before > 0)
    if both.sum() < FEWEST.averaged:
        return 0.0
    change, weight = np.log(last[both] / before[both]), before[both]
    mean = float(np.average(change, weights=weight))
    return float(np.sqrt(np.average((change - mean) ** 2, weights=weight)))


def at_risk(
    exposure: pd.DataFrame,
    churn: pd.DataFrame,
    industry: pd.Series,
    horizon_days: int,
    second: float | None = None,
    *,
    days: int = YEAR,
) -> pd.DataFrame:
    """Who may still be lost within a year, and with what: customer_id, industry, p_year, contribution.

    Parameters
    ----------
    exposure : `kamlib.risk.exposures`.
    churn : customer_id, p_stopped, p_silent, of those not lost yet; P(no order) stands in where P(stopped) is not known.
    industry : by customer_id; those without one are an industry of their own.
    second : `second_span`; None: it is not known.
    days : what p_year is the chance of in place of a year; contribution is always that of 12 months.
    """
    chance = churn["p_stopped"].astype(float).fillna(churn["p_silent"].astype(float))
    table = churn[["customer_id"]].assign(p_year=chance_within(chance, days, horizon_days, second))
    table = table.merge(exposure[["customer_id", "contribution"]], on="customer_id", how="left")
    table.insert(1, "industry", table["customer_id"].map(industry).fillna(""))
    told = table[table["p_year"].notna() & table["contribution"].notna() & table["contribution"].ne(0)]
    return (
        told.reset_index(drop=True)
        if len(told)
        else waiting(["customer_id", "industry", "p_year", "contribution"], "no_chance_of_stopping")
    )
