"""Pictures of the ledger: the bars are as long as the figures in the table."""

from __future__ import annotations

from decimal import Decimal

import matplotlib
import pandas as pd
import pytest

from kamlib import figures
from kamlib.errors import InputError

matplotlib.use("Agg")

LEDGER = pd.DataFrame(
    [
        ("orders", "came in", "", 10, Decimal(100), 10, Decimal(100)),
        ("orders", "no_account", "set_aside", 3, Decimal(-30), 2, Decimal(-20)),
        ("orders", "overlap", "set_aside", 0, Decimal(0), 0, Decimal(0)),
        ("orders", "zero_price", "mark", 4, Decimal(0), 0, Decimal(0)),
        ("orders", "kept", "", 8, Decimal(120), 8, Decimal(120)),
    ],
    columns=["table", "rule", "action", "matched_rows", "matched_amount", "rows", "amount"],
)
MONTHLY = pd.DataFrame(
    {
        "month": pd.to_datetime(["2026-01-01", "2026-01-01", "2026-02-01", "2062-05-01", None]),
        "reason": ["kept", "overlap", "kept", "after_as_of", "bad_date"],
        "rows": [3, 1, 5, 2, 7],
        "amount": [Decimal(1)] * 5,
    }
)


def test_bars_are_what_was_set_aside_and_what_was_only_marked():
    rows, money = figures.ledger_bars(LEDGER, currency="EUR")
    assert [bar.get_width() for bar in rows.patches] == [2, 4]
    assert [bar.get_width() for bar in money.patches] == [20, 0]
    assert [label.get_text() for label in rows.get_yticklabels()] == ["no account", "zero price"]
    assert "EUR" in money.get_xlabel()


def test_a_ledger_in_which_no_rule_hit_is_drawn_empty():
    rows, _ = figures.ledger_bars(LEDGER.assign(matched_rows=0), currency="EUR")
    assert len(rows.patches) == 0


def test_a_table_that_is_not_in_the_ledger_is_refused():
    with pytest.raises(InputError, match="no rules of the table 'notes'"):
        figures.ledger_bars(LEDGER, currency="EUR", table="notes")


def test_months_are_those_kept_and_shares_are_of_all_lines_of_the_month():
    """January: 1 of 4 lines; February: none. The typing error of 2062 does not stretch the axis."""
    axis = figures.aside_by_month(MONTHLY)
    assert [bar.get_height() for bar in axis.patches] == [0.25, 0]
    with pytest.raises(InputError, match="kept"):
        figures.aside_by_month(MONTHLY[MONTHLY["reason"] != "kept"])


def test_names_that_are_not_known_are_shown_as_ids():
    largest = pd.DataFrame(
        {"account_id": ["a", "00123"], "members": [2, 1], "amount": [7.0, 5.0], "largest_member": [4.0, 5.0]}
    )
    axis = figures.group_bars(largest, names=pd.Series({"a": "$ <b>Acme</b> $"}), currency="EUR")
    assert [label.get_text() for label in axis.get_yticklabels()] == ["$ <b>Acme</b> $", "00123"]
