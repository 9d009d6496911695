"""Bands of customers by how often they bought in the last twelve months."""

from __future__ import annotations

import numpy as np
import pandas as pd

BANDS = ("none or one order day", "2-3 order days", "4-11 order days", "12 or more order days")


def bands(table: pd.DataFrame) -> pd.Series:
    """A group of behaviour known at the landmark, by order days in 12 months: one of `BANDS`, as ordered categories."""
    return pd.cut(_of_year(table, "order_days"), [-np.inf, 1, 3, 11, np.inf], labels=list(BANDS)).rename("segment")


def year_sums(table: pd.DataFrame) -> pd.DataFrame:
    """Sums of the 12 months before the landmark, or of the observed part of them where the data begin later."""
    return pd.DataFrame({name: _of_year(table, name) for name in ("revenue", "margin", "returns", "order_days")})


def _of_year(table: pd.DataFrame, name: str) -> pd.Series:
    found: pd.Series = table[f"{name}_12m"].fillna(table[name])
    return found
