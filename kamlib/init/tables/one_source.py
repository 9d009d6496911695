"""Pieces of one table → a source: the largest with those that go on, how it is written, and what a row of it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from kamlib.errors import some
from kamlib.init import headings, match_columns
from kamlib.init.cells import Contents, Marked, date_format, merged, number_form
from kamlib.init.cells.formats import NUMBER_FORMS
from kamlib.init.draft import SourceDraft
from kamlib.init.inputs import Piece
from kamlib.init.match_columns import Proposal
from kamlib.init.tables import open_choices
from kamlib.study.dictionary import INPUTS

_NEAR = 0.1  # two tables whose scores are nearer than this are hard to tell apart
_ALIKE = 0.99  # of the values of both pieces


def goes_on(main: Piece, other: Piece, name: str) -> bool:
    """Whether `other` has the columns that the table takes from `main`."""
    mine = main.as_table(name).columns
    return all(mine[c].theirs in other.contents for c in INPUTS[name].required if c in mine) and bool(mine)


def source_of(name: str, group: list[Piece]) -> tuple[SourceDraft, list[Piece], dict[str, str]]:
    """The largest piece with those that go on, the pieces that are written otherwise, and why others are not used."""
    main = max(group, key=lambda piece: piece.rows)
    unused, taken, rest = {}, [], []
    sheets, books = _sheets_of([piece for piece in group if goes_on(main, piece, name)], main)
    for piece in group:
        if piece is not main and not (goes_on(main, piece, name) and _written_alike(main, piece, name)):
            rest.append(piece)
        elif (piece.url or main.url) and piece is not main:
            unused[piece.label] = f"it is {name!r} too; of a database one table or view is read: make a view of both"
        elif piece.sheet is not None and (piece.sheet not in sheets or piece.file not in books):
            rest.append(piece)
        else:
            taken.append(piece)
    columns = dict.fromkeys(column for piece in taken for column in piece.contents)
    whole = {c: merged([p.contents[c] for p in taken if c in p.contents]) for c in columns}
    read = match_columns.propose(whole, main.called, main.proof)
    found = next(one for one in read if one.table == name)
    if name == "orders":
        found = open_choices.with_questions(found, whole, main.proof, main.texts, main.numbers)
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
    return made, rest, unused


def _written_alike(main: Piece, other: Piece, name: str) -> bool:
    """Whether one date format and one pair of marks read both pieces, and both are of one shape."""
    if other is main:
        return True
    shapes = [(p.source.months != [], p.source.groups is None, p.source.heads is None) for p in (main, other)]
    if shapes[0] != shapes[1] or main.source.heads is not None:
        return False
    for ours, choice in main.as_table(name).columns.items():
        if choice.theirs not in other.contents:
            continue
        pair = main.contents[choice.theirs], other.contents[choice.theirs]
        if not all(one.filled for one in pair):
            continue
        kind = INPUTS[name].column(ours).type
        if kind == "date" and not any(
            all(form in one.days and one.days[form].count >= _ALIKE * one.filled for one in pair)
            for form in pair[0].days
        ):
            return False
        if kind in ("money", "number") and not any(
            all(one.read_by(form).count >= _ALIKE * one.looked for one in pair) for form in NUMBER_FORMS
        ):
            return False
    return True


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
    texts = [piece for piece in pieces if piece.written]
    for key in ("encoding", "delimiter", "header"):
        values = {piece.written[key] for piece in texts}
        if len(values) == 1 and values != {None}:
            made[key] = Marked(values.pop())
    if sheets:
        made["sheet"] = Marked(sheets if len(sheets) > 1 else sheets[0])
    kinds = {column.name: column.type for column in INPUTS[name].columns}
    of = {ours: whole[choice.theirs] for ours, choice in found.columns.items()}
    numbers = number_form([c for ours, c in of.items() if kinds[ours] in ("money", "number", "integer")])
    if numbers.doubt and (known := next((p.form for p in pieces if p.form), None)):
        numbers = Marked(known)
    if texts or numbers.value[0] != "." or numbers.doubt:
        other = "," if numbers.value[0] == "." else "."
        made["decimal"] = Marked(numbers.value[0], numbers.doubt, "", name == "orders" and numbers.doubt != "", other)
    if numbers.value[1]:
        note = f"where {numbers.value[1]!r} is the decimal mark, take this line out" if numbers.doubt else ""
        made["thousands"] = Marked(numbers.value[1], "", note)
    discount = found.columns.get("discount") if "amount" not in found.columns else None
    if discount and (read := whole[discount.theirs].read_by(numbers.value)).count and read.high > 1:
        made["discount"] = Marked("percent")
    days = date_format([c for ours, c in of.items() if kinds[ours] == "date"])
    if days.value is not None:
        made["date_format"] = replace(days, question=name == "orders" and days.question)
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
