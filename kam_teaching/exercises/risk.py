"""Exercise 6: how long do we wait for our money, and on how many customers do we stand?"""

from __future__ import annotations

import pandas as pd

from kam_teaching.exercises.books import YEAR_AGO, read
from kam_teaching.exercises.task import Task, Trap
from kam_teaching.world import AS_OF

LONGEST = 150


def tasks() -> dict[str, Task]:
    """late: share unpaid 60 days after issue; wait: mean days until paid, of 150 at most; effective: as many equal customers."""
    bills, orders = read("invoices"), read("orders")
    bills = bills[(bills["amount"] > 0) & (bills["issued"] > YEAR_AGO)]
    paid = bills["paid"].notna()
    took = (bills["paid"] - bills["issued"]).dt.days.clip(lower=0)
    days = took.where(paid, (AS_OF - bills["issued"]).dt.days)
    unpaid = curve(days, paid)
    steps = unpaid[unpaid.index < LONGEST]
    widths = pd.Series([*steps.index[1:], LONGEST], steps.index) - steps.index
    recent = orders[orders["date"] > YEAR_AGO]
    money, alone = (recent.groupby(by)["amount"].sum() for by in ("customer", "account_id"))
    return {
        "late": Task(
            float(unpaid[unpaid.index <= 60].iloc[-1]),
            "So many of our invoices are still open after 60 days. That is what the credit line has to bear.",
            "Multiply, day by day, the share of those still open that was not paid on that day (Kaplan–Meier), and read it at day 60.",
            (
                Trap(
                    "share of the paid",
                    float((took[paid] > 60).mean()),
                    "You looked at the paid ones only. The slowest are not paid yet, so they are missing from it: the worse the payers, the better the figure looks.",
                ),
                Trap(
                    "open counts as in time",
                    float((took > 60).mean()),
                    "An open invoice counted as not late, because its days are missing and a comparison with nothing is False. It is late or not yet known.",
                ),
            ),
        ),
        "wait": Task(
            float((steps * widths).sum()),
            f"Plan the cash with this figure. The mean of the paid would have promised the money {(steps * widths).sum() - took[paid].mean():.1f} days too early.",
            f"The area under the curve of the unpaid, from day 0 to {LONGEST}: share times width of each step.",
            (
                Trap(
                    "mean of the paid",
                    float(took[paid].mean()),
                    "This is the mean of the invoices that were paid. Those that take longest are still open, and not in it. Use the curve, in which the open ones count as long as they have waited.",
                ),
                Trap(
                    "open as if paid today",
                    float(days.mean()),
                    "You took the age of an open invoice for its whole wait. It goes on waiting: its age is the least that it will be.",
                ),
            ),
        ),
        "effective": Task(
            _effective(money),
            f"{(money > 0).sum()} customers, but no better spread than so many equal ones. The largest hold it down.",
            "1 divided by the sum of the squared shares, of all customers with revenue above zero.",
            (
                Trap(
                    "accounts for customers",
                    _effective(alone),
                    "You counted accounts. Firms under one head leave together: a group of six accounts is one risk, and the standards on major customers count it as one.",
                ),
                Trap(
                    "only the top ten",
                    _effective(money.nlargest(10)),
                    "Shares of the ten largest alone add up to 1 without all others, so we look more dependent than we are. Take the whole base.",
                ),
            ),
        ),
    }


def curve(days: pd.Series, paid: pd.Series) -> pd.Series:
    """Share not paid yet after each day, from 1 at day 0 or below on: the product of 1 - paid / still open (Kaplan & Meier 1958)."""
    ends = days.value_counts().sort_index()
    still_open = ends[::-1].cumsum()[::-1]
    share = (1 - days[paid].value_counts().reindex(ends.index, fill_value=0) / still_open).cumprod()
    return share if 0 in share.index else pd.concat([pd.Series({0: 1.0}), share])


def _effective(money: pd.Series) -> float:
    shares = money[money > 0] / money[money > 0].sum()
    return float(1 / (shares**2).sum())
