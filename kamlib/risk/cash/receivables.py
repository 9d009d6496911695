"""What customers owe: by customer, by age, and how soon it is collected."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import pandas as pd

from kamlib.facts.as_known import known_at
from kamlib.facts.payment.payment_delays import median_late
from kamlib.stats.ordering import places
from kamlib.stats.reasons import or_waiting, waiting
from kamlib.study.periods import months_before

EDGES = {"not_due": -np.inf, "late_1_30": 0, "late_31_60": 30, "late_61_90": 60, "late_over_90": 90}
"""Buckets of age: days past due that each begins after."""
_WINDOW, _WINDOWS, _FEW = 30, 12, 3
COLUMNS = [
    "customer_id", "open_amount", "open_credits", "overdue", "oldest_days", "over_60_share", "median_late_now", "median_late_before",
    "disputed",
]  # fmt: skip


def bucket(late: pd.Series) -> pd.Series:
    """The bucket of age of each number of days past due, as an ordered category."""
    return pd.cut(late, [*EDGES.values(), np.inf], labels=list(EDGES))


def open_disputes(interactions: pd.DataFrame, day: date | pd.Timestamp) -> set[str]:
    """Ids of the customers with a dispute that is not closed by `day`."""
    seen = known_at("interactions", interactions, day)
    return set(seen.loc[(seen["kind"] == "dispute") & seen["closed"].isna(), "customer_id"])


def receivables(
    bills: pd.DataFrame, before: pd.DataFrame, day: date | pd.Timestamp, disputed: Iterable[str] = ()
) -> pd.DataFrame:
    """Who owes us something on `day`, most overdue first.

    Parameters
    ----------
    bills, before : `kamlib.facts.payment.bills.bills` on `day` and a year before it.
    disputed : ids of the customers with an open dispute.

    Returns
    -------
    DataFrame
        customer_id; open_amount (gross), open_credits (credit notes not yet used, above zero), overdue; oldest_days (past due, of what
        is overdue; missing where nothing is), over_60_share (of the open amount, more than 60 days past due); median_late_now and
        median_late_before (median days past due of the invoices issued in the 12 months, open ones censored, and a year earlier; 3
        invoices or more); disputed.
    """
    day = pd.Timestamp(day)
    still = bills[bills["open"]]
    owed = still[still["amount"] > 0]
    owed = owed.assign(
        overdue=owed["amount"].where(owed["late"] > 0, 0.0),
        over_60=owed["amount"].where(owed["late"] > 60, 0.0),
        oldest=owed["late"].where(owed["late"] > 0),
    )
    table = owed.groupby("customer_id").agg(
        open_amount=("amount", "sum"),
        overdue=("overdue", "sum"),
        oldest_days=("oldest", "max"),
        over_60=("over_60", "sum"),
    )
    credit = -still.loc[still["amount"] < 0].groupby("customer_id")["amount"].sum()
    table = table.reindex(table.index.union(credit.index))
    known = {"open_amount": 0.0, "overdue": 0.0, "over_60": 0.0}
    table = table.fillna(known).assign(open_credits=credit.reindex(table.index).fillna(0.0))
    table["over_60_share"] = table["over_60"] / table["open_amount"].where(table["open_amount"] > 0)
    for name, seen, end in (("now", bills, day), ("before", before, pd.Timestamp(months_before(day, 12)))):
        year = seen[seen["issued"] > pd.Timestamp(months_before(end, 12))]
        table[f"median_late_{name}"] = median_late(year, _FEW).reindex(table.index)
    table["disputed"] = table.index.isin(list(disputed))
    found = table.rename_axis("customer_id").reset_index()[COLUMNS]
    found = found.sort_values(["overdue", "customer_id"], ascending=[False, True], ignore_index=True, key=places)
    return or_waiting(found, "nothing_open" if len(bills) else "no_invoices")


def ageing(bills: pd.DataFrame, day: date | pd.Timestamp) -> pd.DataFrame:
    """What is open by days past due, and how much of such money became older in the past.

    Returns
    -------
    DataFrame, one row per bucket
        bucket, invoices, open_amount (gross), net_amount (less open credit notes, by their own due day), roll_rate: of the money that
        stood in it at the start of each of the last 12 windows of 30 days, the share that was unpaid and past due at its end;
        missing where there was none.
    """
    if bills.empty:
        return waiting(["bucket", "invoices", "open_amount", "net_amount", "roll_rate"], "no_invoices")
    day, still = pd.Timestamp(day), bills[bills["open"]]
    by = still.assign(gross=still["amount"].clip(lower=0), one=still["amount"] > 0).groupby(
        bucket(still["late"]), observed=False
    )
    table = by.agg(invoices=("one", "sum"), open_amount=("gross", "sum"), net_amount=("amount", "sum"))
    stood, rolled = pd.Series(0.0, table.index), pd.Series(0.0, table.index)
    owed = bills[bills["amount"] > 0]
    for window in range(1, _WINDOWS + 1):
        start = day - pd.Timedelta(days=_WINDOW * window)
        end = start + pd.Timedelta(days=_WINDOW)
        there = owed[(owed["issued"] <= start) & ~(owed["paid"] <= start)]
        older = ~(there["paid"] <= end) & (there["due"] < end)
        age = bucket((start - there["due"]).dt.days)
        stood += there["amount"].groupby(age, observed=False).sum()
        rolled += there["amount"].where(older, 0.0).groupby(age, observed=False).sum()
    table["roll_rate"] = rolled / stood.where(stood > 0)
    table.index = pd.Index(table.index.astype(object), name="bucket")
    return table.astype({"invoices": "int64"}).reset_index()


def collection(bills: pd.DataFrame, day: date | pd.Timestamp) -> pd.DataFrame:
    """How long sales wait for their money, told in four ways, each with what it is made of.

    Returns
    -------
    DataFrame, columns measure, value, part, whole (study currency, gross)
        dso: open invoices ÷ billed in 12 months × days of these. count_back: days of the latest months whose net billing makes up what
        is open, credit notes taken off; missing where all of them don't. best_possible: not due ÷ net billing of 12
        months × days. cei: of what could have been collected in the last 3 months, R₀ + S - R₁ not due, the share that was, R₀ + S - R₁
        (1: all). Missing where there is nothing to divide by, or the invoices don't reach back so far.

    References
    ----------
    CEI: Credit Research Foundation.
    """
    columns = ["measure", "value", "part", "whole"]
    if bills.empty:
        return waiting(columns, "no_invoices")
    day = pd.Timestamp(day)
    year, quarter = (pd.Timestamp(months_before(day, n)) for n in (12, 3))
    still, sold = bills[bills["open"]], bills[bills["issued"] > year]
    gross, net, not_due = (
        still["amount"].clip(lower=0).sum(),
        still["amount"].sum(),
        still.loc[still["late"] <= 0, "amount"].sum(),
    )
    begun = bills["issued"] <= quarter
    asked = bills.loc[begun & ~(bills["paid"] <= quarter), "amount"].sum() + bills.loc[~begun, "amount"].sum()
    days, billed = (day - year).days, sold["amount"].clip(lower=0).sum()
    long, back = bills["issued"].min() <= year, _count_back(bills, net, day)
    rows = [
        ("dso", _ratio(gross, billed, days, known=long), gross, billed),
        ("count_back", back, net, np.nan),
        ("best_possible", _ratio(not_due, sold["amount"].sum(), days, known=long), not_due, sold["amount"].sum()),
        ("cei", _ratio(asked - net, asked - not_due, 1, known=bool(begun.any())), asked - net, asked - not_due),
    ]
    return pd.DataFrame(rows, columns=columns)


def _ratio(part: float, whole: float, times: float, *, known: bool) -> float:
    return part / whole * times if known and whole > 0 else float("nan")


def _count_back(bills: pd.DataFrame, left: float, day: pd.Timestamp) -> float:
    monthly = bills["amount"].groupby(bills["issued"].dt.to_period("M")).sum()
    months = pd.period_range(monthly.index.min(), day.to_period("M"), freq="M")[::-1]
    days = 0.0
    for month in months:
        billed = float(monthly.get(month, 0.0))
        length = day.day if month == day.to_period("M") else month.days_in_month
        if 0 < left <= billed:
            return days + length * left / billed
        if left <= 0:
            return days
        days, left = days + length, left - max(billed, 0.0)
    return days if left <= 0 else float("nan")
