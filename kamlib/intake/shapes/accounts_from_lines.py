"""Customers inside the order lines: the table of accounts where no file has one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from kamlib.errors import some
from kamlib.intake import mapping
from kamlib.intake.mapping import RAW, Piece
from kamlib.io import engines, readers
from kamlib.io.values import as_day, trimmed
from kamlib.study.sources import Source

_LAST = "kam:last"


def accounts(con: Any, lines: Sequence[Piece], source: Source, as_of: date, told: list[str]) -> ir.Table:
    """Each account of the order lines once, by its latest line that is not after `as_of`; on one day the last of the file.

    Parameters
    ----------
    con : the engine in which the lines are.
    lines : the sources of the order lines; a column that only some of them have is missing in the others.
    source : that of the accounts, with `from`.
    told : takes which accounts have differing values.

    Returns
    -------
    ibis Table
        As `mapping.mapped` makes it of a file of accounts.

    Raises
    ------
    InputError
        If none of the sources has a column that is mapped.
    """
    for ours, theirs in source.columns.items():
        if ours != "account_id" and not any(theirs in piece.raw.columns for piece in lines):
            place = ", ".join(piece.source.place for piece in lines)
            raise readers.missing_column(lines[0].raw, theirs, place, f"which the study maps to {ours!r}")
    rows = readers.together([_of_piece(piece, source) for piece in lines])
    rows = rows.filter(rows.account_id.notnull() & ~rows.broken & (rows.day <= as_of))
    where = ("source_file", "source_line", "row", "day", _LAST)
    values = [name for name in rows.columns if name not in where]
    line = rows.source_line.fill_null(0).cast("string").lpad(18, "0")
    rows = rows.mutate(**{_LAST: rows.day.cast("string") + " " + rows.source_file + " " + line})
    found = rows.group_by(values).agg(
        **{name: rows[name].max() for name in ("source_file", "source_line", _LAST)},
    )
    found = engines.store(con, found)
    told += _differing(found, [name for name in source.columns if name != "account_id"])
    place = ibis.row_number().over(group_by="account_id", order_by=ibis.desc(_LAST))
    return found.mutate(place=place).filter(lambda t: t.place == 0).drop("place", _LAST)


def names(rows: ir.Table) -> pd.DataFrame:
    """The accounts of mapped order lines that have nothing but their id, which is their name too: account_id, name."""
    ids = rows.filter(rows.account_id.notnull() & rows.date.notnull() & ~rows.broken).select("account_id").distinct()
    found: pd.DataFrame = ids.order_by("account_id").to_pandas()
    return found.assign(name=found["account_id"])


def _of_piece(piece: Piece, source: Source) -> ir.Table:
    """The lines of one source, mapped as accounts, with their day."""
    named = {ours: theirs for ours, theirs in source.columns.items() if theirs in piece.raw.columns}
    named["account_id"] = piece.given["account_id"]
    of = piece.source.model_copy(update={"columns": named, "values": source.values})
    needed = [
        name
        for name in piece.raw.columns
        if name in {*named.values(), piece.given["date"], *readers.ADDED, readers.ROW}
    ]
    rows = mapping.mapped(piece.raw.select(*needed), "accounts", of, piece.of_heads)
    dialect = mapping.dialects_of(piece.given, piece.source, piece.of_heads)["date"]
    day = as_day(trimmed(rows[RAW + piece.given["date"]]), dialect)
    return rows.mutate(day=day).drop(
        "part", *({RAW + piece.given["date"]} - {RAW + theirs for theirs in named.values()})
    )


def _differing(found: ir.Table, columns: Sequence[str]) -> list[str]:
    """Which accounts have several values in a column, in words."""
    made = []
    for name in columns:
        counts = found.group_by("account_id").agg(values=found[name].nunique())
        ids = counts.filter(counts["values"] > 1).order_by("account_id").to_pandas()["account_id"]
        if len(ids):
            made.append(
                f"accounts.{name}: {len(ids):,} accounts have several values in their order lines, of which the latest "
                f"line's is taken: {some(ids)}."
            )
    return made
