"""The column that says what became of an order or a deal, or what kind of document it is, and which of its words matter."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple, Self

import pandas as pd

from kamlib.init import headings

_MOST = 30  # states


class Words(NamedTuple):
    """A column of a few words: these with their rows, the most frequent first, and those that are meant."""

    column: str
    rows: Mapping[str, int]
    meant: tuple[str, ...]

    @classmethod
    def of(cls, rows: pd.Series, meant: Iterable[str]) -> Self:
        """Of the rows by word, with the name of their column."""
        return cls(str(rows.index.name), {str(word): int(n) for word, n in rows.items()}, tuple(map(str, meant)))

    @property
    def told(self) -> str:
        """The column with all that it holds."""
        return f"{self.column} holds {', '.join(f'{word} {n:,}' for word, n in self.rows.items())}"


def credits_above_zero(texts: pd.DataFrame, money: pd.Series, free: Collection[str]) -> Words | None:
    """The column of kinds of documents of which some give money back, though their amounts are above zero: these are meant. None
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
            return Words.of(rows, back)
    return None


def states(texts: pd.DataFrame, free: Collection[str]) -> Words | None:
    """The column of states among the `free` ones, and those that seem to count; None where there is none, or where all rows are of one state.

    It is called a status or a stage and has few values, or most of its values are words of states.

    Parameters
    ----------
    texts : cells of the order lines.
    free : the columns that are looked at.
    """
    best: tuple[float, Words] | None = None
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
        if best is None or share + named > best[0]:
            best = (share + named, Words.of(rows, done))
    return best[1] if best else None
