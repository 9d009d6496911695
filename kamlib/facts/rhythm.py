"""How long each customer's own rhythm lets it be quiet: the limit of silence, and the window in which it would have come back."""

from __future__ import annotations

import numpy as np
import pandas as pd

SLOWEST_DAYS = 400
"""No rhythm is waited for longer than a year and its slack."""
WINDOW_DAYS = 180
"""Nobody stopped, and nobody is lost, before as many days, however short the horizon."""


def own_limits(facts: pd.DataFrame, *, floor_days: int = 30) -> pd.Series:
    """L, the days after its last order from which on each customer's silence is longer than is usual for it.

    Three times its pace as known on the day of its last order, 3 · (days from first to last order + μ) / (gaps + 1), within
    `floor_days` and `SLOWEST_DAYS`. μ, `usual_gaps`, has the weight of one gap: it is all that is known of who bought once.

    Parameters
    ----------
    facts : DataFrame
        `account_facts` of all customers, who make μ, at one date or several: as_of, first_order, last_order, gaps.
    floor_days : no limit is shorter, for a week off makes no silence of a daily buyer.

    Returns
    -------
    Series, index of `facts`, in days
        Missing for who never bought, and where nobody had bought twice by that date.
    """
    return _pace(facts, facts["last_order"], facts["gaps"] + 1).clip(floor_days, SLOWEST_DAYS)


def stop_windows(facts: pd.DataFrame, horizon_days: int) -> pd.Series:
    """W, the days after the horizon in which each customer orders unless it has stopped.

    Three times its pace as known at `as_of`, 3 · (days from first order to as_of + μ) / (gaps + 1), within the longer of
    the horizon and `WINDOW_DAYS`, and `SLOWEST_DAYS`.

    Parameters
    ----------
    facts : DataFrame
        `account_facts` at one date or several: as_of, first_order, last_order, gaps.

    Returns
    -------
    Series, index of `facts`, in days
        The shortest where nobody had bought twice by that date; missing for who never bought.
    """
    shortest = max(WINDOW_DAYS, horizon_days)
    pace = _pace(facts, facts["as_of"], facts["gaps"] + 1).fillna(shortest).where(facts["first_order"].notna())
    return pace.clip(shortest).clip(upper=SLOWEST_DAYS)


def usual_gaps(facts: pd.DataFrame) -> pd.Series:
    """μ, the geometric mean of the mean gaps of all who had bought on two days by that date, in days; index of `facts`."""
    mean_gap = ((facts["last_order"] - facts["first_order"]).dt.days / facts["gaps"]).where(facts["gaps"] > 0)
    found: pd.Series = mean_gap.transform(np.log).groupby(facts["as_of"]).transform("mean").transform(np.exp)
    return found


def limits_before(facts: pd.DataFrame) -> pd.Series:
    """L as it was known when each customer's last long gap began, by today's μ: what that gap is a return from, or is not.

    Parameters
    ----------
    facts : DataFrame
        As for `own_limits`, and long_gap_ended, long_gap_days, long_gap_orders.
    """
    began = facts["long_gap_ended"] - pd.to_timedelta(facts["long_gap_days"].fillna(0), unit="D")
    return _pace(facts, began, facts["long_gap_orders"]).clip(upper=SLOWEST_DAYS)


def lost_after(limits: pd.Series, horizon_days: int) -> pd.Series:
    """Days of silence beyond which a customer is lost: the longest of `WINDOW_DAYS`, the horizon and its own limit, if it has one."""
    shortest = float(max(WINDOW_DAYS, horizon_days))
    return limits.fillna(shortest).clip(lower=shortest)


def _pace(facts: pd.DataFrame, until: pd.Series, order_days: pd.Series) -> pd.Series:
    """Three gaps, of so many order days in the time from the first order and of one that is as long as is usual."""
    return 3 * ((until - facts["first_order"]).dt.days + usual_gaps(facts)) / order_days
