"""What the paths of cash rest on. Oracle: by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.facts.payment.payment_delays import delay_curves
from kamlib.risk.cash.cash_plan import cash_plan, invoice_lag, unbilled, weeks_to_approval
from kamlib.stats.reasons import Reason
from kamlib.study.settings.money import Money

DAY = pd.Timestamp("2026-06-30")
MONEY = Money(fixed_costs=1000, opening_cash=5000, vat=0.2, supplier_days=14)


def at(ahead: int) -> pd.Timestamp:
    return DAY + pd.Timedelta(days=ahead)


def test_the_path_waits_for_invoices_margins_and_chances(billed):
    none, some = billed("2026-06-30"), billed("2026-06-30", ("a", at(-6), at(-6), 600, None))
    days = pd.DataFrame({"customer_id": ["a"], "date": [at(-20)], "amount": [100.0], "margin": [40.0]})
    buyers = pd.DataFrame({"customer_id": ["a"], "p_silent": [0.1], "p_stopped": [np.nan], "block_revenue": [1800.0]})

    def code(buyers, found, days) -> str:
        made = cash_plan(buyers, found, delay_curves(found), days, DAY, MONEY, horizon_days=180)
        return made.code if isinstance(made, Reason) else ""

    assert code(buyers, some, days) == ""
    assert code(buyers, none, days) == "no_invoices"
    assert code(buyers, some, days.assign(margin=np.nan)) == "cash_waits"
    assert code(buyers.assign(p_silent=np.nan), some, days) == code(buyers[:0], some, days) == "no_orders_to_expect"


def test_twelve_months_after_the_approval_of_the_statements():
    """120 days after 30 June is 28 October; a year later 485 days are over, in the 70th week."""
    assert weeks_to_approval(Money(), DAY) == 70
    assert (
        weeks_to_approval(Money(approval="2025-07-01"), DAY) == 1
        and weeks_to_approval(Money(approval="2026-06-30"), DAY) == 53
    )


def test_days_to_the_next_invoice_weighted_by_amount(billed):
    found = billed("2026-06-30", ("a", at(-10), at(20), 1, None), ("b", at(-10), at(20), 1, None))
    rows = [
        ("a", at(-12), 300.0),
        ("a", at(-20), 100.0),
        ("b", at(-100), 9e9),
        ("a", at(-5), 9e9),
        ("c", at(-5), 9e9),
        ("a", at(-11), -9e9),
    ]
    days = pd.DataFrame(rows, columns=["customer_id", "date", "amount"])
    assert invoice_lag(days, found) == 4  # (2 · 300 + 10 · 100) / 400
    assert unbilled(days, found, DAY).to_dict() == {"a": 9e9, "c": 9e9}
    assert unbilled(days, billed("2026-06-30"), DAY).empty
