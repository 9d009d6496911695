"""Pictures of the ledger: the bars are as long as the figures in the table."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from kamlib.report import figures

LEDGER = pd.DataFrame(
    [
        ("orders", "came in", "", 10, Decimal(100), 10, Decimal(100)),
        ("orders", "no_account", "set_aside", 3, Decimal(-30), 2, Decimal(-20)),
        ("orders", "overlap", "set_aside", 0, Decimal(0), 0, Decimal(0)),
        ("orders", "zero_price", "mark", 4, Decimal(0), 0, Decimal(0)),
        ("orders", "currency_spelling", "repair", 1, Decimal(7), 0, Decimal(0)),
        ("orders", "kept", "", 8, Decimal(120), 8, Decimal(120)),
    ],
    columns=["table", "rule", "action", "matched_rows", "matched_amount", "rows", "amount"],
)
MONTHLY = pd.DataFrame(
    [
        ("2026-01-01", "kept", 3, Decimal(1)),
        ("2026-01-01", "overlap", 6, Decimal(-5)),
        ("2026-02-01", "kept", 5, Decimal(1)),
        ("2026-03-01", "no_account", 4, Decimal(2)),
        ("2026-04-01", "no_account", 3, Decimal(2)),
        ("2026-04-01", "kept", 5, Decimal(1)),
        ("2062-05-01", "after_as_of", 2, Decimal(1)),
        (None, "bad_date", 7, Decimal(1)),
    ],
    columns=["month", "reason", "rows", "amount"],
).astype({"month": "datetime64[ns]"})


def labels(axis):
    return [label.get_text() for label in axis.get_yticklabels()]


def title(axis):
    return axis.get_title(loc="left") + axis.get_title()


def words(axis):
    return [text.get_text().strip() for text in axis.texts]


def test_bars_are_what_was_set_aside_repaired_and_only_marked_with_the_money_beside_them():
    axis = figures.ledger_bars(LEDGER, currency="EUR")
    assert labels(axis) == ["no account", "currency spelling", "zero price"]
    assert [bar.get_width() for bar in axis.patches] == [2, 1, 4]
    assert words(axis)[:3] == ["2, 20 EUR", "1, 7 EUR", "4, 0 EUR"]
    assert set(words(axis)[3:]) == {"set aside", "repaired", "kept, marked"}
    assert title(axis) == "20.0% of the lines set aside, most often: no account"
    assert (
        "2 lines were set aside, most of them by the rule no account (2); 1 were repaired." in axis.figure.get_label()
    )


def test_money_that_no_one_can_read_is_called_not_known():
    unread = ("orders", "bad_amount", "set_aside", 2, None, 2, None)
    ledger = pd.concat([LEDGER, pd.DataFrame([unread], columns=LEDGER.columns)], ignore_index=True)
    axis = figures.ledger_bars(ledger, currency="EUR")
    assert words(axis)[:2] == ["2, 20 EUR", "2, money not known"]


def test_a_ledger_in_which_no_rule_hit_is_drawn_empty():
    axis = figures.ledger_bars(LEDGER.assign(matched_rows=0, rows=0), currency="EUR")
    assert len(axis.patches) == 0 and title(axis).startswith("0.0% of the lines")
    assert "No line was set aside; 0 were repaired." in axis.figure.get_label()


def test_a_table_that_is_not_in_the_ledger_is_not_drawn():
    assert figures.ledger_bars(LEDGER, currency="EUR", table="notes") is None


def test_months_are_those_kept_and_each_cell_is_what_was_set_aside():
    """January to April; the typing error of 2062 does not stretch the axis. All six of the overlap are in January."""
    axis = figures.aside_by_month(MONTHLY, currency="EUR")
    assert labels(axis) == ["no account\n7 lines, 4 EUR", "overlap\n6 lines, -5 EUR"]
    assert axis.collections[0].get_array().tolist() == [[0, 0, 4, 3], [6, 0, 0, 0]]
    assert title(axis) == "Overlap: most of it in January 2026"
    # of all lines: 6 of 9 in January, none in February, 3 of 8 in April
    assert "highest in January 2026 with 66.7%, and lowest with 0.0%" in axis.figure.get_label()


def test_a_reason_that_is_spread_is_not_called_an_accident():
    spread = MONTHLY[MONTHLY["reason"] != "overlap"].assign(rows=3)
    assert title(figures.aside_by_month(spread, currency="EUR")) == "No reason is bound to one month"


def test_months_without_a_line_kept_or_set_aside():
    assert figures.aside_by_month(MONTHLY[MONTHLY["reason"] != "kept"], currency="EUR") is None
    kept = MONTHLY[MONTHLY["reason"] == "kept"]
    assert title(figures.aside_by_month(kept, currency="EUR")).startswith("Nothing was set aside")


RETURNED = pd.DataFrame(
    [
        ("2026-01-01", "cancelled_pair", 3, Decimal(-30)),
        ("2026-03-01", "cancelled_pair", 5, Decimal(-20)),
        ("2026-03-01", "return_without_purchase", 2, Decimal(-7)),
    ],
    columns=["month", "outcome", "rows", "amount"],
).astype({"month": "datetime64[ns]"})


def test_what_came_back_is_drawn_month_by_month_for_each_outcome():
    """February is there, with nothing; two lines fit no earlier line."""
    whole, beyond = figures.returned_by_month(RETURNED, currency="EUR").axes
    assert [bar.get_height() for bar in whole.patches] == [3, 0, 5]
    assert [bar.get_height() for bar in beyond.patches] == [0, 0, 2]
    assert title(whole) == "for a whole line: 8 lines, -50 EUR"
    assert whole.figure.get_suptitle() == "Lines that came back and fit no earlier line: 2"
    assert "8 take back a whole line, 0 part of one, 2 fit no earlier line." in whole.figure.get_label()
