"""Whether a table is a report in groups: rows that name a customer, the rows of its orders below, totals."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kamlib.init.cells.column_contents import Contents
from kamlib.intake.sheet_rows import is_total
from kamlib.io.letters import inner_day

_FILLED, _EMPTY = 0.95, 0.9  # of the rows that name a group
_FEWEST = 2  # groups
_DAY = r"[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{2}"


def groups(contents: Mapping[str, Contents], texts: pd.DataFrame) -> str | None:
    """The column in which rows without a day name the group of the rows below; None where the table is no such report.

    The day may stand inside the texts of that column: ``Order 17 of 31.12.2025`` below the name of a customer.

    Parameters
    ----------
    contents : by column of the file.
    texts : the first rows, all cells as text.
    """
    day = max(contents, key=lambda c: contents[c].day_share * (contents[c].filled > 0), default=None)
    if day is None or not any(c.number_share > 0.9 for c in contents.values()):
        return None
    if any(inner_day.inside(form) for form in contents[day].days if form):
        names = texts[day].dropna()
        return day if _heads(names[~names.str.contains(_DAY)]).nunique() >= _FEWEST else None
    if contents[day].day_share < 0.9:
        return day if _heads_among_days(contents[day], texts, day) else None
    without = texts[texts[day].isna() & texts.notna().any(axis=1)]
    if not 0.02 * len(texts) <= len(without) <= 0.8 * len(texts):
        return None
    for column in (c for c in contents if c != day):
        names = without[column].dropna()
        heads = _heads(names)
        rest = [c for c in contents if c not in (day, column) and contents[c].number_share <= 0.9]
        bare = without[rest].isna().to_numpy().mean() if rest else 1.0
        if heads.nunique() >= _FEWEST and len(names) >= _FILLED * len(without) and bare >= _EMPTY:
            return column
    return None


def _heads_among_days(found: Contents, texts: pd.DataFrame, day: str) -> bool:
    """Whether names of groups stand in the column of the days, in rows that hold nothing else."""
    rows = texts[texts[day].notna()]
    alone = rows.drop(columns=day).isna().all(axis=1)
    names = _heads(rows[day])
    rest = len(names) - int(alone[names.index].sum())
    return _heads(rows.loc[alone, day]).nunique() >= _FEWEST and found.day_share * len(rows) >= _FILLED * rest > 0


def _heads(names: pd.Series) -> pd.Series:
    """Names that are not those of a total."""
    total = names.str.lower().map(is_total) | names.str.match(r"(?i)(grand )?total|итог|всего|gesamt|summe|suma")
    return names[~total.astype(bool)]
