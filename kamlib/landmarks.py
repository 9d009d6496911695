"""Landmarks: dates at which we look back at what was known and forward at what came.

A row of the landmark table is an account at a date t while it was at risk of being lost. Its covariates come only
from what was known by t; its outcome is the time to the next purchase after t.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from kamlib.errors import InputError, some
from kamlib.tables import INPUTS


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
    *,
    at_risk_days: int = 365,
    accounts: pd.DataFrame | None = None,
    interactions: pd.DataFrame | None = None,
    invoices: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """One row per account and landmark while it was at risk: facts, events counted before t, and the next order.

    At risk: it has bought, has been silent for at most `at_risk_days`, and is neither closed nor out of contract.

    Parameters
    ----------
    facts : DataFrame
        `kamlib.facts.account_facts` at all landmarks.
    next_orders : DataFrame
        `kamlib.facts.next_orders` at the same landmarks: account_id, as_of, next_order.
    accounts, interactions, invoices : DataFrame, optional
        Clean tables. Only what was known at t is read; see `known_at`.

    Returns
    -------
    DataFrame
        The columns of `facts` plus next_order, ended_on (the day the account closed or its contract ended) and the
        columns of `events_before`.

    Raises
    ------
    InputError
        If facts hold something that lies after their own landmark, or repeat an account at a landmark.
    """
    _no_look_ahead(facts)
    table = facts[facts["last_order"].notna() & (facts["silence_days"] <= at_risk_days)]
    table = table.merge(next_orders[["account_id", "as_of", "next_order"]], on=["account_id", "as_of"], how="left")
    table["ended_on"] = ended_on(table["account_id"], accounts)
    interactions = None if interactions is None else interactions[["account_id", "date", "kind", "promised", "closed"]]
    invoices = None if invoices is None else invoices[["account_id", "issued", "due", "amount", "paid"]]
    table = table[~(table["ended_on"] <= table["as_of"])].sort_values(["as_of", "account_id"], ignore_index=True)
    events = [
        events_before(group[["account_id", "as_of"]], interactions=interactions, invoices=invoices)
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


TOUCHES = ("meeting", "call", "visit")
EVENTS = ("claims", "disputes", "deliveries", "late", "touches", "bills", "delay_days")


def events_before(
    accounts: pd.DataFrame, *, interactions: pd.DataFrame | None = None, invoices: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Events of the 365 days before one landmark, read as they were known then.

    Parameters
    ----------
    accounts : DataFrame
        account_id and as_of, one landmark.

    Returns
    -------
    DataFrame, index of `accounts`
        claims (count), disputes (open at t), deliveries and late (after the promised day; counts), touches (meetings,
        calls, visits in 180 days), bills (invoices due or paid) and delay_days (sum over them of the days paid after
        the due day, so far for open ones). Missing, not zero, where the table is not given or began within the window.
    """
    result = pd.DataFrame(np.nan, index=accounts.index, columns=list(EVENTS))
    day = accounts["as_of"].iloc[0]
    year = day - pd.Timedelta(days=365)

    def put(name: str, rows: pd.DataFrame, values: pd.Series | None = None) -> None:
        sums = rows.groupby("account_id").size() if values is None else values.groupby(rows["account_id"]).sum()
        result[name] = accounts["account_id"].map(sums).fillna(0.0).astype("float64")

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
        seen = known_at("invoices", invoices, day)
        if len(seen) and seen["issued"].min() <= year:
            seen = seen[(seen["issued"] > year) & (seen["amount"] > 0) & ((seen["due"] <= day) | seen["paid"].notna())]
            put("bills", seen)
            put("delay_days", seen, (seen["paid"].fillna(day) - seen["due"]).dt.days.astype("float64"))
    return result


