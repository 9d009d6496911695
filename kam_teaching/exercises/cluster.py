"""Exercise 4: how many kinds of customers do we have?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from kam_teaching.exercises.books import read
from kam_teaching.exercises.task import Task, Trap

KINDS = 4


def tasks() -> dict[str, Task]:
    """smallest: customers in the smallest of four groups; agreement: of two groupings, beyond chance."""
    from sklearn.metrics import adjusted_rand_score, rand_score

    table = read("behaviour")
    logs = table.apply(np.log)
    one, other = (grouped(scaled(logs[columns])) for columns in (list(table), ["order_days", "revenue"]))
    return {
        "smallest": Task(
            _smallest(one),
            "A group of that size is worth a price list of its own; one of three customers is a list of names.",
            "Take the logarithm, subtract the mean, divide by the standard deviation, then group. Count the smallest group.",
            (
                Trap(
                    "a giant makes a group",
                    _smallest(grouped(table)),
                    "The largest firms are a group of their own: revenue went in as it is. A customer a hundred times as large is then a hundred steps away, on one scale with the rest or not. Behaviour "
                    "differs by factors: take the logarithm first, then bring all columns to one scale.",
                ),
            ),
        ),
        "agreement": Task(
            float(adjusted_rand_score(one, other)),
            "From 0 (as by chance) to 1 (the same groups). The kit asks for 0.75 when it fits the groups anew; below that they rest on the choice of columns, and nobody should be told that he is in one.",
            "Use the adjusted Rand index of scikit-learn.",
            (
                Trap(
                    "numbers for groups",
                    float((one == other).mean()),
                    "You compared the numbers of the groups. They mean nothing: what one grouping calls 2 the other may call 0. Ask of each pair of customers whether both "
                    "groupings put it together.",
                ),
                Trap(
                    "agreement by chance",
                    float(rand_score(one, other)),
                    "Pairs of customers are right, but two random groupings agree on most pairs, too. The adjusted index takes that away: 0 is chance.",
                ),
            ),
        ),
    }


def scaled(table: pd.DataFrame) -> pd.DataFrame:
    """Each column with mean 0 and standard deviation 1."""
    return (table - table.mean()) / table.std(ddof=0)


def grouped(table: pd.DataFrame) -> pd.Series:
    """The group of each customer, by k-means with ten starts from one seed."""
    from sklearn.cluster import KMeans

    with threadpool_limits(1):  # on busy cores its threads wait longer for each other than they work
        return pd.Series(KMeans(KINDS, n_init=10, random_state=0).fit_predict(table), table.index)


def _smallest(groups: pd.Series) -> float:
    return float(groups.value_counts().min())
