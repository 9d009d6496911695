"""Columns of states. Oracle: words that a person knows."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.init.evidence import credits_above_zero, states

ROWS = pd.DataFrame(
    {
        "Стадия сделки": ["Сделка успешна", "Новая", "Сделка провалена", "Сделка успешна"],
        "State": ["CA", "NY", "CA", "TX"],
        "x": ["Shipped", "Cancelled", "Shipped", "Shipped"],
        "Status": ["Paid"] * 4,
        "Channel": ["web", "shop", "web", "web"],
    }
)


def test_the_words_that_count_are_those_of_what_is_done():
    found = states(ROWS, ["Стадия сделки", "State"])
    assert found is not None
    assert found.rows == {"Сделка успешна": 2, "Новая": 1, "Сделка провалена": 1}
    assert (found.column, found.meant) == ("Стадия сделки", ("Сделка успешна",))


def test_a_column_whose_words_are_all_states_needs_no_name():
    found = states(ROWS, ["x", "Channel"])
    assert found is not None and (found.column, found.meant) == ("x", ("Shipped",))


def test_states_of_a_country_one_state_alone_and_other_words_are_none():
    assert states(ROWS, ["State", "Status", "Channel"]) is None
    assert states(ROWS, []) is None


KINDS = pd.DataFrame(
    {
        "Belegart": ["Rechnung", "Gutschrift", "Rechnung", "Rechnung"],
        "State": ["SC", "NC", "SC", "NC"],
        "Type": ["SI", "SC", "SI", "SI"],
    }
)


@pytest.mark.parametrize(("column", "back"), [("Belegart", ("Gutschrift",)), ("Type", ("SC",))])
def test_kinds_of_documents_that_give_money_back_above_zero_are_told(column, back):
    found = credits_above_zero(KINDS, pd.Series([10.0, 4, 7, 8]), [column])
    assert found is not None and (found.column, found.meant) == (column, back)


def test_credits_below_zero_and_a_region_that_is_called_sc_are_nothing_to_ask():
    assert credits_above_zero(KINDS, pd.Series([10.0, -4, 7, 8]), ["Belegart", "Type"]) is None
    assert credits_above_zero(KINDS, pd.Series([10.0, 4, 7, 8]), ["State"]) is None
