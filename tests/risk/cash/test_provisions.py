"""The provision matrix. Oracle: by hand to the cent, and the sample by plain pandas."""

from __future__ import annotations

import pandas as pd
import pytest

from bench.oracles import SAMPLE, read_books
from bench.oracles.receivables import provision
from kamlib.facts.payment.bills import bills
from kamlib.risk.cash.provisions import provision_matrix
from kamlib.stats.reasons import waits_for

DAY = "2026-06-30"
BOOK = (
    ("a", "2025-01-01", "2025-01-31", 10_000, "2025-01-20"),  # never late
    ("a", "2025-01-01", "2025-01-31", 1_000, "2025-02-20"),  # 20 days late
    ("b", "2025-01-01", "2025-01-31", 500, "2025-06-10"),  # 130 days late
    ("b", "2025-01-01", "2025-01-31", 60.25, None),  # lost
    ("b", "2025-01-01", "2025-01-31", -99, None),  # a credit note is no loss
    ("c", "2025-09-01", "2025-10-01", 70, None),  # 272 days late: not yet a year
    ("c", "2026-06-15", "2026-07-15", 4_321, None),
)


def test_the_matrix_by_hand_to_the_cent(billed):
    """Reached: 11,560.25 / 1,560.25 / 560.25 three times; lost 60.25. Open: 4,321 not due; 60.25 + 70 over 90."""
    table = provision_matrix(billed(DAY, *BOOK), pd.Timestamp(DAY), forward_factor=1.2).set_index("bucket")
    assert table["came_in"].tolist() == [11_560.25, 1_560.25, 560.25, 560.25, 560.25]
    assert table["unpaid"].tolist() == [60.25] * 5
    by_hand = [round(4_321 * 60.25 / 11_560.25 * 1.2, 2), 0, 0, 0, round(130.25 * 60.25 / 560.25 * 1.2, 2)]
    assert table["provision"].round(2).tolist() == by_hand == [27.02, 0, 0, 0, 16.81]
    assert ((table["low"] <= table["loss_rate"]) & (table["loss_rate"] <= table["high"])).all()


def test_no_more_than_all_is_set_aside(billed):
    table = provision_matrix(billed(DAY, *BOOK[2:4]), pd.Timestamp(DAY), forward_factor=100).set_index("bucket")
    assert table.loc["late_over_90", "provision"] == 60.25


def test_without_a_year_of_the_past_the_rates_are_missing_and_what_is_not_open_costs_nothing(billed):
    table = provision_matrix(billed(DAY, *BOOK[-1:]), pd.Timestamp(DAY)).set_index("bucket")
    assert table["loss_rate"].isna().all() and pd.isna(table.loc["not_due", "provision"])
    assert table["provision"].drop("not_due").tolist() == [0, 0, 0, 0]
    assert waits_for(provision_matrix(billed(DAY), pd.Timestamp(DAY))).code == "no_invoices"


@pytest.mark.slow
def test_the_rates_of_the_sample_by_plain_pandas(sample_clean):
    books = read_books(SAMPLE)
    table = provision_matrix(bills(sample_clean.tables["invoices"], books.end), books.end)
    assert (100 * table["loss_rate"]).tolist() == pytest.approx(list(provision(books).values()))
