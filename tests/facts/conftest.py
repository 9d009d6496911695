"""The facts of one account from a list of lines."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from kamlib.facts import account_facts


@pytest.fixture(scope="session")
def one(clean_orders):
    """``one([("A", "2026-01-05", 10)], "2026-01-31")``: the facts of the account A at that day."""

    def make(lines, as_of: str, columns: str = "customer_id date amount", **more) -> pd.Series:
        found = account_facts(clean_orders(lines, columns), date.fromisoformat(as_of), **more)
        return found.set_index("customer_id").loc["A"]

    return make
