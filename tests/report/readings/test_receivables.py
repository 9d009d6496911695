"""What the page says of invoices, by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.report.readings import receivables as on_owed
from kamlib.report.words import sentence

DAY = pd.Timestamp("2026-06-30")
NAMES = pd.Series({"a": "Anna AG", "b": "Bert GmbH"})


def bills() -> pd.DataFrame:
    """Two paid after 10 and 20 days, two open since 40."""
    issued = [DAY - pd.Timedelta(days=40)] * 4
    return pd.DataFrame(
        {"amount": [100.0] * 4, "issued": issued, "open": [False, False, True, True], "days": [10, 20, 40, 40]}
    )


def test_the_mean_of_the_paid_stands_beside_that_of_all():
    told = on_owed.mean_of_the_paid(bills(), DAY)
    assert dict(told.values) == pytest.approx({"paid": 15, "n": 4, "still": 2, "number": 82.5, "money": 82.5})
    assert "**15.0 days**" in sentence(told) and "**82.5 days**" in sentence(told)
    assert on_owed.mean_of_the_paid(bills()[2:], DAY) is None and on_owed.mean_of_the_paid(bills()[:0], DAY) is None


def test_gross_stands_against_net():
    told = on_owed.billed_against_net(bills(), pd.DataFrame({"revenue_12m": [200.0, 120.0]}), DAY, "EUR")
    assert dict(told.values) == {"billed": 400, "net": 320, "times": 1.25, "currency": "EUR"} and sentence(told)
    assert on_owed.billed_against_net(bills(), pd.DataFrame({"revenue_12m": [0.0]}), DAY, "EUR") is None


def test_payers_are_counted_of_those_with_a_curve_of_their_own():
    delays = pd.DataFrame({"own_curve": [True, True, True, False], "payer": ["late", "late", "prompt", "late"]})
    told = on_owed.late_payers(delays)
    assert dict(told.values) == {"prepays": 0, "prompt": 1, "usual": 0, "late": 2, "n": 3, "all": 4} and sentence(told)
    assert on_owed.late_payers(delays[3:]) is None and on_owed.late_payers(delays[:0]) is None


def test_who_owes_most_is_named_or_nothing_is_overdue():
    owed = pd.DataFrame({"customer_id": ["b", "a"], "open_amount": [50.0, 70.0], "overdue": [30.0, 0.0]})
    sold = pd.DataFrame({"measure": ["dso", "cei"], "value": [50.0, 0.9]})
    assert sentence(on_owed.owed(owed, sold, NAMES, "EUR")) == (
        "On the day of this page customers owe **120 EUR**, 30 of it overdue, most by Bert GmbH (30). Of what could have been collected in the last three months 90% was."
    )
    assert (
        on_owed.owed(owed[1:], sold, NAMES, "EUR").code == "nothing_overdue"
        and on_owed.owed(owed[:0], sold, NAMES, "EUR") is None
    )


def test_the_provision_is_told_with_its_range_or_not_at_all():
    rows = {
        "bucket": ["not_due", "late_over_90"],
        "open_amount": [900.0, 100.0],
        "loss_rate": [0.0, 0.1],
        "low": 0.02,
        "high": 0.5,
    }
    matrix = pd.DataFrame(rows).assign(provision=[0.0, 10.0])
    told = on_owed.provision(matrix, "EUR")
    assert told.values["sum"] == 10 and told.values["share"] == 0.01 and "10.0% (from 2.0% to 50.0%)" in sentence(told)
    assert on_owed.provision(matrix.assign(provision=None, loss_rate=np.nan), "EUR").code == "provision_not_known"
    part = sentence(on_owed.provision(matrix.assign(provision=[9.0, None], loss_rate=[0.01, None]), "EUR"))
    assert "sets **9 EUR** aside, and more: 100 of what is open" in part
    nothing_old = matrix.assign(open_amount=[900.0, 0], provision=[9.0, 0], loss_rate=[0.01, None])
    told = sentence(on_owed.provision(nothing_old, "EUR"))
    assert "1.00% of what is open. No invoice" in told and "unknown" not in told
    assert on_owed.provision(matrix[:0], "EUR") is None


def test_the_step_that_takes_most_is_named():
    steps = ["open_invoices", "old_invoices", "cross_aged", "open_credits", "advance"]
    table = pd.DataFrame(
        {
            "step": steps,
            "amount": [100.0, -10, -30, -1, -9],
            "rest": [100.0, 90, 60, 59, 50],
            "limit": [None, 90, 0.1, None, 0.85],
        }
    )
    told = sentence(on_owed.can_be_borrowed(table, "EUR"))
    assert "**50**, at 85.0%" in told and "*owed by who has too much that is old*: 30." in told
    assert on_owed.can_be_borrowed(table[:0], "EUR") is None
    assert on_owed.can_be_borrowed(table.assign(amount=0.0), "EUR") is None


def test_customers_of_a_tenth_or_more_stand_in_the_note_of_ifrs_8():
    exposure = pd.DataFrame({"customer_id": ["b", "a", "c"], "revenue": [100.0, 850.0, 50.0]})
    told = sentence(on_owed.note_on_major_customers(exposure, NAMES, DAY, "EUR"))
    assert "Anna AG (850 EUR, 85.0%) and Bert GmbH (100 EUR, 10.0%); together 950 EUR" in told
    small = pd.DataFrame({"customer_id": [str(n) for n in range(11)], "revenue": 1.0})
    assert on_owed.note_on_major_customers(small, NAMES, DAY, "EUR").code == "note_on_no_major_customer"
    assert on_owed.note_on_major_customers(small.assign(revenue=0.0), NAMES, DAY, "EUR") is None
