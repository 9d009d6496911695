"""Exercise 5: who is leaving, and do our visits keep them?"""

from __future__ import annotations

import pandas as pd

from kam_teaching.exercises.books import read
from kam_teaching.exercises.task import Task, Trap

LANDMARK, HORIZON = pd.Timestamp("2025-12-31"), pd.Timedelta(days=180)
TOUCHES = ("visit", "meeting", "call")


def tasks() -> dict[str, Task]:
    """lost: share without an order in 180 days; power: of silence to tell who; visited: what a visit before goes with."""
    from sklearn.metrics import roc_auc_score

    orders, touches = read("orders"), read("interactions")
    orders = orders[orders["amount"] > 0]
    last = orders[orders["date"] <= LANDMARK].groupby("customer")["date"].max()
    silence = (LANDMARK - last).dt.days
    ours = silence[silence <= 365]
    after = orders.loc[orders["date"].between(LANDMARK, LANDMARK + HORIZON, inclusive="right"), "customer"]
    lost = pd.Series(~ours.index.isin(after), ours.index)
    ever = pd.Index(orders["customer"].unique())
    latest = (orders["date"].max() - orders.groupby("customer")["date"].max()).dt.days
    touches = touches[touches["kind"].isin(TOUCHES)]
    before = touches.loc[touches["date"].between(LANDMARK - HORIZON, LANDMARK, inclusive="right"), "customer"]
    later = touches.loc[touches["date"].between(LANDMARK, LANDMARK + HORIZON, inclusive="right"), "customer"]
    both = pd.concat([before, later])
    immortal = (
        "You counted visits after the landmark. To get one a customer must still be there: who left in January can't be visited in April, so the visited look faithful, whatever visits do. "
        "Epidemiologists call it immortal time. What makes the groups must be known on the day you start to watch."
    )
    return {
        "lost": Task(
            float(lost.mean()),
            "One in so many had no order in 180 days. It is a share of those who could still be lost on that day, and of nobody else.",
            "Of the customers whose last order up to the landmark is at most 365 days old: the share without an order in the 180 days after it.",
            (
                Trap(
                    "customers of the future",
                    float((~ever.isin(after)).mean()),
                    "Everybody who ever bought is in your base, those included who first came after the landmark. On 31 December nobody knew them. Build the base only from what was known by then.",
                ),
                Trap(
                    "the long gone",
                    float((~silence.index.isin(after)).mean()),
                    "Customers silent for years are in your base. They were lost long ago and can't be lost again; they only make the share look worse each year.",
                ),
            ),
        ),
        "power": Task(
            float(roc_auc_score(lost, ours)),
            "Silence alone tells that well who won't order. A model has to beat this before it may speak.",
            "roc_auc_score(lost, silence), both of the landmark's customers, the silence up to the landmark.",
            (
                Trap(
                    "leakage",
                    float(roc_auc_score(lost, latest[ours.index])),
                    "Too good to be true. You measured the silence up to today, and it holds the answer: who did not order after the landmark is silent since. Count only what was known on the landmark.",
                ),
                Trap(
                    "the wrong way round",
                    float(roc_auc_score(~lost, ours)),
                    "Below one half: this ranks the faithful first. Either the outcome or the sign is turned; here lost must be True.",
                ),
            ),
        ),
        "visited": Task(
            _difference(lost, before),
            "Who was visited is lost less or more often by so much. It is still no proof that visits do it: we visit whom we like. Only a draw tells (exercise 8).",
            "Share lost of those with a visit, meeting or call in the 180 days up to the landmark, less that of the others.",
            (
                Trap("immortal time", _difference(lost, later), immortal),
                Trap("immortal time in part", _difference(lost, both), immortal),
            ),
        ),
    }


def _difference(lost: pd.Series, touched: pd.Series) -> float:
    seen = lost.index.isin(touched)
    return float(lost[seen].mean() - lost[~seen].mean())
