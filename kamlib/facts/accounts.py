"""Order lines → the facts of each account at any dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from kamlib.errors import InputError, some
from kamlib.facts.breadth import breadth
from kamlib.facts.days import as_dates, as_pandas, months_between, purchases_at, sums_of_days
from kamlib.facts.rhythm import WINDOW_DAYS
from kamlib.facts.worth import if_known
from kamlib.study.periods import months_before

WINDOWS = {  # months back at which they end and begin
    "3m": (0, 3),
    "6m": (0, 6),
    "12m": (0, 12),
    "24m": (0, 24),
    "prev_6m": (6, 12),
    "prev_12m": (12, 24),
    "6m_year_ago": (12, 18),
}
YEARS = {"12m": 12, "24m": 24}
ORDERS = ("orders", "average_order")
LONG_GAP = ("long_gap_ended", "long_gap_days", "long_gap_orders")
RHYTHM = (
    *("gaps", "gap_median", "gap_mean", "gap_sd", "gap_cv", "gap_p95", *LONG_GAP),
    *(f"regularity_{name}" for name in YEARS),
)
BREADTH = ("categories", "categories_12m", "categories_24m", "managers", "managers_24m")
MARGINS = ("6m", "12m", "24m")
COLUMNS = (
    *("first_order", "last_order", "tenure_days", "silence_days", "order_days", *ORDERS, "lines"),
    *("revenue", "margin", "margin_known", "returns", "gaps", "gap_median", "gap_mean", "gap_sd", "gap_cv", "gap_p95"),
    *(f"revenue_{name}" for name in WINDOWS),
    *(f"margin_{name}" for name in MARGINS),
    *(f"{fact}_{name}" for fact in ("margin_known", "order_days", "returns", "trend", "regularity") for name in YEARS),
    *("growth", *BREADTH, *LONG_GAP, "share", "cumulative_share"),
)
_WINDOW_OF = {name: [window for window in WINDOWS if name.endswith(f"_{window}")] for name in COLUMNS}
_TWO_YEARS = 730  # days
MONTHS = {"growth": 24} | {  # how far back a fact looks
    name: WINDOWS[max(found, key=len)][1] for name, found in _WINDOW_OF.items() if found
}


def account_facts(
    orders: ir.Table,
    as_of: date | Sequence[date],
    *,
    horizon_days: int = 180,
    observed_from: date | None = None,
    columns: Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row per account and date, from the order lines on or before that date; the largest first.

    Parameters
    ----------
    orders : ibis table
        Clean order lines: customer_id, order_id, date, amount, margin, category, manager.
    as_of : a day, or several for landmarks and for the change since last quarter; one pass serves all.
    horizon_days : a gap is long from so many days on, and from `kamlib.facts.rhythm.WINDOW_DAYS`.
    observed_from : first day that was observed; None: the first order line's day.
    columns : the facts that are wanted, beside customer_id, as_of and share; None: all. What they don't need is not computed.

    Returns
    -------
    DataFrame
        customer_id, as_of; first_order, last_order (purchases only), tenure_days, silence_days; order_days, orders
        (distinct order and day), lines; revenue, margin, returns (study currency; returns as a positive sum),
        average_order (purchases / orders, without those cancelled by then); gaps between order days: gaps (count), gap_median, gap_mean, gap_sd
        (ddof 1), gap_cv, gap_p95, in days; categories and managers (distinct, ever); revenue, margin, order days,
        returns, categories and managers of windows ending at as_of, named ``_3m`` … ``_24m``, which are whole months of the
        calendar where as_of is the last day of one (`kamlib.facts.days.seen_at`); revenue_prev_6m and
        revenue_prev_12m (the window before), revenue_6m_year_ago; growth (12 months against the 12 before; missing where it would be above 0 and the first
        order came later in those 12 than one usual gap: over a stub there is no growth);
        long_gap_ended (the purchase that ended the last long gap), long_gap_days (its length) and long_gap_orders (order days
        before it); share and cumulative_share of revenue.

        margin is the sum over the lines whose margin is known, nothing is put in for the others; margin_known is the share of
        the money moved (purchases and returns) that these lines have, so 1 where margin is complete. Below `MARGIN_KNOWN` of
        `kamlib.facts.worth` the margin of that window is missing.

        trend_12m and trend_24m: the least-squares slope of the revenue of the 12 (24) months that end at as_of, as a share of
        their mean, per month: 0.01 grows by 1 % of the mean a month. Missing where the mean is not positive.
        regularity_12m and regularity_24m: the share of those months with a purchase. Both are missing for an account that had
        not bought before they began: nothing is counted before a client's first order.

        A window that starts before `observed_from` is missing, never zero; so is the date of an account that only ever sent
        goods back.

    Raises
    ------
    InputError
        If no order line lies on or before any of the dates, or a column is none of the facts.

    References
    ----------
    Fader, Hardie & Lee (2005), Marketing Science 24(2), for recency and order days as sufficient statistics.
    """
    dates = as_dates(as_of)
    wanted = COLUMNS if columns is None else tuple(dict.fromkeys([*columns, "share"]))
    if unknown := [name for name in wanted if name not in COLUMNS]:
        raise InputError("no such column of facts", found=some(unknown), remedy=f"Known are {', '.join(COLUMNS)}.")
    rows = sums_of_days(orders, dates[-1], *["order_id"] * (not set(ORDERS).isdisjoint(wanted)))
    in_order = "order_id" in rows.columns or not {*RHYTHM, "growth"}.isdisjoint(wanted)
    sums = _sums(purchases_at(rows, dates, in_order=in_order), max(WINDOW_DAYS, horizon_days))
    if not set(BREADTH).isdisjoint(wanted):
        sums = sums.left_join(breadth(orders, dates), ["customer_id", "as_of"])
    facts = _derived(sums)
    facts = as_pandas(facts.select("customer_id", "as_of", "first_line", *wanted), ["as_of", "share", "customer_id"])
    if facts.empty:
        raise InputError(
            f"no order line on or before {dates[-1]}", remedy="Choose a later as_of or check the date column."
        )
    first_line = facts.pop("first_line")
    return _observed(facts, pd.Timestamp(observed_from or first_line.min()))


