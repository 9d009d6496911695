"""Sums of blocks of H days before and after a date, made in the engine: only one row per account and block comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from kamlib.facts.days import purchase_days
from kamlib.facts.order_lines import check_lines, purchased, stands
from kamlib.facts.worth import line_margin
from kamlib.io.engines import small

PAST_BLOCKS = 4  # blocks of an account's own past that its usual margin is taken from


def past_blocks(orders: ir.Table, as_of: date, *, horizon_days: int) -> pd.DataFrame:
    """What each account bought and sent back in each of the last four blocks of H days that end at `as_of`.

    Parameters
    ----------
    orders : ibis table
        Clean order lines: customer_id, date, amount, margin. Lines after `as_of` are not read.

    Returns
    -------
    DataFrame, one row per account and block with lines
        customer_id, block (0 is the latest), amount, margin (study currency, credit notes in the block they are dated in),
        bought (whether it holds a purchase).
    """
    check_lines(orders, "customer_id", "date", "amount", "margin")
    back = ibis.date(pd.Timestamp(as_of).date()).delta(orders.date, unit="day")
    lines = orders.mutate(back=back).filter(lambda t: (t.back >= 0) & (t.back < PAST_BLOCKS * horizon_days))
    lines = lines.mutate(block=(lines.back / horizon_days).floor().cast("int64"), known=as_of)
    return _sums(lines, ["customer_id", "block"])


def later_blocks(
    orders: ir.Table, dates: Sequence[date], until: date, *, horizon_days: int, n_blocks: int
) -> pd.DataFrame:
    """In which blocks of H days after each date each account bought, as far as they were over at `until`.

    This looks past the dates on purpose: it makes outcomes, never a covariate.

    Returns
    -------
    DataFrame
        customer_id, as_of, block (from 1, at most `n_blocks`); one row per block with a purchase.
    """
    days = purchase_days(orders, until)
    days = days.filter(stands(days, until))
    marks = small(orders.get_backend(), {"as_of": [pd.Timestamp(day).date().isoformat() for day in dates]})
    marks = marks.mutate(as_of=marks.as_of.cast("date"))
    after = days.join(marks, days.date > marks.as_of)
    last = ibis.date(pd.Timestamp(until).date()).delta(after.as_of, unit="day")
    block = ((after.date.delta(after.as_of, unit="day") - 1) / horizon_days).floor().cast("int64") + 1
    whole = ibis.least((last / horizon_days).floor().cast("int64"), n_blocks)
    found = after.select("customer_id", "as_of", block=block, whole=whole).filter(lambda t: t.block <= t.whole)
    table: pd.DataFrame = found.select("customer_id", "as_of", "block").distinct().to_pandas()
    return table.assign(as_of=table["as_of"].astype("datetime64[ns]"))


def span_sums(orders: ir.Table, spans: Mapping[str, tuple[pd.Timestamp, pd.Timestamp]]) -> pd.DataFrame:
    """What each account bought less what it sent back in spans of days, each after its start and up to its end.

    Returns
    -------
    DataFrame, one row per account and span with lines
        customer_id, span (its name), amount, margin (study currency), bought.
    """
    check_lines(orders, "customer_id", "date", "amount", "margin")
    ends = [[day.date().isoformat() for day in days] for days in zip(*spans.values(), strict=True)]
    bounds = small(orders.get_backend(), {"span": list(spans), "start": ends[0], "end": ends[1]})
    known = bounds.mutate(start=bounds.start.cast("date"), end=bounds.end.cast("date"))
    inside = orders.join(known, [orders.date > known.start, orders.date <= known.end])
    return _sums(inside.mutate(known=inside.end), ["customer_id", "span"])


def _sums(lines: ir.Table, by: list[str]) -> pd.DataFrame:
    sums = lines.group_by(by).agg(
        amount=lines.amount.sum().cast("float64"),
        margin=line_margin(lines),
        bought=purchased(lines, lines.known).any(),
    )
    table: pd.DataFrame = sums.order_by(by).to_pandas()
    return table
