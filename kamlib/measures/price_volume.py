"""Why the money of a year changed, by customer and article: price, volume, what was begun and what ended; in margin cost and mix too."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from kamlib.facts.order_lines import check_lines
from kamlib.facts.worth import MARGIN_KNOWN
from kamlib.stats.reasons import waiting
from kamlib.study.periods import months_before

REVENUE = ("price", "volume", "begun", "ended", "no_units")
MARGIN = ("price", "unit_cost", "volume", "mix", "begun", "ended", "no_units")
_COLUMNS = ("measure", "step", "pairs", "amount")


def by_article(orders: ir.Table, as_of: date, measure: str = "revenue") -> pd.DataFrame:
    """The change of the money from the year before `as_of`'s to that which ends at it, by customer and article.

    Of a pair with units above zero in both years: price = R₁ - p₀ q₁ and volume = (q₁ - q₀) p₀, where p₀ = R₀ / q₀. In margin the change
    of the cost of a unit, -(C₁ - c₀ q₁), stands beside; volume is at the margin rate of all these pairs in the base year, and mix is what
    came of buying more of articles and by customers with another rate. All other pairs have begun or ended, credit notes
    included. Lines without an article or units are a step of their own, for nothing tells their price.

    Parameters
    ----------
    orders : ibis table
        Clean order lines: customer_id, date, amount, margin, product, quantity. Everything by pair stays in the engine.
    measure : revenue, or margin: of the lines whose margin is known.

    Returns
    -------
    DataFrame, the steps of `REVENUE` or `MARGIN`
        measure, step, pairs (of customer and article; missing of the steps that are no pairs of their own), amount (change,
        study currency). The amounts add up to the change of the `kamlib.measures.bridge`. It waits where no line has units.

    References
    ----------
    Kaplan & Atkinson (1998), Advanced Management Accounting, ch. 7, for price, volume and mix.
    """
    check_lines(orders, "customer_id", "date", "amount", "margin", "product")
    if "quantity" not in orders.columns:
        return waiting(_COLUMNS, "units_are_needed")
    row = _steps(orders, as_of, measure).to_pyarrow().to_pylist()[0]
    found = {name: value or 0.0 for name, value in row.items()}
    if measure == "margin" and not found["known"] >= MARGIN_KNOWN * found["moved"] > 0:
        return waiting(_COLUMNS, "too_few_margins")
    if not found["kept"] + found["begun_pairs"] + found["ended_pairs"]:
        return waiting(_COLUMNS, "units_are_needed")
    rows = {step: found[step] for step in REVENUE}
    if measure == "margin":
        rate = found["base_margin"] / found["base_revenue"] if found["base_revenue"] else 0.0
        rows |= {"unit_cost": found["unit_cost"], "volume": rate * found["volume"]}
        rows["mix"] = found["volume_margin"] - rows["volume"]
    pairs = {"begun": found["begun_pairs"], "ended": found["ended_pairs"], "no_units": None}
    steps = MARGIN if measure == "margin" else REVENUE
    counts = pd.array([pairs.get(step, found["kept"]) for step in steps], dtype="Int64")
    return pd.DataFrame({"measure": measure, "step": steps, "pairs": counts, "amount": [rows[step] for step in steps]})


def _steps(orders: ir.Table, as_of: date, measure: str) -> ir.Table:
    """One row: the sums over all pairs of customer and article."""
    edges = [ibis.literal(months_before(as_of, months), type="date") for months in (24, 12, 0)]
    lines = orders.filter((orders.date > edges[0]) & (orders.date <= edges[2]))
    known = lines.margin.notnull()
    told = lines["product"].notnull() & lines.quantity.notnull() & (known if measure == "margin" else True)
    lines = lines.mutate(
        now=lines.date > edges[1], told=told, article=ibis.ifelse(told, lines["product"], ibis.null("string"))
    )
    sums = {
        f"{name}_{at}": column.sum(where=lines.now if at else ~lines.now).cast("float64").fill_null(0.0)
        for name, column in (("revenue", lines.amount), ("margin", lines.margin), ("units", lines.quantity))
        for at in (0, 1)
    }
    pair = lines.group_by("customer_id", "article", "told").agg(
        there=(~lines.now).any(),
        here=lines.now.any(),
        moved=lines.amount.abs().sum(),
        known=lines.amount.abs().sum(where=known),
        **sums,
    )
    money = [pair[f"{measure}_{at}"] for at in (0, 1)]
    both = pair.told & (pair.units_0 > 0) & (pair.units_1 > 0)
    units = pair.units_0.nullif(0.0)
    gap, price = pair.units_1 - pair.units_0, pair.revenue_0 / units
    cost = (pair.revenue_0 - pair.margin_0) / units
    other = pair.told & ~both
    return pair.aggregate(
        moved=pair.moved.sum().cast("float64"),
        known=pair.known.sum().cast("float64"),
        kept=both.sum(),
        price=(pair.revenue_1 - price * pair.units_1).sum(where=both),
        volume=(gap * price).sum(where=both),
        unit_cost=-(pair.revenue_1 - pair.margin_1 - cost * pair.units_1).sum(where=both),
        volume_margin=(gap * pair.margin_0 / units).sum(where=both),
        base_revenue=pair.revenue_0.sum(where=both),
        base_margin=pair.margin_0.sum(where=both),
        begun=money[1].sum(where=other),
        begun_pairs=(other & pair.here).sum(),
        ended=-money[0].sum(where=other),
        ended_pairs=(other & pair.there).sum(),
        no_units=(money[1] - money[0]).sum(where=~pair.told),
    )
