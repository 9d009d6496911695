"""Exercise 5: who is leaving, and do our visits keep them?"""

from __future__ import annotations

import pandas as pd

from kam_teaching.exercises.books import read
from kam_teaching.exercises.task import Task, Trap

LANDMARK, HORIZON, YEAR = pd.Timestamp("2025-12-31"), pd.Timedelta(days=180), pd.Timedelta(days=365)
EARLIER = pd.Timestamp("2024-12-31")
TOUCHES = ("visit", "meeting", "call")


def tasks() -> dict[str, Task]:
    """lost: share without an order in 180 days; power: of silence to tell who; stopped: frequent buyers gone for good; visited: what a
    visit before goes with; alike: the same among customers of like silence.
    """
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
    often = frequent(orders)
    gone, silent = _absent(orders, often, HORIZON, HORIZON + YEAR), _absent(orders, often, pd.Timedelta(0), HORIZON)
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
        "stopped": Task(
            gone,
            f"{gone * len(often):.0f} of {len(often)} frequent buyers left, and only {silent * len(often):.0f} was silent for the next 180 days. Whoever waits for a silence of half a year misses them; the kit tells both chances.",
            "Of these frequent buyers: the share without an order in the 365 days that follow the first 180 days after 31 December 2024.",
            (
                Trap(
                    "P(silent) is not P(stopped)",
                    silent,
                    "You asked who has no order in the 180 days. Who buys each week and leaves in May has ordered in them, and is gone for good. Silent tells when the next order comes, stopped whether any will: "
                    "look at what came after the 180 days.",
                ),
                Trap(
                    "too short a watch",
                    _absent(orders, often, HORIZON, 2 * HORIZON),
                    "You watched the second half year alone. Some pause for as long and come back: who is away that long isn't gone yet. Watch a whole year after the 180 days.",
                ),
            ),
        ),
        "visited": Task(
            _difference(lost, before),
            "Who was visited is lost less often by so much. It is no proof yet that visits do it: whom do we visit?",
            "Share lost of those with a visit, meeting or call in the 180 days up to the landmark, less that of the others.",
            (
                Trap(
                    "immortal time",
                    _difference(lost, later),
                    "You counted visits after the landmark. To get one a customer must still be there: who left in January can't be visited in April, so the visited look faithful, whatever visits do. "
                    "Epidemiologists call it immortal time. What makes the groups must be known on the day you start to watch.",
                ),
                Trap(
                    "immortal time in part",
                    _difference(lost, both),
                    "You counted visits before the landmark and after it. Those before are right; those after it only the ones who stayed could get, and that part alone makes the difference look twice as large.",
                ),
            ),
        ),
        "alike": Task(
            _alike(lost, before, pd.qcut(ours, 3)),
            "Most of the difference is gone: we visit those who ordered lately, and they stay anyway. What else goes together with visits nobody has on record. Only a draw tells what they do (exercise 8).",
            "Difference (with a visit less without) in each third by silence; their mean, each weighted by the customers in its third.",
            (
                Trap(
                    "signs that go together",
                    _difference(lost, before),
                    "This is the difference over all, and it reads a sign as a cause. Who ordered lately is visited more, and is lost less, visited or not: the two signs go together, and each alone looks as if it did "
                    "the work of both. Hold silence still and compare within a third.",
                ),
            ),
        ),
    }


def frequent(orders: pd.DataFrame) -> pd.Index:
    """Who ordered on 12 days or more of the year up to 31 December 2024, and within its last 15 days."""
    days = orders[orders["date"].between(EARLIER - YEAR, EARLIER, inclusive="right")].groupby("customer")["date"]
    return days.nunique().index[(days.nunique() >= 12) & (days.max() > EARLIER - pd.Timedelta(days=15))]


def _absent(orders: pd.DataFrame, customers: pd.Index, since: pd.Timedelta, until: pd.Timedelta) -> float:
    bought = orders.loc[orders["date"].between(EARLIER + since, EARLIER + until, inclusive="right"), "customer"]
    return float((~customers.isin(bought)).mean())


def _difference(lost: pd.Series, touched: pd.Series) -> float:
    seen = lost.index.isin(touched)
    return float(lost[seen].mean() - lost[~seen].mean())


def _alike(lost: pd.Series, touched: pd.Series, bands: pd.Series) -> float:
    return sum(_difference(band, touched) * len(band) for _, band in lost.groupby(bands, observed=True)) / len(lost)
