"""Limits of what no table holds."""

import pytest
from pydantic import ValidationError

from kamlib.study.settings.money import Money, Risk


def test_what_was_not_said_is_unknown_and_no_zero():
    """What is left has a convention that the pages name: shares and days of a bank, the due day of a tax, no claim of a customer on us."""
    conventions = {"borrowing", "vat_days", "forward_factor", "contra"}
    assert set(Money().model_dump(exclude=conventions).values()) == {None}


@pytest.mark.parametrize(
    "mistake", [{"vat": 20}, {"supplier_days": -1}, {"credit_line": -1}, {"borrowing": {"largest_share": 0}}]
)
def test_what_no_bank_or_tax_has_is_refused(mistake):
    with pytest.raises(ValidationError):
        Money(**mistake)


def test_an_overdraft_is_cash_below_zero_and_costs_are_not():
    assert Money(opening_cash=-5).opening_cash == -5
    with pytest.raises(ValidationError, match="fixed_costs"):
        Money(fixed_costs=-1)


@pytest.mark.parametrize("mistake", [{"correlation": 1}, {"correlation": -0.1}, {"draws": 10}])
def test_a_year_that_cannot_be_drawn_is_refused(mistake):
    with pytest.raises(ValidationError):
        Risk(**mistake)
