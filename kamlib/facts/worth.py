"""Which column of the facts says what a customer is worth."""

from __future__ import annotations

import pandas as pd


def worth_column(facts: pd.DataFrame, window: str = "12m") -> str:
    """The column that says what an account was worth: its margin where any is known, else its revenue."""
    return f"margin_{window}" if facts["margin"].notna().any() else f"revenue_{window}"


def money_column(facts: pd.DataFrame) -> tuple[str, str]:
    """Revenue of the last 12 months, or of all history where these were not wholly observed: the column, and the code of its period."""
    if "revenue_12m" in facts and facts["revenue_12m"].notna().any():
        return "revenue_12m", "last_12_months"
    return "revenue", "since_the_first_order"
