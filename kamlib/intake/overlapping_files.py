"""Order lines that came twice, because two files or sheets cover the same days."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from kamlib.intake.mapping import original
from kamlib.io import engines, readers
from kamlib.study.sources import Source


def possible(source: Source, files: int) -> bool:
    """Whether a source of so many files has more than one part."""
    sheets = source.dialect.sheet
    return source.part is not None or files > 1 or (isinstance(sheets, list) and len(sheets) > 1)


def copied(con: Any, mapped: ir.Table, part_column: str | None) -> ir.BooleanValue:
    """Whether a line repeats one of an earlier part: the k-th copy of it there is the k-th copy here.

    Parts are earlier by their first day, then by their last. Two lines are the same when all their raw values are, the
    part column left out. Only days that two parts cover are looked at. Lines that repeat inside one part are no
    copies: a customer may order the same thing twice.

    Parameters
    ----------
    con : Ibis backend.
    mapped : from `mapping.mapped`.
    part_column : the raw column that names the part; None: the file is the part.

    Returns
    -------
    ibis BooleanValue
        On `mapped`.
    """
    with readers.plain_errors():
        spans = mapped.group_by("part").agg(first=mapped.date.min(), last=mapped.date.max()).to_pandas()
    spans = spans.dropna().sort_values(["first", "last", "part"], ignore_index=True)
    shared = shared_days(spans)
    if not shared:
        return ibis.literal(False)
    order = ibis.cases(*[(mapped.part == part, place) for place, part in enumerate(spans["part"])], else_=len(spans))
    zone = mapped.filter(reduce(or_, [mapped.date.between(first, last) for first, last in shared]))
    zone = zone.select(key=_key(zone), content=original(zone, without=part_column), place=order.cast("int64"))
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


def _key(table: ir.Table) -> Any:
    if "row" in table.columns:
        return table.row
    return table.source_line.cast("string") + " " + table.source_file
