"""When the next order of each account is to be expected: the day by which half of its likes have ordered again."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from kamlib.churn.evaluation.baselines import recent
from kamlib.churn.landmarks import outcomes
from kamlib.churn.models.prediction import relative_risks, still_waiting
from kamlib.churn.models.waiting import Model
from kamlib.errors import InputError
from kamlib.facts.frequency_bands import bands
from kamlib.facts.states import RUNGS, rungs
from kamlib.stats.reasons import waiting
from kamlib.stats.survival import kaplan_meier
from kamlib.study.settings.sections import FEWEST

SHARES = {"next_from": 0.25, "next_days": 0.5, "next_to": 0.75}
"""The share of accounts like it that have ordered again by the day of each column."""


def next_order_days(
    table: pd.DataFrame, as_of: date | pd.Timestamp, model: Model | None, *, horizon_days: int = 180
) -> pd.DataFrame:
    """Days from `as_of` to the next order of each account at risk: the median, and the range of the middle half.

    Parameters
    ----------
    table : DataFrame
        `kamlib.churn.landmarks.landmark_table` with `as_of` among its landmarks.
    model : Model fitted at `as_of`; None: the Kaplan-Meier curve of the account's group (`kamlib.facts.frequency_bands.bands`) at the
        complete landmarks of the last year, of all accounts where fewer than 30 customers make the group, and of nobody
        where fewer than 20 make all. A customer counts once, however many landmarks saw it.

    Returns
    -------
    DataFrame
        customer_id, next_from, next_days, next_to: days by which a quarter, half and three quarters have ordered. Missing:
        later than the horizon, or never (the curve doesn't fall so far within it).
    """
    now = table.loc[table["as_of"] == pd.Timestamp(as_of)]
    days = _by_group(table, as_of, now, horizon_days) if model is None else _by_model(model, now)
    return pd.DataFrame({"customer_id": now["customer_id"], **days}).reset_index(drop=True)


def in_accord(table: pd.DataFrame) -> pd.DataFrame:
    """`table` without the days that its p_silent rules out: by no day of the horizon have more ordered than P(no order) leaves.

    A curve of a group knows nothing of the account's own silence, a rule of thumb that gives P(no order) may.
    """
    kept = {name: table[name].where(~(table["p_silent"] > 1 - share)) for name, share in SHARES.items()}
    return table.assign(**kept)


def by_state(
    table: pd.DataFrame, states: pd.DataFrame, *, horizon_days: int = 180, at_risk_days: int = 365
) -> pd.DataFrame:
    """The days of the middle customer of each state, the lost by their rung.

    Parameters
    ----------
    table : customer_id and the columns of `next_order_days`.
    states : `kamlib.facts.customer_states`.
    at_risk_days : see `kamlib.facts.states.rungs`.

    Returns
    -------
    DataFrame, index state, in the order of `kamlib.facts.states.RUNGS`, as far as it has customers in `table`
        customers, the medians of next_from, next_days and next_to (a day that is missing is later than all; "> 180" where the median lies
        after such a horizon), later (customers without next_days).
    """
    standing = states[["customer_id"]].assign(state=rungs(states, at_risk_days))
    waits = table.merge(standing, on="customer_id")
    columns = ["customers", *SHARES, "later"]
    if waits.empty:
        return waiting(columns, "nobody_at_risk_now")
    if waits[list(SHARES)].isna().all(axis=None):
        return waiting(columns, "no_next_order_told", enough=FEWEST.averaged, days=horizon_days)
    state, days = waits["state"], waits[list(SHARES)]
    middle = days.fillna(np.inf).groupby(state).median()
    middle = middle.astype(object).where(middle <= horizon_days, f"> {horizon_days}")
    middle.insert(0, "customers", state.value_counts())
    middle["later"] = days["next_days"].isna().groupby(state).sum()
    return middle.reindex([name for name in RUNGS if name in middle.index]).rename_axis("state")


def _by_model(model: Model, now: pd.DataFrame) -> dict[str, np.ndarray]:
    """The first day by which P(no order yet) has fallen to what is left of each share: by halving the horizon."""
    risks, found = relative_risks(model, model.scale.of(now)), {}
    for name, share in SHARES.items():
        low, high = np.zeros(len(now), dtype=int), np.full(len(now), model.horizon_days)
        never = still_waiting(model, now, risks, high) > 1 - share
        while (low + 1 < high).any():
            middle = (low + high) // 2
            later = still_waiting(model, now, risks, middle) > 1 - share
            low, high = np.where(later, middle, low), np.where(later, high, middle)
        found[name] = np.where(never, np.nan, high)
    return found


def _by_group(
    table: pd.DataFrame, as_of: date | pd.Timestamp, now: pd.DataFrame, horizon_days: int
) -> dict[str, np.ndarray]:
    try:
        rows, _ = recent(table, as_of, horizon_days)
    except InputError:  # no landmark is complete
        return dict.fromkeys(SHARES, np.full(len(now), np.nan))
    if rows["customer_id"].nunique() < FEWEST.averaged:
        return dict.fromkeys(SHARES, np.full(len(now), np.nan))
    came, group = outcomes(rows, as_of, horizon_days=horizon_days), bands(rows).astype("object")
    group = group.where(group.map(rows["customer_id"].groupby(group).nunique()) >= FEWEST.segmented)
    curves = kaplan_meier(came["duration"], came["event"])
    if group.notna().any():
        curves = pd.concat([curves, kaplan_meier(came["duration"], came["event"], group)])
    own = bands(now).astype("object")
    own = own.where(own.isin(curves["group"]), "all")
    first = {name: curves[curves["share"] <= 1 - share].groupby("group")["day"].min() for name, share in SHARES.items()}
    return {name: own.map(days).to_numpy(dtype="float64") for name, days in first.items()}
