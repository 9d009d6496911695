"""Order lines that came twice, because two files or sheets cover the same days."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from kamlib.intake.mapping import RAW, original
from kamlib.io import engines, readers
from kamlib.study.sources import Source


def possible(sources: Sequence[Source], files: int) -> bool:
    """Whether sources of so many files have more than one part."""
    sheets = [source.dialect.sheet for source in sources]
    many = len(sources) > 1 or files > 1 or any(isinstance(sheet, list) and len(sheet) > 1 for sheet in sheets)
    return many or any(source.part is not None for source in sources)


def copied(con: Any, mapped: ir.Table, sources: Sequence[Source]) -> ir.BooleanValue:
    """Whether a line repeats one of an earlier part: the k-th copy of it there is the k-th copy here.

    Parts are earlier by their first day, then by their last. Two lines are the same when their values are: order, account,
    day, amount, product and quantity, however the files write them. Where a source has no order ids the raw values decide,
    the part column left out: two shops may sell the same to one account on one day. Only days that two parts cover are
    looked at. Lines that repeat inside one part are no copies: a customer may order the same thing twice.

    Parameters
    ----------
    con : Ibis backend.
    mapped : from `mapping.mapped`.
    sources : of the order lines; the part is the file where they name no column for it.

    Returns
    -------
    ibis BooleanValue
        On `mapped`.
    """
    with_orders = all("order_id" in source.columns for source in sources) or f"{RAW}order_id" in mapped.columns
    part_columns = {source.part for source in sources if source.part is not None}
    with readers.plain_errors():
        spans = mapped.group_by("part").agg(first=mapped.date.min(), last=mapped.date.max()).to_pandas()
    spans = spans.dropna().sort_values(["first", "last", "part"], ignore_index=True)
    shared = shared_days(spans)
    if not shared:
        return ibis.literal(False)
    order = ibis.cases(*[(mapped.part == part, place) for place, part in enumerate(spans["part"])], else_=len(spans))
    zone = mapped.filter(reduce(or_, [mapped.date.between(first, last) for first, last in shared]))
    content = _typed(zone) if with_orders else original(zone, without=part_columns)
    zone = zone.select(key=_key(zone), content=content, place=order.cast("int64"))
    within = ibis.window(group_by=["content", "place"], order_by="key")
    zone = zone.mutate(copy=ibis.row_number().over(within))
    across = ibis.window(group_by=["content", "copy"], order_by="place")
    zone = zone.mutate(earlier=ibis.row_number().over(across))
    copies = engines.store(con, zone.filter(zone.earlier > 0).select("key"))
    return _key(mapped).isin(copies.key)


def shared_days(spans: pd.DataFrame) -> list[tuple[Any, Any]]:
    """The stretches of days that at least two parts cover.

    Parameters
    ----------
    spans : DataFrame
        first, last: days, one row a part, sorted by the first.
    """
    shared: list[tuple[Any, Any]] = []
    reach = None
    for first, last in zip(spans["first"], spans["last"], strict=True):
        if reach is not None and first <= reach:
            shared.append((first.date(), min(last, reach).date()))
        reach = last if reach is None else max(reach, last)
    return shared


def _typed(table: ir.Table) -> ir.StringValue:
    """What makes a line, as one text; texts in quotes, so that lines that differ never look alike."""
    quoted = [table[name].fill_null("").replace('"', '""') for name in ("order_id", "account_id", "product")]
    plain = [table[name].cast("string").fill_null("") for name in ("date", "amount", "quantity")]
    return ibis.literal('"') + ibis.literal('","').join([*quoted, *plain]) + '"'


def _key(table: ir.Table) -> Any:
    if "row" in table.columns:
        return table.row
    return table.source_line.cast("string") + " " + table.source_file
