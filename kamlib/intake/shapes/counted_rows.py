"""Only some rows count: those with the words that the study names in a column of the file, such as a status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from kamlib.errors import some
from kamlib.intake.mapping import RAW, Piece
from kamlib.io import readers
from kamlib.io.values import as_text, trimmed


def with_counted(lines: Sequence[Piece], only: Mapping[str, Sequence[str]], told: list[str]) -> list[ir.Table]:
    """The mapped rows of each source with a flag `not_counted`: a cell in one of the columns holds none of its words.

    Capital and small letters do not differ; the word ``""`` is an empty cell. Of a source that has none of the columns
    all rows count.

    Parameters
    ----------
    only : by column of the file, its words of the rows that count.
    told : takes which words counted and which did not, with their rows.

    Raises
    ------
    InputError
        If none of the sources has a column.
    """
    for column in only:
        if not any(_raw_name(piece, column) for piece in lines):
            place = ", ".join(piece.source.place for piece in lines)
            raise readers.missing_column(lines[0].raw, column, place, "which cleaning.only names")
        told += _told(column, only[column], lines)
    made = []
    for piece in lines:
        hits = [
            ~_cell(piece, name).lower().isin([word.strip().lower() for word in words])
            for column, words in only.items()
            if (name := _raw_name(piece, column))
        ]
        if not hits:
            told.append(f"{piece.source.place}: it has no column of cleaning.only, and all its rows count.")
        made.append(piece.rows.mutate(not_counted=reduce(or_, hits, ibis.literal(False))))
    return made


def _raw_name(piece: Piece, column: str) -> str | None:
    """The column as the source calls it; capitals do not tell names apart."""
    return next((name for name in piece.raw.columns if name.lower() == column.lower()), None)


def _cell(piece: Piece, name: str) -> Any:
    return trimmed(as_text(piece.rows[RAW + name])).fill_null("")


def _told(column: str, words: Sequence[str], lines: Sequence[Piece]) -> list[str]:
    """What the column holds, and which of it counts."""
    found = []
    for piece in lines:
        if name := _raw_name(piece, column):
            cells = piece.rows.select("broken", word=_cell(piece, name)).filter(lambda t: ~t.broken)
            with readers.plain_errors():
                found.append(cells.group_by("word").agg(rows=cells.count()).to_pandas())
    rows = pd.concat(found).groupby("word")["rows"].sum().sort_values(ascending=False, kind="stable")
    wanted = {word.strip().lower() for word in words}
    counts = rows.index.str.lower().isin(wanted)
    said = [
        ", ".join(f"{word!r} ({n:,})" for word, n in part.iloc[:8].items()) for part in (rows[counts], rows[~counts])
    ]
    more = f" and {len(rows[~counts]) - 8:,} more" if len(rows[~counts]) > 8 else ""
    made = [f"Column {column!r}: counted are {said[0] or 'none'}, not counted {said[1] or 'none'}{more}."]
    there = {str(word).lower() for word in rows.index}
    if absent := [word for word in words if word.strip().lower() not in there]:
        made.append(f"cleaning.only: no row has {some(absent)} in the column {column!r}.")
    return made
