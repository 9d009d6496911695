"""What came after a date, by hand."""

from __future__ import annotations

from datetime import date

import pandas as pd

from kamlib.facts import next_orders


def test_the_next_order_lies_after_the_date_and_not_after_the_end(clean_orders):
    lines = [("A", "2026-01-10", 1), ("A", "2026-01-20", 1), ("B", "2026-01-10", 1), ("C", "2026-01-15", 1)]
    lines += [("A", "2026-01-12", -5), ("B", "2026-02-01", 1)]
    found = next_orders(clean_orders(lines), [date(2026, 1, 10), date(2026, 1, 20)], date(2026, 1, 31))
    got = [(str(row.as_of.date()), row.customer_id, row.next_order) for row in found.itertuples()]
    assert got == [
        ("2026-01-10", "A", pd.Timestamp("2026-01-20")),  # the one of the day itself is no outcome, nor a credit note
        ("2026-01-10", "B", pd.NaT),  # bought on 1 February only, after the end
        ("2026-01-20", "A", pd.NaT),
        ("2026-01-20", "B", pd.NaT),
        ("2026-01-20", "C", pd.NaT),  # C came after 10 January
    ]


def test_an_account_counts_as_known_only_after_a_purchase(clean_orders):
    orders = clean_orders([("A", "2026-01-01", -1), ("A", "2026-01-20", 1)])
    assert next_orders(orders, date(2026, 1, 10), date(2026, 1, 31)).empty
