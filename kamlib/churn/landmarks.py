"""Landmarks: dates at which we look back at what was known and forward at what came.

A row of the landmark table is an account at a date t while it was at risk of being lost. Its covariates come only
from what was known by t; its outcome is the time to the next purchase after t.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from kamlib.errors import InputError, some
from kamlib.facts.as_known import TOUCHES, ended_on, known_at
from kamlib.facts.payment import late_chances
from kamlib.facts.payment.bills import as_known
from kamlib.facts.rhythm import own_limits, stop_windows
from kamlib.facts.states import customer_states
from kamlib.stats.checks import has_columns
from kamlib.stats.ordering import places

_INTERACTIONS = ["customer_id", "date", "kind", "promised", "closed"]
_INVOICES = ["customer_id", "issued", "due", "amount", "paid"]


def landmark_dates(first_day: date, as_of: date, *, horizon_days: int = 180, step_days: int = 60) -> pd.DataFrame:
    """The landmarks of a study: as_of, the test date one horizon before it, and all earlier ones in equal steps.

    The step is adjusted so that a horizon is a whole number of steps; the first landmark has at least one horizon
    of observed history behind it.

    Returns
    -------
    DataFrame
        as_of (datetime64, ascending) and role: *train* (outcome complete by the test date), *late* (between training
        and test: censored at the test date), *test*, *recent* (between test and as_of), *predict* (as_of itself).

    Raises
    ------
    InputError
        If `as_of` lies before `first_day`.
    """
    first, last = pd.Timestamp(first_day), pd.Timestamp(as_of)
    if last < first:
        raise InputError(
            f"as_of {as_of} lies before the first day of the data, {first_day}", remedy="Choose a later as_of."
        )
    steps = max(1, round(horizon_days / step_days))
    room = (last - first).days - horizon_days
    offsets = [round(k * horizon_days / steps) for k in range(max(room, 0) * steps // horizon_days + 1)]
    days = [last - pd.Timedelta(days=offset) for offset in offsets]
    dates = pd.DataFrame({"as_of": sorted(days)})
    back = (last - dates["as_of"]).dt.days
    roles = [back == 0, back < horizon_days, back == horizon_days, back < 2 * horizon_days]
    return dates.assign(role=np.select(roles, ["predict", "recent", "test", "late"], "train"))


def landmark_table(
    facts: pd.DataFrame,
    next_orders: pd.DataFrame,
    later_orders: pd.DataFrame | None = None,
    *,
    horizon_days: int = 180,
    at_risk_days: int = 365,
    accounts: pd.DataFrame | None = None,
    interactions: pd.DataFrame | None = None,
    invoices: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """One row per account and landmark while it was at risk: facts, events counted before t, and the next order.

    At risk: it has bought, has been silent for at most `at_risk_days` or, where that is longer, its own limit, and is neither closed
    nor out of contract.

    Parameters
    ----------
    facts : DataFrame
        `kamlib.facts.account_facts` at all landmarks.
    next_orders : DataFrame
        `kamlib.facts.next_orders` at the same landmarks: customer_id, as_of, next_order.
    later_orders : the same of the days a horizon after the landmarks; None: nobody's is known.
    accounts, interactions, invoices : DataFrame, optional
        Clean tables. Only what was known at t is read; see `known_at`.

    Returns
    -------
    DataFrame
        The columns of `facts` plus own_limit and stop_window (`kamlib.facts.rhythm`), state (`kamlib.facts.states`), next_order,
        later_order (the first purchase more than a horizon after the landmark), ended_on (the day the account closed or its
        contract ended) and the columns of `events_before`.

    Raises
    ------
    InputError
        If facts hold something that lies after their own landmark, or repeat an account at a landmark.
    """
    _no_look_ahead(facts)
    keys = ["customer_id", "as_of"]
    facts = facts[facts["last_order"].notna()].reset_index(drop=True)
    states = customer_states(facts, horizon_days=horizon_days, accounts=accounts)["state"]
    facts = facts.assign(own_limit=own_limits(facts), stop_window=stop_windows(facts, horizon_days), state=states)
    place = np.flatnonzero(facts["silence_days"] <= facts["own_limit"].clip(lower=at_risk_days).fillna(at_risk_days))
    rows = facts[keys].iloc[place].assign(place=place)
    rows = rows.merge(next_orders[[*keys, "next_order"]], on=keys, how="left")
    if later_orders is None:
        rows["later_order"] = pd.Series(pd.NaT, index=rows.index, dtype="datetime64[ns]")
    else:
        later = later_orders.assign(as_of=later_orders["as_of"] - pd.Timedelta(days=horizon_days))
        rows = rows.merge(
            later[[*keys, "next_order"]].rename(columns={"next_order": "later_order"}), on=keys, how="left"
        )
    rows["ended_on"] = ended_on(rows["customer_id"], accounts)
    rows = rows[~(rows["ended_on"] <= rows["as_of"])].sort_values(["as_of", "customer_id"], key=places)
    if interactions is not None:
        has_columns(interactions, _INTERACTIONS)
        interactions = interactions[_INTERACTIONS]
    if invoices is not None:
        has_columns(invoices, _INVOICES)
        invoices = invoices[_INVOICES]
    table = facts.iloc[rows["place"]].reset_index(drop=True)
    for name in ("next_order", "later_order", "ended_on"):
        table[name] = rows[name].to_numpy()
    events = [
        events_before(group[["customer_id", "as_of"]], interactions=interactions, invoices=invoices)
        for _, group in table.groupby("as_of")
    ]
    return pd.concat([table, pd.concat(events)], axis=1) if events else table.assign(**dict.fromkeys(EVENTS, np.nan))


def outcomes(table: pd.DataFrame, until: date | pd.Timestamp, *, horizon_days: int = 180) -> pd.DataFrame:
    """What came after each landmark, as far as it was known at `until`.

    The event is the next purchase. Time is cut at the horizon and, for late landmarks, at `until` (administrative
    censoring). An account that closes or leaves its contract within the horizon before any purchase is a loss, never a
    censoring: it counts as waiting to the end of the horizon.

    Returns
    -------
    DataFrame, index of `table`
        duration (days, at least 0), event (1: bought), lost (1, 0; missing while neither is known) and complete (the whole
        horizon was observed).
    """
    until = pd.Timestamp(until)
    room = (until - table["as_of"]).dt.days.clip(lower=0)
    limit = room.clip(upper=horizon_days)
    wait = (table["next_order"] - table["as_of"]).dt.days
    left = (table["ended_on"] - table["as_of"]).dt.days
    bought = (wait <= limit) & ~(left < wait)
    ended = (left <= limit) & ~bought
    complete = room >= horizon_days
    lost = np.select([bought, ended | complete], [0.0, 1.0], np.nan)
    return pd.DataFrame(
        {
            "duration": np.select([bought, ended], [wait, horizon_days], limit).astype("float64"),
            "event": bought.astype("int64"),
            "lost": lost,
            "complete": complete,
        },
        index=table.index,
    )


def stops(table: pd.DataFrame, until: date | pd.Timestamp, *, horizon_days: int = 180) -> pd.DataFrame:
    """Which accounts had stopped a horizon after each landmark, as far as it was known at `until`.

    Stopped: no purchase in the account's own window after the horizon, (t + H, t + H + W], or closed or out of contract by t + H. An
    account whose window was not over at `until` tells nothing, for one that orders in it would be seen before one that doesn't.

    Returns
    -------
    DataFrame, index of `table`
        lost (1: stopped, 0; missing while the window is not over) and complete (it was over).
    """
    horizon = pd.Timedelta(days=horizon_days)
    end = table["as_of"] + horizon + pd.to_timedelta(table["stop_window"].round(), unit="D")
    complete = end <= pd.Timestamp(until)
    there = (table["later_order"] <= end) & ~(table["ended_on"] <= table["as_of"] + horizon)
    return pd.DataFrame({"lost": (~there).astype(float).where(complete), "complete": complete}, index=table.index)


def known_stops(table: pd.DataFrame, until: date | pd.Timestamp, *, horizon_days: int = 180) -> pd.DataFrame:
    """customer_id and as_of of the rows of a landmark table that are known, at `until`, to have stopped (`stops`) after it: those who
    were silent beyond their own limit already are left out."""
    came = stops(table, until, horizon_days=horizon_days)
    return table.loc[(came["lost"] == 1) & (table["silence_days"] <= table["own_limit"]), ["customer_id", "as_of"]]


EVENTS = ("claims", "disputes", "deliveries", "late", "touches", "p_late_60")


def events_before(
    accounts: pd.DataFrame, *, interactions: pd.DataFrame | None = None, invoices: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Events of the 365 days before one landmark, read as they were known then.

    Parameters
    ----------
    accounts : DataFrame
        customer_id and as_of, one landmark.

    Returns
    -------
    DataFrame, index of `accounts`
        claims (count), disputes (open at t), deliveries and late (after the promised day; counts), touches (meetings,
        calls, visits in 180 days) and p_late_60 (`kamlib.facts.payment.late_chances` of all invoices; missing without an invoice).
        Missing, not zero, where the table is not given or began within the window.
    """
    result = pd.DataFrame(np.nan, index=accounts.index, columns=list(EVENTS))
    day = accounts["as_of"].iloc[0]
    year = day - pd.Timedelta(days=365)

    def put(name: str, rows: pd.DataFrame) -> None:
        sums = rows.groupby("customer_id", sort=False).size()
        result[name] = accounts["customer_id"].map(sums).fillna(0.0).astype("float64")

    if interactions is not None and len(interactions):
        seen = known_at("interactions", interactions, day)
        if len(seen) and seen["date"].min() <= year:
            recent = seen["date"] > year
            delivered = recent & (seen["kind"] == "delivery") & seen["promised"].notna()
            put("claims", seen[recent & (seen["kind"] == "claim")])
            put("disputes", seen[(seen["kind"] == "dispute") & seen["closed"].isna()])
            put("deliveries", seen[delivered])
            put("late", seen[delivered & (seen["date"] > seen["promised"])])
            put("touches", seen[seen["kind"].isin(TOUCHES) & (seen["date"] > day - pd.Timedelta(days=180))])
    if invoices is not None and len(invoices):
        bills = as_known(invoices, day)
        if len(bills) and bills["issued"].min() <= year:
            result["p_late_60"] = accounts["customer_id"].map(late_chances(bills))
    return result


def _no_look_ahead(facts: pd.DataFrame) -> None:
    if facts.duplicated(["customer_id", "as_of"]).any():
        repeated = facts.loc[facts.duplicated(["customer_id", "as_of"]), "customer_id"].unique()
        raise InputError("facts repeat an account at one landmark", column="customer_id", found=some(repeated))
    for last in ("first_order", "last_order"):
        if (late := facts[last] > facts["as_of"]).any():
            raise InputError(f"{last} lies after the landmark", column=last, found=some(facts.loc[late, "customer_id"]))
    for days, start in (("tenure_days", "first_order"), ("silence_days", "last_order")):
        right = (facts["as_of"] - facts[start]).dt.days
        if (wrong := right.notna() & (facts[days] != right)).any():
            raise InputError(
                f"{days} isn't counted from {start} to the landmark",
                column=days,
                found=some(facts.loc[wrong, "customer_id"]),
                remedy="Make the facts with kamlib.facts.account_facts at the landmark itself.",
            )
