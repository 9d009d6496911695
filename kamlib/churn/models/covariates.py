"""The covariates of the churn models, made from a landmark table, and what they say of an account.

Silence comes in terms that are bounded by what the training landmarks held. Those that go on beyond the own limit only ever make
an order less likely (`FALLING`); one more, within it, is free: a slow buyer who has just ordered is not due.

Short histories are shrunk towards what is usual (the mean of all accounts, with the weight of a few observations), so an
account with one gap is not judged by it, and silence beyond a gap seen often says more. The usual is that of the training landmarks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kamlib.errors import InputError
from kamlib.facts.frequency_bands import year_sums
from kamlib.stats.reasons import Case

_MOST_GAPS = 8.0  # own gaps, or own limits, in silence; more of them say nothing new
_PRIOR = 3.0  # observations that the usual value counts for, beside an account's own


@dataclass(frozen=True)
class Covariate:
    """One covariate: the group its reason is told in, and the step its hazard ratio is told for."""

    name: str
    group: str
    step: float


_DOUBLE = float(np.log(2))
COVARIATES: dict[str, Covariate] = {
    covariate.name: covariate
    for covariate in (
        Covariate("silence", "silence", _DOUBLE),
        Covariate("within_limit", "silence", _DOUBLE),
        Covariate("beyond_limit", "silence", _DOUBLE),
        Covariate("far_beyond_limit", "silence", _DOUBLE),
        Covariate("past_limit", "silence", 1.0),
        Covariate("beyond_gap", "silence", _DOUBLE),
        Covariate("far_beyond_gap", "silence", _DOUBLE),
        Covariate("beyond_known_gap", "silence", _DOUBLE),
        Covariate("gaps_missed", "silence", 1.0),
        Covariate("silence_by_days", "silence", _DOUBLE**2),
        Covariate("order_days", "rhythm", _DOUBLE),
        Covariate("bought_once", "rhythm", 1.0),
        Covariate("irregular", "rhythm", 0.5),
        Covariate("tenure", "tenure", _DOUBLE),
        Covariate("average_order", "money", _DOUBLE),
        Covariate("pace", "trend", _DOUBLE),
        Covariate("margin_rate", "margin", 0.1),
        Covariate("breadth", "breadth", _DOUBLE),
        Covariate("returned", "returns", 0.1),
        Covariate("claims", "claims", _DOUBLE),
        Covariate("disputes", "disputes", _DOUBLE),
        Covariate("late_share", "lateness", 0.1),
        Covariate("touches", "touches", _DOUBLE),
        Covariate("late_payer", "payment", 0.1),
        Covariate("managers", "manager", 1.0),
    )
}
FALLING = (
    *("silence", "beyond_limit", "far_beyond_limit", "past_limit"),
    *("beyond_gap", "far_beyond_gap", "beyond_known_gap", "gaps_missed", "silence_by_days"),
)
"""Signs of silence that go on beyond the own limit: the more of them, the less likely an order."""
_READ = ("gaps", "own_limit", "tenure_days", "average_order", "claims", "disputes", "late", "deliveries", "touches")


@dataclass(frozen=True)
class Usual:
    """What is usual on the training landmarks: the values short histories are shrunk to and covariates are centred on."""

    gap: float
    variation: float
    order: float
    margin_rate: float
    late_share: float
    late_payer: float
    log_silence: float
    log_days: float
    longest_silence: float


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
        late_payer=float(table["p_late_60"].mean()),
        log_silence=float(np.log1p(table["silence_days"]).mean()),
        log_days=float(np.log1p(year["order_days"]).mean()),
        longest_silence=float(table["silence_days"].max()),
    )


def covariates(table: pd.DataFrame, common: Usual) -> pd.DataFrame:
    """The covariates of each row of a landmark table, in natural units or natural logarithms.

    Parameters
    ----------
    table : `kamlib.churn.landmarks.landmark_table`.
    common : from the training landmarks, also when `table` is a later one.

    Returns
    -------
    DataFrame, index of `table`
        One column for each of `COVARIATES`. A covariate whose table was not given, or whose window was not observed, is missing.
        The 12 months are the observed part of them where the data begin later.
    """
    year = {name: _plain(sums) for name, sums in year_sums(table).items()}
    revenue, gap = year["revenue"], _plain(own_gap(table, common))
    of = {name: _plain(table[name]) for name in ("silence_days", "order_days", "p_late_60", *_READ)}
    silence = np.minimum(of["silence_days"], common.longest_silence)
    days = np.log1p(year["order_days"])
    limits = np.log(np.minimum((silence + 1) / of["own_limit"], _MOST_GAPS))
    gaps = np.log((silence + 1) / gap)
    half = np.maximum(_plain(table["revenue_6m"].fillna(table["revenue"])), 0)
    margin_rate = np.clip(year["margin"] / np.where(revenue > 0, revenue, np.nan), -1, 1)
    managers = _plain(_managers(table))
    return pd.DataFrame(
        {
            "silence": np.log1p(silence) - common.log_silence,
            "within_limit": np.minimum(limits, 0),
            "beyond_limit": np.maximum(limits, 0),
            "far_beyond_limit": np.maximum(limits - _DOUBLE, 0),
            "past_limit": (silence > of["own_limit"]).astype("float64"),
            "beyond_gap": np.maximum(gaps, 0),
            "far_beyond_gap": np.maximum(gaps - _DOUBLE, 0),
            "beyond_known_gap": np.maximum(gaps, 0) * of["gaps"] / (of["gaps"] + _PRIOR),
            "gaps_missed": np.minimum(silence / gap, _MOST_GAPS),
            "silence_by_days": np.log1p(silence) * days,
            "order_days": days - common.log_days,
            "bought_once": (of["order_days"] == 1).astype("float64"),
            "irregular": _plain(_shrunk(table["gap_cv"], table["gaps"], common.variation)),
            "tenure": np.log1p(of["tenure_days"]),
            "average_order": np.log(of["average_order"] / common.order),
            "pace": np.log((half + common.order) / (np.maximum(revenue, 0) / 2 + common.order)),
            "margin_rate": np.where(np.isnan(margin_rate), common.margin_rate, margin_rate),
            "breadth": np.log1p(_plain(table["categories_12m"].fillna(table["categories"]))),
            "returned": np.clip(year["returns"] / (revenue + year["returns"] + common.order), 0, 1),
            "claims": np.log1p(of["claims"]),
            "disputes": np.log1p(of["disputes"]),
            "late_share": (of["late"] + _PRIOR * common.late_share) / (of["deliveries"] + _PRIOR),
            "touches": np.log1p(of["touches"]),
            "late_payer": of["p_late_60"],
            "managers": np.where(managers > 0, managers > 1, np.nan),
        },
        index=table.index,
    )


@dataclass(frozen=True)
class Scale:
    """What covariates are shrunk to, and the mean and standard deviation of each one that a model uses: of its training landmarks."""

    common: Usual
    mean: pd.Series
    sd: pd.Series

    def of(self, table: pd.DataFrame) -> pd.DataFrame:
        """The standardised covariates of each row; a missing one stands at the mean."""
        return self.standardised(covariates(table, self.common))

    def standardised(self, natural: pd.DataFrame) -> pd.DataFrame:
        """`of` what `covariates` gave."""
        return ((natural[self.mean.index] - self.mean) / self.sd).fillna(0.0)


def scaled(rows: pd.DataFrame, complete: pd.Series) -> tuple[Scale, pd.DataFrame]:
    """The scale of training rows, and their standardised covariates. What is usual is learnt on those whose outcome is `complete`; a
    covariate is used where it is known for most rows and differs between accounts of one landmark."""
    common = usual(rows[complete])
    natural = covariates(rows, common)
    known = natural.notna().mean() > 0.5
    within = natural - natural.groupby(rows["as_of"]).transform("mean")
    used = [str(name) for name in natural.columns if known[name] and within[name].std(ddof=0) > 1e-9]
    found = Scale(common, natural[used].mean(), natural[used].std(ddof=0))
    return found, found.standardised(natural)


def own_gap(table: pd.DataFrame, common: Usual) -> pd.Series:
    """Days between order days that are usual for each account, shrunk to the pooled gap when gaps are few."""
    return _shrunk(table["gap_mean"], table["gaps"], common.gap)


def signs(table: pd.DataFrame, common: Usual) -> dict[str, list[Case]]:
    """What each group of covariates says about an account: by group the cases that `reason_columns` takes, none of which holds where it is
    no concern. Days, shares in percent and amounts are rounded to whole ones; a code that ends in _1 tells of one day, claim or touch."""
    year = year_sums(table)
    positive = year["revenue"].where(year["revenue"] > 0)
    pace = 100 * table["revenue_6m"].fillna(table["revenue"]).clip(lower=0) / (positive / 2)
    margin = 100 * year["margin"] / positive
    returned = 100 * year["returns"] / (year["revenue"] + year["returns"]).where(lambda gross: gross > 0)
    categories = table["categories_12m"].fillna(table["categories"])
    gap, order, touches, managers = own_gap(table, common), table["average_order"], table["touches"], _managers(table)
    late, deliveries, unpaid = table["late"], table["deliveries"], table["p_late_60"]

    def counted(code: str, count: pd.Series, concern: pd.Series, **values: pd.Series) -> list[Case]:
        told = {"n": count.round(), **values}
        return [(concern & (count.round() == 1), f"{code}_1", told), (concern, code, told)]

    return {
        "silence": counted("silent", table["silence_days"], table["silence_days"] > gap, usual=gap.round()),
        "rhythm": counted("bought_on", year["order_days"], year["order_days"].notna()),
        "tenure": counted("client_for", table["tenure_days"], table["tenure_days"] < 365),
        "money": [(order < common.order, "small_orders", {"order": order.round(), "usual": np.round(common.order)})],
        "trend": [(pace < 0.5, "bought_nothing", {}), (pace < 100, "slower", {"percent": pace.round()})],
        "margin": [(margin < 100 * common.margin_rate, "low_margin", {"percent": margin.round()})],
        "breadth": counted("buys_categories", categories, categories.notna()),
        "returns": [(year["returns"] > 0, "sent_back", {"percent": returned.round().fillna(0)})],
        "claims": counted("claimed", table["claims"], table["claims"] > 0),
        "disputes": counted("open_disputes", table["disputes"], table["disputes"] > 0),
        "lateness": [
            ((late > 0) & (deliveries == 1), "only_delivery_late", {}),
            (late > 0, "deliveries_late", {"late": late, "deliveries": deliveries}),
        ],
        "touches": [(touches == 0, "no_touch", {}), *counted("touched", touches, touches.notna())],
        "payment": [(unpaid > common.late_payer, "pays_late", {"percent": (100 * unpaid).round()})],
        "manager": [(managers > 1, "managers_changed", {"n": managers})],
    }


def _managers(table: pd.DataFrame) -> pd.Series:
    """Managers seen on the order lines of 24 months, or of the observed part of them."""
    return table["managers_24m"].fillna(table["managers"])


def _plain(column: pd.Series) -> np.ndarray:
    return column.to_numpy(dtype="float64", na_value=np.nan)


def _shrunk(own: pd.Series, count: pd.Series, common: float) -> pd.Series:
    weight = count.where(own.notna(), 0).astype("float64")
    return (own.fillna(0.0) * weight + _PRIOR * common) / (weight + _PRIOR)
