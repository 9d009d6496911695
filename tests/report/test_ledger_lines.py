"""The ledger as lines of a terminal. Oracle: lines written by hand."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from kamlib.report.ledger_lines import ledger_lines


def ledger(*rows: tuple) -> pd.DataFrame:
    names = ["table", "rule", "action", "matched_rows", "matched_amount", "rows", "amount"]
    return pd.DataFrame(rows, columns=names)


def test_each_rule_that_hit_a_row_is_a_line_under_its_column():
    head, kept, hit = ledger_lines(
        ledger(
            ("orders", "read", "", 12345, Decimal("1234567.5"), 12345, Decimal("1234567.5")),
            ("orders", "test_order", "set_aside", 2, Decimal("-10.00"), 1, Decimal("-4.25")),
            ("orders", "no_rate", "set_aside", 0, Decimal(0), 0, Decimal(0)),
        )
    )
    assert head.split() == [
        "table",
        "rule",
        "what",
        "is",
        "done",
        "rows",
        "hit",
        "money",
        "hit",
        "rows",
        "off",
        "money",
        "off",
    ]
    assert kept.split() == ["orders", "read", "12,345", "1,234,567.50"], "what is only counted takes nothing off"
    assert hit.split() == ["orders", "test_order", "set_aside", "2", "-10.00", "1", "-4.25"]
    for column, number in (("rows hit", "2"), ("money hit", "-10.00"), ("rows off", "1"), ("money off", "-4.25")):
        assert hit[: head.index(column) + len(column)].endswith(number)


def test_a_table_without_money_has_none_in_its_line():
    (_, line) = ledger_lines(ledger(("ratings", "no_account", "mark", 3, None, 0, None)))
    assert line.split() == ["ratings", "no_account", "mark", "3", "0"]


def test_an_empty_ledger_is_its_head():
    assert len(ledger_lines(ledger())) == 1
