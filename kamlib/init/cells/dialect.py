"""How the days and numbers of a source are written, decided by all its columns; what nothing decides is said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kamlib.errors import short
from kamlib.init.cells.column_contents import Contents
from kamlib.init.cells.formats import ISO, NUMBER_FORMS
from kamlib.io.letters.inner_day import inside

_FEW = 0.05  # of the days; fewer decide nothing for certain
_WIDE = 40  # characters of an example


@dataclass(frozen=True)
class Marked:
    """A value of the study file that is proposed; without a doubt it is sure.

    Where `question` is set, the study waits for a person, who may take `other` as well.
    """

    value: Any
    doubt: str = ""
    note: str = ""
    question: bool = False
    other: str = ""


def number_form(columns: Sequence[Contents]) -> Marked:
    """Decimal and thousands mark of a source: the pair that reads most of its numbers.

    Parameters
    ----------
    columns : those of money and numbers.

    Returns
    -------
    Marked
        A pair; doubtful where another decimal mark reads as many numbers, but other ones.
    """
    totals = {form: sum(column.read_by(form).count for column in columns) for form in NUMBER_FORMS}
    best = max(totals, key=lambda form: totals[form])
    tied = [form for form in NUMBER_FORMS if totals[form] == totals[best]]
    for other in (form for form in tied if form[0] != best[0]):
        for column in columns:
            if column.read_by(other) != column.read_by(best):
                value = next((v for v in column.examples if not v.isdigit()), column.examples[0])
                grouped = [
                    form for form in tied if form[1] and column.read_by(form).whole == column.read_by(form).count
                ]
                doubt = f"{short(value)!r} can be read with '.' or with ',' as decimal mark"
                return Marked(grouped[0] if grouped else best, doubt)  # three digits behind each mark: mostly thousands
    return Marked(best)


def date_format(columns: Sequence[Contents]) -> Marked:
    """The strptime format of the days of a source: the one that reads most of them.

    Day and month are told apart by all values together. Where nothing tells them apart the value names the formats
    that are possible, which no study accepts: a person must choose.

    Parameters
    ----------
    columns : those of days.

    Returns
    -------
    Marked
        A format, or None for ISO days and for columns that hold days already.
    """
    totals: dict[str, int] = {}
    for column in columns:
        for form, read in column.days.items():
            totals[form] = totals.get(form, 0) + read.count
    if not totals:
        return Marked(None)
    best = max(totals, key=lambda form: totals[form])
    if best == ISO:
        return Marked(None)
    filled = sum(column.filled for column in columns if best in column.days)
    swapped = max((n for form, n in totals.items() if _day_first(form) not in (None, _day_first(best))), default=0)
    examples = [value for column in columns if best in column.days for value in column.examples]
    examples = [near_day(value) for value in examples[:3]]
    if swapped == totals[best]:
        other = next(form for form, n in totals.items() if n == swapped and _day_first(form) != _day_first(best))
        doubt = f"nothing tells day and month apart, e.g. {', '.join(examples)}: keep the one that is right"
        return Marked(best, doubt, "", True, other)
    if totals[best] - swapped < _FEW * filled:
        return Marked(best, f"only {totals[best] - swapped:,} of {filled:,} days tell day and month apart")
    if inside(best) and "%y" in best:
        return Marked(best, f"it is taken from texts, by two figures of the year, e.g. {', '.join(examples)}", "", True)
    return Marked(best, "", f"e.g. {examples[0]}")


def near_day(value: str) -> str:
    """A text as an example: of a long one what stands around its day."""
    day = re.search(r"\d{1,2}[./]\d{1,2}[./]\d{2}", value)
    if day is None or len(value) <= _WIDE:
        return short(value, _WIDE)
    start = max(day.start() - _WIDE // 3, 0)
    part = value[start : start + _WIDE].strip()
    return f"{'…' if start else ''}{part}{'…' if start + _WIDE < len(value) else ''}"


def _day_first(form: str) -> bool | None:
    places = [form.find(mark) for mark in ("%d", "%m")]
    return None if -1 in places else places[0] < places[1]
