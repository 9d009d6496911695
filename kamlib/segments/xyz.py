"""Customer XYZ: how often and how regularly an account buys, in three readings, with the doubt that few gaps leave.

N is too little history, L is lost. Nothing is counted before an account's first order.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.errors import InputError
from kamlib.facts.worth import worth_column
from kamlib.segments.variation import cv_interval, period_variation
from kamlib.stats.checks import one_row_each
from kamlib.study.settings.rfm_segments import GRAINS, PERIOD_MONTHS
from kamlib.study.settings.sections import FEWEST

XYZ_CLASSES = ("X", "Y", "Z", "N", "L")
OFTEN = 12
READINGS = (("frequency", "month"), ("gaps", "month"), *(("periods", grain) for grain in GRAINS))
CUTS = {"frequency": (None, 1.0), "gaps": (0.5, 1.0), "periods": (0.10, 0.25)}


def xyz_classes(
    facts: pd.DataFrame,
    months: pd.DataFrame | None = None,
    states: pd.DataFrame | None = None,
    *,
    reading: str = "frequency",
    money: str | None = None,
    grain: str = "month",
    window_months: int | None = None,
) -> pd.DataFrame:
    """Class X, Y or Z of each account by how often and how regularly it buys; N too little history, L lost.

    Parameters
    ----------
    facts : DataFrame, one row per account
        customer_id, order_days, order_days_12m, gaps, gap_cv.
    months : DataFrame, one row per account and month
        customer_id, month and `money`; needed by the reading "periods". Months that do not end by the facts' as_of are
        not read.
    states : DataFrame or None
        customer_id, state; the accounts in the state "lost" are L. None: nobody is.
    reading : "frequency", "gaps" or "periods"
        frequency: X = 12 order days or more in the last 12 months and CV of the gaps <= 1, Y = CV <= 1, Z = the rest.
        gaps: X = CV <= 0.5, Y = CV <= 1. periods: CV of period sums, X <= 0.10, Y <= 0.25; trend and season out
        where 24 months are there (`period_variation`).
    money, grain, window_months :
        Of the reading "periods": what is summed (None: margin where any is known, else revenue), over a "month" or
        "quarter", and how many months back. None: 24 by month, so that trend and season come out, and 36 by quarter, the least that hold the 12 periods below which an
        account is N. Where the records are shorter than that, all are N: nothing can be said of them.

    Returns
    -------
    DataFrame, in the order of `facts`
        customer_id, xyz, cv, cv_low, cv_high (95 %), uncertain (the interval spans a cut; the frequency reading's other
        condition is a count and certain), count (gaps or periods), reading, grain ("gap", "month" or "quarter").

    Raises
    ------
    InputError
        If the reading or grain is unknown, a column or table is missing, an account stands twice, or the window can't
        hold 12 periods.
    """
    if reading not in CUTS:
        raise InputError("no such reading of XYZ", found=reading, remedy=f"Choose one of {', '.join(CUTS)}.")
    one_row_each(facts, ["order_days", "order_days_12m", "gaps", "gap_cv"])
    table = pd.DataFrame({"customer_id": facts["customer_id"]})
    if reading == "periods":
        if months is None:
            raise InputError("the reading by periods needs the table of account-months")
        if grain not in GRAINS:
            raise InputError("no such grain", found=grain, remedy=f"Choose one of {', '.join(GRAINS)}.")
        span = PERIOD_MONTHS[grain] if window_months is None else window_months
        if span < (least := FEWEST.periods * GRAINS[grain]):
            raise InputError(
                f"the window can't hold {FEWEST.periods} periods of a {grain}, so every account would be N",
                found=f"window_months={span}",
                remedy=f"Give {least} or more, or another grain.",
            )
        if "as_of" in facts and len(facts):
            months = months[months["month"] + pd.DateOffset(months=1) <= facts["as_of"].max() + pd.Timedelta(days=1)]
        money = money or worth_column(months, "")
        seen = period_variation(months, money, grain=grain, window_months=span).set_index("customer_id")
        seen = seen.reindex(facts["customer_id"]).set_axis(facts.index)
        table["cv"] = seen["cv"].astype("float64")
        table["count"] = seen["periods"].astype("float64").fillna(0).astype("int64")
        bounds = pd.DataFrame({"low": np.nan, "high": np.nan}, index=facts.index)
        short = table["count"] < FEWEST.periods
    else:
        table["cv"], table["count"] = facts["gap_cv"].astype("float64"), facts["gaps"].fillna(0).astype("int64")
        bounds = cv_interval(table["cv"], table["count"])
        short = table["count"] < FEWEST.gaps
    table["cv_low"], table["cv_high"] = bounds["low"].mask(short), bounds["high"].mask(short)
    first, second = CUTS[reading]
    regular = table["cv"] <= second
    if first is None:
        # data of less than a year: what was seen is at least what a year holds
        often = facts["order_days_12m"].fillna(facts["order_days"]) >= OFTEN
        is_x = regular & often
    else:
        is_x = table["cv"] <= first
    table["xyz"] = np.select([is_x, regular], ["X", "Y"], "Z")
    spans = (table["cv_low"] <= second) & (table["cv_high"] > second)
    if first is not None:
        spans |= (table["cv_low"] <= first) & (table["cv_high"] > first)
    lost = pd.Series(False, index=facts.index)
    if states is not None:
        lost = facts["customer_id"].isin(states.loc[states["state"] == "lost", "customer_id"])
    table["xyz"] = table["xyz"].mask(short, "N").mask(lost, "L")
    table["uncertain"] = spans & ~short & ~lost
    table["reading"] = reading
    table["grain"] = grain if reading == "periods" else "gap"
    return table[["customer_id", "xyz", "cv", "cv_low", "cv_high", "uncertain", "count", "reading", "grain"]]


def seldom(table: pd.DataFrame) -> pd.Series:
    """Whether each account of an `xyz_classes` table that is not lost bought too seldom to tell its class: it is N, or uncertain."""
    present = table[table["xyz"] != "L"]
    return (present["xyz"] == "N") | present["uncertain"].astype(bool)


def by_reading(
    facts: pd.DataFrame, months: pd.DataFrame, states: pd.DataFrame | None = None, money: str | None = None
) -> pd.DataFrame:
    """The table of `xyz_classes` for every reading and grain, one below the other; parameters as there."""
    tables = [
        xyz_classes(facts, months, states, reading=reading, money=money, grain=grain) for reading, grain in READINGS
    ]
    return pd.concat(tables, ignore_index=True)


def letters(table: pd.DataFrame) -> pd.DataFrame:
    """Customers by class of a `by_reading` table.

    Returns
    -------
    DataFrame, one row per reading and grain: reading, grain, one column a letter, longest_history (in gaps or periods).
    """
    by = table.groupby(["reading", "grain"], sort=False)
    longest = by["count"].max()
    counted = by["xyz"].value_counts().unstack(fill_value=0).rename_axis(columns=None)
    counted = counted.reindex(index=longest.index, columns=list(XYZ_CLASSES), fill_value=0)
    return counted.assign(longest_history=longest).reset_index()
