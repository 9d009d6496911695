"""What groups of accounts are like: profiles in the units of the data, names from the profile, a picture in the plane."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from kamlib.errors import InputError
from kamlib.stats.reasons import Reason, waiting, written

#: the beginning of a feature's name: words for the low and the high end
WORDS = {
    "silence_days": ("recently active", "long silent"),
    "order_days": ("few orders", "many orders"),
    "revenue": ("small", "large"),
    "margin": ("small", "large"),
    "gap_median": ("fast rhythm", "slow rhythm"),
    "gap_cv": ("even", "uneven"),
    "categories": ("narrow", "broad"),
    "average_order": ("small orders", "large orders"),
    "returns": ("few returns", "many returns"),
}
TYPICAL = 0.4
TRAITS = ("size", "industry", "region")
NO_GROUPS = "no structure"
"""The name of the one row where there are no groups."""


def profiles(behaviour: pd.DataFrame, features: pd.DataFrame, accounts: pd.DataFrame, money: pd.Series) -> pd.DataFrame:
    """One row a group: its name, its size and money, and the median of each feature in the units of the data.

    Parameters
    ----------
    behaviour, features : DataFrame indexed by customer_id, one column a feature
        In own units, and scaled so that 0 is the median of all and 1 a quartile range (`kamlib.segments.clusters`).
    accounts : DataFrame, customer_id and cluster (missing: in no group).
    money : Series indexed by customer_id
        What each account is worth.

    Returns
    -------
    DataFrame
        cluster, name, accounts, share_of_accounts, money, share_of_money (of positive money), then the medians. Without
        any group one row for all, cluster missing, named `NO_GROUPS`, even where nobody takes part.
    """
    if not behaviour.index.equals(features.index):
        raise InputError("behaviour and features must be of the same accounts in the same order")
    which = accounts.set_index("customer_id")["cluster"].reindex(behaviour.index)
    if which.isna().all():
        which = pd.Series(0, index=behaviour.index)
    worth = money.reindex(behaviour.index)
    positive = worth.clip(lower=0)
    table = pd.DataFrame({"accounts": which.groupby(which).size()}).rename_axis("cluster")
    if table.empty:
        table = table.reindex([0], fill_value=0).rename_axis("cluster")
    table["share_of_accounts"] = table["accounts"] / max(len(which), 1)
    table["money"] = worth.groupby(which).sum()
    table["share_of_money"] = positive.groupby(which).sum() / (positive.sum() or np.nan)
    table = table.join(behaviour.groupby(which).median())
    middle = features.groupby(which).median()
    table.insert(0, "name", [NO_GROUPS] if set(table.index) == {0} else names(middle))
    table = table.reset_index()
    table["cluster"] = table["cluster"].astype("Int64").replace(0, pd.NA)
    return table


def group_names(accounts: pd.DataFrame, profile: pd.DataFrame) -> pd.Series:
    """The name of each account's group, missing where it is in none; index customer_id.

    Parameters
    ----------
    accounts : DataFrame, customer_id and cluster.
    profile : from `profiles`.
    """
    known = profile.dropna(subset="cluster").set_index("cluster")["name"]
    return accounts.set_index("customer_id")["cluster"].map(known)


def labelled(accounts: pd.DataFrame, profile: pd.DataFrame, verdict: Reason) -> pd.DataFrame:
    """`accounts` with the name of the group, and verdict and verdict_values: the same for all."""
    named = accounts.assign(name=accounts["customer_id"].map(group_names(accounts, profile)))
    return named.assign(verdict=verdict.code, verdict_values=written(verdict.values))


def shares(names: pd.Series, classes: pd.Series, order: Iterable[str]) -> pd.DataFrame:
    """How the accounts of each group are spread over the classes of another grouping.

    Parameters
    ----------
    names : Series by customer_id, from `group_names`.
    classes : Series by customer_id; an account without a class doesn't count.
    order : the groups, in the order of the rows.

    Returns
    -------
    DataFrame, index group, a column a class
        Shares that add up to 1 in a row. Empty where there are no groups, or no class of theirs is known.
    """
    if names.isna().all() or classes.reindex(names.dropna().index).isna().all():
        return waiting(["group"], "no_groups_to_compare")
    table = pd.crosstab(names, classes.reindex(names.index), normalize="index")
    return table.reindex(list(order)).rename_axis(index="group", columns=None)


def trait_shares(
    names: pd.Series, customers: pd.DataFrame, order: Iterable[str], most: int = 8
) -> dict[str, pd.DataFrame]:
    """`shares` of the values of each of `TRAITS` that is on record, of at most so many values: those that stand highest anywhere."""
    made = {trait: shares(names, customers[trait], order) for trait in TRAITS}
    return {
        trait: table[table.max().sort_values(ascending=False).index[:most]]
        for trait, table in made.items()
        if not table.empty
    }


def names(middle: pd.DataFrame) -> list[str]:
    """A name for each group from the two features in which it is farthest from the median of all.

    A feature closer than 0.4 quartile ranges names nothing; a group without any is "typical". A name that two groups
    share grows by the next feature, and by a number where none is left.

    Parameters
    ----------
    middle : DataFrame, one row a group
        Medians of the scaled features.
    """
    ends = [
        next((w for start, w in WORDS.items() if str(c).startswith(start)), (f"low {c}", f"high {c}")) for c in middle
    ]
    ranked = []
    for row in middle.to_numpy():
        far = [i for i in np.argsort(-np.abs(row), kind="stable") if abs(row[i]) >= TYPICAL]
        ranked.append(list(dict.fromkeys(ends[i][int(row[i] > 0)] for i in far)) or ["typical"])
    found = [" and ".join(parts[:2]) for parts in ranked]
    for more in range(3, len(ends) + 1):
        found = [
            " and ".join(parts[:more]) if found.count(name) > 1 else name
            for name, parts in zip(found, ranked, strict=True)
        ]
    return [f"{name} ({found[:i].count(name) + 1})" if found.count(name) > 1 else name for i, name in enumerate(found)]


def picture(features: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The two directions in which accounts differ most (principal components), and how much they explain.

    Parameters
    ----------
    features : DataFrame indexed by customer_id, scaled.

    Returns
    -------
    points : DataFrame, customer_id, first, second.
    directions : DataFrame, one row a component
        component, explained (share of the variance), and the loading of each feature; the largest is positive.

    Both are empty where there are fewer than two features or three accounts.
    """
    if features.shape[1] < 2 or len(features) < 3:
        nowhere = pd.DataFrame(columns=["customer_id", "first", "second"])
        return nowhere, waiting(["component", "explained"], "too_few_for_a_plane")
    centred = features - features.mean()
    _, strength, axes = np.linalg.svd(centred.to_numpy(), full_matrices=False)
    signs = np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])
    axes = axes * np.where(signs == 0, 1, signs)[:, None]
    explained = strength**2 / max((strength**2).sum(), 1e-12)
    points = pd.DataFrame(centred.to_numpy() @ axes[:2].T, columns=["first", "second"])
    points.insert(0, "customer_id", features.index.to_numpy())
    directions = pd.DataFrame(axes[:2], columns=features.columns)
    directions.insert(0, "explained", explained[:2])
    directions.insert(0, "component", ["first", "second"])
    return points, directions


def agreement(first: pd.Series, second: pd.Series) -> float:
    """Adjusted Rand index of two groupings of the same accounts: 1 the same, 0 what chance gives.

    Parameters
    ----------
    first, second : Series indexed by customer_id
        Accounts that are missing in either take no part; without any the agreement is missing.

    References
    ----------
    Hubert & Arabie (1985), Comparing partitions, Journal of Classification 2.
    """
    from sklearn.metrics import adjusted_rand_score

    both = pd.concat([first.rename("first"), second.rename("second")], axis=1, join="inner").dropna()
    if both.empty:
        return float("nan")
    return float(adjusted_rand_score(both["first"].astype(str), both["second"].astype(str)))
