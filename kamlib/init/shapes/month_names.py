"""Which columns are months: a table of customers with a column for each."""

from __future__ import annotations

from collections.abc import Mapping

from kamlib.init.cells.column_contents import Contents
from kamlib.init.cells.formats import NOTHING
from kamlib.io.month_words import last_day

_FEWEST = 3


def months(contents: Mapping[str, Contents]) -> list[str]:
    """The columns that are months and hold numbers, three or more and each another month; none where they are fewer."""
    days = {name: last_day(name) for name in contents}
    found = [name for name, day in days.items() if day is not None and _numbers(contents[name])]
    return found if len({days[name] for name in found}) == len(found) >= _FEWEST else []


def _numbers(found: Contents) -> bool:
    other = [value for value in found.examples if value not in NOTHING]
    return not other or found.number_share * found.looked > 0.5 * len(other)
