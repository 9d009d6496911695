"""A warning weighs by money and urgency, by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.report.index.warning import Warned, by_chance, on_record, owner_of


@pytest.mark.parametrize(
    ("money", "days", "weight"),
    [(100.0, 0, 100), (100.0, 30, 100), (100.0, 31, 50), (100.0, 90, 50), (100.0, 91, 25), (100.0, None, 25), (None, 30, 0), (None, None, -0.75)],
)  # fmt: skip
def test_money_counts_in_full_within_30_days_by_half_within_90_and_else_by_a_quarter(money, days, weight):
    assert Warned("", money, "", "", "", days).weight == weight


def test_a_chance_stands_behind_its_word_and_what_is_on_record_is_no_guess(write):
    values = {"share": "3%", "n": 7, "of_money": "1%", "amount": "EUR 9K"}
    more = {"money": None, "owner": "", "href": ""}
    assert [by_chance("warn_set_aside", values, p, write, **more).sure for p in (0.95, 0.7, 0.42, 0.1, float("nan"))] == [
        "safe (95%)", "likely (70%)", "open (42%)", "unlikely (10%)", "unknown",
    ]  # fmt: skip
    assert on_record("warn_set_aside", values, **more).sure == "on record"


def test_the_owner_is_that_of_the_first_action_then_the_manager_then_nobody():
    ids = pd.Series(["001", "002"])
    accounts = pd.DataFrame({"customer_id": ["001", "002"], "manager": [None, "M2"]})
    listed = pd.DataFrame({"customer_id": ["002", "002"], "owner": ["M7", "M8"]})
    assert owner_of({"accounts": accounts, "action_list": listed}, ids) == "M7"
    assert owner_of({"accounts": accounts}, ids) == "M2"
    assert owner_of({}, ids) == ""
