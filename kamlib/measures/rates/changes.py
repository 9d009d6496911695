"""Whether a rate has changed beyond noise: control charts by quarter, and each year or quarter against the same one a year before."""

from __future__ import annotations

from datetime import date

import pandas as pd

from kamlib.measures.noise import CHANGE, change, control_chart
from kamlib.measures.rates.by_period import MEASURES, spans
from kamlib.measures.rates.satisfaction import answers
from kamlib.stats.reasons import or_waiting
from kamlib.study.periods import period_label

LESS = ("claims_rate", "single_supplier")
"""Rates of which less is better."""
_CHART = ["measure", "quarter", "until", "part", "whole", "rate", "centre", "low", "high", "verdict", "firm_verdict"]


def charts(rates: pd.DataFrame, year_begins: int = 1) -> pd.DataFrame:
    """A control chart of each rate by quarter (`kamlib.measures.noise.control_chart`); rates by money have none.

    Parameters
    ----------
    rates : `kamlib.measures.rates.rates_by_period`.
    year_begins : month in which the year of the study begins.

    Returns
    -------
    DataFrame, quarters in order of time
        measure, quarter (its name, or its last day where it is no quarter of the year), until, part, whole, rate (of claims for each order day),
        centre, low, high (99 %), verdict, firm_verdict. Rates of which fewer than two quarters are known are not there.
    """
    known = rates[(rates["window_months"] == 3) & (rates["source"] == "") & rates["value"].notna()]
    parts = []
    for measure in (name for name in MEASURES if name != "bids_won_value"):
        rows = known[known["measure"] == measure].sort_values("until", ignore_index=True)
        if len(rows) > 1:
            names = [period_label(day.date(), year_begins) for day in rows["until"]]
            chart = control_chart(rows["part"], rows["whole"], less=measure in LESS)
            parts.append(rows[["measure", "until", "part", "whole"]].assign(quarter=names).join(chart))
    table = pd.concat(parts, ignore_index=True)[_CHART] if parts else pd.DataFrame(columns=_CHART)
    return or_waiting(table, "no_quarters_to_compare")


def year_on_year(cases: pd.DataFrame, surveys: pd.DataFrame | None, as_of: date) -> pd.DataFrame:
    """The last year against the one before and the last quarter against the same one a year before, paired by customer.

    Parameters
    ----------
    cases : `kamlib.measures.rates.dated_cases`.
    surveys : clean table, or None.

    Returns
    -------
    DataFrame, on time, bids won by number and by value, content answers and the net promoter score (-1 to 1), as far as they are on record
        measure, window_months (3 or 12), before, now, change, low, high (99 %), moved, verdict, firm_verdict, reason, reason_values: see
        `kamlib.measures.noise.change`.
    """
    whole = cases[(cases["source"] == "") & (cases["whole"] > 0)]
    told = {name: whole[whole["measure"] == name] for name in ("on_time", "bids_won", "bids_won_value", "csat")}
    told["nps"] = answers(surveys, as_of, "nps").rename(columns={"place": "part"}).assign(whole=1.0)
    periods = spans(as_of)
    years, quarters = (periods[periods["window_months"] == months] for months in (12, 3))
    pairs = {12: (years.iloc[1], years.iloc[0]), 3: (quarters.iloc[4], quarters.iloc[0])}
    rows = [
        {"measure": measure, "window_months": months, **_changed(of, *pair, each=measure == "nps")}
        for measure, of in told.items()
        for months, pair in pairs.items()
        if len(of)
    ]
    return or_waiting(pd.DataFrame(rows, columns=["measure", "window_months", *CHANGE]), "no_quarters_to_compare")


def _changed(of: pd.DataFrame, before: pd.Series, now: pd.Series, *, each: bool) -> pd.Series:
    """The change of Σ part / Σ whole between two periods; with `each` every customer counts once, with its mean."""
    of, sums = of.assign(customer_id=pd.factorize(of["customer_id"])[0]), []  # numbers are grouped faster than texts
    for span in (before, now):
        inside = of[(of["date"] > span["since"]) & (of["date"] <= span["until"])]
        by = inside.groupby("customer_id")[["part", "whole"]]
        sums.append(by.mean() if each else by.sum())
    parts, wholes = ([one[name] for one in sums] for name in ("part", "whole"))
    return change(parts[0], parts[1], per=(wholes[0], wholes[1]))
