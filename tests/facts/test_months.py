"""Account-months, by hand."""

from __future__ import annotations

from datetime import date

import numpy as np

from kamlib.facts import account_months
from kamlib.facts.months import customer_cube


def test_months_run_from_the_first_purchase_to_the_last_complete_month_with_zeros_between(clean_orders):
    lines = [
        ("A", "2025-12-31", -5),  # before the first purchase
        ("A", "2026-01-31", 10),
        ("A", "2026-03-01", 20),
        ("A", "2026-03-01", -3),
        ("A", "2026-05-10", 99),  # May is not complete on the 30th
        ("B", "2026-05-02", 1),  # first purchase in the incomplete month
        ("C", "2026-01-01", -1),  # never bought
    ]
    found = account_months(clean_orders(lines), date(2026, 5, 30))
    assert found["customer_id"].eq("A").all()
    assert found["month"].dt.strftime("%Y-%m").tolist() == ["2026-01", "2026-02", "2026-03", "2026-04"]
    assert found["revenue"].tolist() == [10, 0, 17, 0]
    assert found["order_days"].tolist() == [1, 0, 1, 0]
    assert found["margin"].isna().all()
    complete = account_months(clean_orders(lines), date(2026, 5, 31))
    assert complete.groupby("customer_id")["revenue"].agg(["size", "sum"]).to_dict("index") == {
        "A": {"size": 5, "sum": 126},
        "B": {"size": 1, "sum": 1},
    }


def test_months_are_empty_but_typed_where_no_month_is_complete(clean_orders):
    for lines in ([("A", "2026-05-10", 1)], []):
        found = account_months(clean_orders(lines), date(2026, 5, 30))
        assert found.empty
        assert list(found.columns) == ["customer_id", "month", "revenue", "margin", "order_days"]
        assert found["month"].dtype == "datetime64[ns]"


def test_a_month_of_unknown_margin_is_missing_and_a_month_without_orders_zero(clean_orders):
    lines = [("A", "2026-01-01", 10, 4), ("A", "2026-03-01", 10, None)]
    found = account_months(clean_orders(lines, "customer_id date amount margin"), date(2026, 3, 31))
    assert found["margin"].tolist()[:2] == [4, 0]
    assert np.isnan(found["margin"].iloc[2])


CUBE = "customer_id date amount margin category"


def test_the_cube_holds_every_line_once_with_returns_and_what_has_no_category(clean_orders):
    lines = [
        ("A", "2026-03-31", "10.10", "4", "nuts"),
        ("A", "2026-01-01", "5.05", None, "nuts"),
        ("A", "2026-04-01", "-2.05", "-1", "nuts"),
        ("A", "2026-04-01", "7", None, None),
        ("B", "2026-06-30", "1", "0.5", "bolts"),
        ("B", "2026-07-01", "99", "50", "bolts"),  # after the day
    ]
    found = customer_cube(clean_orders(lines, columns=CUBE), date(2026, 6, 30))
    assert found.astype(object).where(found.notna(), None).to_numpy().tolist() == [
        ["A", "nuts", "2026Q1", 2, 15.15, 4, 10.1 / 15.15],
        ["A", "nuts", "2026Q2", 1, -2.05, -1, 1],
        ["A", None, "2026Q2", 1, 7, None, 0],
        ["B", "bolts", "2026Q2", 1, 1, 0.5, 1],
    ]


def test_the_cube_has_the_quarters_of_the_studys_year(clean_orders):
    """A year that begins in February and is called by its end: January is the last month of FY2026's fourth quarter."""
    days = ["2026-01-31", "2026-02-01", "2026-04-30", "2026-05-01"]
    lines = clean_orders([("A", day, 1, None, "x") for day in days], columns=CUBE)
    found = customer_cube(lines, date(2026, 6, 30), year_begins=2)
    assert found[["quarter", "revenue"]].to_numpy().tolist() == [["FY2026Q4", 1], ["FY2027Q1", 2], ["FY2027Q2", 1]]
    assert customer_cube(lines, date(2025, 1, 1)).empty
