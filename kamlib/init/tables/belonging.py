"""Pieces that belong together: order heads and their lines, and the table of accounts whose key the lines name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd

from kamlib.init import headings, inputs, match_columns, shapes
from kamlib.init.cells.profile_columns import profile, sampled
from kamlib.init.evidence import joins, tells_apart
from kamlib.init.inputs import Piece
from kamlib.intake.shapes import heads_and_lines
from kamlib.io import readers
from kamlib.io.values import as_text, trimmed
from kamlib.study.sources import Heads

_JOINED = 0.8  # of the accounts of the lines are in the table of accounts
_CALLED = 0.5


def related(con: Any, pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces, lines put together with their heads, and accounts that join.

    Parameters
    ----------
    con : Ibis backend from `readers.engine`.
    pieces : from `inputs.look`.
    """
    made = list(pieces)
    for lines in [piece for piece in pieces if _lacks_customer(piece)]:
        for heads in [piece for piece in made if piece is not lines and (piece.url == lines.url)]:
            if key := _key(lines, heads):
                made[made.index(lines)] = _joined(con, lines, heads, key)
                made.remove(heads)
                break
    return _with_accounts(made)


def _lacks_customer(piece: Piece) -> bool:
    """Whether a piece may be order lines without their heads: money, or pieces and prices, and no customer or day."""
    found = piece.as_table("orders")
    money = "amount" in found.columns or {"quantity", "price"} <= found.columns.keys()
    return money and not piece.source.months and bool({"account_id", "date"} & set(found.missing))


def _key(lines: Piece, heads: Piece) -> shapes.Joint | None:
    """The key of the heads, where these give what the lines lack."""
    lacking = {"account_id", "date"} & set(lines.as_table("orders").missing)
    if not lacking <= heads.as_table("orders").columns.keys():
        return None
    return shapes.joint((lines.contents, lines.texts), (heads.contents, heads.texts), partial(_every, heads))


def _every(piece: Piece, column: str) -> pd.Series:
    """The values of a column in all rows, as text; of a long table each once."""
    if piece.rows <= len(piece.texts):
        return piece.texts[column]
    cells = piece.raw.select(value=trimmed(piece.raw[column]))
    found: pd.Series = cells.select(value=as_text(cells.value)).distinct().to_pandas()["value"]
    return found


def _joined(con: Any, lines: Piece, heads: Piece, key: shapes.Joint) -> Piece:
    pair = key.of_lines if key.of_lines == key.of_heads else {key.of_lines: key.of_heads}
    where = {"table": heads.table} if heads.url else {"files": [str(heads.file)]}
    beside = Heads.model_validate({**where, "key": pair})
    source = lines.source.model_copy(update={"heads": beside})
    raw = readers.store(con, heads_and_lines.joined(lines.raw, heads.raw, source, []))
    rows = sampled(con, raw)
    label = f"{lines.label} with {heads.label}"
    whole = replace(lines, label=label, raw=raw, contents=profile(con, raw, rows), source=source, heads=heads)
    return inputs.seen(con, whole, rows)


def _with_accounts(pieces: list[Piece]) -> list[Piece]:
    """The pieces, where order lines name the key of another one: their customer is that, and the other one the accounts."""
    lines = max(pieces, key=lambda piece: _as_orders(piece), default=None)
    if lines is None or _as_orders(lines) <= 0:
        return pieces
    best: tuple[float, Piece, str, str] | None = None
    never = lines.proof.never.get("account_id", frozenset())
    order = lines.as_table("orders").columns.get("order_id")
    for piece in pieces:
        if piece is lines or not {"date", "amount"} & set(piece.as_table("orders").missing) or piece.source.months:
            continue
        for key, found in piece.contents.items():
            if not tells_apart(piece.texts[key]) or found.day_share > 0.5:
                continue
            theirs = headings.likeness(key, "accounts", "account_id").score
            called = {column: headings.likeness(column, "orders", "account_id").score for column in lines.contents}
            out = {*never, order.theirs if order else None}
            likely = [column for column in called if column not in out and max(called[column], theirs) >= _CALLED]
            keys = _every(piece, key) if likely else pd.Series()
            for column in likely:
                share = joins(lines.texts[column], keys)
                if share >= _JOINED and (best is None or share + called[column] + theirs > best[0]):
                    best = (share + called[column] + theirs, piece, key, column)
    if best is None:
        return pieces
    _, accounts, key, column = best
    surely = {**lines.proof.surely, "account_id": column}
    new = {
        id(lines): _again(lines, surely=surely),
        id(accounts): _again(accounts, key=key),
    }
    return [new.get(id(piece), piece) for piece in pieces]


def _as_orders(piece: Piece) -> float:
    found = piece.as_table("orders")
    return 0.0 if found.missing or not piece.rows else found.score


def _again(piece: Piece, **more: Any) -> Piece:
    proof = replace(piece.proof, **more)
    return replace(piece, proof=proof, proposals=match_columns.propose(piece.contents, piece.called, proof))