def at_last_date(facts: pd.DataFrame) -> pd.DataFrame:
    """The rows of the last date that `facts` hold."""
    found: pd.DataFrame = facts[facts["as_of"] == facts["as_of"].max()].reset_index(drop=True)
    return found


def at_first_date(facts: pd.DataFrame) -> pd.DataFrame:
    """The rows of the first date that `facts` hold: of two dates, what the last one is compared with."""
    found: pd.DataFrame = facts[facts["as_of"] == facts["as_of"].min()].reset_index(drop=True)
    return found


def _sums(seen: ir.Table, long: int) -> ir.Table:
    """One row per account and date, from its days or its orders: counts, exact sums, gaps between order days, the last `long` one."""
    bought, new_day = seen.purchase, seen.previous.isnull() | (seen.previous < seen.date)
    purchase = bought & new_day  # the first order of an order day
    gap = ibis.ifelse(new_day, seen.date.delta(seen.previous, unit="day"), ibis.null("int64")).cast("int32")
    seen = seen.mutate(revenue=seen.bought - seen.returned, gap=gap)
    new_month = purchase & (seen.previous.isnull() | (months_between(seen.previous, seen.as_of) > seen.age))
    sums = {
        "first_line": seen.date.min(),
        "first_order": seen.date.min(where=purchase),
        "last_order": seen.date.max(where=purchase),
        "order_days": seen.date.count(where=purchase),
        "lines": seen.lines.sum(),
        "gaps": seen.gap.count(),
        "gap_sum": seen.gap.sum(),
        "gap_squares": (seen.gap.cast("int64") * seen.gap).sum(),
        "gap_quantiles": seen.gap.quantile([0.5, 0.95]),
        "long_gap_ended": seen.date.max(where=seen.gap > long),
        "long_gap_began": seen.previous.max(where=seen.gap > long),
        "long_gap_orders": seen.days_before.max(where=seen.gap > long),
        **{name: seen[name].sum() for name in ("revenue", "margin", "bought", "returned", "known")},
    }
    if "order_id" in seen.columns:
        sums |= {"orders": seen.date.count(where=bought), "ordered": seen.bought.sum(where=bought)}
    for name, (near, far) in WINDOWS.items():
        sums[f"revenue_{name}"] = seen.revenue.sum(where=(seen.age >= near) & (seen.age < far))
    for name in MARGINS:
        inside = seen.age < WINDOWS[name][1]
        for what in ("margin", "known", "returned"):
            sums[f"{what}_{name}"] = seen[what].sum(where=inside)
    for name, months in YEARS.items():
        inside = seen.age < months
        sums[f"order_days_{name}"] = seen.date.count(where=purchase & inside)
        sums[f"order_months_{name}"] = seen.date.count(where=new_month & inside)
        tilt = seen.revenue.cast("decimal(38,4)") * (months - 1 - 2 * seen.age)  # 18 digits may not hold the product
        sums[f"tilt_{name}"] = tilt.sum(where=inside)
    return seen.group_by("customer_id", "as_of").agg(**sums)


