"""Days, quarters and years of a study: how they are written, and what a run is called after them.

A year may begin in any month. One that begins later than January is fiscal: it is called by the calendar year in which
it ends, and its quarters are written ``FY2026Q3``, so that nobody takes them for calendar quarters.
"""

from __future__ import annotations

import re
from calendar import month_name, monthrange
from datetime import date, datetime
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import pandas as pd

_Day = TypeVar("_Day", bound=date)


def as_date(value: object, year_begins: int = 1) -> date:
    """A day from a date, ``2026-09-30`` or a quarter (its last day): ``2026Q3``, or ``FY2026Q3`` of a fiscal year.

    Parameters
    ----------
    value : what was written.
    year_begins : the month, 1 to 12.

    Raises
    ------
    ValueError
        For anything else, for days that tables can't hold (before 1900, after 2261), and for a quarter that does not say
        which year is meant: ``2026Q3`` where the year is fiscal, ``FY2026Q3`` where it is not. The message says what is expected.
    """
    day = value.date() if isinstance(value, datetime) else value
    if not isinstance(day, date):
        text = str(value).strip()
        try:
            if match := re.fullmatch(r"(FY)?([0-9]{4})-?Q([1-4])", text, re.IGNORECASE):
                year, quarter = int(match[2]), int(match[3])
                day = _quarter_end(year, quarter, year_begins)
            else:
                day = date.fromisoformat(text)
        except ValueError:
            example = f"{_mark(year_begins)}2026Q3"
            raise ValueError(f"expected a day such as 2026-09-30 or a quarter such as {example}") from None
        if match and year_begins == 1 and match[1]:
            raise ValueError(
                f"a quarter of a fiscal year, but the year begins in January: expected {year}Q{quarter}, "
                "or year_begins with the month in which the fiscal year begins"
            )
        if match and year_begins != 1 and not match[1]:
            raise ValueError(
                f"the fiscal year begins in {month_name[year_begins]}, so this quarter can be read in two ways: expected "
                f"FY{year}Q{quarter} for the fiscal one, which ends on {day}, "
                f"or {_quarter_end(year, quarter, 1)} for the end of the calendar one"
            )
    if not 1900 <= day.year <= 2261:
        raise ValueError("expected a day from 1900 to 2261")
    return day


def period_label(day: date, year_begins: int = 1) -> str:
    """The name of a run's folder: ``2026Q3`` or ``FY2026Q3`` for a quarter's last day, else the day itself."""
    year, month = divmod(12 * day.year + day.month - 1 + _ahead(year_begins), 12)
    ends = month % 3 == 2 and day.day == monthrange(day.year, day.month)[1]
    return f"{_mark(year_begins)}{year}Q{month // 3 + 1}" if ends else day.isoformat()


def quarter_labels(days: pd.Series, year_begins: int = 1) -> pd.Series:
    """The quarter that each day lies in, ``2026Q3`` or ``FY2026Q3``; missing where the day is."""
    names = days.dt.to_period(quarter_frequency(year_begins)).astype(str)  # pandas, too, calls a year by its end
    labels: pd.Series = (_mark(year_begins) + names).mask(days.isna())
    return labels


def year_labels(days: pd.Series, year_begins: int = 1) -> pd.Series:
    """The year of each day, ``2026`` or ``FY2026``; missing where the day is."""
    return quarter_labels(days, year_begins).str[:-2]


def quarter_frequency(year_begins: int = 1) -> str:
    """Quarters of such a year as pandas calls them: ``Q-DEC``, or ``Q-JUN`` where the year begins in July."""
    return f"Q-{month_name[(year_begins - 2) % 12 + 1][:3].upper()}"


def quarter_before(day: date) -> date:
    """`months_before` a day by three: ``2026-03-31`` for ``2026-06-30``."""
    return months_before(day, 3)


def months_before(day: _Day, months: int) -> _Day:
    """The same day so many months earlier, or the last one of a month without it; a month's last day stays a last day.

    A timestamp gives a timestamp.
    """
    year, month = divmod(12 * day.year + day.month - 1 - months, 12)
    last = monthrange(year, month + 1)[1]
    at = last if day.day == monthrange(day.year, day.month)[1] else min(day.day, last)
    return day.replace(year=year, month=month + 1, day=at)


def _ahead(year_begins: int) -> int:
    """The months by which the year runs ahead of the calendar: that many months later both have one name."""
    return (1 - year_begins) % 12


def _mark(year_begins: int) -> str:
    return "" if year_begins == 1 else "FY"


def _quarter_end(year: int, quarter: int, year_begins: int) -> date:
    year, month = divmod(12 * year + 3 * quarter - 1 - _ahead(year_begins), 12)
    return date(year, month + 1, monthrange(year, month + 1)[1])
