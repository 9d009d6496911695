"""Which column is the money. Oracle: columns multiplied by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.init import headings
from kamlib.init.evidence import Product, product

QUANTITY = [1.0, 2, 3, 10, 5, 7, 4, 6, 9, 12]
PRICE = [4.5, 17.25, 240, 9.9, 31.4, 4.5, 17.25, 240, 9.9, 31.4]
SHARE = [0, 0.1, 0, 0.2, 0, 0.1, 0, 0.2, 0, 0.1]


def likely(theirs: str, ours: str) -> float:
    return headings.likeness(theirs, "orders", ours).score


def found(**columns) -> Product | None:
    return product(pd.DataFrame(columns, dtype=float), likely)


def test_what_is_called_an_amount_and_is_the_price_is_the_price():
    total = np.multiply(QUANTITY, PRICE)
    assert found(a=QUANTITY, line_amount=PRICE, b=total) == Product("b", "a", "line_amount")


def test_money_after_the_discount_goes_before_money_without_it():
    gross = np.multiply(QUANTITY, PRICE)
    net = np.round(gross * (1 - np.array(SHARE)), 2)
    made = found(quantity=QUANTITY, price=PRICE, discount=SHARE, gross=gross, total=net)
    assert made == Product("total", "quantity", "price", "discount")
    percent = found(quantity=QUANTITY, price=PRICE, discount=np.multiply(SHARE, 100), total=net)
    assert percent == Product("total", "quantity", "price", "discount", True)


def test_cost_is_not_the_money_where_another_product_is():
    cost = np.multiply(PRICE, 0.7)
    made = found(
        qty=QUANTITY, unit_cost=cost, cost=np.multiply(QUANTITY, cost), price=PRICE, sales=np.multiply(QUANTITY, PRICE)
    )
    assert made == Product("sales", "qty", "price")


@pytest.mark.parametrize("wrong", [1, 3])
def test_it_holds_in_95_of_100_rows_or_it_is_none(wrong):
    quantity, price = np.tile(QUANTITY, 4), np.tile(PRICE, 4)
    total = quantity * price
    total[:wrong] += 500
    assert (found(qty=quantity, price=price, total=total) is not None) == (wrong == 1), "1 of 40 is 2.5 %, 3 are 7.5 %"


def test_columns_that_do_not_vary_or_are_hardly_known_prove_nothing():
    assert found(qty=[1.0] * 10, price=PRICE, total=PRICE) is None
    few = [*QUANTITY[:5], *[np.nan] * 5]
    assert found(qty=few, price=PRICE, total=np.multiply(few, PRICE)) is None
    assert product(pd.DataFrame(), likely) is None
