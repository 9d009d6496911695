"""What a person has to decide. Oracle: files of which nobody could know, and such of which everybody does."""

from __future__ import annotations

import pytest

ROWS = [(i, f"K{i % 4}", f"2026-01-{i:02d}", f"{i}.50", f"{i}.75") for i in range(1, 25)]


def questions(drafted, header: str, rows=ROWS) -> dict[str, str]:
    text = header + "\n" + "".join(",".join(map(str, row)) + "\n" for row in rows)
    found = drafted(a=text)[0]["orders"].found.columns
    return {ours: choice.theirs for ours, choice in found.items() if choice.question}


@pytest.mark.parametrize(
    ("header", "asked"),
    [
        ("Order,Customer,Date,Amount,Gross amount", {}),
        ("Order,Customer,Date,Net amount,Sales", {"amount": "Net amount"}),
        ("Order,Customer,Date,x,Rate", {"amount": "x"}),
        ("Order,Customer,Date,Total,Freight", {}),
    ],
    ids=["net-before-gross", "two-names", "no-name", "freight-is-none"],
)
def test_an_amount_is_asked_where_its_name_says_nothing_or_two_say_it(drafted, header, asked):
    assert questions(drafted, header) == asked


def test_two_columns_of_the_same_money_are_no_question(drafted):
    rows = [(*row[:4], row[3]) for row in ROWS]
    assert questions(drafted, "Order,Customer,Date,Net amount,Sales", rows) == {}


def test_a_price_that_may_be_that_of_the_line_is_asked(drafted):
    rows = [(*row[:3], 1 + row[0] % 3, row[4]) for row in ROWS]
    assert questions(drafted, "Order,Customer,Date,Quantity,Unit price", rows) == {}
    assert questions(drafted, "Order,Customer,Date,Quantity,Item price", rows) == {"price": "Item price"}


def test_a_customer_of_which_orders_have_several_is_asked(drafted):
    rows = [(row[0] // 3, *row[1:]) for row in ROWS]
    assert questions(drafted, "Order,Customer,Date,Amount,Gross amount", rows) == {"account_id": "Customer"}
