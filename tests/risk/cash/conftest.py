"""Invoices from tuples."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.facts.payment.bills import bills


@pytest.fixture(scope="session")
def billed():
    """``billed("2026-06-30", ("a", "2026-06-01", "2026-07-01", 10, None), ...)``: customer, issued, due, amount, paid, as known then."""

    def make(day: str, *rows: tuple) -> pd.DataFrame:
        table = pd.DataFrame(rows, columns=["customer_id", "issued", "due", "amount", "paid"])
        table = table.astype(dict.fromkeys(("issued", "due", "paid"), "datetime64[ns]") | {"amount": float})
        return bills(table.assign(invoice_id=[f"F{n}" for n in range(len(table))]), pd.Timestamp(day))

    return make
