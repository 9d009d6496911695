"""Which columns have their value once and empty cells below it: the labels of a pivot table, the heads of orders above their lines."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_

import pandas as pd

from kamlib.init import headings
from kamlib.init.cells.column_contents import Contents

_MOST, _FEWEST = 0.8, 5  # of the rows that have the label; labels
_HOLDS, _ALL = 0.95, 0.995
_CALLED = 0.4  # a weak sign
_TOTAL = r"(?i)(?:^|\s)(?:total|subtotal|итог|итого|всего|gesamt|ergebnis|summe|suma|somme)\W*$"


def labels(contents: Mapping[str, Contents], texts: pd.DataFrame) -> list[str]:
    """The columns to fill down, each within those before it; none where empty cells are just empty.

    One of them is called an order or a customer and has a value in the first row. The others have theirs in the same rows, or in
    some of these, or in more; a value is another one than before, and the rows of a label are as full as any.

    Parameters
    ----------
    contents : by column of the file.
    texts : the first rows, all cells as text.
    """
    ends = [texts[c].astype("string").str.contains(_TOTAL, na=False).astype(bool) for c in contents]
    rows = texts[texts.notna().any(axis=1) & ~reduce(or_, ends)]
    has = rows.notna()
    free = [c for c in contents if contents[c].whole and len(rows) and has[c].sum() <= _MOST * len(rows)]
    heads = [c for c in free if has[c].iloc[0] and has[c].sum() >= _FEWEST and _called(c) >= _CALLED]
    if not heads:
        return []
    lead = has[min(heads, key=lambda c: has[c].sum())]
    equal = [c for c in free if (has[c] == lead).mean() >= _ALL]
    below = [c for c in free if c not in equal and (has[c] & ~lead).mean() <= 1 - _ALL]
    above = [c for c in free if c not in (*equal, *below) and has[c].iloc[0] and (lead & ~has[c]).mean() <= 1 - _ALL]
    chain = [*equal, *below, *sorted(above, key=lambda c: has[c].sum())]
    rest = [c for c in contents if c not in chain]
    if not rest or has.loc[lead, rest].mean().mean() < _HOLDS * has.loc[~lead, rest].mean().mean():
        return []
    key = next((c for c in rest if has[c].all() and ((rows[c] != rows[c].shift()) == lead).mean() >= _HOLDS), None)
    told = rows.loc[lead, equal]
    if key is None and (told == told.shift()).all(axis=1).mean() > 1 - _HOLDS:
        return []
    if key is None and len(chain) == 1 and not told[chain[0]].is_unique:
        return []
    return [*([key] if key else []), *chain]


def _called(name: str) -> float:
    return max(headings.likeness(name, "orders", ours).score for ours in ("order_id", "account_id"))
