"""Exercise 3: who gets which terms?"""

from __future__ import annotations

import pandas as pd

from kam_teaching.exercises.books import YEAR_AGO, read
from kam_teaching.exercises.task import Task, Trap

CLASSES = 5


def tasks() -> dict[str, Task]:
    """a: the customers of class A by margin; frequency: how often each buys, from 1 to 5."""
    orders = read("orders")
    recent = orders[orders["date"] > YEAR_AGO]
    margin = recent.groupby("customer")["margin"].sum().sort_values(ascending=False)
    margin = margin[margin > 0]
    share = margin.cumsum() / margin.sum()
    days = recent[recent["amount"] > 0].groupby("customer")["date"].nunique()
    right, n = CLASSES * (2 * days.rank() - 1) // (2 * len(days)) + 1, len(margin)
    by_account = recent.groupby("account_id")["margin"].sum().sort_values(ascending=False)
    by_account = by_account[by_account > 0]
    alone = by_account[(by_account.cumsum() - by_account) / by_account.sum() < 0.8]
    return {
        "a": Task(
            frozenset(margin[share - margin / margin.sum() < 0.8].index),
            f"{(share - margin / margin.sum() < 0.8).sum()} of {n} customers bring four fifths of the margin: these get terms of their own.",
            "Sort by margin, largest first. A customer is A while those before it hold less than 80 % together.",
            (
                Trap(
                    "the customer that crosses the mark",
                    frozenset(margin[share < 0.8].index),
                    "You compared the share with the customer in it. The one that crosses 80 % then falls into B, and with one giant of 85 % there "
                    "would be no A at all. Compare the share of those before it.",
                ),
                Trap(
                    "Pareto by heart",
                    frozenset(margin.index[: round(0.2 * n)]),
                    "You took the first fifth of the customers. That a fifth brings four fifths is a saying and no law: let the money decide how many they are.",
                ),
                Trap(
                    "accounts for customers",
                    frozenset(alone.index),
                    "You counted accounts. Several of them are one customer, under one head: one negotiation, one contract, one class.",
                ),
            ),
        ),
        "frequency": Task(
            right,
            "Equal customers have equal scores, whatever the order of the rows; a new id or a sorted file moves nobody.",
            "Give equal values their average rank r of n, and take floor(5 (2r − 1) / (2n)) + 1.",
            (
                Trap(
                    "ties",
                    _cut(days.rank(method="first")),
                    "Customers who bought equally often got different scores, by the place of their row in the file. Sort the file otherwise, and they swap. Equal values "
                    'need equal ranks: rank() without method="first".',
                ),
                Trap(
                    "classes of equal width",
                    pd.cut(days, CLASSES, labels=False) + 1.0,
                    "You cut the range into five equal parts. The one who buys most then sets all the marks, and nearly everybody is a 1. Cut the ranks, not the range.",
                ),
            ),
        ),
    }


def _cut(ranks: pd.Series) -> pd.Series:
    return pd.qcut(ranks, CLASSES, labels=False) + 1.0
