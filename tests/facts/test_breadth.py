"""Distinct categories and managers, by hand."""

from __future__ import annotations

from datetime import date

import pytest

from kamlib.facts import account_facts


def test_categories_and_managers_are_of_the_same_days_as_the_money(one):
    # 30 June 2025 is 12 months before, 30 June 2024 is 24: both days lie just outside
    days = ["2024-06-30", "2024-07-01", "2025-06-30", "2025-07-01", "2026-06-30"]
    lines = [("A", day, 1, f"kind {day}", f"manager {day}") for day in days]
    found = one(lines, "2026-06-30", "customer_id date amount category manager", observed_from=date(2020, 1, 1))
    assert found[["revenue_12m", "categories_12m", "order_days_12m"]].tolist() == [2, 2, 2]
    assert found[["revenue_24m", "categories_24m", "managers_24m", "order_days_24m"]].tolist() == [4, 4, 4, 4]
    assert (found["revenue"], found["categories"]) == (5, 5)


@pytest.mark.slow
def test_unknown_categories_and_managers_are_missing_and_not_none_bought(clean_orders):
    lines = [
        ("A", "2024-01-01", 1, "pumps", "m0"),  # more than 24 months ago
        ("A", "2026-01-01", 1, "valves", "m1"),
        ("A", "2026-02-01", 1, "pumps", "m2"),
        ("A", "2026-03-01", -1, "hoses", "m3"),  # sent back is not bought
        ("B", "2024-06-01", 1, None, None),
        ("B", "2026-01-01", 1, None, None),
    ]
    orders = clean_orders(lines, "customer_id date amount category manager")
    found = account_facts(orders, date(2026, 6, 30)).set_index("customer_id")
    kinds = ["categories", "categories_12m", "managers_24m", "managers"]
    assert found.loc["A", kinds].tolist() == [2, 2, 2, 3]
    assert found.loc["B", kinds].isna().all()
