"""A table of accounts with a hole, a copy or a missing column is refused, and the offender is named."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.errors import InputError
from kamlib.stats.checks import has_columns, one_row_each


def test_a_table_with_each_account_once_and_its_columns_passes():
    one_row_each(pd.DataFrame({"customer_id": ["a", "b"], "revenue": [1, 2]}), ["revenue"])
    one_row_each(pd.DataFrame({"customer_id": []}))


def test_missing_columns_are_named_and_account_id_is_one_of_them():
    with pytest.raises(InputError, match="no 'customer_id', 'margin'"):
        one_row_each(pd.DataFrame({"revenue": [1]}), ["revenue", "margin"])


def test_accounts_that_stand_twice_are_named_five_at_most():
    twice = [letter for letter in "abcdefg" for _ in range(2)]
    with pytest.raises(InputError, match="more than once") as error:
        one_row_each(pd.DataFrame({"customer_id": [*twice, "z"]}))
    assert error.value.column == "customer_id"
    named = str(error.value.found)
    assert all(letter in named for letter in "abcde")
    assert "z" not in named and "g" not in named


def test_an_account_without_an_id_is_refused():
    with pytest.raises(InputError, match="has no id"):
        one_row_each(pd.DataFrame({"customer_id": ["a", None]}))


def test_columns_that_are_there_pass_and_the_missing_ones_are_named():
    has_columns(pd.DataFrame({"a": [1], "b": [1]}), ["a", "b"])
    with pytest.raises(InputError, match="no 'c', 'd'"):
        has_columns(pd.DataFrame({"a": [1]}), ["a", "c", "d"])
