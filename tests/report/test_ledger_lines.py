"""The ledger as lines of a terminal. Oracle: lines written by hand."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from kamlib.report.ledger_lines import ledger_lines


def ledger(*rows: tuple) -> pd.DataFrame:
    names = ["table", "rule", "action", "matched_rows", "matched_amount", "rows", "amount"]
    return pd.DataFrame(rows, columns=names)


def test_each_rule_that_hit_a_row_is_a_line_under_its_table():
    lines = ledger_lines(
        ledger(
            ("orders", "came in", "", 12345, Decimal("1234567.5"), 12345, Decimal("1234567.5")),
            ("orders", "test_order", "set_aside", 2, Decimal("-10.00"), 1, Decimal("-4.25")),
            ("orders", "bad_date", "set_aside", 3, Decimal("6.00"), 3, Decimal("6.00")),
            ("orders", "no_rate", "set_aside", 0, Decimal(0), 0, Decimal(0)),
            ("orders", "sign", "repair", 4, Decimal("8.00"), 0, Decimal("16.00")),
            ("orders", "odd", "mark", 5, Decimal("9.00"), 0, Decimal(0)),
            ("accounts", "came in", "", 7, None, 7, None),
        )
    )
    assert [line.split() for line in lines] == [
        ["orders", "rows", "money", "rows", "hit"],
        ["came", "in", "12,345", "1,234,567.50"],
        ["test_order", "aside", "1", "-4.25", "2"],
        ["bad_date", "aside", "3", "6.00"],
        ["sign", "repair", "4", "16.00"],
        ["odd", "mark", "5", "9.00"],
        ["accounts"],
        ["came", "in", "7"],
    ]
    head, _, hit, *_ = lines
    for column, number in (("orders", "test_order"), (" rows", "1"), ("money", "-4.25"), ("rows hit", "2")):
        assert column == "orders" or hit[: head.index(column) + len(column)].endswith(number)


def test_rows_and_money_of_the_lines_add_up_to_what_came_in(sample_clean):
    """In = kept + aside + what repairs took off, to the cent, read from the printed lines alone."""
    lines = ledger_lines(sample_clean.ledger)
    orders = lines[1 : lines.index("accounts")]
    came, *rules, kept = [(line[2:29].strip(), line[29:35].strip(), line[35:44], line[44:64]) for line in orders]

    def number(cell: str) -> Decimal:
        return Decimal(cell.replace(",", "").strip() or 0)

    aside = [rule for rule in rules if rule[1] == "aside"]
    repaired = [rule for rule in rules if rule[1] == "repair"]
    assert number(came[2]) == number(kept[2]) + sum(number(rule[2]) for rule in aside)
    assert number(came[3]) == number(kept[3]) + sum(number(rule[3]) for rule in aside + repaired)


def test_no_line_is_wider_than_80_columns():
    million = Decimal("123456789012.34")
    row = ("orders", "cancellation_without_order", "set_aside", 10**8, million, 10**7, million)
    assert max(map(len, ledger_lines(ledger(row)))) <= 80


def test_an_empty_ledger_has_no_lines():
    assert ledger_lines(ledger()) == []
