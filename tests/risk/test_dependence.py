"""On what else the money depends. Oracle: sums by hand."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from kamlib.risk.dependence import by_trait, contract_ends, line_money
from kamlib.stats.reasons import waits_for

EXPOSURE = pd.DataFrame({"customer_id": ["a", "b", "c"], "revenue": [60.0, 40, -10], "contribution": [6.0, 4, -1]})
ACCOUNTS = pd.DataFrame({"account_id": ["a", "b", "c"], "customer_id": ["a", "b", "c"], "industry": ["paper", "mills", None], "country": None})  # fmt: skip


def test_lines_of_the_last_twelve_months_are_summed_by_category_and_manager(clean_orders):
    lines = [
        ("a", "2026-06-30", 10, "M1", "seals"), ("a", "2025-07-01", 5, "M1", "seals"), ("a", "2025-06-30", 99, "M1", "seals"),
        ("a", "2026-07-01", 99, "M1", "seals"), ("b", "2026-01-01", -2, None, "tools"),
    ]  # fmt: skip
    found = line_money(clean_orders(lines, "customer_id date amount manager category"), date(2026, 6, 30))
    told = found.sort_values("customer_id")[["customer_id", "category", "revenue"]].to_numpy().tolist()
    assert told == [["a", "seals", 15], ["b", "tools", -2]]


def test_each_trait_adds_up_and_one_contact_is_told_by_its_customers():
    """One contact has four of a's five touches; b's single touch tells nothing."""
    lines = pd.DataFrame({"customer_id": ["a", "a", "b"], "category": ["seals", "tools", "seals"], "manager": None, "revenue": [20.0, 40, 40]})  # fmt: skip
    service = pd.DataFrame({"customer_id": ["a", "b"], "touches": [5, 1], "main_contact_share": [0.8, 1.0]})
    found = by_trait(EXPOSURE, lines, ACCOUNTS, service)
    assert found[["trait", "value", "customers", "revenue"]].to_numpy().tolist() == [
        ["industry", "paper", 1, 60], ["industry", "mills", 1, 40], ["category", "seals", 2, 60], ["category", "tools", 1, 40],
        ["contact", "one contact has most touches", 1, 60],
    ]  # fmt: skip
    assert found["share"].tolist() == pytest.approx([0.6, 0.4, 0.6, 0.4, 0.6])
    bare = by_trait(EXPOSURE, lines.assign(category=None), ACCOUNTS.assign(industry=None))
    assert waits_for(bare).code == "no_trait_on_record"


def test_contracts_of_the_twelve_months_to_come_the_earliest_of_a_customer():
    days = ["2026-06-30", "2026-07-01", "2026-08-01", "2027-06-30", "2027-07-01", None]
    accounts = pd.DataFrame({"customer_id": ["x", "a", "a", "b", "c", "c"], "contract_end": pd.to_datetime(days)})
    found = contract_ends(EXPOSURE, accounts, date(2026, 6, 30))
    assert found["customer_id"].tolist() == ["a", "b"] and found["revenue"].tolist() == [60, 40]
    assert found["contract_end"].astype(str).tolist() == ["2026-07-01", "2027-06-30"]
    assert waits_for(contract_ends(EXPOSURE, accounts.head(1), date(2026, 6, 30))).code == "no_contract_ends_soon"
    none = accounts.assign(contract_end=pd.NaT)
    assert waits_for(contract_ends(EXPOSURE, none, date(2026, 6, 30))).code == "no_contract_end_on_record"
