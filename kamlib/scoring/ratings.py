"""What people said of the accounts: the last rating of each, how old it is, and how far raters agree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from kamlib.stats.ordering import places
from kamlib.stats.reasons import or_waiting
from kamlib.study.model import Criterion
from kamlib.study.settings.sections import FEWEST

"""Accounts rated twice from which an agreement is judged."""
_VERDICTS = ((0.800, "reliable"), (0.667, "tentative"), (-np.inf, "not_reliable"))
"""Krippendorff's own limits."""


def latest_ratings(ratings: pd.DataFrame, as_of: date | pd.Timestamp, *, view: str = "ours") -> pd.DataFrame:
    """The last rating by each rater of each criterion of each account, on or before a day.

    Ratings without a date count as older than any dated one; several by one rater on one day are averaged; ratings
    without a rater are one rater's; a rating without a view is ours.

    Parameters
    ----------
    ratings : DataFrame
        The clean table `ratings`.
    as_of : day; nothing after it is read.
    view : 'ours', or 'client' for the client's ratings of us (`rival` empty) and of rivals.

    Returns
    -------
    DataFrame
        customer_id, criterion, rival ('' = us), rater, score (points 1-10), age_days (missing where undated).
    """
    as_of = pd.Timestamp(as_of)
    table = pd.DataFrame(
        {
            "customer_id": ratings["customer_id"],
            "criterion": ratings["criterion"],
            "rival": _column(ratings, "rival", "").fillna(""),
            "rater": _column(ratings, "rater", "").fillna(""),
            "score": pd.to_numeric(ratings["score"]).astype(float),
            "date": pd.to_datetime(_column(ratings, "date", pd.NaT)),
        }
    )
    day = table["date"].fillna(pd.Timestamp.min)
    table = table[(_column(ratings, "view", "ours").fillna("ours") == view) & (day <= as_of) & table["score"].notna()]
    keys = ["customer_id", "criterion", "rival", "rater"]
    last = day[table.index].groupby([table[key] for key in keys], sort=False).transform("max")
    newest = table[day[table.index] == last].groupby(keys, as_index=False, sort=False)
    found = newest.agg(score=("score", "mean"), date=("date", "max")).sort_values(keys, ignore_index=True, key=places)
    return found.assign(age_days=(as_of - found["date"]).dt.days.astype(float)).drop(columns="date")


def rater_spread(
    criteria: Sequence[Criterion], ratings: pd.DataFrame | None, values: pd.DataFrame, *, single: float = 1.0
) -> pd.DataFrame:
    """How far raters lie apart, in points: half of highest less lowest; `single` where one rated; 0 for measured criteria.

    `ratings` holds the latest rating of each rater (customer_id, criterion, rival, score), or is None. The result is shaped like
    `values` and never missing (0 where the value is: there the whole range is open anyway).
    """
    spread = pd.DataFrame(0.0, index=values.index, columns=values.columns)
    if ratings is None or ratings.empty:
        return spread
    each = (
        ratings[ratings["rival"] == ""]
        .groupby(["criterion", "customer_id"], sort=False)["score"]
        .agg(["min", "max", "count"])
    )
    half = ((each["max"] - each["min"]) / 2).where(each["count"] > 1, single)
    for criterion in criteria:
        name = criterion.column or criterion.name
        if criterion.source == "rating" and name in half.index.get_level_values(0):
            spread[criterion.name] = half.xs(name).reindex(values.index).fillna(0.0)
    return spread


def rater_agreement(ratings: pd.DataFrame) -> pd.DataFrame:
    """How far raters of the same account agree, criterion by criterion.

    Parameters
    ----------
    ratings : result of `latest_ratings`.

    Returns
    -------
    DataFrame, index criterion
        customers (rated), twice (by two raters or more), apart (mean of the absolute differences between two raters of
        one customer, in points), alpha (Krippendorff's, interval data: 1 = agree, 0 = as if by chance; missing where all gave one
        mark), verdict: 'reliable' from 0.8, 'tentative' from 0.667, 'not_reliable', or 'too_few_rated_twice' (less than ten), and
        verdict_values.

    References
    ----------
    Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, University of Pennsylvania.
    """
    ours = ratings[ratings["rival"] == ""]
    each = ours.groupby(["criterion", "customer_id"], sort=False)["score"]
    units = each.agg(["size", "mean"]).reset_index()
    counted = ours.merge(units, on=["criterion", "customer_id"])
    twice = counted[counted["size"] > 1].sort_values(["criterion", "customer_id", "score"], key=places)
    place = twice.groupby(["criterion", "customer_id"], sort=False).cumcount()
    # sum over pairs of |x - y| of sorted values = sum of (2 i - m + 1) x, of m (m - 1) / 2 pairs; of (x - y)^2: m x sum of squares
    gaps = (2 * place - twice["size"] + 1) * twice["score"] / (twice["size"] * (twice["size"] - 1) / 2)
    squares = (twice["score"] - twice["mean"]) ** 2 * 2 * twice["size"] / (twice["size"] - 1)
    by = twice["criterion"]
    number = units.groupby("criterion").size().rename("customers")
    table = number.to_frame().assign(twice=units[units["size"] > 1].groupby("criterion").size())
    table["twice"] = table["twice"].fillna(0).astype(int)
    table["apart"] = gaps.groupby(by).sum() / table["twice"].where(table["twice"] > 0)
    expected = 2 * twice.groupby("criterion")["score"].var()
    table["alpha"] = 1 - squares.groupby(by).mean() / expected.where(expected > 0)
    codes = [
        next(code for limit, code in _VERDICTS if value >= limit) if value == value else "" for value in table["alpha"]
    ]
    return table.assign(
        verdict=np.where(table["twice"] < FEWEST.compared, "too_few_rated_twice", codes), verdict_values="{}"
    )


def rating_ages(ratings: pd.DataFrame, stale_days: int) -> pd.DataFrame:
    """How old what we know of each account is: customer_id, criterion, age_days of its newest rating, stale (flag: older, or undated).

    `ratings` from `latest_ratings`; ages count to its as_of.
    """
    keys = ["customer_id", "criterion"]
    newest = ratings[ratings["rival"] == ""].groupby(keys, as_index=False, sort=False)[["age_days"]].min()
    newest = newest.sort_values(keys, ignore_index=True, key=places)
    return newest.assign(stale=~(newest["age_days"] <= stale_days))


def rating_quality(ratings: pd.DataFrame, stale_days: int) -> pd.DataFrame:
    """What the ratings are worth: `rater_agreement`, with median_age (days) and stale (share of the customers) by criterion.

    `ratings` and `stale_days` as in `rating_ages`. It says so where nobody has rated.
    """
    by = rating_ages(ratings, stale_days).groupby("criterion")
    ages = by.agg(median_age=("age_days", "median"), stale=("stale", "mean"))
    return or_waiting(rater_agreement(ratings).join(ages), "nobody_has_rated")


def _column(table: pd.DataFrame, name: str, default: object) -> pd.Series:
    return table[name] if name in table else pd.Series(default, index=table.index)
