"""What a customer is worth: which column of the facts says it, and how far customers differ."""

from __future__ import annotations

import pandas as pd

_SPREAD = ("silence_days", "order_days_12m", "gap_median", "average_order", "revenue_12m")
QUANTILES = {"5_percent": 0.05, "25_percent": 0.25, "50_percent": 0.5, "75_percent": 0.75, "95_percent": 0.95}


def worth_column(facts: pd.DataFrame, window: str = "12m") -> str:
    """The column that says what an account was worth: its margin where any is known, else its revenue."""
    return f"margin_{window}" if facts["margin"].notna().any() else f"revenue_{window}"


def money_column(facts: pd.DataFrame) -> tuple[str, str]:
    """Revenue of the last 12 months, or of all history where these were not wholly observed: the column, and the code of its period."""
    if "revenue_12m" in facts and facts["revenue_12m"].notna().any():
        return "revenue_12m", "last_12_months"
    return "revenue", "since_the_first_order"


def spread(facts: pd.DataFrame) -> pd.DataFrame:
    """How far customers differ in what they do and are worth.

    Parameters
    ----------
    facts : DataFrame, one row per customer.

    Returns
    -------
    DataFrame, a row a fact
        fact and fact_values (a code), and for each of `QUANTILES` the value that so many of the customers lie below, in days,
        order days or study currency. Customers of whom a fact is not known don't count in its row.
    """
    names = list(dict.fromkeys([*_SPREAD, worth_column(facts)]))
    below = facts[names].quantile(list(QUANTILES.values())).T.set_axis(list(QUANTILES), axis=1)
    below.insert(0, "fact", [f"spread_{name}" for name in names])
    below.insert(1, "fact_values", "{}")
    return below.reset_index(drop=True)
