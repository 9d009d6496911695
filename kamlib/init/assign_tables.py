"""Pieces of the files → one source a table: which table each is, how it is written, what is not used, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from kamlib.errors import InputError, some
from kamlib.init import headings, match_columns, open_choices
from kamlib.init.column_contents import Contents, merged
from kamlib.init.dialect import Marked, date_format, number_form
from kamlib.init.draft import SourceDraft
from kamlib.init.formats import NUMBER_FORMS
from kamlib.init.inputs import Piece
from kamlib.init.match_columns import Proposal
from kamlib.study.dictionary import INPUTS

_GOOD = 0.35  # score from which a file is taken for a table
_NEAR = 0.1  # two tables whose scores are nearer than this are hard to tell apart
_SHARED = 0.2  # of the days of the shorter of two sources
_ALIKE = 0.99  # of the values of both pieces


def draft_sources(pieces: Sequence[Piece]) -> tuple[dict[str, SourceDraft], dict[str, str]]:
    """Which table each piece is; several for one table are one source where their columns and marks allow it.

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
    rest = []
    for piece in pieces:
        best = piece.proposals[0]
        if not piece.rows or best.missing or best.weak or best.score < _GOOD:
            rest.append(piece)
        else:
            groups.setdefault(best.table, []).append(piece)
    unused = _without_strangers(groups)
    doubt = ""
    if "orders" not in groups:
        groups["orders"], doubt = _stand_in(pieces)
        rest = [piece for piece in rest if piece is not groups["orders"][0]]
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
            made[name], left = _table(name, [piece for piece in pieces if piece in groups[name]])
            unused |= left
    if doubt:
        made["orders"] = replace(made["orders"], question=doubt)
    return made, unused


def _stand_in(pieces: Sequence[Piece]) -> tuple[list[Piece], str]:
    """Where no piece looks like order lines, the one that does most: invoices, deals, or what is hardly named."""
    able = [piece for piece in pieces if piece.rows and len(piece.as_table("orders").columns) >= 2]
    named = {"invoices": "there are no orders: invoices stand for them", "proposals": ""}
    for table, doubt in named.items():
        of_it = [piece for piece in able if piece.proposals[0].table == table and not piece.as_table("orders").missing]
        if of_it:
            return [max(of_it, key=lambda piece: piece.rows)], doubt
    free = [p for p in able if not p.as_table("orders").missing or p.proposals[0].missing or p.proposals[0].weak]
    free += [p for p in able if p not in free and p.proposals[0].score < _GOOD]
    lines = max(
        free, key=lambda piece: (-len(piece.as_table("orders").missing), piece.as_table("orders").score), default=None
    )
    if lines is None:
        raise InputError(
            "none of the files looks like order lines (order id, customer, date, amount)",
            found="; ".join(f"{piece.label}: columns {some(piece.contents, 12)}" for piece in pieces) or None,
            remedy="Give the file of the order lines too, or write the study file by hand, from that of kam sample.",
        )
    return [lines], ""


def _without_strangers(groups: dict[str, list[Piece]]) -> dict[str, str]:
    """Take out tables of accounts whose key the order lines do not name; why, by label."""
    accounts = groups.get("accounts", [])
    known = [piece for piece in accounts if piece.proof.key]
    if not known:
        return {}
    kept = [p for p in accounts if p.proof.key or _goes_on(known[0], p, "accounts")]
    groups["accounts"] = kept
    return {p.label: "like 'accounts', but the order lines do not name its key" for p in accounts if p not in kept}


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


def _table(name: str, group: list[Piece]) -> tuple[SourceDraft, dict[str, str]]:
    """The sources of a table: pieces of the same columns and marks are one; others are more of them, where their days do not overlap."""
    unused: dict[str, str] = {}
    sources: list[SourceDraft] = []
    left = sorted(group, key=lambda piece: -piece.rows)
    while left:
        made, rest, told = _source(name, left)
        rival = next((one for one in sources if _overlap(name, one, made)), None)
        if sources and (made.found.missing or made.found.weak or rival or made.pieces[0].url):
            why = f"it is {name!r} too, in other columns, and of the same days as {sources[0].pieces[0].label}"
            unused |= {
                piece.label: why if rival else f"it is {name!r} too; one of them is read" for piece in made.pieces
            }
            if name == "orders" and rival:
                sources[0] = replace(sources[0], question=f"{made.pieces[0].label} holds orders of the same days too")
        else:
            sources.append(made)
        unused |= told
        left = rest
    first, *more = sources
    if more and name == "orders":
        first, *more = sorted(sources, key=lambda one: (str(_days(one)), one.pieces[0].label))
    return replace(first, more=tuple(more)), unused


def _overlap(name: str, one: SourceDraft, other: SourceDraft) -> bool:
    """Whether the days of two sources overlap by more than a fifth of the shorter one; tables without days are never apart."""
    a, b = _days(one), _days(other)
    if name != "orders" or a is None or b is None:
        return name != "orders"
    shared = (min(a[1], b[1]) - max(a[0], b[0])).days
    return shared > _SHARED * max(min((a[1] - a[0]).days, (b[1] - b[0]).days), 1)


def _days(source: SourceDraft) -> tuple[date, date] | None:
    choice = source.found.columns.get("date")
    if choice is None:
        return None
    read = max(source.contents[choice.theirs].days.values(), key=lambda one: one.count, default=None)
    return (read.first, read.last) if read and read.first and read.last else None


def _source(name: str, group: list[Piece]) -> tuple[SourceDraft, list[Piece], dict[str, str]]:
    """The largest piece with those that go on, the pieces that are written otherwise, and why others are not used."""
    main = group[0]
    unused, taken, rest = {}, [], []
    sheets, books = _sheets_of([piece for piece in group if _goes_on(main, piece, name)], main)
    for piece in group:
        if not _goes_on(main, piece, name) or not _written_alike(main, piece, name):
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
