"""Invoices as they were known at a day. Oracle: books by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.errors import InputError
from kamlib.facts.payment.bills import bills, oddities
from kamlib.report.words import in_words
from kamlib.stats.reasons import waits_for

DAY = pd.Timestamp("2026-06-30")


def invoices(*rows: tuple) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["invoice_id", "customer_id", "issued", "due", "amount", "paid"])
    return table.astype(dict.fromkeys(("issued", "due", "paid"), "datetime64[ns]"))


def test_what_is_paid_later_is_open_and_what_is_issued_later_is_not_there():
    given = invoices(
        ("1", "a", "2026-06-01", "2026-06-15", 10, "2026-07-02"),
        ("2", "a", "2026-07-01", "2026-07-31", 10, None),
        ("3", "a", "2026-05-01", "2026-05-31", 10, "2026-05-21"),
    )
    found = bills(given, DAY)
    assert found["invoice_id"].tolist() == ["1", "3"] and found["open"].tolist() == [True, False]
    assert found["days"].tolist() == [29, 20] and found["late"].tolist() == [15, -10]


def test_what_is_due_before_it_is_issued_is_due_when_it_is_issued():
    found = bills(invoices(("1", "a", "2026-06-01", "2026-05-01", 10, None)), DAY)
    assert found["due"].tolist() == [pd.Timestamp("2026-06-01")] and found["late"].tolist() == [29]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"invoice_id": ["1", "1"]}, "twice.*'1'"),
        ({"currency": ["EUR", "USD"]}, "several currencies.*'EUR', 'USD'"),
        ({"amount": [10, None]}, "lack .*'2'"),
        ({"customer_id": ["a", None]}, "lack .*'2'"),
    ],
)
def test_sums_that_would_be_wrong_are_refused(change, word):
    given = invoices(("1", "a", "2026-06-01", "2026-06-15", 10, None), ("2", "b", "2026-06-01", "2026-06-15", 10, None))
    with pytest.raises(InputError, match=word):
        bills(given.assign(**change), DAY)


def test_odd_invoices_are_told_and_stay():
    given = invoices(
        ("1", "a", "2026-06-01", "2026-05-01", 10, None),
        ("2", "a", "2026-06-05", "2026-07-05", 10, "2026-06-01"),
        ("3", "x", "2026-06-01", "2026-07-01", 7, None),
        ("4", "b", "2026-06-01", "2026-07-01", 5, None),
        ("5", "b", "2026-06-10", "2026-07-01", -9, None),
    )
    told = oddities(given, ["a", "b"])
    codes = ["due_before_issued", "prepayments", "billed_without_order", "credits_beyond_invoices"]
    assert told["reason"].tolist() == codes
    assert told["reason_values"].tolist() == [
        '{"n": 1}',
        '{"n": 1}',
        '{"n": 1, "money": 7.0}',
        '{"n": 1, "money": 4.0}',
    ]
    assert in_words(told["reason"], told["reason_values"]).str.len().gt(30).all()
    assert len(bills(given, DAY)) == 5


def test_without_invoices_nothing_is_odd():
    assert waits_for(oddities(invoices(), ["a"])).code == "nothing_odd" and bills(invoices(), DAY).empty
