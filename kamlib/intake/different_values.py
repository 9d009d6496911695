"""Tables of few rows mapped without queries of their own: every different value of all of them is read once, in one query."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import ibis
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kamlib.intake import mapping
from kamlib.intake.mapping import RAW, Piece
from kamlib.io import readers
from kamlib.io.letters import garbled
from kamlib.io.values import IBIS, as_currency, as_text, as_whole
from kamlib.study.columns import Column
from kamlib.study.dictionary import INPUTS
from kamlib.study.sources import Dialect, Source


class _Cells(NamedTuple):
    """The cells of one column: which of its different values each holds, how these are read, and whether a currency may stand in them."""

    rows: int
    column: Column
    values: Any
    source: Source
    dialect: Dialect
    priced: bool

    @property
    def way(self) -> tuple[Any, ...]:
        """What tells this way of reading from others."""
        column, meant = self.column, self.source.values.get(self.column.name)
        id_ = self.dialect.whole_ids and (column.name.endswith("_id") or column.name == "product")
        sheets = column.type == "text" and readers.of_sheets(self.source)
        kind = (column.type, bool(column.choices), column.unit == "share", id_)
        return (str(self.values.dictionary.type), *kind, sheets, repr(meant), repr(self.dialect), self.priced)


def fetched(piece: Piece) -> pa.Table:
    """The raw rows of a piece in memory, by file and line.

    Returns
    -------
    pyarrow Table
        source_file, source_line, broken, original, and under `RAW` + name the columns that are mapped.

    Raises
    ------
    InputError
        If a file can't be read.
    """
    rows = piece.raw.select(**mapping.beside(piece.raw))
    cells = {RAW + name: _plain(rows[RAW + name]) for name in dict.fromkeys(piece.given.values())}
    table = rows.select("source_file", "source_line", "broken", original=mapping.original(rows), **cells)
    with readers.plain_errors():
        found = table.to_pyarrow()
    return found.sort_by([("source_file", "ascending"), ("source_line", "ascending")]).combine_chunks()


def texts(piece: Piece, rows: pa.Table) -> pd.DataFrame:
    """The rows of `fetched` that `garbled.told` looks at."""
    looked_at = rows.filter(pc.less_equal(rows["source_line"], garbled.LOOKED_AT))
    columns = looked_at.select(["source_file", *[RAW + text for text in piece.texts]])
    return garbled.of_fetched(columns.rename_columns([readers.FILE, *piece.texts]))


def mapped(con: Any, tables: Sequence[tuple[Piece, pa.Table]]) -> list[pa.Table]:
    """Rows in memory with the columns of their table, typed as `mapping.mapped` types them; money as float64.

    Parameters
    ----------
    con : Ibis backend from `readers.engine`.
    tables : pieces with their rows from `fetched`.

    Returns
    -------
    list of pyarrow Table
        The columns of the table, missing where not given, unreadable, and what `fetched` gave besides.
    """
    ways: dict[tuple[Any, ...], list[_Cells]] = {}
    for place, (piece, rows) in enumerate(tables):
        dialects = mapping.dialects_of(piece.given, piece.source, piece.of_heads)
        for ours, theirs in piece.given.items():
            values = pc.dictionary_encode(rows[RAW + theirs].combine_chunks())
            priced = ours == mapping.holds_currency(piece.name, piece.given)
            cells = _Cells(place, INPUTS[piece.name].column(ours), values, piece.source, dialects[ours], priced)
            ways.setdefault(cells.way, []).append(cells)
    found: list[dict[str, Any]] = [{} for _ in tables]
    unreadable: list[Any] = [pa.repeat(False, len(rows)) for _, rows in tables]
    for several, (read, unread, currency) in zip(ways.values(), _read(con, [*ways.values()]), strict=True):
        for cells in several:
            count = len(cells.values.dictionary)
            found[cells.rows][cells.column.name] = read[:count].take(cells.values.indices)
            if mapping.may_be_unreadable(cells.column):
                hit = pc.fill_null(unread[:count].take(cells.values.indices), False)
                unreadable[cells.rows] = pc.or_(unreadable[cells.rows], hit)
            if cells.priced:
                found[cells.rows]["currency"] = currency[:count].take(cells.values.indices)
            read, unread, currency = read[count:], unread[count:], currency[count:]
    made = []
    for (piece, rows), columns, hit in zip(tables, found, unreadable, strict=True):
        for column in INPUTS[piece.name].columns:
            if column.name not in columns:
                columns[column.name] = pa.nulls(len(rows), _type(column).to_pyarrow())
        beside = {name: rows[name] for name in ("broken", "source_file", "source_line", "original")}
        made.append(pa.table(columns | {"unreadable": hit} | beside))
    return made


def _read(con: Any, ways: Sequence[Sequence[_Cells]]) -> list[tuple[Any, Any, Any]]:
    """The values of each way, those of its columns one behind the other: what they are, whether they can't be read, and in what currency."""
    values = [pa.concat_arrays([cells.values.dictionary for cells in several]) for several in ways]
    most = max(map(len, values), default=0)
    padded = {f"v{way}": pa.concat_arrays([one, pa.nulls(most - len(one), one.type)]) for way, one in enumerate(values)}
    if not padded:
        return []
    name = readers.name_of_its_own()
    con.con.register(name, pa.table(padded))
    raw = con.table(name)
    firsts = {way: several[0] for way, several in enumerate(ways)}
    tidy = raw.select(
        **{f"v{way}": mapping.tidied(raw[f"v{way}"], one.column, one.source) for way, one in firsts.items()}
    )
    read = tidy.mutate(
        **{f"r{way}": mapping.typed(tidy[f"v{way}"], one.column, one.dialect) for way, one in firsts.items()}
    )
    made: dict[str, Any] = {}
    for way, one in firsts.items():
        value = read[f"r{way}"]
        made[f"c{way}"] = as_currency(read[f"v{way}"], value, one.dialect) if one.priced else ibis.null("string")
        value = as_whole(value) if one.column.type == "integer" else value.cast(_type(one.column))
        made |= {f"r{way}": value, f"u{way}": ibis.ifelse(value.isnull(), read[f"v{way}"].notnull(), False)}
    found = read.select(**made).to_pyarrow().combine_chunks()
    con.con.unregister(name)
    return [tuple(found[f"{part}{way}"].combine_chunks() for part in "ruc") for way in firsts]


def _plain(cells: Any) -> Any:
    """Cells as they are, as text where they are of a kind that no column of ours is."""
    kind = cells.type()
    return cells if kind.is_string() or kind.is_numeric() or kind.is_boolean() or kind.is_temporal() else as_text(cells)


def _type(column: Column) -> Any:
    return ibis.dtype("float64" if column.type == "money" else IBIS[column.type])
