"""Days and quarters: how they are written, and what a run is called after them."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime


def as_date(value: object) -> date:
    """A day from a date, ``2026-09-30`` or a quarter ``2026Q3`` (its last day).

    Raises
    ------
    ValueError
        For anything else, and for days that tables can't hold (before 1900, after 2261); the message says what is
        expected.
    """
    day = value.date() if isinstance(value, datetime) else value
    if not isinstance(day, date):
        text = str(value).strip()
        if match := re.fullmatch(r"([0-9]{4})-?[Qq]([1-4])", text):
            text = f"{match[1]}-{('03-31', '06-30', '09-30', '12-31')[int(match[2]) - 1]}"
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise ValueError("expected a day such as 2026-09-30 or a quarter such as 2026Q3") from None
    if not 1900 <= day.year <= 2261:
        raise ValueError("expected a day from 1900 to 2261")
    return day


def period_label(day: date) -> str:
    """The name of a run's folder: ``2026Q3`` for a quarter's last day, else the day itself."""
    quarter = f"{day.year}Q{(day.month + 2) // 3}"
    return quarter if as_date(quarter) == day else day.isoformat()


def quarter_before(day: date) -> date:
    """The same day three months earlier; a month's last day stays a last day: ``2026-03-31`` for ``2026-06-30``."""
    year, month = (day.year, day.month - 3) if day.month > 3 else (day.year - 1, day.month + 9)
    last = monthrange(year, month)[1]
    return date(year, month, last if day.day == monthrange(day.year, day.month)[1] else min(day.day, last))
