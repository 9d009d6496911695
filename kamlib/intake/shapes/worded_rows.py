"""What a word in a column of the file says of its row: that it counts, such as a status; that it gives money back, such as a kind of document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import and_, or_
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from kamlib.errors import some
from kamlib.intake.mapping import RAW, Piece
from kamlib.io import readers
from kamlib.io.values import as_text, trimmed
from kamlib.study.settings.sections import Cleaning


def with_words(lines: Sequence[Piece], cleaning: Cleaning, told: list[str]) -> list[ir.Table]:
    """The mapped rows of each source, by the words of `cleaning.only` and `cleaning.credits`, each by column of the file.

    Where only some count, with a flag `not_counted`: a cell in one of its columns holds none of the words. Where one in any column of credits holds
    a word, an amount above zero is below it, and margin and quantity with it; one below zero stays. Capital and small letters do not
    differ; the word ``""`` is an empty cell. Of a source that has none of the columns all rows count, and none gives money back.

    Parameters
    ----------
    told : takes what the words hit and what not, with the rows.

    Raises
    ------
    InputError
        If none of the sources has a column.
    """
    for key, words, says in (
        ("only", cleaning.only, ("counted are", "not counted")),
        ("credits", cleaning.credits, ("money goes back by", "not by")),
    ):
        for column in words:
            if not any(_raw_name(piece, column) for piece in lines):
                place = ", ".join(piece.source.place for piece in lines)
                raise readers.missing_column(lines[0].raw, column, place, f"which cleaning.{key} names")
            told += _told(key, column, words[column], says, lines)
    made = []
    for piece in lines:
        rows = piece.rows
        if cleaning.only:
            counts = _hits(piece, cleaning.only)
            if not counts:
                told.append(f"{piece.source.place}: it has no column of cleaning.only, and all its rows count.")
            rows = rows.mutate(not_counted=~reduce(and_, counts, ibis.literal(True)))
        if back := _hits(piece, cleaning.credits):
            turned = reduce(or_, back) & (rows.amount > 0)
            below = {"amount": -rows.amount, "margin": -rows.margin, "quantity": -rows.quantity.abs()}
            rows = rows.mutate(**{name: ibis.ifelse(turned, value, rows[name]) for name, value in below.items()})
        made.append(rows)
    return made


def _hits(piece: Piece, words: Mapping[str, Sequence[str]]) -> list[Any]:
    """For each column that a source has: whether its cell holds one of the words."""
    return [
        _cell(piece, name).lower().isin([word.strip().lower() for word in words[column]])
        for column in words
        if (name := _raw_name(piece, column))
    ]


def _raw_name(piece: Piece, column: str) -> str | None:
    """The column as the source calls it; capitals do not tell names apart."""
    return next((name for name in piece.raw.columns if name.lower() == column.lower()), None)


def _cell(piece: Piece, name: str) -> Any:
    return trimmed(as_text(piece.rows[RAW + name])).fill_null("")


def _told(key: str, column: str, words: Sequence[str], says: tuple[str, str], lines: Sequence[Piece]) -> list[str]:
    """What the column holds that the words hit, and what they do not."""
    found = []
    for piece in lines:
        if name := _raw_name(piece, column):
            cells = piece.rows.select("broken", word=_cell(piece, name)).filter(lambda t: ~t.broken)
            with readers.plain_errors():
                found.append(cells.group_by("word").agg(rows=cells.count()).to_pandas())
    rows = pd.concat(found).groupby("word")["rows"].sum().sort_values(ascending=False, kind="stable")
    wanted = {word.strip().lower() for word in words}
    hit = rows.index.str.lower().isin(wanted)
    parts = [", ".join(f"{word!r} ({n:,})" for word, n in part.iloc[:8].items()) for part in (rows[hit], rows[~hit])]
    more = f" and {len(rows[~hit]) - 8:,} more" if len(rows[~hit]) > 8 else ""
    made = [f"Column {column!r}: {says[0]} {parts[0] or 'none'}, {says[1]} {parts[1] or 'none'}{more}."]
    there = {str(word).lower() for word in rows.index}
    if absent := [word for word in words if word.strip().lower() not in there]:
        made.append(f"cleaning.{key}: no row has {some(absent)} in the column {column!r}.")
    return made
