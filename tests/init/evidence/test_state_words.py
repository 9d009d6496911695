"""Columns of states. Oracle: words that a person knows."""

from __future__ import annotations

import pandas as pd

from kamlib.init.evidence import states

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
    assert (found.column, found.done) == ("Стадия сделки", ("Сделка успешна",))


def test_a_column_whose_words_are_all_states_needs_no_name():
    found = states(ROWS, ["x", "Channel"])
    assert found is not None and (found.column, found.done) == ("x", ("Shipped",))


def test_states_of_a_country_one_state_alone_and_other_words_are_none():
    assert states(ROWS, ["State", "Status", "Channel"]) is None
    assert states(ROWS, []) is None
