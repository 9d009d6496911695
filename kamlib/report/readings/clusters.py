"""What the page of natural groups concludes."""

from __future__ import annotations

import pandas as pd

from kamlib.report.words import group_words, in_words, said, sentence
from kamlib.segments.clusters import Grouping
from kamlib.stats.reasons import Reason, waits_for


def taking_part(found: Grouping) -> list[Reason]:
    """How many customers take part and with which features, how many stand apart and why, and what to mind."""
    apart = in_words(found.accounts["why"], found.accounts["why_values"]).replace("", None).value_counts()
    features = [_plain(name) for name in found.features.columns]
    return [
        Reason("groups_take_part", {"customers": len(found.features), "features": features}),
        *(Reason("groups_stand_apart", {"customers": n, "why": _plain(str(why))}) for why, n in apart.items()),
        *(Reason("groups_mind", {"note": _plain(sentence(note))}) for note in found.notes),
    ]


def verdict(found: Grouping) -> Reason | None:
    """What was chosen, how many groupings passed, and how clear and how still the chosen one is; None where none was tried."""
    if found.tried.empty:
        return None
    judged = found.tried.dropna(subset="stability")
    if not found.found:
        return Reason("groups_none_passed", {"judged": len(judged)})
    best = found.tried[found.tried["chosen"]].iloc[0]
    tests = {"judged": len(judged), "passing": int(judged["passes"].sum())}
    return Reason("groups_passed", {**found.verdict.values, **tests, **best[["silhouette", "null", "stability"]]})


def other_method(methods: pd.DataFrame) -> Reason | None:
    """How far the method that was not chosen sees the same (`kamlib.segments.clusters.compared`)."""
    other = methods[~methods["chosen"].astype(bool)].dropna(subset="agreement")
    return Reason("groups_other_method", dict(other.iloc[0][["method", "k", "agreement"]])) if len(other) else None


def richest(profile: pd.DataFrame, measure: str) -> Reason | None:
    """The group that carries most of the money; None where there are no groups.

    Parameters
    ----------
    profile : from `kamlib.segments.profiles`.
    measure : what the money is: "margin" or "revenue".
    """
    if profile["cluster"].isna().all():
        return None
    return Reason("groups_richest", {**_richest(profile), "measure": measure})


def and_segments(shares: pd.DataFrame, agreement: float) -> Reason | None:
    """How far groups and RFM segments agree, and which group lies most in one segment; None where there are no groups.

    Parameters
    ----------
    shares : from `kamlib.segments.cluster_profiles.shares`.
    agreement : adjusted Rand index of both.
    """
    if waits_for(shares):
        return None
    most = {
        "group": group_words(shares.max(axis=1).idxmax()),
        "share": shares.max().max(),
        "segment": shares.max().idxmax(),
    }
    return Reason("groups_and_segments", {"agreement": agreement, **most})


def conclusion(found: Grouping, profile: pd.DataFrame, measure: str) -> Reason:
    """Kinds of customers and the one that a service pays for first, or that there are none, or too few customers to tell."""
    if found.found:
        names = [said("quoted", of=group_words(name)) for name in profile["name"]]
        return Reason(
            "groups_conclusion", {**found.verdict.values, "names": names, **_richest(profile), "measure": measure}
        )
    if found.tried.empty:
        return Reason("groups_conclusion_too_few", {"customers": len(found.features)})
    return Reason("groups_conclusion_none")


def without(fewer: Grouping, feature: str, found: Grouping, agreement: float) -> Reason:
    """What the search without one feature finds, and how far it agrees with the groups that were found with it."""
    values = {"feature": _plain(feature), **fewer.verdict.values}
    if not fewer.found:
        return Reason("groups_without_none", values)
    return (
        Reason("groups_without", {**values, "agreement": agreement})
        if found.found
        else Reason("groups_without_new", values)
    )


def _richest(profile: pd.DataFrame) -> dict[str, object]:
    first = profile.loc[profile["share_of_money"].fillna(0).idxmax()]
    return {"name": group_words(first["name"]), **first[["share_of_accounts", "share_of_money"]]}


def _plain(text: str) -> str:
    return text.replace("_", " ")
