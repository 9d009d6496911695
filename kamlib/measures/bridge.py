"""From the money of one year to that of the next: what each customer did in between, in steps that add up to the cent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from kamlib.facts.days import as_dates, as_pandas, first_day
from kamlib.facts.order_lines import check_lines, purchased
from kamlib.facts.worth import MARGIN_KNOWN
from kamlib.stats.reasons import waiting
from kamlib.study.periods import months_before

STEPS = ("new", "returned", "joined", "grown", "unchanged", "shrunk", "lost")
_SUMS = ("revenue", "margin", "moved", "known")
_PAIRS = (
    *("revenue_before", "revenue_now", "margin_before", "margin_now", "traded_before", "traded_now", "first_order"),
    "joined_known",
)
_BRIDGE = ("as_of", "measure", "step", "customers", "amount")


def quarter_ends(as_of: date, quarters: int = 8) -> list[date]:
    """`as_of` and the days that lie 3, 6, 9 … months before it, ascending."""
    return [months_before(as_of, 3 * back) for back in reversed(range(quarters))]


def by_account(orders: ir.Table) -> ir.Table:
    """The same order lines, each account a customer of its own: for a reading by account where the study counts groups."""
    return orders.mutate(customer_id=orders.account_id)


def year_pairs(orders: ir.Table, as_of: date | Sequence[date], observed_from: date | None = None) -> pd.DataFrame:
    """The money of each customer in the year that ends at each date and in the year before, in one pass of the engine.

    Parameters
    ----------
    orders : ibis table
        Clean order lines: customer_id, date, amount, margin. Lines after a date are not read for it.
    as_of : one day, or several such as `quarter_ends`. A day whose two years were not wholly observed is left out.
    observed_from : first day that was observed; None: the first order line's day.

    Returns
    -------
    DataFrame, one row per date and customer with lines in either year
        customer_id, as_of; revenue_before, revenue_now, margin_before, margin_now (study currency, net of credit notes; margin of the
        lines whose margin is known, missing at a date where these hold less than `kamlib.facts.worth.MARGIN_KNOWN` of the money moved in
        either year); traded_before, traded_now (whether there are lines); first_order (first purchase up to the date that
        was not cancelled by then); joined_known (whether the records begin a year or more before the base year: else a first order
        in it need not be the first). It waits where no date has two years on record.
    """
    check_lines(orders, "customer_id", "date", "amount", "margin")
    days = as_dates(as_of)
    begun = pd.Timestamp(observed_from) if observed_from else first_day(orders, days[-1])
    ends = [day for day in days if _observed(day, 24, begun)]
    if not ends:
        return waiting(["customer_id", "as_of", *_PAIRS], "two_years_are_needed", since=begun)
    edges = sorted({months_before(end, 12 * back) for end in ends for back in range(3)})
    sums = _periods(orders, ends, edges)
    code, customers = pd.factorize(sums["customer_id"])
    filled = {name: np.zeros((len(customers), len(edges))) for name in (*_SUMS, "lines")}
    filled["lines"][code, sums["period"]] = 1
    for name in _SUMS:
        filled[name][code, sums["period"]] = sums[name].fillna(0.0)
    parts = []
    for end in ends:
        first = np.full((len(customers), len(edges)), np.datetime64("NaT", "ns"))
        first[code, sums["period"]] = sums[f"first_{end:%Y%m%d}"]
        cuts = [edges.index(months_before(end, 12 * back)) for back in (2, 1, 0)]
        pair = _pair(customers, end, filled, first[:, : cuts[2] + 1], cuts)
        parts.append(pair.assign(joined_known=_observed(end, 36, begun)))
    return pd.concat(parts, ignore_index=True)


def step_of(pairs: pd.DataFrame, measure: str = "revenue") -> pd.Series:
    """What each customer of `year_pairs` did: one of `STEPS`.

    Who has no lines in the base year is new where the first order lies in the year after, else returned. Of the others, who had the first
    order in the base year joined in it, wherever it went (as far as that is known); the rest are lost without lines in the year after, else
    grown, unchanged or shrunk.
    """
    edges = pairs["as_of"].map(
        {day: [months_before(day, 12), months_before(day, 24)] for day in pairs["as_of"].unique()}
    )
    base, before = (pd.to_datetime(edges.str[at]) for at in (0, 1))
    gap = pairs[f"{measure}_now"] - pairs[f"{measure}_before"]
    there, here = pairs["traded_before"].astype(bool), pairs["traded_now"].astype(bool)
    cases = [
        ~there & (pairs["first_order"] > base),
        ~there,
        (pairs["first_order"] > before) & pairs["joined_known"].astype(bool),
        ~here,
        gap > 0,
        gap < 0,
    ]
    found = np.select(cases, ["new", "returned", "joined", "lost", "grown", "shrunk"], "unchanged")
    return pd.Series(found, pairs.index, dtype=object)


def bridge(pairs: pd.DataFrame, measure: str = "revenue") -> pd.DataFrame:
    """From the money of the year before to that of the last year, at each date: steps that are disjoint and add up to the cent.

    Parameters
    ----------
    pairs : `year_pairs`, by customer or, of the lines of `by_account`, by account.
    measure : revenue or margin.

    Returns
    -------
    DataFrame, nine rows a date
        as_of, measure, step (year_before, then `STEPS`, then year_now), customers (with lines in that year; who took the step), amount (the
        money of a year, or the change by the step; study currency); of joined both are missing where nobody can tell who did. It waits where no two years are on record, or no margins.
    """
    if pairs.empty:
        return pairs.reindex(columns=list(_BRIDGE))  # says what it waits for
    known = pairs.dropna(subset=[f"{measure}_before", f"{measure}_now"])
    if known.empty:
        return waiting(_BRIDGE, "too_few_margins")
    known = known.assign(step=step_of(known, measure), gap=known[f"{measure}_now"] - known[f"{measure}_before"])
    told = known.groupby(["as_of", "step"]).agg(customers=("step", "size"), amount=("gap", "sum"))
    days = pd.Index(known["as_of"].unique(), name="as_of")
    whole = pd.MultiIndex.from_product([days, STEPS], names=["as_of", "step"])
    steps = told.reindex(whole, fill_value=0).reset_index().astype({"customers": "Int64"})
    told_of = known.groupby("as_of")["joined_known"].first()
    untold = steps["step"].eq("joined") & ~steps["as_of"].map(told_of).astype(bool)
    parts = [steps.assign(customers=steps["customers"].mask(untold), amount=steps["amount"].mask(untold))]
    for step, end in (("year_before", "before"), ("year_now", "now")):
        by = known.groupby("as_of").agg(customers=(f"traded_{end}", "sum"), amount=(f"{measure}_{end}", "sum"))
        parts.append(by.reset_index().assign(step=step))
    order = {step: place for place, step in enumerate(("year_before", *STEPS, "year_now"))}
    table = pd.concat(parts, ignore_index=True).assign(measure=measure)
    table = table.assign(place=table["step"].map(order)).sort_values(["as_of", "place"], ignore_index=True)
    return table[list(_BRIDGE)]


def bridges(pairs: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """`bridge` in every reading: of revenue and of margin, by each of the units that are counted.

    Parameters
    ----------
    pairs : `year_pairs` by the name of the unit, such as customer and account.

    Returns
    -------
    DataFrame: counted (the unit), then the columns of `bridge`; readings that wait are not there, and it waits where all do.
    """
    found = [
        bridge(table, measure).assign(counted=unit)
        for unit, table in pairs.items()
        for measure in ("revenue", "margin")
    ]
    told = [table for table in found if len(table)]
    return pd.concat(told, ignore_index=True)[["counted", *_BRIDGE]] if told else found[0]


def _periods(orders: ir.Table, ends: Sequence[date], edges: Sequence[date]) -> pd.DataFrame:
    """Sums of each customer between the edges; period n ends at edge n, the first one holds all that lies before."""
    lines = orders.filter(orders.date <= edges[-1])
    past: Any = sum((lines.date > ibis.literal(edge, type="date")).cast("int32") for edge in edges[:-1])
    lines = lines.mutate(period=past)
    known = lines.margin.notnull()
    sums = lines.group_by("customer_id", "period").agg(
        revenue=lines.amount.sum().cast("float64"),
        margin=lines.margin.sum().cast("float64"),
        moved=lines.amount.abs().sum().cast("float64"),
        known=lines.amount.abs().sum(where=known).cast("float64"),
        **{f"first_{end:%Y%m%d}": lines.date.min(where=purchased(lines, end)) for end in ends},
    )
    return as_pandas(sums, ["customer_id", "period"])


def _pair(
    customers: pd.Index, end: date, sums: dict[str, np.ndarray], first: np.ndarray, cuts: Sequence[int]
) -> pd.DataFrame:
    """The two years that end at the last of three cuts."""
    years = {}
    for name, values in sums.items():
        for word, start, stop in (("before", cuts[0], cuts[1]), ("now", cuts[1], cuts[2])):
            years[f"{name}_{word}"] = values[:, start + 1 : stop + 1].sum(axis=1)
    table = pd.DataFrame({"customer_id": customers, "as_of": pd.Timestamp(end).as_unit("ns"), **years})
    table["first_order"] = pd.DataFrame(first).min(axis=1).to_numpy()
    enough = all(
        table[f"known_{word}"].sum() >= MARGIN_KNOWN * table[f"moved_{word}"].sum() for word in ("before", "now")
    )
    if not (enough and table[["known_before", "known_now"]].to_numpy().any()):
        table[["margin_before", "margin_now"]] = np.nan
    table = table.assign(traded_before=table["lines_before"] > 0, traded_now=table["lines_now"] > 0)
    kept = table["traded_before"] | table["traded_now"]
    return table.loc[kept, ["customer_id", "as_of", *_PAIRS[:-1]]]


def _observed(end: date, months: int, begun: pd.Timestamp) -> bool:
    """Whether the months up to a date were wholly observed from a day on; not where that is missing."""
    return bool(pd.Timestamp(months_before(end, months)) + pd.Timedelta(days=1) >= begun)
