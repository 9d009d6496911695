"""What is proven of order lines. Oracle: a table of lines made so that each column is one thing."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.init.cells import profile
from kamlib.init.evidence import Proof, prove


@pytest.fixture
def proof(engine) -> Proof:
    lines = pd.DataFrame(
        {
            "Invoice": [str(1000 + i // 2) for i in range(40)],
            "Customer PO number": [f"P{i // 2}" for i in range(40)],
            "Client": [f"K{i // 2 % 6}" for i in range(40)],
            "Mail": [f"a{i // 2 % 6}@x.org" for i in range(40)],
            "City": ["Bonn", "Köln"] * 20,
            "Item": ["a", "b"] * 20,
            "Day": [f"2025-01-{1 + i // 2:02}" for i in range(40)],
            "Qty": [str(1 + i % 5) for i in range(40)],
            "Amount": [str(2.5 + i % 7) for i in range(40)],
            "Freight amount": ["4.9", "5.9"] * 20,
        }
    )
    lines["Whole"] = (lines["Qty"].astype(float) * lines["Amount"].astype(float)).astype(str)
    contents = profile(engine, engine.create_table("proof_lines", lines, overwrite=True))
    numbers = lines[["Qty", "Amount", "Freight amount", "Whole"]].astype(float)
    return prove(contents, lines, numbers)


def test_the_money_is_proven_and_price_freight_and_pieces_are_never_it(proof):
    assert proof.surely == {"amount": "Whole", "quantity": "Qty", "price": "Amount"}
    assert {"Qty", "Amount", "Freight amount"} <= proof.never["amount"]
    assert "Whole" not in proof.never["amount"]


def test_what_is_one_with_the_order_a_mail_a_city_or_an_item_is_no_customer(proof):
    assert {"Customer PO number", "Mail", "City", "Item"} <= proof.never["account_id"]
    assert "Client" not in proof.never["account_id"]


def test_what_has_several_days_is_no_order(proof):
    assert "Client" in proof.never["order_id"]
    assert "Invoice" not in proof.never["order_id"]


def proven(engine, numbers=(), **columns) -> Proof:
    """Of forty orders of five firms, the columns given beside them."""
    table = {
        "Number": range(40),
        "Firm": [f"K{i % 5}" for i in range(40)],
        "Day": [f"2025-02-{1 + i % 28:02}" for i in range(40)],
    }
    lines = pd.DataFrame(table | columns).astype(str)
    contents = profile(engine, engine.create_table("proven_lines", lines, overwrite=True))
    return prove(contents, lines, lines[list(numbers)].astype(float))


def test_what_is_the_same_in_all_rows_or_another_in_each_is_no_customer(engine):
    made = proven(engine, Account=["4000 Sales"] * 40, Deal=[f"D{i}" for i in range(40)])
    assert {"Account", "Deal", "Number"} <= made.never["account_id"]
    assert "Firm" not in made.never["account_id"]


def test_a_day_of_payment_is_no_day_of_an_order(engine):
    due = [f"2025-03-{1 + i % 28:02}" for i in range(40)]
    assert "Fälligkeitsdatum" in proven(engine, Fälligkeitsdatum=due).never["date"]


def test_a_month_is_no_day_where_a_day_stands_beside_it(engine):
    assert "Period" in proven(engine, Period=[f"2025-{2 + i % 3:02}" for i in range(40)]).never["date"]


def test_deals_are_of_the_day_on_which_they_were_decided(engine):
    columns = {
        "Day": ["Monday"] * 40,
        "Stage": ["Closed won", "Negotiation"] * 20,
        "Close date": [f"2025-04-{1 + i % 28:02}" for i in range(40)],
        "Create date": [f"2025-01-{1 + i % 28:02}" for i in range(40)],
    }
    assert proven(engine, **columns).surely == {"date": "Close date"}


def test_the_net_amount_is_proven_by_its_tax_and_the_gross_one_is_never_the_money(engine):
    net = [10.5 + 3 * i for i in range(40)]
    tax = [round(0.21 * value, 2) for value in net]
    made = proven(engine, ("A", "B", "C"), A=net, B=tax, C=[x + y for x, y in zip(net, tax, strict=True)])
    assert made.surely["amount"] == "A" and {"B", "C"} <= made.never["amount"]


def test_a_sum_of_the_order_in_each_of_its_lines_is_not_the_money_of_a_line(engine):
    columns = {
        "Invoice no": [f"R{i // 2}" for i in range(40)],
        "Subtotal": [100.5 + i // 2 for i in range(40)],
        "Value": [2.25 + i for i in range(40)],
    }
    made = proven(engine, ("Subtotal", "Value"), **columns)
    assert "Subtotal" in made.never["amount"] and "Value" not in made.never["amount"]


def test_a_kind_of_document_is_no_order_whatever_it_is_called(engine):
    """Two kinds on 28 days: an order is of one day."""
    found = proven(engine, Document=["Invoice", "Credit memo"] * 20, Invoice=range(40))
    assert "Document" in found.never["order_id"] and "Invoice" not in found.never["order_id"]