def known_at(name: str, table: pd.DataFrame, day: date | pd.Timestamp) -> pd.DataFrame:
    """An input table as it was known at `day`: later rows gone, later entries missing, undated columns missing.

    Which column dates which is in `kamlib.tables`. An invoice paid after `day` is open; a status without a date is
    not known at all. Ids stay.
    """
    day = pd.Timestamp(day)
    columns = [column for column in INPUTS[name].columns if column.name in table]
    row_date = next((c.name for c in columns if c.required and c.known_at == c.name and c.type == "date"), None)
    seen = table.loc[table[row_date] <= day].copy() if row_date else table.copy()
    dates = {c.name: pd.to_datetime(seen[c.name]) for c in columns if c.type == "date"}
    for column in columns:
        if column.name.endswith("_id"):
            continue
        if column.known_at is None:
            seen[column.name] = None
        elif column.known_at != row_date and column.known_at in dates:
            seen[column.name] = seen[column.name].where(dates[column.known_at] <= day)
    return seen


def raise_on_leak(
    make: Callable[[Mapping[str, Any], pd.Timestamp], pd.DataFrame],
    tables: Mapping[str, Any],
    day: date | pd.Timestamp,
) -> None:
    """Alarm: covariates at `day` must be the same when everything that came after `day` is taken away.

    Parameters
    ----------
    make : function of the tables and the day that gives the covariates, one row per account (account_id as index).
    tables : input tables by name; orders may stay in the engine, as an Ibis table.

    Raises
    ------
    InputError
        Naming the covariates that changed: they read the future.
    """
    day = pd.Timestamp(day)
    full = make(tables, day)
    past: Any = make({name: _before(name, table, day) for name, table in tables.items()}, day)
    past = past.reindex(index=full.index, columns=full.columns)
    leaked = []
    for name in full:
        a, b = full[name], past[name]
        numbers = pd.api.types.is_numeric_dtype(a) and pd.api.types.is_numeric_dtype(b)
        same = np.isclose(a, b, equal_nan=True) if numbers else (a.eq(b) | (a.isna() & b.isna())).to_numpy()
        if not same.all():
            leaked.append(name)
    if leaked:
        raise InputError(
            f"covariates read what came after {day.date()}",
            found=some(leaked),
            remedy="Count only what was known at the landmark (kamlib.landmarks.known_at).",
        )


def _before(name: str, table: Any, day: pd.Timestamp) -> Any:
    return known_at(name, table, day) if isinstance(table, pd.DataFrame) else table.filter(table.date <= day.date())


def _no_look_ahead(facts: pd.DataFrame) -> None:
    if facts.duplicated(["account_id", "as_of"]).any():
        repeated = facts.loc[facts.duplicated(["account_id", "as_of"]), "account_id"].unique()
        raise InputError("facts repeat an account at one landmark", column="account_id", found=some(repeated))
    for last in ("first_order", "last_order"):
        if (late := facts[last] > facts["as_of"]).any():
            raise InputError(f"{last} lies after the landmark", column=last, found=some(facts.loc[late, "account_id"]))
    for days, start in (("tenure_days", "first_order"), ("silence_days", "last_order")):
        right = (facts["as_of"] - facts[start]).dt.days
        if (wrong := right.notna() & (facts[days] != right)).any():
            raise InputError(
                f"{days} isn't counted from {start} to the landmark",
                column=days,
                found=some(facts.loc[wrong, "account_id"]),
                remedy="Make the facts with kamlib.facts.account_facts at the landmark itself.",
            )


def ended_on(account_ids: pd.Series, accounts: pd.DataFrame | None) -> pd.Series:
    """The day each account closed or its contract ended, the earlier of both; missing where neither is known."""
    ended = pd.Series(pd.NaT, index=account_ids.index, dtype="datetime64[ns]")
    if accounts is None or accounts.empty:
        return ended
    own = accounts.loc[accounts["account_id"] == accounts["member_id"]] if "member_id" in accounts else accounts
    own = own.drop_duplicates("account_id").set_index("account_id")
    days = [account_ids.map(pd.to_datetime(own[name])) for name in ("closed_on", "contract_end") if name in own]
    return pd.concat(days, axis=1).min(axis=1) if days else ended
