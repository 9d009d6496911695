"""What customers owe. Oracle: books by hand, and sums of the sample by plain pandas (bench.oracles)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bench.oracles import SAMPLE, read_books
from bench.oracles.receivables import dues
from kamlib.facts.payment.bills import bills
from kamlib.risk.cash.receivables import ageing, collection, open_disputes, receivables
from kamlib.stats.reasons import waits_for

DAY = "2026-06-30"
BOOK = (
    ("a", "2025-03-31", "2025-04-30", 500, "2025-05-10"),
    ("a", "2026-03-31", "2026-04-30", 900, "2026-05-10"),
    ("a", "2026-04-30", "2026-05-30", 600, None),  # 31 days late
    ("a", "2026-05-31", "2026-06-30", 300, None),  # due today: not late
    ("a", "2026-06-15", "2026-06-15", -50, None),  # a credit note, 15 days past its due day
    ("b", "2026-03-31", "2026-04-15", 100, None),  # 76 days late
    ("b", "2026-06-30", "2026-07-30", 200, None),
)


def test_what_each_customer_owes_by_hand(billed):
    table = receivables(billed(DAY, *BOOK), billed("2025-06-30", *BOOK), pd.Timestamp(DAY), {"b"}).set_index(
        "customer_id"
    )
    assert table.index.tolist() == ["a", "b"]
    assert table["open_amount"].tolist() == [900, 300] and table["overdue"].tolist() == [600, 100]
    assert table["open_credits"].tolist() == [50, 0] and table["oldest_days"].tolist() == [31, 76]
    assert table["over_60_share"].tolist() == pytest.approx([0, 1 / 3]) and table["disputed"].tolist() == [False, True]


def test_a_credit_note_alone_is_no_debt_and_gives_no_nan_where_nothing_is_unknown(billed):
    found = billed(DAY, ("c", "2026-06-01", "2026-06-01", -30, None))
    table = receivables(found, found, pd.Timestamp(DAY)).iloc[0]
    assert table[["open_amount", "overdue", "open_credits"]].tolist() == [0, 0, 30]
    assert pd.isna(table["oldest_days"]) and pd.isna(table["over_60_share"])


def test_who_pays_later_than_a_year_ago_is_seen(billed):
    """a: 10, 20 and 30 days late in the year before, 40, 50 and open since 60 in the last: medians 20 and 50."""
    rows = [
        ("a", f"2025-0{n}-01", f"2025-0{n}-01", 1, pd.Timestamp(f"2025-0{n}-01") + pd.Timedelta(days=10 * n))
        for n in (1, 2, 3)
    ]
    rows += [
        ("a", day, day, 1, pd.Timestamp(day) + pd.Timedelta(days=late))
        for day, late in (("2026-01-01", 40), ("2026-02-01", 50))
    ]
    rows += [("a", "2026-05-01", "2026-05-01", 1, None)]
    table = receivables(billed(DAY, *rows), billed("2025-06-30", *rows), pd.Timestamp(DAY)).iloc[0]
    assert table[["median_late_before", "median_late_now"]].tolist() == [20, 50]


def test_ageing_by_hand(billed):
    table = ageing(billed(DAY, *BOOK), pd.Timestamp(DAY)).set_index("bucket")
    assert table["open_amount"].to_dict() == {
        "not_due": 500,
        "late_1_30": 0,
        "late_31_60": 600,
        "late_61_90": 100,
        "late_over_90": 0,
    }
    assert table["net_amount"].to_dict() == {
        "not_due": 500,
        "late_1_30": -50,
        "late_31_60": 600,
        "late_61_90": 100,
        "late_over_90": 0,
    }


def test_money_rolls_where_it_is_unpaid_thirty_days_later(billed):
    """On 31 May 300 is 16 days late, of it 100 is paid on 20 June: two thirds roll into the next bucket. Nothing else was late then."""
    rows = [("a", "2026-05-05", "2026-05-15", 200, None), ("a", "2026-05-05", "2026-05-15", 100, "2026-06-20")]
    table = ageing(billed(DAY, *rows), pd.Timestamp(DAY)).set_index("bucket")
    assert table.loc["late_1_30", "roll_rate"] == pytest.approx(2 / 3)
    assert table["roll_rate"].drop("late_1_30").isna().all()


def test_days_of_sales_and_collection_by_hand(billed):
    """Open 1,200, less a credit note of 50: 1,150. Billed in 12 months 900 + 600 + 300 + 100 + 200 = 2,100, net 2,050.

    Count-back: June 200 - 50 = 150 (30 days), May 300 (31), April 600 (30), 100 of the 1,000 of March: 31 · 0.1. Quarter from 31 March: R0 =
    900 + 100, S = 600 + 300 - 50 + 200 = 1,050; (2,050 - 1,150) / (2,050 - 500).
    """
    table = collection(billed(DAY, *BOOK), pd.Timestamp(DAY)).set_index("measure")["value"]
    assert table["dso"] == pytest.approx(1200 / 2100 * 365) and table["count_back"] == pytest.approx(30 + 31 + 30 + 3.1)
    assert table["best_possible"] == pytest.approx(500 / 2050 * 365) and table["cei"] == pytest.approx(900 / 1550)


def test_a_month_that_is_not_over_counts_the_days_that_it_has(billed):
    rows = [("a", "2026-05-31", "2026-06-30", 100, None), ("a", "2026-06-05", "2026-07-05", 80, None)]
    table = collection(billed("2026-06-10", *rows), pd.Timestamp("2026-06-10")).set_index("measure")["value"]
    assert table["count_back"] == pytest.approx(10 + 31) and np.isnan(table["dso"]) and np.isnan(table["cei"])


def test_without_invoices_each_table_waits_for_them(billed):
    none = billed(DAY)
    day = pd.Timestamp(DAY)
    for table in (receivables(none, none, day), ageing(none, day), collection(none, day)):
        assert waits_for(table).code == "no_invoices"


def test_a_dispute_is_open_until_the_day_it_is_closed():
    rows = [
        ("a", "dispute", "2026-05-01", None),
        ("b", "dispute", "2026-05-01", "2026-07-01"),
        ("c", "claim", "2026-05-01", None),
    ]
    table = pd.DataFrame(rows, columns=["customer_id", "kind", "date", "closed"])
    table = table.astype({"date": "datetime64[ns]", "closed": "datetime64[ns]"})
    assert open_disputes(table, pd.Timestamp(DAY)) == {"a", "b"}


@pytest.mark.slow
def test_the_sample_by_plain_pandas(sample_clean):
    books = read_books(SAMPLE)
    expected, day = dues(books), books.end
    found = bills(sample_clean.tables["invoices"], day)
    aged = ageing(found, day)
    names = ["not due", "1 to 30 days late", "31 to 60", "61 to 90", "more than 90"]
    assert aged["net_amount"].tolist() == pytest.approx([expected[name] for name in names])
    assert aged["open_amount"].sum() == pytest.approx(expected["open, gross"])
    told = collection(found, day).set_index("measure")["value"]
    assert told.tolist() == pytest.approx(
        [expected["DSO"], expected["DSO, count-back"], expected["DSO, best possible"], expected["CEI, %"] / 100]
    )
    by = receivables(found, bills(sample_clean.tables["invoices"], day - pd.DateOffset(years=1)), day)
    assert by["open_credits"].sum() == pytest.approx(expected["open credit notes"])
