"""The covariates of the churn model, made from a landmark table, and what they say in words.

Short histories are shrunk towards what is usual (the mean of all accounts, with the weight of a few observations), so an
account with one gap is not judged by that gap. Whatever is "usual" is learnt on the training landmarks only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kamlib.errors import InputError
from kamlib.facts.frequency_bands import year_sums

_MOST_GAPS = 8.0  # own gaps in silence; more of them say nothing new
_PRIOR = 3.0  # observations that the usual value counts for, beside an account's own


@dataclass(frozen=True)
class Covariate:
    """One covariate: what it means, the group its reason is told in, and the step its hazard ratio is told for."""

    name: str
    group: str
    meaning: str
    step: float
    step_words: str


_DOUBLE = float(np.log(2))
COVARIATES: dict[str, Covariate] = {
    covariate.name: covariate
    for covariate in (
        Covariate("silence", "silence", "days since the last purchase", _DOUBLE, "twice as long"),
        Covariate("silence_squared", "silence", "long silence weighs more (square)", _DOUBLE**2, "twice the usual"),
        Covariate("silence_in_gaps", "silence", "silence against the own rhythm", _DOUBLE, "twice as many own gaps"),
        Covariate("gaps_missed", "silence", "own gaps that passed in silence (at most 8)", 1.0, "one gap more"),
        Covariate("silence_by_days", "silence", "silence of a frequent buyer (product)", _DOUBLE**2, "both doubled"),
        Covariate("order_days", "rhythm", "order days in 12 months", _DOUBLE, "twice as many"),
        Covariate("bought_once", "rhythm", "only one order day ever", 1.0, "yes against no"),
        Covariate("irregular", "rhythm", "variation of the gaps", 0.5, "0.5 higher"),
        Covariate("tenure", "tenure", "days since the first purchase", _DOUBLE, "twice as long"),
        Covariate("average_order", "money", "average order", _DOUBLE, "twice as large"),
        Covariate("pace", "trend", "last six months against the year", _DOUBLE, "twice as fast"),
        Covariate("margin_rate", "margin", "margin per revenue", 0.1, "10 points more"),
        Covariate("breadth", "breadth", "categories bought in 12 months", _DOUBLE, "twice as many"),
        Covariate("returned", "returns", "share of purchases sent back", 0.1, "10 points more"),
        Covariate("claims", "claims", "claims in 12 months", _DOUBLE, "twice as many"),
        Covariate("disputes", "disputes", "open disputes", _DOUBLE, "one instead of none"),
        Covariate("late_share", "lateness", "share of our deliveries that came late", 0.1, "10 points more"),
        Covariate("touches", "touches", "meetings, calls and visits in six months", _DOUBLE, "twice as many"),
        Covariate("delay", "payment", "days paid after the due day", 10.0, "10 days later"),
        Covariate("managers", "manager", "account manager changed in 24 months", 1.0, "yes against no"),
    )
}


@dataclass(frozen=True)
class Usual:
    """What is usual on the training landmarks: the values short histories are shrunk to and covariates are centred on."""

    gap: float
    variation: float
    order: float
    margin_rate: float
    late_share: float
    delay: float
    log_silence: float
    log_days: float


def usual(table: pd.DataFrame) -> Usual:
    """Pooled values of a landmark table (the training landmarks)."""
    if table.empty:
        raise InputError("no account was at risk at the training landmarks", remedy="Give a longer history.")

    def ratio(top: pd.Series, bottom: pd.Series, default: float) -> float:
        both = top.notna() & bottom.notna()
        below = float(bottom[both].sum())
        return float(top[both].sum()) / below if below > 0 else default

    year = year_sums(table)
    return Usual(
        gap=ratio(table["gap_mean"] * table["gaps"], table["gaps"].where(table["gaps"] > 0), 365.0),
        variation=ratio(table["gap_cv"] * table["gaps"], table["gaps"].where(table["gap_cv"].notna()), 1.0),
        order=float(table["average_order"].median()),
        margin_rate=ratio(year["margin"], year["revenue"].where(year["revenue"] > 0), np.nan),
        late_share=ratio(table["late"], table["deliveries"], np.nan),
        delay=ratio(table["delay_days"], table["bills"], np.nan),
        log_silence=float(np.log1p(table["silence_days"]).mean()),
        log_days=float(np.log1p(year["order_days"]).mean()),
    )


def covariates(table: pd.DataFrame, common: Usual) -> pd.DataFrame:
    """The covariates of each row of a landmark table, in natural units or natural logarithms.

    Parameters
    ----------
    table : DataFrame
        `kamlib.churn.landmarks.landmark_table`.
    common : Usual
        From the training landmarks, also when `table` is a later one.

    Returns
    -------
    DataFrame, index of `table`
        One column for each of `COVARIATES`. A covariate whose table was not given, or whose window was not observed, is missing.
        The 12 months are the observed part of them where the data begin later.
    """
    year = year_sums(table)
    gross = year["revenue"] + year["returns"]
    log_silence = np.log1p(table["silence_days"]) - common.log_silence
    log_days = np.log1p(year["order_days"]) - common.log_days
    half = table["revenue_6m"].fillna(table["revenue"]).clip(lower=0)
    managers = _managers(table)
    delay = (table["delay_days"] + _PRIOR * common.delay) / (table["bills"] + _PRIOR)
    return pd.DataFrame(
        {
            "silence": log_silence,
            "silence_squared": log_silence**2,
            "silence_in_gaps": np.log((table["silence_days"] + 1) / own_gap(table, common)),
            "gaps_missed": (table["silence_days"] / own_gap(table, common)).clip(upper=_MOST_GAPS),
            "silence_by_days": log_silence * log_days,
            "order_days": log_days,
            "bought_once": (table["order_days"] == 1).astype("float64"),
            "irregular": _shrunk(table["gap_cv"], table["gaps"], common.variation),
            "tenure": np.log1p(table["tenure_days"]),
            "average_order": np.log(table["average_order"] / common.order),
            "pace": np.log((half + common.order) / (year["revenue"].clip(lower=0) / 2 + common.order)),
            "margin_rate": (year["margin"] / year["revenue"].where(year["revenue"] > 0))
            .clip(-1, 1)
            .fillna(common.margin_rate),
            "breadth": np.log1p(table["categories_12m"].fillna(table["categories"])),
            "returned": (year["returns"] / (gross + common.order)).clip(0, 1),
            "claims": np.log1p(table["claims"]),
            "disputes": np.log1p(table["disputes"]),
            "late_share": (table["late"] + _PRIOR * common.late_share) / (table["deliveries"] + _PRIOR),
            "touches": np.log1p(table["touches"]),
            "delay": delay.clip(-60, 180),
            "managers": (managers > 1).astype("float64").where(managers > 0),
        },
        index=table.index,
    )


def own_gap(table: pd.DataFrame, common: Usual) -> pd.Series:
    """Days between order days that are usual for each account, shrunk to the pooled gap when gaps are few."""
    return _shrunk(table["gap_mean"], table["gaps"], common.gap)


def words(table: pd.DataFrame, common: Usual) -> pd.DataFrame:
    """What each group of covariates says about an account, in plain words; one column a group, empty where it is no concern."""
    year = year_sums(table)

    def whole(values: pd.Series, missing: str = "?") -> pd.Series:
        return values.round().astype("Int64").astype("string").fillna(missing)

    def counted(values: pd.Series, one: str, many: str) -> pd.Series:
        return whole(values) + np.where(values.round() == 1, one, many)

    pace = (
        100
        * table["revenue_6m"].fillna(table["revenue"]).clip(lower=0)
        / (year["revenue"] / 2).where(year["revenue"] > 0)
    )
    margin = 100 * year["margin"] / year["revenue"].where(year["revenue"] > 0)
    gross = (year["revenue"] + year["returns"]).where(lambda v: v > 0)
    parts = {
        "silence": "silent for "
        + counted(table["silence_days"], " day", " days")
        + " (usually "
        + whole(own_gap(table, common))
        + ")",
        "rhythm": "bought on " + counted(year["order_days"], " day", " days") + " in 12 months",
        "tenure": "client for " + counted(table["tenure_days"], " day", " days"),
        "money": "average order " + whole(table["average_order"]) + " (usual " + f"{common.order:.0f})",
        "trend": ("last six months at " + whole(pace) + " % of the year's pace").mask(
            pace < 0.5, "bought nothing in six months"
        ),
        "margin": "margin " + whole(margin) + " %",
        "breadth": "buys " + counted(table["categories_12m"].fillna(table["categories"]), " category", " categories"),
        "returns": "sent back " + whole(100 * year["returns"] / gross, "0") + " % of its purchases",
        "claims": counted(table["claims"], " claim", " claims") + " in 12 months",
        "disputes": counted(table["disputes"], " open dispute", " open disputes"),
        "lateness": (whole(table["late"]) + " of " + whole(table["deliveries"]) + " deliveries late").mask(
            table["deliveries"] == 1, "its only delivery came late"
        ),
        "touches": counted(table["touches"], " touch", " touches").mask(table["touches"] == 0, "no touch")
        + " in six months",
        "payment": "pays "
        + whole(table["delay_days"] / table["bills"].where(table["bills"] > 0))
        + " days after the due day",
        "manager": counted(_managers(table), " account manager", " account managers") + " in 24 months",
    }
    concern = {
        "silence": table["silence_days"] > own_gap(table, common),
        "tenure": table["tenure_days"] < 365,
        "money": table["average_order"] < common.order,
        "trend": pace < 100,
        "margin": margin < 100 * common.margin_rate,
        "returns": year["returns"] > 0,
        "claims": table["claims"] > 0,
        "disputes": table["disputes"] > 0,
        "lateness": table["late"] > 0,
        "touches": table["touches"].notna(),
        "payment": table["delay_days"] > 0,
        "manager": _managers(table) > 1,
    }
    told = {name: text.where(concern[name], "") if name in concern else text for name, text in parts.items()}
    return pd.DataFrame(told, index=table.index)


def _managers(table: pd.DataFrame) -> pd.Series:
    """Managers seen on the order lines of 24 months, or of the observed part of them."""
    return table["managers_24m"].fillna(table["managers"])


def _shrunk(own: pd.Series, count: pd.Series, common: float) -> pd.Series:
    weight = count.where(own.notna(), 0).astype("float64")
    return (own.fillna(0.0) * weight + _PRIOR * common) / (weight + _PRIOR)
