"""The value of the whole base in one call, its test on the past, and what another discount would make of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import ibis.expr.types as ir
import pandas as pd

from kamlib.facts.accounts import account_facts
from kamlib.facts.blocks import later_blocks, past_blocks, span_sums
from kamlib.facts.frequency_bands import BANDS
from kamlib.facts.worth import worth_column
from kamlib.measures.lifetime_value import block_losses, block_margins, blocks, lifetime_values
from kamlib.measures.lifetime_value_holdout import held_out, held_out_parts, held_out_spans
from kamlib.stats.reasons import waiting
from kamlib.study.sections import Value


@dataclass(frozen=True)
class BaseValue:
    """What each customer still brings, and what that is made of.

    table : `kamlib.measures.lifetime_values`: a row for each customer, the most margin at stake first.
    p_silent, margins, losses : the tables that it is worked out from.
    horizon_days, rules : days of a block; days and discount of the value.
    """

    table: pd.DataFrame
    p_silent: pd.DataFrame
    margins: pd.DataFrame
    losses: pd.DataFrame
    horizon_days: int
    rules: Value


def base_value(
    orders: ir.Table,
    facts: pd.DataFrame,
    at_risk: pd.DataFrame,
    p_silent: pd.DataFrame,
    rules: Value | None = None,
    *,
    horizon_days: int = 180,
    some: ir.Table | None = None,
    costs: pd.DataFrame | None = None,
) -> BaseValue:
    """The value of each customer from its usual margin, its P(no order) and the losses of the blocks of the past.

    Parameters
    ----------
    orders : clean order lines; nothing after the as_of of `facts` is read.
    facts : `kamlib.facts.account_facts` at that one date, of customers that bought.
    at_risk : the landmark table up to that date: customer_id, as_of and what `kamlib.facts.frequency_bands.bands` reads.
    p_silent : customer_id, p_silent of those at risk at the date.
    rules : the section `value` of a study; None: its defaults.
    some : the order lines that the earlier landmarks are made of; None: all.
    costs : customer_id, date, cost: our cost to serve (`kamlib.facts.service.serving_costs`).
    """
    rules = rules or Value()
    last = pd.Timestamp(facts["as_of"].max())
    days = sorted({day.date() for day in [*at_risk["as_of"].unique(), last]})
    n = blocks(horizon_days, rules.days)
    lines = orders if some is None else some
    bought = later_blocks(lines, days, last.date(), horizon_days=horizon_days, n_blocks=n)
    losses = block_losses(bought, at_risk[at_risk["as_of"] < last], last, horizon_days=horizon_days, n_blocks=n)
    recent = past_blocks(orders, last.date(), horizon_days=horizon_days)
    margins = block_margins(recent, facts, horizon_days=horizon_days, costs=costs)
    table = _values(p_silent, margins, losses, horizon_days, rules)
    return BaseValue(table, p_silent, margins, losses, horizon_days, rules)


def at_discount(base: BaseValue, discount: float) -> BaseValue:
    """The same base with later money counted by another discount (share a year)."""
    rules = base.rules.model_copy(update={"discount": discount})
    table = _values(base.p_silent, base.margins, base.losses, base.horizon_days, rules)
    return replace(base, rules=rules, table=table)


def totals(*bases: BaseValue) -> pd.DataFrame:
    """Sums over all customers: discount, remaining_value and margin_at_stake, a row for each of `bases`; it waits for a P(no order)."""
    columns = ["remaining_value", "margin_at_stake"]
    if not any(base.table["p_silent"].notna().any() for base in bases):
        return waiting(["discount", *columns], "no_value_without_p_silent")
    rows = [base.table[columns].sum(min_count=len(base.table)) for base in bases]
    return pd.DataFrame(rows).assign(discount=[base.rules.discount for base in bases])[["discount", *columns]]


def losses_by_band(losses: pd.DataFrame) -> pd.DataFrame:
    """`kamlib.measures.block_losses` as a cross table: the share lost of each band (rows, all customers first) in block_1, block_2, …"""
    if losses["share"].isna().all():
        return waiting(["segment"], "no_block_told")
    wide = losses.pivot(index="segment", columns="block", values="share").add_prefix("block_")
    return wide.reindex([name for name in ("all", *BANDS) if name in wide.index]).rename_axis(columns=None)


@dataclass(frozen=True)
class ValueTest:
    """What the value of the next block was worth on a day of the past: `ways` (`kamlib.measures.held_out`; it waits where there was no
    such day, or where margins are known on one side of it alone) and `parts` of the miss (`kamlib.measures.lifetime_value_holdout.held_out_parts`; empty then)."""

    ways: pd.DataFrame
    parts: pd.Series


def value_test(
    orders: ir.Table,
    p_silent: pd.DataFrame,
    test_date: date | pd.Timestamp | None,
    *,
    horizon_days: int = 180,
    costs: pd.DataFrame | None = None,
    bootstraps: int = 500,
    seed: int = 1,
) -> ValueTest:
    """The margin that was to be expected of the block after a day of the past, against what came in it.

    Parameters
    ----------
    orders : the order lines of the customers of `p_silent`.
    p_silent : customer_id, p_silent as predicted on that day, lost (1: no order came).
    test_date : None: no day of the past can be tested.
    costs : as in `base_value`.
    """
    columns = ["method", "expected", "came", "bias", "low", "high", "rank_correlation", "mean_error"]
    if test_date is None:
        return ValueTest(waiting(columns, "value_not_tested"), pd.Series(dtype="float64"))
    day = pd.Timestamp(test_date)
    facts = account_facts(orders, day.date(), columns=["last_order", "tenure_days", "order_days", "order_days_12m"])
    facts = facts[facts["last_order"].notna()]
    past = past_blocks(orders, day.date(), horizon_days=horizon_days)
    came = span_sums(orders, held_out_spans(day, horizon_days))
    spans = [past, *(rows for _, rows in came.groupby("span"))]
    if len({worth_column(rows, "", revenue="amount") for rows in spans}) > 1:
        return ValueTest(waiting(columns, "value_measures_differ"), pd.Series(dtype="float64"))
    margins = block_margins(past, facts, horizon_days=horizon_days, costs=costs)
    ways = held_out(
        p_silent, margins, came, day, horizon_days=horizon_days, costs=costs, bootstraps=bootstraps, seed=seed
    )
    return ValueTest(ways, held_out_parts(p_silent, margins, came, day, horizon_days=horizon_days, costs=costs))


def _values(
    p_silent: pd.DataFrame, margins: pd.DataFrame, losses: pd.DataFrame, horizon_days: int, rules: Value
) -> pd.DataFrame:
    return lifetime_values(
        p_silent, margins, losses, horizon_days=horizon_days, days=rules.days, discount=rules.discount
    )
