"""Which columns go together. Oracle: a few rows counted by hand."""

from __future__ import annotations

import pandas as pd

from kamlib.init.evidence import joins, one_each, one_to_one, tells_apart

ROWS = pd.DataFrame(
    {
        "order": ["1", "1", "2", "3", "3", None],
        "firm": ["ООО «А»", "ООО  'а'", "B", "B", "B", "C"],
        "item": ["x", "y", "x", "x", "x", "x"],
        "po": ["p1", "p1", "p2", "p3", "p3", "p4"],
    }
)


def test_a_value_for_each_order_is_counted_over_orders_of_several_rows():
    assert one_each(ROWS, "order", "firm") == 1, "one firm written in two ways is one"
    assert one_each(ROWS, "order", "item") == 0.5
    assert one_each(ROWS.iloc[1:4], "order", "firm") is None


def test_what_is_one_to_one_with_the_order_is_found():
    assert one_to_one(ROWS, "order", "po")
    assert not one_to_one(ROWS, "order", "firm")


def test_a_key_hardly_repeats():
    assert tells_apart(pd.Series([*map(str, range(100)), "5", None]))
    assert not tells_apart(pd.Series([*map(str, range(20)), "5"]))
    assert not tells_apart(pd.Series(["1", None]))


def test_the_share_of_values_that_are_keys_of_another_table():
    assert joins(pd.Series(["1", "2", "9", None]), pd.Series(["1", "2", "3"])) == 2 / 3
    assert joins(pd.Series([None], dtype=object), pd.Series(["1"])) == 0
