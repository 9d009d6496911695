"""Chances and returns against what was planted: only a base that was generated knows the truth.

Whether an account has left can't be seen in records, only that it is silent. A generated base knows it, and the law by which it left, so that a sum
of chances can be held against the sum of the chances that were planted, without the luck of a draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from kamlib.churn.evaluation.returns import learn_returns
from kamlib.churn.returns import lost_at, p_return, returned, without_offer
from kamlib.stats.reasons import or_waiting, waiting


def against_planted(chances: pd.DataFrame, planted: pd.DataFrame, groups: pd.DataFrame, event: str) -> pd.DataFrame:
    """The sum of a chance by group, its range, and the sum that was planted.

    Parameters
    ----------
    chances : customer_id, `event`, `event`_low and `event`_high of each customer.
    planted : customer_id and `event`: the planted chance, for one who sees what is on record. Who is not in it is left out.
    groups : customer_id, group; a customer may be in several.

    Returns
    -------
    DataFrame, index group (in the order of `groups`)
        customers, expected, low, high, planted (sums), within (whether planted lies between low and high). It waits where nothing was planted.
    """
    ends = {"expected": event, "low": f"{event}_low", "high": f"{event}_high"}
    both = chances.dropna(subset=[event]).merge(
        planted[["customer_id", event]], on="customer_id", suffixes=("", "_planted")
    )
    sums = {"customers": ("customer_id", "size"), **{name: (of, "sum") for name, of in ends.items()}}
    by = groups.merge(both, on="customer_id").groupby("group", sort=False)
    found = by.agg(**sums, planted=(f"{event}_planted", "sum"))
    found["within"] = found["planted"].between(found["low"], found["high"])
    return or_waiting(found, "nothing_planted")


def promised(
    episodes: pd.DataFrame,
    day: date | pd.Timestamp,
    *,
    horizon_days: int = 180,
    beyond_days: int = 365,
    natural: bool = False,
) -> pd.DataFrame:
    """P(return) on a day, as it could be told then, of the lost that had been silent for longer than `beyond_days`.

    Parameters
    ----------
    episodes : `kamlib.churn.losses.loss_episodes`; what came after the day is the outcome alone.
    natural : of those only that had no offer by the day, and until the day of one that came in the horizon.

    Returns
    -------
    DataFrame
        customer_id, p_return, p_return_low, p_return_high (missing where nothing can be told: `kamlib.churn.evaluation.returns.learn_returns`),
        came (whether it ordered within the horizon, and not after an offer; read it where that is over).
    """
    day = pd.Timestamp(day)
    away = without_offer(lost_at(episodes, day), day) if natural else lost_at(episodes, day)
    away = away[(day - away["last_order"]).dt.days > beyond_days]
    rates = learn_returns(episodes, day, horizon_days=horizon_days, beyond_days=beyond_days).rates
    chances = p_return(rates, away, day, horizon_days=horizon_days, until_offer=natural).set_axis(
        ["p_return", "p_return_low", "p_return_high"], axis=1
    )
    came = returned(away, day + pd.Timedelta(days=horizon_days))
    return pd.concat([away["customer_id"], chances, came.rename("came")], axis=1).reset_index(drop=True)


def returns_by_day(
    episodes: pd.DataFrame,
    planted: pd.DataFrame,
    days: Sequence[pd.Timestamp],
    *,
    horizon_days: int = 180,
    beyond_days: int = 365,
) -> pd.DataFrame:
    """Returns that were promised on days of the past, those that came, and how many of both had left as it was planted.

    Parameters
    ----------
    planted : customer_id, left_on, first_left_on, returned_on: an account is gone from one of the first two days on; from first_left_on
        until returned_on alone.

    Returns
    -------
    DataFrame, a row a day
        as_of, customers (`promised`), gone (of them, as planted; the others are there and only slow), expected, low, high, came, returned (of those
        gone). Days on which nothing could be promised are left out. It waits where nothing was planted, or no day is left.
    """
    columns = ["as_of", "customers", "gone", "expected", "low", "high", "came", "returned"]
    rows = []
    for day in days if len(planted) else ():
        said = promised(episodes, day, horizon_days=horizon_days, beyond_days=beyond_days, natural=True)
        said = said.merge(planted[["customer_id", "left_on", "first_left_on", "returned_on"]], on="customer_id")
        if said["p_return"].notna().any():
            gone = (said["left_on"] <= day) | ((said["first_left_on"] <= day) & ~(said["returned_on"] <= day))
            sums = said[["p_return", "p_return_low", "p_return_high", "came"]].sum()
            rows.append((day, len(said), int(gone.sum()), *sums, int((gone & said["came"]).sum())))
    if not rows:
        return waiting(columns, "no_returns_promised" if len(planted) else "nothing_planted")
    return pd.DataFrame(rows, columns=columns).astype({"came": int})
