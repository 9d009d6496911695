"""What the tables of a run say of each account, by hand; and what a figure waits for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.report.index.summary_facts import by_account, names, revenue, shares, total, waits_for, worth_word


def test_a_figure_waits_for_a_table_then_for_its_columns_then_for_rows():
    scores = pd.DataFrame({"customer_id": ["a"], "score": [1.0]})
    assert waits_for({}, scores=("score",)) == "waits for the table scores"
    assert waits_for({"scores": scores}, scores=("rank", "score", "key")) == (
        "waits for the columns rank, key of the table scores"
    )
    assert waits_for({"scores": scores.head(0)}, scores=("score",)) == "waits: the table scores has no rows"
    assert waits_for({"scores": scores}, scores=("score",)) == ""


def test_the_sum_of_nothing_known_is_unknown_and_not_zero():
    assert total(pd.Series([np.nan, np.nan])) is None
    assert total(pd.Series([np.nan, 2.0, 3.0])) == 5


def test_shares_are_of_those_with_positive_revenue():
    """60 and 40 of 100; a net below zero is no revenue that others could have a share of: -20 of 100."""
    facts = pd.DataFrame({"customer_id": ["a", "b", "c"], "revenue": 0.0, "revenue_12m": [60.0, 40.0, -20.0]})
    assert shares({"facts": facts}) == pytest.approx({"a": 0.6, "b": 0.4, "c": 0})
    assert shares({"facts": facts.assign(revenue_12m=-1.0)}) == {}
    assert revenue({}) is None


def test_a_name_is_that_of_the_account_itself_and_not_of_its_branch():
    accounts = pd.DataFrame({"customer_id": ["a", "a"], "account_id": ["a-1", "a"], "name": ["A branch", "A group"]})
    assert names({"accounts": accounts}) == {"a": "A group"}
    assert names({"accounts": accounts.drop(columns="name")}) == {}


def test_who_has_no_name_on_record_has_none():
    ids = list("abcd")
    accounts = pd.DataFrame({"customer_id": ids, "account_id": ids, "name": [None, np.nan, " ", "Nuts"]})
    assert names({"accounts": accounts}) == {"d": "Nuts"}


def test_a_column_that_a_table_does_not_have_is_known_of_nobody():
    cells = pd.DataFrame({"customer_id": ["a", "b"], "cell": ["AX", "BY"]})
    assert by_account({"abcxyz": cells}, "abcxyz", "cell") == {"a": "AX", "b": "BY"}
    assert by_account({"abcxyz": cells}, "abcxyz", "p_silent") == {}
    assert by_account({}, "abcxyz", "cell") == {}


def test_money_is_called_margin_unless_none_is_known():
    assert worth_word({"facts": pd.DataFrame({"margin": [np.nan, 1.0]})}) == "margin"
    assert worth_word({"facts": pd.DataFrame({"margin": [np.nan]})}) == "revenue"
    assert worth_word({}) == "margin"
