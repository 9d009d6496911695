"""What a table of accounts must hold before it is analysed."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from kamlib.errors import InputError, some


def has_columns(table: pd.DataFrame, columns: Sequence[str]) -> None:
    """Raise an `InputError` that names the missing ones unless `table` has the columns."""
    if missing := [name for name in columns if name not in table]:
        raise InputError("columns are missing", found=f"no {some(missing)}", remedy="Check which table is given.")


def one_row_each(table: pd.DataFrame, columns: Sequence[str] = ()) -> None:
    """Raise unless `table` has the columns, and each customer_id once.

    Raises
    ------
    InputError
        Naming the missing columns, or up to five accounts that repeat or have no id.
    """
    has_columns(table, ["customer_id", *columns])
    if table["customer_id"].isna().any():
        raise InputError("an account has no id", column="customer_id", remedy="Set such rows aside when cleaning.")
    if (twice := table["customer_id"].duplicated()).any():
        raise InputError(
            "an account stands more than once",
            column="customer_id",
            found=some(table.loc[twice, "customer_id"].unique()),
            remedy="Choose one date of facts, facts[facts.as_of == facts.as_of.max()]; of accounts take the units.",
        )
