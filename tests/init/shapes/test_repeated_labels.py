"""Which columns are filled down. Oracle: tables written by hand as pivots and systems print them."""

from __future__ import annotations

import pytest


@pytest.fixture
def filled(drafted):
    """The columns that are filled down in a file of these lines."""

    def look(header: str, rows: list[str]) -> list[str]:
        sources, _ = drafted(lines="\n".join([header, *rows]) + "\n")
        return sources["orders"].pieces[0].source.fill_down

    return look


def _orders(*, repeated: bool = False) -> list[str]:
    """Eight orders of three lines; only the first line has the head."""
    heads = [f"SO{n},2025-0{n}-1{n},Firm {n % 4}" for n in range(1, 9)]
    return [
        f"{head if repeated or not line else ',,'},Item {line},{line + 2}.50" for head in heads for line in range(3)
    ]


def test_the_heads_of_orders_above_their_lines_are(filled):
    assert filled("Order,Date,Customer,Item,Amount", _orders()) == ["Order", "Date", "Customer"]


def test_a_table_without_empty_cells_is_as_it_is(filled):
    assert filled("Order,Date,Customer,Item,Amount", _orders(repeated=True)) == []


def test_labels_of_a_pivot_table_go_on_within_each_other(filled):
    rows = [
        f"{f'Firm {firm}' if (month, item) == (1, 0) else ''},{f'2025-{month:02}-01' if not item else ''},Item {item},{month}.25"
        for firm in range(6)
        for month in range(1, 5)
        for item in range(2)
    ]
    assert filled("Customer,Month,Item,Total", rows) == ["Customer", "Month"]


def test_what_stands_in_the_first_line_of_an_order_is_filled_within_its_number(filled):
    rows = [
        f"#{n},{'' if line else f'Firm {n % 4}'},{'' if line else 'paid'},2025-0{n}-10,Item {line},{line + 2},{line}.50"
        for n in range(1, 9)
        for line in range(3)
    ]
    names = filled("Order,Billing company,Kind,Created at,Lineitem,Qty,Unit price", rows)
    assert names == ["Order", "Billing company", "Kind"]


def test_customers_that_are_missing_here_and_there_are_not(filled):
    rows = [f"{100 + n},2025-01-{n + 1:02},{'' if n % 3 else f'Firm {n % 4}'},{n}.50" for n in range(24)]
    assert filled("Order,Date,Customer,Amount", rows) == []


def test_days_that_are_not_known_yet_are_not(filled):
    rows = [
        f"{100 + n},2025-01-{n + 1:02},Firm {n % 5},{f'2025-02-{n + 1:02}' if n % 3 == 0 else ''},{n}.50"
        for n in range(24)
    ]
    assert filled("Order,Date,Customer,Shipped,Amount", rows) == []


def test_what_only_some_heads_have_goes_on_within_its_order(filled):
    rows = [
        f"{f'SO{n},2025-0{n}-1{n},Firm {n % 4}' if not line else ',,'},{'Ann' if n % 3 and not line else ''},Item {line},{line}.50"
        for n in range(1, 9)
        for line in range(3)
    ]
    assert filled("Order,Date,Customer,Salesperson,Item,Amount", rows) == ["Order", "Date", "Customer", "Salesperson"]


def test_rows_of_totals_in_a_pivot_table_are_no_labels(filled):
    rows = []
    for firm in range(6):
        rows += [
            f"{f'Firm {firm}' if (month, item) == (1, 0) else ''},{f'2025-{month:02}-01' if not item else ''},Item {item},{month}.25"
            for month in range(1, 5)
            for item in range(2)
        ]
        rows.append(f"Firm {firm} Total,,,20.00")
    assert filled("Customer,Month,Item,Total", [*rows, "Grand Total,,,120.00"]) == ["Customer", "Month"]
