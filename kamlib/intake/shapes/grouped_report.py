"""Reports in groups: a row that names a customer, the rows of its orders below, a total."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from kamlib.errors import InputError, some
from kamlib.io import readers
from kamlib.io.values import MONEY, as_day, as_money, as_text, trimmed
from kamlib.study.dictionary import INPUTS
from kamlib.study.sources import Source

_CENT = Decimal("0.01")


class _Row(NamedTuple):
    """A row: where it stands and what it holds; then what it is (head, total or line), and its group."""

    file: str
    line: int
    text: str | None
    dated: bool
    amount: Decimal | None
    kind: str = ""
    head: str | None = None
    above: str | None = None
    is_sum: bool = False


def ungrouped(con: Any, raw: ir.Table, name: str, source: Source, told: list[str]) -> ir.Table:
    """The rows of the orders, each with the name of its group in a column of its own.

    A row without a day that names something is the head of the rows below, as far as it holds no amount or the sum of
    them; one whose words say that it is a total is one where its amount is the sum of rows above, and so is a row without
    words. Any other row is an order line, for the rules of cleaning to look at.

    Parameters
    ----------
    raw : as it came.
    name : the table, a key of `INPUTS`.
    source : one with `groups`.
    told : takes how many rows are heads and totals, and totals that are not the sum of their rows.

    Returns
    -------
    ibis Table
        The columns of `raw` and that of the groups; where a head stands directly below another, the upper one is in a
        column more, called as that of the groups with ``(above)``.

    Raises
    ------
    InputError
        If a column is not there, that of the groups is there already, no row is a head, or the rows lie in another engine.
    """
    groups = source.groups
    assert groups is not None
    if con.name != "duckdb":
        raise InputError(
            "rows of a server have no order, so no report in groups is read there",
            file=source.place,
            remedy="Take groups out of the source, or read a file by the embedded engine.",
        )
    found = list(_told_apart(_rows(raw, name, source), re.compile(groups.totals, re.I)))
    kinds = Counter(row.kind for row in found)
    if not kinds["head"]:
        raise InputError(
            "no row names a group: each row has a day",
            file=source.place,
            column=groups.column,
            remedy="Take groups out of the source, or mend groups.column.",
        )
    told.append(
        f"{source.place}: {kinds['head']:,} rows name a group of the rows below and {kinds['total']:,} are totals; they are no order lines."
    )
    if wrong := [f"{row.file}, line {row.line}" for row in found if row.kind == "total" and not row.is_sum]:
        told.append(f"{source.place}: {len(wrong):,} totals are not the sum of rows above them: {some(wrong)}.")
    kept = [row for row in found if row.kind == "line"]
    columns = {
        "kam:of": pa.array([row.file for row in kept]),
        "kam:at": pa.array([row.line for row in kept], pa.int64()),
    }
    columns[groups.as_] = pa.array([row.head for row in kept], pa.string())
    if any(row.above for row in kept):
        columns[f"{groups.as_} (above)"] = pa.array([row.above for row in kept], pa.string())
    names = con.create_table(readers.name_of_its_own(), pa.table(columns), temp=True)
    same = [raw[readers.FILE] == names["kam:of"], raw[readers.LINE] == names["kam:at"]]
    return raw.inner_join(names, same).drop("kam:of", "kam:at")


def _rows(raw: ir.Table, name: str, source: Source) -> list[_Row]:
    """What tells the rows apart, in their order."""
    groups, table = source.groups, INPUTS[name]
    assert groups is not None
    ours = {
        kind: next((c.name for c in table.columns if c.required and c.type == kind), kind) for kind in ("date", "money")
    }
    day, amount = (source.columns.get(ours[kind], ours[kind]) for kind in ("date", "money"))
    for column, why in (
        (groups.column, "which the study names as groups.column"),
        (day, "the day that heads do not have"),
    ):
        if column not in raw.columns:
            raise readers.missing_column(raw, column, source.place, why)
    if groups.as_.lower() in {column.lower() for column in raw.columns}:
        raise InputError(
            f"a column {groups.as_!r} is there already", file=source.place, remedy="Give groups.as another name."
        )
    money = as_money(trimmed(raw[amount]), source.dialect) if amount in raw.columns else ibis.null(MONEY)
    dated = as_day(trimmed(raw[day]), source.dialect) if day == groups.column else trimmed(raw[day])
    seen = raw.select(
        file=raw[readers.FILE],
        line=raw[readers.LINE].cast("int64"),
        text=trimmed(as_text(raw[groups.column])),
        dated=dated.notnull(),
        amount=money,
    )
    return [_Row(**row) for row in seen.order_by("file", "line").to_pyarrow().to_pylist()]


def _told_apart(rows: list[_Row], totals: re.Pattern[str]) -> Iterator[_Row]:
    """Each row with what it is, the group it stands in and whether it is the sum of rows."""
    for _, several in groupby(rows, key=lambda row: row.file):
        mine = list(several)
        above, head, group, whole, before = None, None, Decimal(0), Decimal(0), ""
        for row, heads_sum in zip(mine, _sums_of_rows_below(mine), strict=True):
            amount = row.amount
            is_sum = amount is not None and any(abs(amount - one) <= _CENT for one in (group, whole))
            says_total = row.text is not None and amount is not None and totals.search(row.text) is not None
            if row.text is None and amount is None and not row.dated:
                yield row._replace(kind="line")  # an empty row
                continue
            if row.dated:
                kind, group, whole = "line", group + (amount or 0), whole + (amount or 0)
            elif says_total and (is_sum or not heads_sum):
                kind = "total"
            elif row.text is None:
                kind = "total" if is_sum else "line"
            else:
                kind = "head" if amount is None or heads_sum else "line"
            if kind == "head":
                above, head, group = head if before == "head" else above, row.text, Decimal(0)
            yield row._replace(kind=kind, head=head, above=above, is_sum=is_sum)
            before = kind


def _sums_of_rows_below(rows: list[_Row]) -> list[bool]:
    """For each row without a day whether its amount is the sum of the dated rows below it, up to one without a day."""
    left, ends, made = Decimal(0), {Decimal(0)}, list[bool]()
    for row in reversed(rows):
        sought = left - row.amount if row.amount and not row.dated else None
        near = () if sought is None else (sought.quantize(_CENT) + step for step in (0, _CENT, -_CENT))
        made.append(any(one in ends for one in near))
        if row.dated:
            left += row.amount or 0
        elif row.text is not None:
            ends.add(left.quantize(_CENT))
    return made[::-1]