def _derived(sums: ir.Table) -> ir.Table:
    """The facts under their names; what can't be known is missing, what did not happen is zero."""

    def number(name: str) -> ir.FloatingValue:
        return sums[name].cast("float64")

    def known_if(condition: ir.BooleanValue, value: ir.Value) -> ir.Value:
        return ibis.ifelse(condition, value, ibis.null(value.type()))

    def per(part: ir.FloatingValue, whole: ir.FloatingValue) -> ir.FloatingValue:
        return part / known_if(whole > 0, whole)

    positive = known_if(sums.revenue > 0, sums.revenue)
    total = positive.sum().over(group_by=sums.as_of).cast("float64")
    running = positive.sum().over(group_by=sums.as_of, order_by=positive.desc(), range=(None, 0)).cast("float64")
    months = months_between(sums.first_order, sums.as_of)
    gaps, total_gap, squares = (number(name) for name in ("gaps", "gap_sum", "gap_squares"))
    mean_gap = per(total_gap, gaps)
    # From whole numbers, so that the last bit is the same on every run and engine.
    spread = per(gaps * squares - total_gap * total_gap, gaps * (gaps - 1)).sqrt()
    facts = {
        "revenue": number("revenue"),
        "margin": if_known(sums.margin, sums.known, sums.bought + sums.returned),
        "returns": number("returned"),
        "tenure_days": sums.as_of.delta(sums.first_order, unit="day"),
        "silence_days": sums.as_of.delta(sums.last_order, unit="day"),
        "margin_known": per(number("known"), number("bought") + number("returned")),
        "gap_median": sums.gap_quantiles[0],
        "gap_p95": sums.gap_quantiles[1],
        "gap_mean": mean_gap,
        "long_gap_days": sums.long_gap_ended.delta(sums.long_gap_began, unit="day"),
        "gap_sd": spread,
        "gap_cv": spread / mean_gap,
        "share": positive.cast("float64") / total,
        "cumulative_share": known_if(positive.notnull(), running / total),
    }
    for name in WINDOWS:
        facts[f"revenue_{name}"] = number(f"revenue_{name}").fill_null(0.0)
    for name in MARGINS:
        nothing = sums.margin.notnull() & sums[f"revenue_{name}"].isnull()
        moved = number(f"revenue_{name}") + 2 * number(f"returned_{name}")
        margin = if_known(sums[f"margin_{name}"], sums[f"known_{name}"], moved)
        facts[f"margin_{name}"] = ibis.ifelse(nothing, 0.0, margin)
    for name, n in YEARS.items():
        revenue, returned = (number(f"{what}_{name}").fill_null(0.0) for what in ("revenue", "returned"))
        slope = 6 * number(f"tilt_{name}") / (n * (n**2 - 1))
        facts[f"returns_{name}"] = returned
        facts[f"margin_known_{name}"] = per(number(f"known_{name}"), revenue + 2 * returned)
        facts[f"order_days_{name}"] = number(f"order_days_{name}")
        facts[f"trend_{name}"] = known_if(months >= n, per(slope, revenue / n))
        facts[f"regularity_{name}"] = known_if(months >= n, number(f"order_months_{name}") / n)
    growth = per(facts["revenue_12m"], facts["revenue_prev_12m"]) - 1
    # a customer that came within the 12 months before has only a stub of them: less than that is a fall, more of it is no growth
    whole = facts["tenure_days"] + mean_gap.fill_null(0.0) >= _TWO_YEARS
    facts["growth"] = known_if(whole | (growth <= 0), growth)
    if "orders" in sums.columns:
        facts["average_order"] = per(number("ordered"), number("orders"))
    if "categories" in sums.columns:
        for name in BREADTH:
            bought = sums[name.replace("categories", "order_days").replace("managers", "order_days")] > 0
            facts[name] = ibis.ifelse(bought, number(name).nullif(0.0), 0.0)
    return sums.mutate(**facts)


def _observed(facts: pd.DataFrame, observed_from: pd.Timestamp) -> pd.DataFrame:
    """The facts, those of windows that began before the first observed day set to missing."""
    for name in facts.columns.intersection(list(MONTHS)):
        began = {at: months_before(at, MONTHS[name]) for at in facts["as_of"].unique()}
        unseen = [at for at, day in began.items() if day + pd.Timedelta(days=1) < observed_from]
        facts.loc[facts["as_of"].isin(unseen), name] = np.nan
    return facts
