"""Pieces of the files → one source a table: which table each is, how it is written, what is not used, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from kamlib.errors import InputError, some
from kamlib.init.draft import SourceDraft
from kamlib.init.inputs import Piece
from kamlib.init.match_columns import Proposal
from kamlib.init.tables.one_source import goes_on, source_of
from kamlib.study.dictionary import INPUTS

_GOOD = 0.35  # score from which a file is taken for a table
_SHARED = 0.2  # of the days of the shorter of two sources


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
        (lines,) = groups["orders"]
        for name in groups.keys() - {"orders", "invoices", "proposals"}:
            groups[name] = [piece for piece in groups[name] if piece is not lines]
        groups = {name: group for name, group in groups.items() if group}
        rest = [piece for piece in rest if piece is not lines]
    for piece in rest:
        home = next(
            (name for name, group in groups.items() if goes_on(max(group, key=lambda other: other.rows), piece, name)),
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
    if not any(piece.rows for piece in pieces):
        raise InputError(
            "the files hold names of columns and no order lines", found=some(piece.label for piece in pieces)
        )
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
    kept = [p for p in accounts if p.proof.key or goes_on(known[0], p, "accounts")]
    groups["accounts"] = kept
    return {p.label: "like 'accounts', but the order lines do not name its key" for p in accounts if p not in kept}


def _lack(near: Proposal) -> str:
    if near.missing:
        lacking = [name for name in near.unused if near.unused[name].startswith("called like")]
        more = f" ({'; '.join(f'{name!r} is {near.unused[name]}' for name in lacking[:2])})" if lacking else ""
        return f"no column was found for {some(near.missing)}{more}"
    return "too few of its columns are known"


def _table(name: str, group: list[Piece]) -> tuple[SourceDraft, dict[str, str]]:
    """The sources of a table: pieces of the same columns and marks are one; others are more of them, where their days do not overlap."""
    unused: dict[str, str] = {}
    sources: list[SourceDraft] = []
    left = group
    while left:
        made, rest, told = source_of(name, left)
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
