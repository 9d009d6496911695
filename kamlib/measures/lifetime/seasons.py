"""The seasons of a base: what each part of a year brings against the year, as far as two years agree."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from kamlib.facts.blocks import span_sums
from kamlib.facts.worth import worth_column

_YEARS = 2


def seasons(orders: ir.Table, as_of: date | pd.Timestamp, *, horizon_days: int) -> np.ndarray | None:
    """Factors on the margin of a block for each part of the year after `as_of`: about 365 / H parts of equal length, with a mean of 1.

    Each part's sum over the whole base is held against its year, growth from year to year taken out. Where two years disagree
    about a part, that is chance and no season: deviations count by credibility, the variance of the parts over that and half the variance
    between the years.

    Returns
    -------
    array, or None
        None where a block is longer than two thirds of a year, two whole years are not on record, or a part of one brought nothing.

    References
    ----------
    Ratio to trend: Persons (1919), Review of Economic Statistics 1. Credibility: Bühlmann (1967), ASTIN Bulletin 4(3).
    """
    parts, day = round(365 / horizon_days), pd.Timestamp(as_of)
    first = orders.filter(orders.amount > 0).date.min().to_pyarrow().as_py()
    if parts < 2 or first is None or pd.Timestamp(first) > day - pd.Timedelta(days=365 * _YEARS - 1):
        return None
    edges = [pd.Timedelta(days=round(365 * part / parts)) for part in range(parts + 1)]
    spans = {
        f"{year}_{part}": (start + edges[part], start + edges[part + 1])
        for year in range(_YEARS, 0, -1)
        for start in [day - pd.Timedelta(days=365 * year)]
        for part in range(parts)
    }
    whole = span_sums(orders.mutate(customer_id=ibis.literal("all")), spans)  # one row a span
    sums = whole.set_index("span")[worth_column(whole, "", revenue="amount")].reindex(list(spans)).fillna(0.0)
    return season_factors(sums.to_numpy(float).reshape(_YEARS, parts))


def season_factors(sums: np.ndarray) -> np.ndarray | None:
    """`seasons` from the sums of each part (column) of each year (row, the earlier first); None where one brought nothing."""
    years, parts = sums.shape
    if (sums <= 0).any():
        return None
    totals = sums.sum(axis=1)
    growth = (totals[-1] / totals[0]) ** (1 / (years - 1))
    trend = growth ** ((np.arange(parts) + 0.5) / parts - 0.5)
    each = sums / trend
    each = each / each.mean(axis=1, keepdims=True) - 1
    chance = each.var(axis=0, ddof=1).mean() / years
    found: float = (each.mean(axis=0) ** 2).sum() / (parts - 1)
    factors: np.ndarray = 1 + each.mean(axis=0) * (max(found - chance, 0.0) / found if found else 0.0)
    return factors


def season_of(season: np.ndarray | None, block: np.ndarray, horizon_days: int) -> np.ndarray:
    """The factor of each block of H days, counted from as_of: 0 is the next one, -1 the last; 1 where no season is known.

    It is that of the part of the year in which the middle of the block lies.
    """
    if season is None:
        return np.ones(len(block))
    middle = (block + 0.5) * horizon_days % 365
    found: np.ndarray = season[(middle * len(season) / 365).astype(int)]
    return found
