"""What the page of the records concludes. Oracle: ledgers made by hand, and the sentences that follow from them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pandas as pd
import pytest

from kamlib.report.readings import cleaning
from kamlib.report.words import sentence
from kamlib.stats.reasons import waiting

TOTALS = pd.Series(
    {"rows_came": 1000, "rows_kept": 990, "rows_aside": 10, "share_aside": 0.01}
    | {"money_came": Decimal(5000), "money_kept": Decimal(4900), "money_repaired": Decimal(7), "balance": Decimal(0)},
    dtype=object,
)
LEDGER = pd.DataFrame(
    [
        ("orders", "came in", "", "all", 1000, Decimal(5000)),
        ("orders", "no_account", "set_aside", "the line names no account", 9, Decimal(10)),
        ("orders", "total_row", "set_aside", "the line is a total", 1, Decimal(-83)),
        ("surveys", "no_day", "set_aside", "no day", 400, None),
    ],
    columns=["table", "rule", "action", "words", "rows", "amount"],
)


def test_it_is_told_what_came_in_and_that_the_books_balance():
    assert sentence(cleaning.came_in(TOTALS, (date(2025, 1, 1), date(2026, 6, 30)), "EUR")) == (
        "**1,000 order lines came in, worth 5,000.00 EUR net; 990 are kept, worth 4,900.00 EUR net, from 2025-01-01 to 2026-06-30.** Set "
        "aside were 10 lines, 1.00% of all."
    )
    told = sentence(cleaning.balance(TOTALS, "EUR"))
    assert told.startswith("The books balance over all days in the files: 1,000 = 990 + 10 rows") and told.endswith(
        "(7.00) is 0.0000 EUR."
    )


def test_the_commonest_reason_and_the_dearest_are_those_of_the_order_lines():
    assert sentence(cleaning.set_aside(LEDGER, "EUR")) == (
        "The most frequent reason: the line names no account. It holds for 9 lines, worth 10.00 EUR net over all days in "
        "the files. The most money, -83.00 EUR net over all days, was set "
        "aside because the line is a total."
    )
    unread = LEDGER.assign(amount=[Decimal(5000), None, Decimal(-83), None])
    assert "9 lines, worth unknown EUR net over all days in the files. The most money, -83.00 EUR" in sentence(
        cleaning.set_aside(unread, "EUR")
    )
    assert sentence(cleaning.set_aside(LEDGER.assign(rows=0), "EUR")) == "No order line had to be set aside."


def test_the_worst_month_is_named_beside_the_middle_one():
    shares = pd.Series([0.0, 0.25, 0.1], index=pd.date_range("2026-01-01", periods=3, freq="MS"))
    told = "In February 2026 the share set aside was highest, 25.0%; the middle month has 10.0%."
    assert sentence(cleaning.worst_month(shares)) == told


def test_what_came_back_is_told_by_whether_it_fits_an_earlier_line():
    outcomes = pd.DataFrame(
        {
            "outcome": [
                "outcome_cancelled_pair",
                "outcome_cancellation",
                "cancellation_without_order",
                "return_without_purchase",
            ],
            "lines": [3, 2, 1, 0],
            "money_back": [Decimal(-30), Decimal(-5), Decimal(-2), 0],
        }
    )
    assert sentence(cleaning.came_back(outcomes, "EUR")) == (
        "5 cancellations fit an earlier line, worth -35.00 EUR net over all days; 1 lines that came back fit none: -2.00 EUR."
    )
    assert cleaning.came_back(waiting(["outcome"], "nothing_came_back"), "EUR") is None


def test_accounts_are_counted_once_as_customers():
    sums = {"amount_by_account": [Decimal(60)], "amount_by_customer": [Decimal(60)]}
    proof = pd.DataFrame({"accounts": [12], "customers": [10], "groups": [2]} | sums)
    told = sentence(cleaning.counted_once(proof, "EUR"))
    assert told.startswith("12 accounts with order lines are **10 customers**; 2 of these have more than one account.")


@pytest.mark.parametrize(("reviewed", "end"), [(True, "are obeyed already."), (False, "None of them is merged here.")])
def test_pairs_of_accounts_are_counted_where_there_are_any(reviewed, end):
    found = pd.DataFrame({"why": ["same_tax_number;same_name", "same_name"]})
    told = sentence(cleaning.pairs(found, pd.DataFrame(index=range(40)), reviewed=reviewed))
    assert told.startswith("2 pairs of the 40 accounts may be one firm; in 1 of them both have the same tax number.")
    assert told.endswith(end) and cleaning.pairs(found.head(0), found, reviewed=reviewed) is None


@pytest.mark.parametrize(
    ("share", "begin"), [(0.1, "**The records can be used.**"), (0.11, "**The records can be used, with care.**")]
)
def test_records_with_faults_above_half_of_what_is_allowed_are_used_with_care(share, begin):
    faults = pd.Series({"rows": 3, "amount": Decimal(9), "rows_in_time": 900, "share": share}, dtype=object)
    assert sentence(cleaning.conclusion(faults, 0.2, "EUR")).startswith(begin)


def test_where_nothing_was_set_aside_no_month_is_the_worst():
    assert cleaning.worst_month(pd.Series([0.0, 0.0], index=pd.to_datetime(["2026-01-01", "2026-02-01"]))) is None


def test_the_cube_agrees_with_the_ledger_or_says_how_far_they_are_apart():
    cube = pd.DataFrame({"revenue": [4000.0, 900.004], "lines": [900, 90]})
    told = sentence(cleaning.cube_against_ledger(cube, TOTALS, "EUR"))
    assert told == "The cube holds **4,900.00 EUR** in 990 order lines of all days, to the cent what the ledger keeps."
    for other in (cube.assign(revenue=[4000.0, 899.98]), cube.assign(lines=[900, 91])):
        assert cleaning.cube_against_ledger(other, TOTALS, "EUR").code == "cube_differs"
    told = sentence(cleaning.cube_against_ledger(cube.assign(revenue=[4000.0, 899.98]), TOTALS, "EUR"))
    assert told.endswith("the ledger keeps 4,900.00 in 990: they are -0.02 apart.")
