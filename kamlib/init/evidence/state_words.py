"""The column that says what became of an order or a deal, and which of its words mean that it counts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

import pandas as pd

from kamlib.init import headings

_MOST = 30  # states


class States(NamedTuple):
    """A column of states: its values with their rows, the most frequent first, and those that seem to count."""

    column: str
    rows: Mapping[str, int]
    done: tuple[str, ...]


def credits_above_zero(texts: pd.DataFrame, money: pd.Series, free: Collection[str]) -> States | None:
    """The column of kinds of documents of which some give money back, though their amounts are above zero: `done` are these; None
    where none is. A short word, such as SC, is one in a column called a type alone.

    Parameters
    ----------
    texts : cells of the order lines.
    money : their amounts.
    free : the columns that are looked at.
    """
    for column in free:
        rows = texts[column].dropna().value_counts()
        if len(rows) > _MOST:
            continue
        kind = "type" in headings.plain(column)
        back = [word for word in rows.index if headings.is_credit(word) and (kind or len(word) > 2)]
        if back and len(back) < len(rows) and (money[texts[column].isin(back)] > 0).mean() > 0.5:
            return States(column, {str(word): int(n) for word, n in rows.items()}, tuple(map(str, back)))
    return None


def states(texts: pd.DataFrame, free: Collection[str]) -> States | None:
    """The column of states among the `free` ones; None where there is none, or where all rows are of one state.

    It is called a status or a stage and has few values, or most of its values are words of states.

    Parameters
    ----------
    texts : cells of the order lines.
    free : the columns that are looked at.
    """
    best: tuple[float, States] | None = None
    for column in free:
        rows = texts[column].dropna().value_counts()
        if not 2 <= len(rows) <= _MOST:
            continue
        known = {word: kind for word in rows.index if (kind := headings.state(word))}
        named = headings.is_state(column)
        share = sum(rows[word] for word in known) / rows.sum()
        if not known or not (named or share >= 0.9):
            continue
        done = tuple(word for word in rows.index if known.get(word) == "done")
        if len(done) == len(rows):
            continue
        found = States(column, {str(word): int(n) for word, n in rows.items()}, done)
        if best is None or share + named > best[0]:
            best = (share + named, found)
    return best[1] if best else None
