"""Utilities and weights of the criteria, as the arrays that robustness and sensitivity compute with."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.errors import InputError


def weighted(
    low: pd.DataFrame, high: pd.DataFrame, weights: pd.Series, top: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lower utilities, widths and weights (sum 1) as arrays.

    Raises
    ------
    InputError
        If the tables do not fit each other, a utility is missing, a weight is not positive, or `top` is out of range.
    """
    if low.empty or not low.index.equals(high.index) or not low.columns.equals(high.columns):
        raise InputError("low and high must be filled tables of the same accounts and criteria")
    if low.isna().to_numpy().any() or high.isna().to_numpy().any():
        raise InputError("a utility is missing", remedy="Give its range: 0 to 1 where the value is missing.")
    if not 1 <= top <= len(low):
        raise InputError("top must lie within 1 and the number of accounts", found=top)
    w = weights.reindex(low.columns).to_numpy(dtype=float)
    if not (w > 0).all():
        raise InputError("each criterion needs a positive weight", found=weights.to_dict())
    first = low.to_numpy(dtype=float)
    return first, high.to_numpy(dtype=float) - first, w / w.sum()
