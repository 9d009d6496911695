"""Which columns go together: one value for each order, one to one with it, the key that joins another table."""

from __future__ import annotations

import pandas as pd

_BLURRED = r"""[\s"'«»„“”‘’.,]+"""


def one_each(texts: pd.DataFrame, key: str, value: str) -> float | None:
    """Share of the keys with several rows that have one value in all of them; None where no key has several rows.

    Capitals, blanks and kinds of quotes do not tell values apart: names of firms are written in many ways.
    """
    known = texts[[key, value]].dropna() if key != value else texts[[key]].iloc[:0].assign(**{value: ""})
    known = known.assign(**{value: known[value].str.casefold().str.replace(_BLURRED, "", regex=True)})
    sizes = known.groupby(key)[value].agg(["size", "nunique"])
    several = sizes[sizes["size"] > 1]
    return float((several["nunique"] == 1).mean()) if len(several) else None


def one_to_one(texts: pd.DataFrame, one: str, other: str) -> bool:
    """Whether each value of one column stands beside one value of the other alone, and the other way round."""
    known = texts[[one, other]].dropna().drop_duplicates()
    return len(known) > 1 and known[one].is_unique and known[other].is_unique


def tells_apart(keys: pd.Series) -> bool:
    """Whether hardly a value stands twice: the key of a table."""
    known = keys.dropna()
    return len(known) > 1 and known.nunique() >= 0.98 * len(known)


def joins(lines: pd.Series, keys: pd.Series) -> float:
    """Share of the values of a column that are keys of another table; 0 where it has none."""
    mine = lines.dropna().unique()
    return float(pd.Index(mine).isin(pd.Index(keys.dropna().unique())).mean()) if len(mine) else 0.0
