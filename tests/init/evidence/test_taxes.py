"""Which amount is net of tax. Oracle: taxes worked out by hand at known rates."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.init import headings
from kamlib.init.evidence.taxes import Taxed, taxed

NET = [4.5, 17.25, 240, 9.9, 31.4, 1204.11, 88.2, 640, 5.99, 312.4]


def likely(theirs: str, ours: str) -> float:
    return headings.likeness(theirs, "orders", ours).score


def found(**columns) -> Taxed | None:
    return taxed(pd.DataFrame(columns, dtype=float), likely)


@pytest.mark.parametrize("rate", [0.19, 0.21, 0.2, 0.081, 0.055, 0.08875])
def test_net_tax_and_gross_are_told_apart_at_any_rate_whatever_they_are_called(rate):
    tax = np.round(np.multiply(NET, rate), 2)
    assert found(c=NET + tax, b=tax, a=NET) == Taxed("a", "b", "c")


def test_several_rates_and_lines_without_tax_are_told_apart():
    tax = np.round(np.multiply(NET, [0.21, 0.1, 0, 0.21, 0.1, 0.21, 0.21, 0.1, 0.21, 0]), 2)
    assert found(a=NET, b=tax, c=NET + tax) == Taxed("a", "b", "c")


def test_freight_may_be_in_the_gross_amount():
    tax, freight = np.round(np.multiply(NET, 0.2), 2), np.full(10, 4.9)
    assert found(a=NET, freight=freight, b=tax, c=NET + tax + freight) == Taxed("a", "b", "c", "freight")


def test_credit_notes_have_tax_below_zero():
    net = np.multiply(NET, [1, 1, -1, 1, 1, 1, -1, 1, 1, 1])
    tax = np.round(net * 0.19, 2)
    assert found(a=net, b=tax, c=net + tax) == Taxed("a", "b", "c")


def test_a_cost_and_a_margin_are_no_net_amount_and_tax():
    cost = np.round(np.multiply(NET, 0.8), 2)
    assert found(cost=cost, margin=NET - cost, sales=NET) is None


def test_amounts_that_have_no_rate_in_common_are_no_tax():
    other = [0.9, 2.0, 31.7, 2.1, 3.3, 150.2, 20.1, 71.3, 1.1, 77.7]
    assert found(a=NET, b=other, c=np.add(NET, other)) is None
