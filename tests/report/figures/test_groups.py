"""The picture of groups: names, and how many buy through several accounts."""

from __future__ import annotations

import pandas as pd

from kamlib.report import figures


def test_names_that_are_not_known_are_shown_as_ids():
    largest = pd.DataFrame(
        {
            "customer_id": ["a", "00123"],
            "accounts": [2, 1],
            "net_revenue": [7.0, 5.0],
            "largest_account": [4.0, 5.0],
            "share": 0.5,
        }
    )
    axis = figures.group_bars(largest, names=pd.Series({"a": "$ <b>Acme</b> $"}), currency="EUR")
    assert [label.get_text() for label in axis.get_yticklabels()] == ["$ <b>Acme</b> $", "00123"]


def test_the_title_counts_those_that_buy_through_several_accounts_and_dots_stand_at_both_sums():
    largest = pd.DataFrame(
        {
            "customer_id": ["a", "b", "c"],
            "accounts": [3, 1, 2],
            "net_revenue": [9.0, 5.0, 4.0],
            "largest_account": [6.0, 5.0, 3.0],
            "share": [0.45, 0.25, 0.2],
        }
    )
    axis = figures.group_bars(largest, names=pd.Series(dtype=object), currency="EUR")
    assert axis.get_title(loc="left") + axis.get_title() == "2 of the 3 largest customers buy through several accounts"
    together, alone = (dots.get_offsets()[:, 0].tolist() for dots in axis.collections[1:])
    assert (alone, together) == ([6, 5, 3], [9, 5, 4])
    assert [text.get_text() for text in axis.texts] == ["3 accounts", "2 accounts"]
    assert (
        "The 3 customers" in axis.figure.get_label() and "45.0% of all revenue (accounts: 3)" in axis.figure.get_label()
    )
