"""Faults that were reported once, each with its files and what is right."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from kamlib.errors import InputError
from kamlib.intake.pipeline import Clean, collect
from kamlib.study.model import Study

HERE = Path(__file__).parent


@pytest.fixture
def case(tmp_path):
    """``case("rate-overflow", cleaning={...})``: what comes of the study of a case, with some of its values changed."""

    def clean(name: str, **changed) -> Clean:
        tree = yaml.safe_load((HERE / name / "study.yaml").read_text(encoding="utf-8")) | changed
        for source in tree["sources"].values():
            files = [source["files"]] if isinstance(source["files"], str) else source["files"]
            source["files"] = [str(HERE / name / file) for file in files]
        path = tmp_path / "study.yaml"
        path.write_text(yaml.safe_dump(tree, allow_unicode=True), encoding="utf-8")
        return collect(Study.read(path))

    return clean


def sums(clean: Clean) -> dict[str, Decimal]:
    """Money kept, by customer."""
    table = clean.orders.to_pandas()
    return {name: sum(found["amount"]) for name, found in table.groupby("customer_id")}


def aside(clean: Clean) -> dict[str, int]:
    """Rows set aside, by reason."""
    return clean.quarantine.to_pandas()["reason"].value_counts().to_dict()


def test_an_amount_of_five_digits_in_another_currency_is_converted(case):
    assert sums(case("rate-overflow")) == {"A": Decimal("10805.00")}


def test_a_foreign_sign_is_no_money_of_our_own(case):
    with pytest.raises(InputError, match="other currencies than EUR"):
        case("foreign-sign-taken-for-own")
    lifted = {"most_rows": 1, "most_amount": 1, "rules": {"no_rate": "set_aside"}}
    with pytest.raises(InputError, match="no_rate 6"):
        case("foreign-sign-taken-for-own", cleaning=lifted)


def test_five_comma_dash_is_five(case):
    assert sums(case("whole-amount-dash")) == {"A": Decimal(100), "B": Decimal(20), "C": Decimal("109.50")}
