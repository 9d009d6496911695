"""Order lines → facts of each account and of each account-month, at any date.

Order lines stay in the engine: everything here is an Ibis expression over the clean `orders`, and only the tables
per account come back, as pandas. Nothing after the date asked for is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kamlib.errors import InputError

if TYPE_CHECKING:
    import ibis.expr.types as ir

WINDOWS = {
    "3m": (3, 0),
    "6m": (6, 0),
    "12m": (12, 0),
    "24m": (24, 0),
    "prev_6m": (12, 6),
    "prev_12m": (24, 12),
    "6m_year_ago": (18, 12),
}
_REVENUE = tuple(WINDOWS)
_MARGIN = ("6m", "12m", "24m")
_COUNTS = ("12m", "24m")


def account_facts(
    orders: ir.Table,
    as_of: date | Sequence[date],
    *,
    horizon_days: int = 180,
    observed_from: date | None = None,
) -> pd.DataFrame:
    """One row per account and date, from the order lines on or before that date.

    Parameters
    ----------
    orders : ibis table
        Clean order lines: account_id, order_id, date, amount, margin, category, manager.
    as_of : a day, or several for landmarks and for the change since last quarter; one pass serves all.
    horizon_days : days without a purchase after which the next one counts as a return.
    observed_from : first day that was observed; None: the first order line's day.

    Returns
    -------
    DataFrame
        account_id, as_of; first_order, last_order (purchases only), tenure_days, silence_days; order_days, orders
        (distinct order and day), lines; revenue, margin, returns (study currency; returns as a positive sum),
        average_order (purchases / orders); gaps between order days: gaps (count), gap_median, gap_mean, gap_sd
        (ddof 1), gap_cv, gap_p95, in days; categories and managers (distinct, ever); revenue, margin, order days,
        returns, categories and managers of windows ending at as_of, named ``_3m`` … ``_24m``; revenue_prev_6m and revenue_prev_12m (the window before),
        revenue_6m_year_ago; growth (12 months against the 12 before); long_gap_ended; share and cumulative_share of
        revenue. A window that starts before `observed_from` is missing, never zero; so is the date of an account
        that only ever sent goods back.

    Raises
    ------
    InputError
        If no order line lies on or before any of the dates.

    References
    ----------
    Fader, Hardie & Lee (2005), Marketing Science 24(2), for recency and order days as sufficient statistics.
    """
    dates = _dates(as_of)
    days = _account_days(orders, dates[-1])
    first_day = days.date.min().execute()
    if pd.isna(first_day):
        raise InputError(
            f"no order line on or before {dates[-1]}", remedy="Choose a later as_of or check the date column."
        )
    marks = _landmarks(dates)
    seen = days.join(marks, days.date <= marks.as_of)
    purchase = seen.bought > 0

    def window(name: str):
        return (seen.date > seen[f"from_{name}"]) & (seen.date <= seen[f"to_{name}"])

    def money(column, where=None):
        return column.sum(where=where).cast("float64")

    measures = {
        "first_order": seen.date.min(where=purchase),
        "last_order": seen.date.max(where=purchase),
        "order_days": purchase.cast("int64").sum(),
        "orders": seen.orders.sum(),
        "lines": seen.lines.sum(),
        "revenue": money(seen.revenue),
        "margin": money(seen.margin),
        "bought": money(seen.bought),
        "returns": money(seen.returned),
        "gaps": seen.gap.count(),
        "gap_median": seen.gap.median(),
        "gap_mean": seen.gap.mean(),
        "gap_sd": seen.gap.std(how="sample"),
        "gap_p95": seen.gap.quantile(0.95),
        "long_gap_ended": seen.date.max(where=seen.gap > horizon_days),
    }
    measures |= {f"revenue_{name}": money(seen.revenue, window(name)) for name in _REVENUE}
    measures |= {f"margin_{name}": money(seen.margin, window(name)) for name in _MARGIN}
    measures |= {f"order_days_{name}": (purchase & window(name)).cast("int64").sum() for name in _COUNTS}
    measures |= {f"returns_{name}": money(seen.returned, window(name)) for name in _COUNTS}
    facts = seen.group_by("account_id", "as_of").agg(**measures).to_pandas()
    breadth = _breadth(orders, dates[-1], marks).to_pandas()
    for table in (facts, breadth):
        table["as_of"] = table["as_of"].astype("datetime64[ns]")
    facts = facts.merge(breadth, on=["account_id", "as_of"], how="left", validate="one_to_one")
    return _finish(facts, pd.Timestamp(observed_from or first_day))


def account_months(orders: ir.Table, as_of: date) -> pd.DataFrame:
    """One row per account and month, from the month of its first purchase to the last complete month at `as_of`.

    A month without orders is zero; months before the first purchase are not there.

    Returns
    -------
    DataFrame
        account_id, month (its first day), revenue, margin (study currency), order_days. Margin is missing where the
        account has no line with a margin in any month, and in months that have lines but none with a margin.
    """
    import ibis

    days = _account_days(orders, as_of)
    end = pd.Timestamp(as_of) + pd.Timedelta(days=1)
    last = (end.to_period("M") - 1).to_timestamp()
    monthly = days.mutate(month=days.date.truncate("M")).filter(lambda t: t.month <= last.date())
    sums = monthly.group_by("account_id", "month").agg(
        revenue=monthly.revenue.sum().cast("float64"),
        margin=monthly.margin.sum().cast("float64"),
        order_days=(monthly.bought > 0).cast("int64").sum(),
    )
    spans = monthly.group_by("account_id").agg(
        first=monthly.month.min(where=monthly.bought > 0), has_margin=monthly.margin.count() > 0
    )
    start = spans["first"].min().execute()
    calendar = ibis.memtable(
        {"month": pd.date_range(last if pd.isna(start) else start, last, freq="MS").tolist()}
    ).mutate(month=lambda t: t.month.cast("date"))
    grid = spans.join(calendar, spans["first"] <= calendar.month)
    full = grid.left_join(sums, [grid.account_id == sums.account_id, grid.month == sums.month])
    table = full.select(
        account_id=grid.account_id,
        month=grid.month,
        revenue=sums.revenue.fill_null(0.0),
        margin=ibis.ifelse(grid.has_margin & sums.revenue.isnull(), 0.0, sums.margin),
        order_days=sums.order_days.fill_null(0),
    ).to_pandas()
    table["month"] = table["month"].astype("datetime64[ns]")
    return table.sort_values(["account_id", "month"], ignore_index=True)


def order_days(orders: ir.Table, until: date) -> pd.DataFrame:
    """Account-days with a purchase up to `until`: account_id, date, amount, margin (net of the day), in date order."""
    days = account_days(orders, until)
    return days[days["bought"]].drop(columns="bought").reset_index(drop=True)


def account_days(orders: ir.Table, until: date) -> pd.DataFrame:
    """All account-days with lines up to `until`, days of credit notes alone too: the columns of `order_days`, and bought."""
    days = _account_days(orders, until)
    amount, margin = (days[name].cast("float64") for name in ("revenue", "margin"))
    table = days.select("account_id", "date", amount=amount, margin=margin, bought=days.bought > 0).to_pandas()
    table["date"] = table["date"].astype("datetime64[ns]")
    return table.sort_values(["account_id", "date"], ignore_index=True)


def next_orders(orders: ir.Table, dates: date | Sequence[date], until: date) -> pd.DataFrame:
    """The first purchase after each date and not after `until`, of every account that had bought by that date.

    This looks past the dates on purpose: it makes the outcome of a landmark, never a covariate.

    Returns
    -------
    DataFrame
        account_id, as_of, next_order (missing where none came by `until`).
    """
    days = _account_days(orders, until).filter(lambda t: t.bought > 0)
    marks = _landmarks(_dates(dates)).select("as_of")
    pairs = days.cross_join(marks)
    table = (
        pairs.group_by("account_id", "as_of")
        .agg(
            known=(pairs.date <= pairs.as_of).cast("int64").max(),
            next_order=pairs.date.min(where=pairs.date > pairs.as_of),
        )
        .filter(lambda t: t.known == 1)
        .drop("known")
        .to_pandas()
    )
    for column in ("as_of", "next_order"):
        table[column] = table[column].astype("datetime64[ns]")
    return table.sort_values(["as_of", "account_id"], ignore_index=True)


def worth(facts: pd.DataFrame, window: str = "12m") -> str:
    """The column that says what an account was worth: its margin where any is known, else its revenue."""
    return f"margin_{window}" if facts["margin"].notna().any() else f"revenue_{window}"


def _dates(as_of: date | Sequence[date]) -> list[date]:
    dates = sorted({as_of} if isinstance(as_of, date) else set(as_of))
    if not dates:
        raise InputError("as_of holds no date", remedy="Give one day or several.")
    return dates


def _landmarks(dates: list[date]) -> ir.Table:
    """The dates with the bounds of every window, as a small table in the engine."""
    import ibis

    marks = pd.DataFrame({"as_of": pd.to_datetime(dates)})
    for name, (far, near) in WINDOWS.items():
        marks[f"from_{name}"] = [day - pd.DateOffset(months=far) for day in marks["as_of"]]
        marks[f"to_{name}"] = [day - pd.DateOffset(months=near) for day in marks["as_of"]]
    return ibis.memtable(marks).mutate(**{name: ibis._[name].cast("date") for name in marks.columns})


def _account_days(orders: ir.Table, until: date) -> ir.Table:
    """One row per account and day with its sums and, on purchase days, the gap since the last purchase day."""
    import ibis

    lines = orders.filter(orders.date <= until)
    days = lines.group_by("account_id", "date").agg(
        orders=lines.order_id.nunique(where=lines.amount > 0),
        lines=lines.count(),
        revenue=lines.amount.sum(),
        margin=lines.margin.sum(),
        bought=lines.amount.sum(where=lines.amount > 0).fill_null(0),
        returned=(-lines.amount.sum(where=lines.amount < 0)).fill_null(0),
    )
    bought = days.bought > 0
    by_account = ibis.window(group_by=[days.account_id, bought], order_by=days.date)
    gap = days.date.delta(days.date.lag().over(by_account), unit="day")
    return days.mutate(gap=ibis.ifelse(bought, gap, ibis.null("int64"))).cache()


def _breadth(orders: ir.Table, until: date, marks: ir.Table) -> ir.Table:
    """Distinct categories and managers of each account at each landmark, missing where it bought but none is known."""
    import ibis

    lines = orders.filter((orders.date <= until) & (orders.amount > 0))
    kinds = lines.select("account_id", "date", "category", "manager").distinct()
    seen = kinds.join(marks, kinds.date <= marks.as_of)
    recent = {name: seen.date > seen[f"from_{name}"] for name in _COUNTS}

    def different(column, where=True):
        bought = seen.account_id.count(where=where)
        return ibis.ifelse(bought > 0, column.nunique(where=where).nullif(0), 0)

    return seen.group_by("account_id", "as_of").agg(
        categories=different(seen.category),
        managers=different(seen.manager),
        managers_24m=different(seen.manager, recent["24m"]),
        **{f"categories_{name}": different(seen.category, inside) for name, inside in recent.items()},
    )


def _finish(facts: pd.DataFrame, observed_from: pd.Timestamp) -> pd.DataFrame:
    """Derived columns, and windows that were not observed set to missing."""
    days = ["as_of", "first_order", "last_order", "long_gap_ended"]
    facts = facts.assign(**{name: facts[name].astype("datetime64[ns]") for name in days})
    sums = [name for name in facts.columns.astype(str) if name.startswith(("revenue_", "returns_", "order_days_"))]
    kinds = [name for name in facts.columns.astype(str) if name.startswith(("categories", "managers"))]
    for name in _MARGIN:  # without lines in the window nothing was earned; with lines of unknown margin it is unknown
        nothing = facts["margin"].notna() & facts[f"revenue_{name}"].isna()
        facts[f"margin_{name}"] = facts[f"margin_{name}"].mask(nothing, 0.0)
    facts[sums] = facts[sums].astype("float64").fillna(0.0)
    facts[kinds] = facts[kinds].astype("float64").mask(facts["order_days"] == 0, 0.0)
    for name in facts.columns:
        window = next((w for w in sorted(WINDOWS, key=len, reverse=True) if name.endswith(f"_{w}")), None)
        if window is not None:
            starts = facts["as_of"] - pd.DateOffset(months=WINDOWS[window][0])
            facts[name] = facts[name].where(starts + pd.Timedelta(days=1) >= observed_from)
    base = facts["revenue_prev_12m"].where(facts["revenue_prev_12m"] > 0)
    positive = facts["revenue"].where(facts["revenue"] > 0)
    totals = positive.groupby(facts["as_of"]).transform("sum")
    facts = facts.assign(
        tenure_days=(facts["as_of"] - facts["first_order"]).dt.days,
        silence_days=(facts["as_of"] - facts["last_order"]).dt.days,
        average_order=facts["bought"] / facts["orders"].where(facts["orders"] > 0),
        gap_cv=facts["gap_sd"] / facts["gap_mean"],
        growth=facts["revenue_12m"] / base - 1,
        share=positive / totals,
    ).drop(columns="bought")
    facts = facts.sort_values(["as_of", "share", "account_id"], ascending=[True, False, True], ignore_index=True)
    running = facts.groupby("as_of")["share"].cumsum()
    facts["cumulative_share"] = running.groupby([facts["as_of"], facts["share"]]).transform("max")
    return facts.replace([np.inf, -np.inf], np.nan)
