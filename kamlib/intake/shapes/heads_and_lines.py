"""Order heads in a file of their own: each line with the columns of its head beside it."""

from __future__ import annotations

from typing import Any

import ibis.expr.types as ir

from kamlib.errors import InputError, some
from kamlib.io import readers
from kamlib.io.values import as_type, trimmed
from kamlib.study.columns import Column
from kamlib.study.sources import Dialect, Source

_ID = Column("key_id", "text", "")
_KEY, _THERE = "kam:key ", "kam:head "


def joined(lines: ir.Table, heads: ir.Table, source: Source, told: list[str]) -> ir.Table:
    """The lines with the columns of their heads; those of a line without a head are missing.

    A column that both have stays that of the lines; that of the heads is called ``NAME (heads)``.

    Parameters
    ----------
    lines, heads : raw tables of the two pieces of `source`.
    source : one with `heads`.
    told : takes how many lines have no head, and how many heads no line.

    Raises
    ------
    InputError
        If the key is not in both, or names several heads.
    """
    assert source.heads is not None
    of_lines, of_heads = source.pieces
    for column, raw, place in (
        *((column, lines, of_lines.place) for column in source.heads.key),
        *((column, heads, of_heads.place) for column in source.heads.key.values()),
    ):
        if column not in raw.columns or column in readers.ADDED:
            raise readers.missing_column(raw, column, place, "which the study names as heads.key")
    keys = [f"{_KEY}{place}" for place in range(len(source.heads.key))]
    named = _named(lines, heads, source.heads.key)
    left = lines.mutate(**_cells(lines, list(source.heads.key), of_lines.dialect))
    right = heads.mutate(**_cells(heads, list(source.heads.key.values()), of_heads.dialect))
    _refuse_repeated(right, keys, source)
    right = right.select(*keys, **{new: right[name] for name, new in named.items()}).drop_null(keys, how="any")
    for one, other, words in (
        (left, right, "order lines have no head, and so nothing of it"),
        (right, left, "heads have no order line, and are left out"),
    ):
        if count := int(one.anti_join(other, keys).count().execute()):
            told.append(f"{source.place}: {count:,} {words}.")
    right = right.rename({key.replace(_KEY, _THERE): key for key in keys})
    same = [left[key] == right[key.replace(_KEY, _THERE)] for key in keys]
    return left.left_join(right, same).select(*lines.columns, *named.values())


def _cells(raw: ir.Table, columns: list[str], dialect: Dialect) -> dict[str, Any]:
    """The key of each row, read as ids are."""
    return {f"{_KEY}{place}": as_type(trimmed(raw[name]), _ID, dialect) for place, name in enumerate(columns)}


def _named(lines: ir.Table, heads: ir.Table, key: dict[str, str]) -> dict[str, str]:
    """What each column of the heads is called beside the lines; capitals do not tell names apart."""
    taken = {name.lower() for name in lines.columns}
    own = [name for name in heads.columns if name not in (*readers.ADDED, readers.ROW)]
    return {name: f"{name} (heads)" if name.lower() in taken else name for name in own if key.get(name) != name}


def _refuse_repeated(heads: ir.Table, keys: list[str], source: Source) -> None:
    assert source.heads is not None
    counts = heads.drop_null(keys, how="any").group_by(keys).agg(rows=lambda t: t.count())
    found = counts.filter(counts.rows > 1).order_by(keys).to_pandas()
    if len(found):
        names = list(source.heads.key.values())
        raise InputError(
            f"the key of the heads names {len(found):,} orders twice or oftener",
            file=source.pieces[1].place,
            column=" + ".join(names),
            found=some([" / ".join(row) for row in found[keys].itertuples(index=False)]),
            remedy="Each order has one head: mend the file, or give in heads.key the columns that tell orders apart.",
        )
