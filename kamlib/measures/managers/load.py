"""What each manager carries: customers, time, what comes of it, whom nobody has spoken with for long; and what a manager is called."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from kamlib.facts.as_known import TOUCHES
from kamlib.facts.days import as_pandas
from kamlib.facts.order_lines import check_lines
from kamlib.facts.service import dealings
from kamlib.stats.reasons import waiting
from kamlib.study.periods import months_before
from kamlib.study.settings.parts import Naming

_WEEKS = 365.25 / 7
KEY_DAYS, OTHER_DAYS = 90, 365
"""Days without a meeting, call or visit after which a contact is overdue: with a key customer, with others that are ours."""


def labels(orders: ir.Table, others: Iterable[str], how: Naming) -> pd.Series:
    """What each manager is called on pages: its name, or a number that stays the same from quarter to quarter.

    Numbers go by the day of a manager's first order line; those without one (`others`) follow by name.

    Returns
    -------
    Series: name or number as text; index: name.
    """
    check_lines(orders, "date", "manager")
    lines = orders.filter(orders.manager.notnull())
    firsts = as_pandas(lines.group_by("manager").agg(first=lines.date.min()), ["first", "manager"])
    names = [*firsts["manager"], *sorted({str(one) for one in others if pd.notna(one)} - set(firsts["manager"]))]
    told = names if how == "named" else [str(place) for place in range(1, len(names) + 1)]
    return pd.Series(told, names, dtype=object)


def loads(
    who: pd.Series,
    ours: pd.Series,
    keys: pd.Series,
    facts: pd.DataFrame,
    exposure: pd.DataFrame,
    interactions: pd.DataFrame | None,
    as_of: date,
) -> pd.DataFrame:
    """What each manager carries today: customers, key customers, time, what comes of it, and whom nobody has spoken with for long.

    Parameters
    ----------
    who : today's manager by customer_id, as pages call it (`labels`); missing where none is on record.
    ours, keys : ids of the customers that are ours, and of the key ones.
    facts : one row per customer at `as_of`: customer_id, first_order.
    exposure : customer_id, contribution (of 12 months), as the table `exposure` of a run.
    interactions : clean table, or None.

    Returns
    -------
    DataFrame, most customers first; who has no manager stands under a missing one
        manager, customers (ours), key_customers; hours_a_week (of 12 months on record), contribution, contribution_an_hour; overdue_contacts (of
        customers that are ours, those without a meeting, call or visit for more than 90 days, where they are key, or 365); hunting (share of the hours
        with who had no order before the 12 months), farming (the rest). Missing where hours or touches are not on record that far back.
    """
    since, day = pd.Timestamp(months_before(as_of, 12)), pd.Timestamp(as_of)
    names = ["manager", "customers", "key_customers", "hours_a_week", "contribution", "contribution_an_hour"]
    names += ["overdue_contacts", "hunting", "farming"]
    if who.dropna().empty:
        return waiting(names, "no_manager_on_record")
    first = facts.set_index("customer_id")["first_order"]
    table = pd.DataFrame({"manager": who})
    table["customers"], table["key_customers"] = table.index.isin(ours), table.index.isin(keys)
    table["contribution"] = exposure.set_index("customer_id")["contribution"].reindex(table.index)
    rows = dealings(interactions, since, day)
    table["hours"] = table["hunted"] = table["overdue_contacts"] = np.nan
    if rows is not None:
        spent = rows.groupby("customer_id", sort=False)["hours"].sum(min_count=1).reindex(table.index).astype(float)
        old = first.reindex(table.index) <= since
        last = rows[rows["kind"].isin(TOUCHES)].groupby("customer_id", sort=False)["date"].max()
        quiet = (day - last.reindex(table.index)).dt.days.fillna(np.inf)
        limit = np.where(table["key_customers"], KEY_DAYS, OTHER_DAYS)
        table = table.assign(
            hours=spent, hunted=spent.where(~old, spent * 0), overdue_contacts=(quiet > limit) & table["customers"]
        )
    sums = table.groupby("manager", dropna=False).sum(min_count=1).astype(float).reset_index()
    hours = sums["hours"].where(sums["hours"] > 0)
    hunting = sums["hunted"] / hours
    sums = sums.assign(hours_a_week=sums["hours"] / _WEEKS, contribution_an_hour=sums["contribution"] / hours)
    sums = sums.assign(hunting=hunting, farming=1 - hunting)
    return sums.sort_values(["customers", "manager"], ascending=[False, True], ignore_index=True)[names]
