"""Pieces of the files → one source a table: which table each is, how it is written, what is not used, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from kamlib.errors import InputError, some
from kamlib.init import headings, match_columns
from kamlib.init.column_contents import Contents, merged
from kamlib.init.dialect import Marked, date_format, number_form
from kamlib.init.draft import SourceDraft
from kamlib.init.inputs import Piece
from kamlib.init.match_columns import Proposal
from kamlib.io import readers
from kamlib.study.dictionary import INPUTS

_GOOD = 0.35  # score from which a file is taken for a table
_NEAR = 0.1  # two tables whose scores are nearer than this are hard to tell apart


def draft_sources(pieces: Sequence[Piece]) -> tuple[dict[str, SourceDraft], dict[str, str]]:
    """Which table each piece is; several for one table are one source where their columns allow it.

    Returns
    -------
    tuple
        The sources by table, and why a piece is in none, by its label.

    Raises
    ------
    InputError
        If none of the pieces looks like order lines.
    """
    groups: dict[str, list[Piece]] = {}
    unused: dict[str, str] = {}
    rest = []
    for piece in pieces:
        best = piece.proposals[0]
        if not piece.rows or best.missing or best.weak or best.score < _GOOD:
            rest.append(piece)
        else:
            groups.setdefault(best.table, []).append(piece)
    if "orders" not in groups:
        lines = max(rest, key=lambda piece: piece.as_table("orders").score, default=None)
        if lines is None or len(lines.as_table("orders").columns) < 2 or not lines.rows:
            raise InputError(
                "none of the files looks like order lines (order id, customer, date, amount)",
                found="; ".join(f"{piece.label}: columns {some(piece.contents, 12)}" for piece in pieces) or None,
                remedy="Give the file of the order lines too, or write the study file by hand, from that of kam sample.",
            )
        groups["orders"] = [lines]
        rest.remove(lines)
    for piece in rest:
        home = next(
            (name for name, group in groups.items() if _goes_on(max(group, key=lambda other: other.rows), piece, name)),
            None,
        )
        if home is not None:
            groups[home].append(piece)
        else:
            near = piece.proposals[0]
            unused[piece.label] = "it has no rows" if not piece.rows else f"most like {near.table!r}, but {_lack(near)}"
    made = {}
    for name in INPUTS:
        if name in groups:
            made[name], left = _source(name, [piece for piece in pieces if piece in groups[name]])
            unused |= left
    return made, unused


def _lack(near: Proposal) -> str:
    if near.missing:
        lacking = [name for name in near.unused if near.unused[name].startswith("called like")]
        more = f" ({'; '.join(f'{name!r} is {near.unused[name]}' for name in lacking[:2])})" if lacking else ""
        return f"no column was found for {some(near.missing)}{more}"
    return "too few of its columns are known"


def _goes_on(main: Piece, other: Piece, name: str) -> bool:
    """Whether `other` has the columns that the table takes from `main`."""
    mine = main.as_table(name).columns
    return all(mine[c].theirs in other.contents for c in INPUTS[name].required if c in mine) and bool(mine)


def _source(name: str, group: list[Piece]) -> tuple[SourceDraft, dict[str, str]]:
    main = max(group, key=lambda piece: piece.rows)
    unused, taken = {}, []
    sheets, books = _sheets_of(group, main)
    for piece in group:
        if not _goes_on(main, piece, name):
            unused[piece.label] = (
                f"it is {name!r} too, but its columns are called otherwise than in {main.label}; one table has one map"
            )
        elif (piece.url or main.url) and piece is not main:
            unused[piece.label] = f"it is {name!r} too; of a database one table or view is read: make a view of both"
        elif piece.sheet is not None and (piece.sheet not in sheets or piece.file not in books):
            unused[piece.label] = f"it is {name!r} too, but the workbooks of one table need sheets of the same names"
        else:
            taken.append(piece)
    columns = dict.fromkeys(column for piece in taken for column in piece.contents)
    whole = {c: merged([p.contents[c] for p in taken if c in p.contents]) for c in columns}
    read = match_columns.propose(whole, _called(main))
    found = next(one for one in read if one.table == name)
    rivals = [one.table for one in read if one.table != name and not one.missing and found.score - one.score < _NEAR]
    doubt = f"it may be {some(rivals)} as well" if rivals else ""
    order = sorted(taken, key=lambda piece: str(piece.file))  # sheets stay as they stand in their file
    made = SourceDraft(
        name,
        sum(p.rows for p in taken),
        tuple(order),
        found,
        whole,
        _dialect(name, taken, found, whole, sheets),
        _part(whole),
        doubt,
    )
    return made, unused


def _called(piece: Piece) -> str:
    return piece.table or piece.sheet or (piece.file.stem if piece.file else "")


def _sheets_of(group: Sequence[Piece], main: Piece) -> tuple[list[str], set[Path | None]]:
    """The sheets that all workbooks of a table have, and the workbooks: only the main one where they share none."""
    by_file: dict[Path | None, list[str]] = {}
    for piece in group:
        if piece.sheet is not None:
            by_file.setdefault(piece.file, []).append(piece.sheet)
    shared = [sheet for sheet in by_file.get(main.file, []) if all(sheet in sheets for sheets in by_file.values())]
    return (shared, set(by_file)) if shared else (by_file.get(main.file, []), {main.file})


def _dialect(
    name: str, pieces: Sequence[Piece], found: Proposal, whole: Mapping[str, Contents], sheets: list[str]
) -> dict[str, Marked]:
    made: dict[str, Marked] = {}
    texts = [piece for piece in pieces if piece.kind in readers.TEXTS]
    for key in ("encoding", "delimiter", "header"):
        values = {piece.written[key] for piece in texts}
        if len(values) == 1 and values != {None}:
            value = values.pop()
            doubt = "told by its letters" if key == "encoding" and not str(value).startswith("utf") else ""
            made[key] = Marked(value, doubt)
    if sheets:
        made["sheet"] = Marked(sheets if len(sheets) > 1 else sheets[0])
    kinds = {column.name: column.type for column in INPUTS[name].columns}
    of = {ours: whole[choice.theirs] for ours, choice in found.columns.items()}
    numbers = number_form([c for ours, c in of.items() if kinds[ours] in ("money", "number", "integer")])
    if texts or numbers.value[0] != "." or numbers.doubt:
        made["decimal"] = Marked(numbers.value[0], numbers.doubt)
    made |= {"thousands": Marked(numbers.value[1])} if numbers.value[1] else {}
    days = date_format([c for ours, c in of.items() if kinds[ours] == "date"])
    if days.value is not None:
        made["date_format"] = days
    ids = [c for ours, c in of.items() if ours.endswith("_id") and ours != "order_id"]
    if any(c.filled and c.number_share == 1 and c.whole and all(v.endswith(".0") for v in c.examples) for c in ids):
        made["whole_ids"] = Marked(True, "", "ids such as 12346.0 are read as 12346")
    return made


def _part(whole: Mapping[str, Contents]) -> Marked | None:
    """A column that says which sheet or file a row was put together from."""
    names = {"sheet", "file", "source file", "list", "fail", "blatt", "datei", "hoja", "archivo", "full", "fitxer"}
    for theirs, found in whole.items():
        if headings.plain(theirs) in names and 1 < found.distinct <= 100:
            return Marked(theirs, "its parts are compared, and lines that stand in two of them count once")
    return None
