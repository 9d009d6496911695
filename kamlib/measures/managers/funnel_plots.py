"""Managers, segments and product categories side by side, without a league table: who lies outside what chance makes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from kamlib.facts.days import as_pandas, months_between
from kamlib.facts.order_lines import check_lines
from kamlib.stats.reasons import waiting
from kamlib.study.periods import months_before
from kamlib.study.settings.sections import FEWEST

LIMITS = {"95": 1.959964, "998": 3.090232}
"""Standard deviations of the limits of a funnel: 95 % and 99.8 %."""
_TRIMMED = 0.1  # share of the groups at either end that count only as far as the next ones
FUNNEL = [
    *("value", "customers", "part", "whole", "rate", "centre", "low_95", "high_95", "low_998", "high_998"),
    *("shrunken", "shrunken_low", "shrunken_high", "verdict"),
]


def growths(now: pd.Series, before: pd.Series) -> pd.Series:
    """(now - before) / mean of both, of those who bought before: from -2 (lost) to 2; missing for all others.

    References
    ----------
    Davis & Haltiwanger (1992), Quarterly Journal of Economics 107.
    """
    later = now.clip(lower=0)
    return ((later - before) / ((later + before) / 2)).where(before > 0)


def funnel(cases: pd.DataFrame) -> pd.DataFrame:
    """Groups against the rate of all, with limits within which a group of its size lies by chance; no order from best to worst.

    Within a group customers differ; how much, says how far a group may lie from the rate of all by chance. Where the groups differ more
    than that among themselves, as groups of customers that nobody drew by lot do, the limits are wider by that factor.

    Parameters
    ----------
    cases : one row per customer and group
        value (the group; missing: none), customer_id, part, whole: what holds, of how many cases (1 where part is a value of the customer).

    Returns
    -------
    DataFrame, the largest group first
        value, customers, part, whole; rate (part / whole), centre (that of all); low_95, high_95, low_998, high_998 (limits by chance); shrunken,
        shrunken_low, shrunken_high (empirical-Bayes mean and its 95 % interval: what a group of so few is likely to have in truth); verdict:
        *within*, *above* or *below* (the 99.8 % limits), *at_the_edge* (beyond 95 %), *too_few* (fewer than 20 cases). It waits for two
        groups with enough.

    References
    ----------
    Spiegelhalter (2005), Statistics in Medicine 24 (funnel plots, factor of overdispersion, ends drawn in); Morris (1983), JASA 78.
    """
    known = cases.dropna(subset=["value", "part", "whole"])
    table = known.groupby("value").agg(
        customers=("customer_id", "nunique"), part=("part", "sum"), whole=("whole", "sum")
    )
    table = table[table["whole"] > 0]
    large = table["whole"] >= FEWEST.averaged
    if large.sum() < 2:
        return waiting(FUNNEL, "too_few_groups", enough=FEWEST.averaged)
    table["rate"] = table["part"] / table["whole"]
    table["centre"] = centre = table["part"].sum() / table["whole"].sum()
    inside = known[known["value"].isin(table.index)]
    residual = inside["part"] - inside["value"].map(table["rate"]) * inside["whole"]
    rows = len(inside)
    unit = (residual**2).sum() / table["whole"].sum() * rows / max(rows - len(table), 1)
    chance = np.sqrt(unit / table["whole"])
    z = ((table["rate"] - centre) / chance.where(chance > 0))[large].fillna(0.0)
    drawn_in = z.clip(*np.quantile(z, [_TRIMMED, 1 - _TRIMMED]))
    factor = np.sqrt(max(1.0, float((drawn_in**2).mean())))
    for name, width in LIMITS.items():
        table[f"low_{name}"], table[f"high_{name}"] = (centre + side * width * factor * chance for side in (-1, 1))
    ends = 0.0 if (known["part"] >= 0).all() else None, 1.0 if (known["part"] <= known["whole"]).all() else None
    if ends[0] is not None:  # what can't be below 0, nor above all cases, has no limit there
        names = [f"{end}_{name}" for end in ("low", "high") for name in LIMITS]
        table[names] = table[names].clip(*ends)
    beyond = {name: (table["rate"] > table[f"high_{name}"]) | (table["rate"] < table[f"low_{name}"]) for name in LIMITS}
    side = np.where(table["rate"] > centre, "above", "below")
    table["verdict"] = np.select([~large, beyond["998"], beyond["95"]], ["too_few", side, "at_the_edge"], "within")
    table = table.join(_shrunken(table["rate"], chance, centre, large))
    found: pd.DataFrame = table.reset_index()[FUNNEL]
    return found.sort_values(["whole", "value"], ascending=[False, True], ignore_index=True)


def _shrunken(rate: pd.Series, chance: pd.Series, centre: float, large: pd.Series) -> pd.DataFrame:
    """Means drawn towards that of all by as much as the groups differ no more than by chance (DerSimonian & Laird's variance between them)."""
    names = ["shrunken", "shrunken_low", "shrunken_high"]
    if not (chance > 0).all():
        return pd.DataFrame(centre, index=rate.index, columns=names)
    weight, gap = 1 / chance[large] ** 2, rate[large] - centre
    excess = float((weight * gap**2).sum()) - (large.sum() - 1)
    between = max(0.0, excess / float(weight.sum() - (weight**2).sum() / weight.sum()))
    own = between / (between + chance**2)
    middle = 1 / (1 / (between + chance**2)).sum()
    half = LIMITS["95"] * np.sqrt(own * chance**2 + (1 - own) ** 2 * middle)
    mean = centre + own * (rate - centre)
    return pd.DataFrame(dict(zip(names, (mean, mean - half, mean + half), strict=True)))


def year_cases(cases: pd.DataFrame, facts: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """What each customer gave rise to in the last 12 months, by measure: the cases of `funnels`.

    Parameters
    ----------
    cases : `kamlib.measures.rates.dated_cases`.
    facts : one row per customer at `as_of`: customer_id, order_days_12m, revenue_12m, revenue_prev_12m.

    Returns
    -------
    DataFrame
        measure, customer_id, part, whole: of *growth_of_revenue* `growths` of the revenue, and 1; of *on_time* and *bids_won* counts; of *claims_an_order_day*
        claims, and order days.
    """
    year = cases[(cases["date"] > pd.Timestamp(months_before(as_of, 12))) & (cases["source"] == "")]
    sums = {
        name: year[year["measure"] == name].groupby("customer_id", sort=False)[["part", "whole"]].sum()
        for name in ("on_time", "bids_won")
    }
    grown = growths(facts["revenue_12m"], facts["revenue_prev_12m"]).set_axis(facts["customer_id"])
    told = {"growth_of_revenue": pd.DataFrame({"part": grown, "whole": 1.0}), **sums}
    if (cases["measure"] == "claims_rate").any():
        days = facts.set_index("customer_id")["order_days_12m"].astype(float)
        claims = year[year["measure"] == "claims_rate"].groupby("customer_id")["part"].sum()
        counts = claims.reindex(days.index).fillna(0.0)
        told["claims_an_order_day"] = pd.DataFrame({"part": counts, "whole": days})[days > 0]
    parts = [
        table.rename_axis("customer_id").reset_index().assign(measure=name)
        for name, table in told.items()
        if len(table)
    ]
    return pd.concat(parts, ignore_index=True).dropna(subset="part")[["measure", "customer_id", "part", "whole"]]


def category_cases(orders: ir.Table, as_of: date) -> pd.DataFrame:
    """The growth of each customer in each product category that it bought in the year before; summed in one pass of the engine.

    Returns
    -------
    DataFrame: measure (growth_of_revenue), value (the category), customer_id, part (`growths` of 12 months against the 12 before), whole (1).
    """
    check_lines(orders, "customer_id", "date", "amount", "category")
    age = months_between(orders.date, ibis.literal(as_of, type="date"))
    lines = orders.filter((orders.date <= as_of) & (age < 24) & orders.category.notnull()).mutate(recent=age < 12)
    sums = {
        name: lines.amount.sum(where=year).fill_null(0).cast("float64")
        for name, year in (("now", lines.recent), ("before", ~lines.recent))
    }
    table = as_pandas(lines.group_by("customer_id", value=lines.category).agg(**sums), ["customer_id", "value"])
    table = table.assign(measure="growth_of_revenue", part=growths(table["now"], table["before"]), whole=1.0)
    return table.dropna(subset="part")[["measure", "value", "customer_id", "part", "whole"]].reset_index(drop=True)


def funnels(
    cases: pd.DataFrame, groups: Mapping[str, pd.Series], by_category: pd.DataFrame | None = None
) -> pd.DataFrame:
    """`funnel` of each trait and measure: trait, measure, and its columns; those without two groups of 20 cases are not there.

    Parameters
    ----------
    cases : `year_cases`: measure, customer_id, part, whole.
    groups : by trait the group of each customer_id, such as its manager or its industry and size; of managers the one of the year before, for
        success must not choose the manager.
    by_category : `category_cases`, shown as the trait product_category; None: without it.
    """
    rows = {trait: cases.assign(value=cases["customer_id"].map(of)) for trait, of in groups.items()}
    rows |= {} if by_category is None else {"product_category": by_category}
    found = [
        funnel(of).assign(trait=trait, measure=measure)
        for trait, table in rows.items()
        for measure, of in table.groupby("measure", sort=False)
    ]
    parts = [table for table in found if len(table)]
    if not parts:
        return waiting(["trait", "measure", *FUNNEL], "too_few_groups", enough=FEWEST.averaged)
    return pd.concat(parts, ignore_index=True)[["trait", "measure", *FUNNEL]]
