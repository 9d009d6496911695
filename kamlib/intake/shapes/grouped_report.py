"""Reports in groups: a row that names a customer, the rows of its orders below, a total."""

from __future__ import annotations

import re
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kamlib.errors import InputError, some
from kamlib.io import readers
from kamlib.io.values import MONEY, WIDE, as_day, as_money, as_text, trimmed
from kamlib.study.dictionary import INPUTS
from kamlib.study.sources import Source

_CENT = 100  # units of the last place of money
_NONE = pd.DataFrame({"kind": [], "is_sum": []})


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
    rows, totals = _rows(raw, name, source), re.compile(groups.totals, re.I)
    files = [rows.filter(pc.equal(rows["file"], file)) for file in pc.unique(rows["file"])]
    found = pd.concat([_told_apart(each, totals) for each in files]) if files else _NONE
    kinds = found["kind"].value_counts()
    if "head" not in kinds:
        raise InputError(
            "no row names a group: each row has a day",
            file=source.place,
            column=groups.column,
            remedy="Take groups out of the source, or mend groups.column.",
        )
    told.append(
        f"{source.place}: {kinds['head']:,} rows name a group of the rows below and {kinds.get('total', 0):,} are totals; they are no order lines."
    )
    wrong = found[(found["kind"] == "total") & ~found["is_sum"]]
    if len(wrong):
        places = some(f"{file}, line {line}" for file, line in zip(wrong["file"], wrong["line"], strict=True))
        told.append(f"{source.place}: {len(wrong):,} totals are not the sum of rows above them: {places}.")
    kept = found[found["kind"] == "line"]
    columns = {"kam:of": kept["file"], "kam:at": kept["line"], groups.as_: pa.array(kept["head"], pa.string())}
    if kept["above"].notna().any():
        columns[f"{groups.as_} (above)"] = pa.array(kept["above"], pa.string())
    names = con.create_table(readers.name_of_its_own(), pa.table(columns), temp=True)
    same = [raw[readers.FILE] == names["kam:of"], raw[readers.LINE] == names["kam:at"]]
    return raw.inner_join(names, same).drop("kam:of", "kam:at")


def _rows(raw: ir.Table, name: str, source: Source) -> pa.Table:
    """What tells the rows apart, in their order: file, line, dated, and amount in units of its last place; of those without a
    day the text.
    """
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
        text=ibis.ifelse(dated.notnull(), None, trimmed(as_text(raw[groups.column]))),
        dated=dated.notnull(),
        amount=(money.cast(WIDE) * 10_000).cast("int64"),
    )
    return seen.order_by("file", "line").to_pyarrow()


def _told_apart(rows: pa.Table, totals: re.Pattern[str]) -> pd.DataFrame:
    """The rows of a file: file, line, what each is (kind: head, total or line), the head it stands below (a head is its own), the
    one above that, and whether it is the sum of rows. Only rows without a day are looked at one by one.
    """
    dated = rows["dated"].to_numpy()
    sums = np.cumsum(np.where(dated, rows["amount"].fill_null(0).to_numpy(), 0).astype(object))  # exact at any size
    places = np.flatnonzero(~dated)
    texts, amounts = (rows[name].take(places).to_pylist() for name in ("text", "amount"))
    heads_sums = _sums_of_rows_below((sums[-1] - sums[places]).tolist(), texts, amounts)
    kinds = np.full(len(rows), "line", dtype=object)
    is_sums, empty = np.zeros(len(rows), bool), np.zeros(len(rows), bool)
    heads: list[tuple[int, str | None, str | None]] = [(-1, None, None)]  # place, its text, and that of the one above
    began, before, last = 0, "", -1
    for place, text, amount, heads_sum in zip(places.tolist(), texts, amounts, heads_sums, strict=True):
        if text is None and amount is None:
            empty[place] = True
            last += place == last + 1
            continue
        if place > last + 1:
            before = "line"
        whole = sums[place]
        is_sum = amount is not None and any(abs(amount - one) <= _CENT for one in (whole - began, whole))
        says_total = text is not None and amount is not None and totals.search(text) is not None
        if says_total and (is_sum or not heads_sum):
            kind = "total"
        elif text is None:
            kind = "total" if is_sum else "line"
        else:
            kind = "head" if amount is None or heads_sum else "line"
        if kind == "head":
            _, upper, above = heads[-1]
            heads.append((place, text, upper if before == "head" else above))
            began = whole
        kinds[place], is_sums[place], before, last = kind, is_sum, kind, place
    at = np.searchsorted([place for place, _, _ in heads], np.arange(len(rows)), side="right") - 1
    made = pd.DataFrame({"file": rows["file"], "line": rows["line"], "kind": kinds, "is_sum": is_sums})
    for column, values in (("head", [text for _, text, _ in heads]), ("above", [above for _, _, above in heads])):
        made[column] = pd.Series(values, dtype=object).take(at).mask(empty, None).to_numpy()
    return made


def _sums_of_rows_below(left: list[int], texts: list[str | None], amounts: list[int | None]) -> list[bool]:
    """For each row without a day whether its amount is the sum of the dated rows below it, up to one without a day.

    Parameters
    ----------
    left : the sum of all dated rows below each.
    """
    ends, made = {0}, list[bool]()
    for below, text, amount in zip(reversed(left), reversed(texts), reversed(amounts), strict=True):
        near = (round(below - amount, -2) + step for step in (0, _CENT, -_CENT)) if amount else ()
        made.append(any(one in ends for one in near))
        if text is not None:
            ends.add(round(below, -2))
    return made[::-1]
