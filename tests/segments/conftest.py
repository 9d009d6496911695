"""Months of revenue, written as lists."""

from __future__ import annotations

import pandas as pd
import pytest


@pytest.fixture(scope="session")
def months():
    """``months({"a": [1, 2, 3]})``: the revenue of consecutive months by account."""

    def months_of(rows: dict[str, list[float]], last: str = "2026-06-01") -> pd.DataFrame:
        parts = [
            pd.DataFrame(
                {
                    "customer_id": account,
                    "month": pd.date_range(end=last, periods=len(values), freq="MS"),
                    "revenue": [float(v) for v in values],
                }
            )
            for account, values in rows.items()
        ]
        return pd.concat(parts, ignore_index=True)

    return months_of
