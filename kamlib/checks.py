"""What a table of accounts must hold before it is analysed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kamlib.errors import InputError, some

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


def one_row_each(table: pd.DataFrame, columns: Sequence[str] = ()) -> None:
    """Raise unless `table` has the columns, and each account_id once.

    Raises
    ------
    InputError
        Naming the missing columns, or up to five accounts that repeat or have no id.
    """
    if missing := [name for name in ["account_id", *columns] if name not in table]:
        raise InputError("columns are missing", found=f"no {some(missing)}", remedy="Check which table is given.")
    if table["account_id"].isna().any():
        raise InputError("an account has no id", column="account_id", remedy="Set such rows aside when cleaning.")
    if (twice := table["account_id"].duplicated()).any():
        raise InputError(
            "an account stands more than once",
            column="account_id",
            found=some(table.loc[twice, "account_id"].unique()),
            remedy="Choose one date of facts, facts[facts.as_of == facts.as_of.max()]; of accounts take the units.",
        )


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
