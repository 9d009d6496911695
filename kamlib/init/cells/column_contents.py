"""What a column of a raw table holds: days and numbers by each way of writing them, distinct values, examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kamlib.init.cells.formats import FIGURES, ISO, NUMBER_FORMS

EXAMPLES = 40


@dataclass(frozen=True)
class Days:
    """What one date format reads of a column."""

    count: int
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Numbers:
    """What one pair of marks reads of a column."""

    count: int
    whole: int = 0
    negative: int = 0
    low: float = 0.0
    high: float = 0.0


@dataclass(frozen=True)
class Contents:
    """What one raw column holds.

    Attributes
    ----------
    rows, filled, distinct : rows; those with a value; different values (about, in long tables).
    longest : characters of the longest value.
    days : by strptime format (`ISO` and `FIGURES` too), what it reads.
    numbers : by decimal and thousands mark, what they read.
    examples : the most frequent values of the first rows.
    sampled : in a long table, how many values numbers, the longest and the examples tell of; None: of all.
    """

    rows: int
    filled: int
    distinct: int
    longest: int
    days: dict[str, Days]
    numbers: dict[tuple[str, str], Numbers]
    examples: tuple[str, ...]
    sampled: int | None = None

    @property
    def looked(self) -> int:
        """Of how many values numbers, the longest and the examples tell."""
        return self.filled if self.sampled is None else self.sampled

    def read_by(self, form: tuple[str, str]) -> Numbers:
        """What a pair of marks reads. One that was not asked reads what the plain one does, or the only one that was:
        of numbers without any mark."""
        alone = next(iter(self.numbers.values())) if list(self.numbers) == [NUMBER_FORMS[0]] and self.whole else None
        return self.numbers.get(form) or self.numbers.get((form[0], "")) or alone or Numbers(0)

    @property
    def whole(self) -> bool:
        """Whether all its numbers are whole."""
        return all(read.whole == read.count for read in self.numbers.values())

    @property
    def day_share(self) -> float:
        """Share of the values that the best date format reads; serial days don't count, they look like any number."""
        return self.days[self.day_form].count / max(self.filled, 1) if self.day_form in self.days else 0.0

    @property
    def day_form(self) -> str:
        """The date format that reads most of the values; ISO where none reads any."""
        return max(
            (form for form in self.days if form not in FIGURES), key=lambda form: self.days[form].count, default=ISO
        )

    @property
    def number_share(self) -> float:
        """Share of the values that the best marks read."""
        return max((n.count for n in self.numbers.values()), default=0) / max(self.looked, 1)


def merged(parts: Sequence[Contents]) -> Contents:
    """Contents of a column that goes on in several files; what only some of them were asked counts where it was."""
    days = {form: [part.days[form] for part in parts if form in part.days] for part in parts for form in part.days}
    forms = dict.fromkeys(form for part in parts for form in part.numbers)
    return Contents(
        rows=sum(part.rows for part in parts),
        filled=sum(part.filled for part in parts),
        distinct=max(part.distinct for part in parts),
        longest=max(part.longest for part in parts),
        days={
            form: Days(
                sum(d.count for d in read),
                min((d.first for d in read if d.first), default=None),
                max((d.last for d in read if d.last), default=None),
            )
            for form, read in days.items()
        },
        numbers={form: numbers_of([part.read_by(form) for part in parts]) for form in forms},
        examples=tuple(dict.fromkeys(value for part in parts for value in part.examples))[:EXAMPLES],
        sampled=sum(part.looked for part in parts),
    )


def numbers_of(parts: list[Numbers]) -> Numbers:
    """What one pair of marks reads of a column in several parts."""
    parts = [part for part in parts if part.count] or [Numbers(0)]
    return Numbers(
        sum(part.count for part in parts),
        sum(part.whole for part in parts),
        sum(part.negative for part in parts),
        min(part.low for part in parts),
        max(part.high for part in parts),
    )
