"""Whose references fall. Oracle: a few referrals by hand."""

import pandas as pd
import pytest

from kamlib.risk import fallen_references
from kamlib.stats.reasons import waits_for

ACCOUNTS = pd.DataFrame({"account_id": ["A", "B", "B1", "C", "D"], "customer_id": ["A", "B", "B", "C", "D"]})
EXPOSURE = pd.DataFrame({"customer_id": ["A", "B", "C"], "order_days": [3.0, 2, 0], "revenue": [90.0, 50, 0], "contribution": [9.0, 5, -1]})  # fmt: skip
DAY = pd.Timestamp("2026-06-30")


def referrals(*rows: tuple[str, str, str]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["customer_id", "date", "referred_account_id"])
    return table.assign(date=pd.to_datetime(table["date"]), kind="referral")


def test_an_account_counts_for_the_first_who_referred_it_and_a_subsidiary_for_its_group():
    rows = referrals(
        ("A", "2026-01-02", "B1"), ("D", "2026-02-01", "B"), ("A", "2026-03-01", "C"), ("B", "2026-07-01", "D")
    )
    found = fallen_references(EXPOSURE, rows, ACCOUNTS, DAY, pd.Index(["A"]))
    assert found["customer_id"].tolist() == ["A"] and found["image"].tolist() == [True]
    assert found[["referred", "buying", "referred_revenue", "referred_contribution"]].iloc[0].tolist() == [2, 1, 50, 4]


@pytest.mark.parametrize("rows", [referrals(), referrals(("B", "2026-01-01", "B1"))], ids=["none", "own group"])
def test_without_a_referral_the_table_says_what_it_waits_for(rows):
    assert waits_for(fallen_references(EXPOSURE, rows, ACCOUNTS, DAY)).code == "no_referral_on_record"
