"""Pieces → the draft of a study: one source a table, how it is written, what is not used, and why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kamlib.errors import InputError, some
from kamlib.init import column_contents, headings, match_columns
from kamlib.init.column_contents import Contents
from kamlib.init.dialect import Marked, date_format, number_form
from kamlib.init.inputs import TEXTS, Piece
from kamlib.init.match_columns import Proposal
from kamlib.study.dictionary import INPUTS

NOTHING = Marked(())
_GOOD = 0.35  # score from which a file is taken for a table
_NEAR = 0.1  # two tables whose scores are nearer than this are hard to tell apart


@dataclass(frozen=True)
class SourceDraft:
    """One table of the study.

    Attributes
    ----------
    table, rows : its name; the rows of all its pieces.
    pieces : what it is made of.
    found, contents : names and contents matched; the contents of each column of the file.
    dialect : keys of the dialect, each with its doubt.
    part : the column that says which sheet or file a row is from, or None.
    doubt : whether it is this table at all.
    """

    table: str
    rows: int
    pieces: tuple[Piece, ...]
    found: Proposal
    contents: Mapping[str, Contents]
    dialect: Mapping[str, Marked]
    part: Marked | None = None
    doubt: str = ""

    @property
    def values(self) -> dict[str, dict[str, str]]:
        """By column of choices: the words of the file that mean one of them, and which."""
        made = {}
        for column in INPUTS[self.table].columns:
            if (allowed := match_columns.choices(column)) and column.name in self.found.columns:
                examples = self.contents[self.found.columns[column.name].theirs].examples
                own = match_columns.YES_NO if column.type == "flag" else {*column.choices}
                meant = {word.lower(): headings.choice(word, allowed) for word in examples if word.lower() not in own}
                made[column.name] = {word: choice for word, choice in meant.items() if choice}
        return {name: meant for name, meant in made.items() if meant}


@dataclass(frozen=True)
class Draft:
    """A whole study, proposed; every value with its doubt.

    Attributes
    ----------
    head : name, title, as_of, currency, unit, language, in this order.
    sources : by table, in the order of the data dictionary.
    cleaning : keys of the section.
    criteria : of the scoring, as `sections.Criterion` takes them, and their doubt.
    unused : files, sheets and tables that are not in the study, and why.
    """

    head: Mapping[str, Marked]
    sources: Mapping[str, SourceDraft]
    criteria: Marked = NOTHING
    cleaning: Mapping[str, Marked] = field(default_factory=dict)
    unused: Mapping[str, str] = field(default_factory=dict)

    @property
    def doubts(self) -> list[str]:
        """Everything that is unsure, each with the key it stands at."""
        said = [(key, marked.doubt) for key, marked in self.head.items()]
        for table, source in self.sources.items():
            said.append((f"sources.{table}", source.doubt))
            said += [
                (f"sources.{table}.columns.{ours}", "no column of the file was found for it")
                for ours in source.found.missing
            ]
            said += [(f"sources.{table}.columns.{o}", "; ".join(c.doubts)) for o, c in source.found.columns.items()]
            said += [(f"sources.{table}.dialect.{key}", marked.doubt) for key, marked in source.dialect.items()]
            said += [(f"sources.{table}.part", source.part.doubt)] if source.part else []
        said += [(f"cleaning.{key}", marked.doubt) for key, marked in self.cleaning.items()]
        said.append(("scoring.criteria", self.criteria.doubt))
        return [f"{key}: {doubt}" for key, doubt in said if doubt]


def sources(pieces: Sequence[Piece]) -> tuple[dict[str, SourceDraft], dict[str, str]]:
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
    whole = {c: column_contents.merged([p.contents[c] for p in taken if c in p.contents]) for c in columns}
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
    texts = [piece for piece in pieces if piece.kind in TEXTS]
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


def currencies(source: SourceDraft) -> list[str]:
    """The codes in the column of the currency, the most frequent first; none where there is no such column."""
    if "currency" not in source.found.columns:
        return []
    values = source.contents[source.found.columns["currency"].theirs].examples
    return list(dict.fromkeys(code for value in values if re.fullmatch("[A-Z]{3}", code := value.upper())))


def currency(source: SourceDraft) -> Marked:
    """The currency of the amounts: of its column, else of the signs at the amounts or in the names of the columns."""
    columns, codes = source.found.columns, currencies(source)
    if codes:
        others = f"some lines are in {some(codes[1:])}: give rates for them" if codes[1:] else ""
        return Marked(codes[0], others)
    money = [columns[name] for name in ("amount", "price", "margin", "cost") if name in columns]
    signs = Counter(headings.currency(value) for c in money for value in source.contents[c.theirs].examples)
    del signs[None]
    named = [code for choice in money if (code := headings.currency(choice.theirs))]
    if signs or named:
        code = named[0] if named else signs.most_common(1)[0][0]
        return Marked(code, "there are dollars of several countries" if code == "USD" and not named else "")
    return Marked("EUR", "nothing in the order lines names a currency")


def language(drafts: Mapping[str, SourceDraft]) -> Marked:
    """The language in which most columns are called."""
    spoken = Counter(c.language for source in drafts.values() for c in source.found.columns.values() if c.language)
    if not spoken:
        return Marked("en", "", "how numbers are written")
    first = spoken.most_common(1)[0][0]
    return Marked(first, "", "how numbers are written; the columns are called so")
