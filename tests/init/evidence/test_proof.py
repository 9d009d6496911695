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
