"""The sources of a table, each read, its shape made into plain rows and mapped; then put together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from kamlib.intake import mapping, screen
from kamlib.intake.mapping import Piece
from kamlib.intake.shapes import filled_down, grouped_report, heads_and_lines, month_columns
from kamlib.io import engines, readers
from kamlib.study.dictionary import INPUTS
from kamlib.study.model import Study
from kamlib.study.sources import Source


def pieces(con: Any, study: Study, name: str, scratch: Path, told: list[str]) -> list[Piece]:
    """Every source of the table `name`, by itself.

    Parameters
    ----------
    con : the engine that the rows are read into, or in which they lie.
    scratch : folder for copies; it must live until the rows were stored.
    told : takes what the reader of the report should know.
    """
    several = study.sources[name]
    places = [_places(study, name, source) for source in several]
    labels = iter(readers.labels([place for group in places for place in group]))
    made = []
    for place, (source, group) in enumerate(zip(several, places, strict=True)):
        own = [next(labels) for _ in group]
        raw, of_heads = _raw(con, study, name, source, own, scratch, told)
        raw, plain, refused = screen.without_refused(raw, name, source)
        told += refused
        given = mapping.columns(raw, name, plain)
        texts = [given[c.name] for c in INPUTS[name].columns if c.type == "text" and not c.choices and c.name in given]
        texts = [text for text in dict.fromkeys(texts) if raw[text].type().is_string()]
        made.append(Piece(name, plain, raw, given, of_heads, texts, place))
    return made


def _places(study: Study, name: str, source: Source) -> list[Path]:
    """What the files of a source are called by, or its table."""
    own = source.pieces[0]
    paths = study.paths_of(name, own)
    return paths if paths and not own.url else [Path(paths[0] if paths else "", own.place)]


def _raw(
    con: Any, study: Study, name: str, source: Source, labels: list[str], scratch: Path, told: list[str]
) -> tuple[ir.Table, frozenset[str]]:
    """The rows of a source as they came, in plain rows, and which of their columns are those of heads."""
    own, *heads = source.pieces
    if con.name == "duckdb":
        tables = [
            readers.read(con, one, study.paths_of(name, one), scratch, told, named)
            for one, named in ((own, labels), *((head, None) for head in heads))
        ]
    else:
        tables = [engines.table(con, study.placed(name, one)) for one in source.pieces]
    lines = raw = filled_down.filled(con, tables[0], own) if own.fill_down else tables[0]
    if heads:
        raw = heads_and_lines.joined(lines, tables[1], source, told)
    of_heads = frozenset(raw.columns) - frozenset(lines.columns)
    if source.groups:
        raw = grouped_report.ungrouped(con, raw, name, source, told)
    if source.months:
        raw = month_columns.unpivoted(raw, source, told)
    return (raw if con.name == "duckdb" else engines.orders(con, source, raw)), of_heads
