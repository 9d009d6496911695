"""Tables as they were known at a past day, and an alarm where covariates read what came later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from kamlib.errors import InputError, some
from kamlib.facts.customers import own_rows
from kamlib.study.dictionary import INPUTS

TOUCHES = ("meeting", "call", "visit")


def known_at(name: str, table: pd.DataFrame, day: date | pd.Timestamp) -> pd.DataFrame:
    """An input table as it was known at `day`: later rows gone, later entries missing, undated columns missing.

    Which column dates which is in `kamlib.study.dictionary`. An invoice paid after `day` is open; a status without a date is
    not known at all. Ids stay.
    """
    day = pd.Timestamp(day)
    columns = [column for column in INPUTS[name].columns if column.name in table]
    row_date = next((c.name for c in columns if c.required and c.known_at == c.name and c.type == "date"), None)
    seen = table.loc[table[row_date] <= day].copy() if row_date else table.copy()
    dates = {c.name: pd.to_datetime(seen[c.name], cache=False) for c in columns if c.type == "date"}
    for column in columns:
        if column.name.endswith("_id"):
            continue
        if column.known_at is None:
            seen[column.name] = None
        elif column.known_at != row_date and column.known_at in dates:
            seen[column.name] = seen[column.name].where(dates[column.known_at] <= day)
    return seen


def raise_on_leak(
    found: pd.DataFrame,
    make: Callable[[Mapping[str, Any], pd.Timestamp], pd.DataFrame],
    tables: Mapping[str, Any],
    day: date | pd.Timestamp,
) -> None:
    """Alarm: covariates at `day` must be the same when everything that came after `day` is taken away.

    Parameters
    ----------
    found : the covariates as they were made of all that the tables hold, one row per account (customer_id as index).
    make : function of the tables and the day that gives the same columns.
    tables : input tables by name; orders may stay in the engine, as an Ibis table.

    Raises
    ------
    InputError
        Naming the covariates that changed: they read the future.
    """
    day = pd.Timestamp(day)
    past: Any = make({name: _before(name, table, day) for name, table in tables.items()}, day)
    past = past.reindex(index=found.index, columns=found.columns)
    leaked = []
    for name in found:
        a, b = found[name], past[name]
        numbers = pd.api.types.is_numeric_dtype(a) and pd.api.types.is_numeric_dtype(b)
        same = np.isclose(a, b, equal_nan=True) if numbers else (a.eq(b) | (a.isna() & b.isna())).to_numpy()
        if not same.all():
            leaked.append(name)
    if leaked:
        raise InputError(
            f"covariates read what came after {day.date()}",
            found=some(leaked),
            remedy="Count only what was known at the landmark (kamlib.facts.as_known.known_at).",
        )


def _before(name: str, table: Any, day: pd.Timestamp) -> Any:
    return known_at(name, table, day) if isinstance(table, pd.DataFrame) else table.filter(table.date <= day.date())


def ended_on(customer_ids: pd.Series, accounts: pd.DataFrame | None) -> pd.Series:
    """The day each account closed or its contract ended, the earlier of both; missing where neither is known."""
    ended = pd.Series(pd.NaT, index=customer_ids.index, dtype="datetime64[ns]")
    if accounts is None or accounts.empty:
        return ended
    own = own_rows(accounts)
    days = [customer_ids.map(pd.to_datetime(own[name])) for name in ("closed_on", "contract_end") if name in own]
    return pd.concat(days, axis=1).min(axis=1) if days else ended
