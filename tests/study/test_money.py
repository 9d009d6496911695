"""Limits of what no table holds."""

import pytest
from pydantic import ValidationError

from kamlib.study.money import Money, Risk


def test_what_was_not_said_is_unknown_and_no_zero():
    assert set(Money().model_dump().values()) == {None}


def test_an_overdraft_is_cash_below_zero_and_costs_are_not():
    assert Money(opening_cash=-5).opening_cash == -5
    with pytest.raises(ValidationError, match="fixed_costs"):
        Money(fixed_costs=-1)


@pytest.mark.parametrize("mistake", [{"correlation": 1}, {"correlation": -0.1}, {"draws": 10}])
def test_a_year_that_cannot_be_drawn_is_refused(mistake):
    with pytest.raises(ValidationError):
        Risk(**mistake)
