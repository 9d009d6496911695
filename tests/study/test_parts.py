"""What all parts of a study have in common: they refuse, and they do not change."""

from __future__ import annotations

from operator import ge
from typing import Annotated

import pytest
from pydantic import Field, ValidationError

from kamlib.study.parts import Currency, Part, Pattern, Share, beside
from kamlib.study.sections import Churn, Criterion, Scoring, Value


def criterion(name, weight, **more):
    more = {"source": "facts", "group": "revenue", "worst": 0, "best": 1} | more
    return Criterion(name=name, weight=weight, **more)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_numbers_must_be_finite(bad):
    for make in (lambda: criterion("a", 100, best=bad), lambda: Value(discount=bad), lambda: Scoring(threshold=bad)):
        with pytest.raises(ValidationError, match="finite"):
            make()


def test_parts_can_not_be_changed_after_they_were_checked():
    with pytest.raises(ValidationError, match="frozen"):
        Churn().horizon_days = 1


class Oven(Part):
    low: int = 100
    high: Annotated[int | None, beside("low", ge, "at least")] = 200
    share: Share = 0.5
    currency: Currency = "EUR"
    label: Pattern = "^A"
    tray: int = Field(1, ge=1)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"high": 99}, r"high\n.*expected at least low \(100\)"),
        ({"low": 201}, r"expected at least low \(201\)"),
        ({"share": 1.01}, "less than or equal to 1"),
        ({"currency": "eur"}, "currency"),
        ({"label": "("}, "no valid pattern: missing"),
        ({"trey": 1}, "Extra inputs"),
    ],
)
def test_a_value_that_breaks_its_rule_or_has_no_place_is_refused(given, words):
    with pytest.raises(ValidationError, match=words):
        Oven(**given)


def test_a_value_is_not_compared_with_one_that_is_not_there():
    """`low` is wrong itself: one mistake is told, not two."""
    assert Oven(high=None).high is None
    with pytest.raises(ValidationError, match="1 validation error"):
        Oven(low="hot", high=1)
