"""What customers owe and when they pay (part 2 C)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.oracles.books import Books

BUCKETS = {"not due": -np.inf, "1 to 30 days late": 0, "31 to 60": 30, "61 to 90": 60, "more than 90": 90}


def _late(invoices: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """Days from the due day to payment, or to `day` while open."""
    return (invoices["paid"].fillna(day) - invoices["due"]).dt.days


def dues(books: Books) -> dict[str, float]:
    """Ageing of what is open, days of sales in it, and how much of what was to be collected in the quarter was."""
    bills, end = books.invoices, books.end
    still = bills[bills["paid"].isna()]
    edges = [*BUCKETS.values(), np.inf]
    late = pd.cut(_late(still, end), edges, labels=list(BUCKETS))
    aged = still.groupby(late, observed=False)["amount"].sum()
    gross = still.loc[still["amount"] > 0, "amount"].sum()
    year = bills[bills["issued"] > end - pd.DateOffset(years=1)]
    billed = year.loc[year["amount"] > 0, "amount"].sum()
    left, days = still["amount"].sum(), 0.0
    monthly = bills.groupby(bills["issued"].dt.to_period("M"))["amount"].sum().sort_index(ascending=False)
    for month, amount in monthly.items():
        days += min(left / amount, 1.0) * month.days_in_month
        left -= min(left, amount)
    begin = end - pd.offsets.MonthEnd(3)
    before = bills[(bills["issued"] <= begin) & ~(bills["paid"] <= begin)]["amount"].sum()
    asked = before + bills.loc[bills["issued"] > begin, "amount"].sum()
    return {
        "billed in 12 months": year["amount"].sum(),
        "billed / net revenue": year["amount"].sum() / books.year()["amount"].sum(),
        **aged.to_dict(),
        "open, gross": gross,
        "open credit notes": gross - still["amount"].sum(),
        "DSO": gross / billed * 365,
        "DSO, count-back": days,
        "DSO, best possible": aged["not due"] / year["amount"].sum() * 365,
        "CEI, %": 100 * (asked - still["amount"].sum()) / (asked - aged["not due"]),
        "paid before issued": int((bills["paid"] < bills["issued"]).sum()),
        "mean days to payment of the paid, issued in 180 days": _days_of_paid(books),
        "... restricted mean by steps, 150 days, by number": _restricted(books, by_amount=False),
        "... restricted mean by steps, 150 days, by amount": _restricted(books, by_amount=True),
    }


def _days_of_paid(books: Books) -> float:
    bills = books.invoices
    young = bills[(bills["amount"] > 0) & (bills["issued"] > books.end - pd.Timedelta(days=180))]
    return float((young["paid"] - young["issued"]).dt.days.mean())


def _restricted(books: Books, *, by_amount: bool, until: int = 150) -> float:
    """Area under the product-limit curve of days from issue to payment, open invoices censored; of payments before the issue below zero."""
    bills = books.invoices[books.invoices["amount"] > 0]
    young = bills[bills["issued"] > books.end - pd.Timedelta(days=180)]
    days = (young["paid"].fillna(books.end) - young["issued"]).dt.days
    weight = young["amount"] if by_amount else pd.Series(1.0, young.index)
    area, share, before = 0.0, 1.0, 0
    for day in sorted(days[young["paid"].notna()].unique()):
        if day > until:
            break
        area, before = area + share * (day - before), day
        share *= 1 - weight[young["paid"].notna() & (days == day)].sum() / weight[days >= day].sum()
    return float(area + share * (until - before))


def provision(books: Books) -> dict[str, float]:
    """Share of the money that came into a bucket and was unpaid 365 days past due, in %; invoices due a year ago or earlier."""
    bills = books.invoices[(books.invoices["amount"] > 0)]
    bills = bills[bills["due"] <= books.end - pd.Timedelta(days=365)]
    late = _late(bills, books.end)
    bad = bills.loc[late >= 365, "amount"].sum()
    return {
        f"unpaid a year past due, of {n}, %": 100 * bad / bills.loc[late > low, "amount"].sum()
        for n, low in BUCKETS.items()
    }


def borrowing_base(books: Books) -> dict[str, float]:
    """What a bank lends on, in its order: old, cross-aged, above a fifth of the remaining pool, credit notes."""
    still = books.invoices[books.invoices["paid"].isna()]
    owed = still[still["amount"] > 0]
    old = (books.end - owed["issued"]).dt.days > 90
    share = owed["amount"].where(old, 0.0).groupby(owed["group"]).sum() / owed.groupby("group")["amount"].sum()
    crossed = ~old & (owed["group"].map(share) > 0.1)
    pool = owed[~old & ~crossed].groupby("group")["amount"].sum()
    above = (pool - 0.2 * pool.sum()).clip(lower=0).sum()
    return {
        "more than 90 days from issue": owed.loc[old, "amount"].sum(),
        "cross-aged debtors": owed.loc[crossed, "amount"].sum(),
        "above 20 % of the pool": above,
        "base before credit notes": pool.sum() - above,
    }


def payers(books: Books) -> dict[str, float]:
    """Groups billed, and median days from issue to payment (Kaplan–Meier over invoices), by planted class of payer."""
    bills = books.invoices[books.invoices["amount"] > 0]
    kind = bills["group"].map(books.truth["payer"])
    found: dict[str, float] = {}
    for name, rows in bills.groupby(kind):
        found[f"{name}: groups"] = rows["group"].nunique()
        found[f"{name}: median days"] = _median(rows["paid"].fillna(books.end) - rows["issued"], rows["paid"].notna())
    return found


def _median(waited: pd.Series, paid: pd.Series) -> float:
    """First day on which the product-limit curve is at one half or below."""
    days = waited.dt.days
    at = np.sort(days[paid].unique())
    risk = np.array([(days >= day).sum() for day in at])
    curve = np.cumprod(1 - np.array([(paid & (days == day)).sum() for day in at]) / risk)
    return float(at[np.argmax(curve <= 0.5)])
