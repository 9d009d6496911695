"""The value of the whole base in one call, its test on the past, and what another discount would make of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import ibis.expr.types as ir
import pandas as pd

from kamlib.facts.accounts import account_facts
from kamlib.facts.blocks import later_blocks, past_blocks, span_sums
from kamlib.facts.frequency_bands import BANDS, year_sums
from kamlib.facts.worth import worth_column
from kamlib.measures.lifetime import holdout
from kamlib.measures.lifetime.block_margins import block_margins
from kamlib.measures.lifetime.lifetime_value import (
    HALF,
    block_losses,
    blocks,
    lifetime_values,
    span_years,
    stopped_share,
)
from kamlib.measures.lifetime.seasons import seasons
from kamlib.stats.reasons import waiting
from kamlib.study.settings.sections import Value

FACTS = ("last_order", "tenure_days", "order_days", "order_days_12m")
"""What a test of the value reads of each customer."""


@dataclass(frozen=True)
class ValueTest:
    """What the value of the next block was worth on a day of the past.

    ways : `kamlib.measures.lifetime.held_out`; it waits where there was no such day, or where margins are known on one side of it alone.
    parts : of the miss (`holdout.held_out_parts`); empty then.
    way : what the value shall rest on (`holdout.better_way`).
    """

    ways: pd.DataFrame
    parts: pd.Series
    way: str = "this_value"

    @property
    def bias(self) -> float:
        """By how much the way that is used missed the sum; missing without a test."""
        return float(self.ways.set_index("method")["bias"].get(self.way, float("nan")))


@dataclass(frozen=True)
class BaseValue:
    """What each customer still brings, and what that is made of.

    table : `kamlib.measures.lifetime.lifetime_values`, the largest stake first, and bias (of the sum of a block, when it was tested).
    p_silent, margins, losses : the tables that it is worked out from; margins has amount (and first) where a rival is used.
    horizon_days, rules : days of a block; days and discount of the value.
    way : what the margins are (`ValueTest.way`).
    chances : stopped_share, season and needs_order as `kamlib.measures.lifetime.lifetime_values` takes them.
    without_stopped : customers whose P(stopped) is missing, so that P(no order) stands in its place.
    """

    table: pd.DataFrame
    p_silent: pd.DataFrame
    margins: pd.DataFrame
    losses: pd.DataFrame
    horizon_days: int
    rules: Value
    way: str = "this_value"
    chances: Mapping[str, Any] = field(default_factory=dict)

    @property
    def years(self) -> float:
        """The period of the value (`kamlib.measures.lifetime.lifetime_value.span_years`)."""
        return span_years(self.horizon_days, self.rules.days)

    @property
    def without_stopped(self) -> int:
        return int((self.table["p_silent"].notna() & self.table["p_stopped"].isna()).sum())


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
    stopped: pd.DataFrame | None = None,
    tried: ValueTest | None = None,
) -> BaseValue:
    """The value of each customer from its usual margin, its two probabilities and the losses of the blocks of the past.

    Parameters
    ----------
    orders : clean order lines; nothing after the as_of of `facts` is read.
    facts : `kamlib.facts.account_facts` at that one date, of customers that bought.
    at_risk : the landmark table up to that date: customer_id, as_of and what `kamlib.facts.frequency_bands.bands` reads.
    p_silent : customer_id, p_silent and, where there is one, p_stopped of those at risk at the date.
    rules : the section `value` of a study; None: its defaults.
    some : the order lines that the earlier landmarks are made of; None: all.
    costs : customer_id, date, cost: our cost to serve (`kamlib.facts.service.serving_costs`).
    stopped : customer_id, as_of of the rows of `at_risk` that are known to have stopped: what they still brought says r₁
        (`kamlib.measures.lifetime.lifetime_value.stopped_share`); None: 1/2.
    tried : `value_test`, which says what the margins shall be, and the bias; None: the usual margin, bias not known.
    """
    rules, tried = rules or Value(), tried or _untried("value_not_tested")
    last = pd.Timestamp(facts["as_of"].max())
    days = sorted({day.date() for day in [*at_risk["as_of"].unique(), last]})
    n = blocks(horizon_days, rules.days)
    lines = orders if some is None else some
    bought = later_blocks(lines, days, last.date(), horizon_days=horizon_days, n_blocks=n)
    losses = block_losses(bought, at_risk[at_risk["as_of"] < last], last, horizon_days=horizon_days, n_blocks=n)
    recent = past_blocks(orders, last.date(), horizon_days=horizon_days)
    season = seasons(orders, last, horizon_days=horizon_days)
    margins = block_margins(recent, facts, horizon_days=horizon_days, costs=costs, season=season)
    usual = tried.way in ("this_value", "without_season")
    if not usual:
        margins = margins.join(_amounts(orders, margins, facts, tried.way, horizon_days, costs))
    chances = {
        "stopped_share": HALF if stopped is None else _stopped_share(lines, at_risk, stopped, horizon_days),
        "season": season if tried.way == "this_value" else None,
        "needs_order": usual,
    }
    base = BaseValue(pd.DataFrame(), p_silent, margins, losses, horizon_days, rules, tried.way, chances)
    return replace(base, table=_values(base, rules).assign(bias=tried.bias))


def at_discount(base: BaseValue, discount: float) -> BaseValue:
    """The same base with later money counted by another discount (share a year)."""
    rules = base.rules.model_copy(update={"discount": discount})
    return replace(base, rules=rules, table=_values(base, rules).assign(bias=base.table["bias"].max()))


def totals(*bases: BaseValue) -> pd.DataFrame:
    """Sums over all customers: discount, remaining_value, stake, stake_horizon and the bias that all of them share, a row for each of
    `bases`; it waits for a P(no order)."""
    columns = ["remaining_value", "stake", "stake_horizon"]
    if not any(base.table["p_silent"].notna().any() for base in bases):
        return waiting(["discount", *columns, "bias"], "no_value_without_p_silent")
    rows = [base.table[columns].sum(min_count=len(base.table)) for base in bases]
    told = {"discount": [base.rules.discount for base in bases], "bias": [base.table["bias"].max() for base in bases]}
    return pd.DataFrame(rows).assign(**told)[["discount", *columns, "bias"]]


def losses_by_band(losses: pd.DataFrame) -> pd.DataFrame:
    """`kamlib.measures.lifetime.lifetime_value.block_losses` as a cross table: the share lost of each band (rows, all customers first) in block_1, block_2, …"""
    if losses["share"].isna().all():
        return waiting(["segment"], "no_block_told")
    wide = losses.pivot(index="segment", columns="block", values="share").add_prefix("block_")
    return wide.reindex([name for name in ("all", *BANDS) if name in wide.index]).rename_axis(columns=None)


def value_test(
    orders: ir.Table,
    p_silent: pd.DataFrame,
    test_date: date | pd.Timestamp | None,
    *,
    horizon_days: int = 180,
    costs: pd.DataFrame | None = None,
    bootstraps: int = 500,
    seed: int = 1,
    facts: pd.DataFrame | None = None,
) -> ValueTest:
    """The margin that was to be expected of the block after a day of the past, against what came in it.

    Parameters
    ----------
    orders : the order lines of the customers of `p_silent`.
    p_silent : customer_id, p_silent (and p_stopped, where there is one) as predicted on that day, lost (1: no order came).
    test_date : None: no day of the past can be tested.
    costs : as in `base_value`.
    facts : `FACTS` of `kamlib.facts.account_facts` at that day; None: made here.
    """
    if test_date is None:
        return _untried("value_not_tested")
    day = pd.Timestamp(test_date)
    facts = account_facts(orders, day.date(), columns=FACTS) if facts is None else facts
    facts = facts[facts["last_order"].notna()]
    past = past_blocks(orders, day.date(), horizon_days=horizon_days)
    came = span_sums(orders, holdout.held_out_spans(day, horizon_days))
    spans = [past, *(rows for _, rows in came.groupby("span"))]
    if len({worth_column(rows, "", revenue="amount") for rows in spans}) > 1:
        return _untried("value_measures_differ")
    season = seasons(orders, day, horizon_days=horizon_days)
    margins = block_margins(past, facts, horizon_days=horizon_days, costs=costs, season=season)
    known: dict[str, Any] = {"horizon_days": horizon_days, "season": season, "costs": costs}
    ways = holdout.held_out(
        p_silent, margins, came, day, year_days=_year_days(facts), bootstraps=bootstraps, seed=seed, **known
    )
    return ValueTest(ways, holdout.held_out_parts(p_silent, margins, came, day, **known), holdout.better_way(ways))


def _untried(code: str) -> ValueTest:
    return ValueTest(waiting(list(holdout.COLUMNS), code), pd.Series(dtype="float64"))


def _year_days(facts: pd.DataFrame) -> int:
    """Days on record of the last year."""
    return int(min(365, facts["tenure_days"].max() + 1))


def _values(base: BaseValue, rules: Value) -> pd.DataFrame:
    known: dict[str, Any] = {
        "horizon_days": base.horizon_days,
        "days": rules.days,
        "discount": rules.discount,
        **base.chances,
    }
    margins = base.margins
    if "amount" in margins:
        margins = margins.assign(margin=margins["amount"])
    return lifetime_values(base.p_silent, margins, base.losses, **known)


def _amounts(
    orders: ir.Table,
    margins: pd.DataFrame,
    facts: pd.DataFrame,
    way: str,
    horizon_days: int,
    costs: pd.DataFrame | None,
) -> pd.DataFrame:
    """The amounts of a rival: of the last block, or of the last year pro rata; first, where the first block is to be as a year ago."""
    day = facts["as_of"].max()
    spans = holdout.held_out_spans(day, horizon_days)
    came = span_sums(orders, {name: spans[name] for name in ("last", "year", "recent")})
    each = holdout.sums_of_spans(margins[["customer_id"]], came, day, horizon_days, costs)
    a_block = each["year"] * horizon_days / _year_days(facts)
    found = pd.DataFrame({"amount": each["recent"] if way == "last_horizon" else a_block})
    return found.assign(first=each["last"]) if way == "block_last_year" else found


def _stopped_share(lines: ir.Table, at_risk: pd.DataFrame, stopped: pd.DataFrame, horizon_days: int) -> float:
    rows = at_risk.merge(stopped[["customer_id", "as_of"]], on=["customer_id", "as_of"])
    days = {str(day.date()): day for day in pd.DatetimeIndex(rows["as_of"].unique())}
    if not days:
        return HALF
    came = span_sums(lines, {name: (day, day + pd.Timedelta(days=horizon_days)) for name, day in days.items()})
    money = worth_column(came, "", revenue="amount")
    came = came.assign(as_of=came["span"].map(days), came=came[money])[["customer_id", "as_of", "came"]]
    usual = year_sums(rows)["margin" if money == "margin" else "revenue"] * horizon_days / 365
    known = rows[["customer_id", "as_of"]].assign(usual=usual).merge(came, on=["customer_id", "as_of"], how="left")
    return stopped_share(known.fillna({"came": 0.0}))
