"""Each warning of the whole company at its limit, by hand."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest

from kamlib.report.index.firm_warnings import FIRM_RULES


@pytest.fixture
def told(study, keys, write):
    """Text, money and days of the warnings that some tables give."""

    def made(tables: dict[str, pd.DataFrame]) -> list[tuple[str, float | None, int | None]]:
        found = [one for rule in FIRM_RULES for one in rule(study, tables, keys, write)]
        return [(one.text, one.money, one.days) for one in found]

    return made


def test_groups_of_a_tenth_are_named_with_what_they_bring(told, exposure):
    """80 and 11 of 101 above zero; 9,000 + 4,000."""
    text = "Groups with a tenth of revenue or more in the last 12 months: 001 79% and 002 11% (2 in all)"
    assert told({"exposure": exposure}) == [(text, 13000.0, None)]


def test_overdue_money_is_told_of_from_a_hundredth_of_revenue(told, exposure):
    base = exposure.assign(revenue=[5e3] * 5).query(
        "customer_id > '0'"
    )  # 25,000: a fifth each, so that all five are large
    late = pd.DataFrame({"bucket": ["late_31_60", "late_61_90", "late_over_90"], "open_amount": [9e9, 100.0, 150.0]})
    assert ("On the day €250 are more than 60 days overdue, 1.0% of the revenue of 12 months", 250.0, 30) in told(
        {"exposure": base, "ageing": late}
    )
    late.loc[1, "open_amount"] = 99.0
    assert len(told({"exposure": base, "ageing": late})) == 1


def test_a_gap_in_cash_as_expected_comes_before_that_of_late_payers(told):
    cash = pd.DataFrame(
        {"scenario": ["as_expected", "keys_late_60"], "gap": [0.0, 700.0], "lowest_week": [0, 12], "p_gap": [0.3, 1.0]}
    )
    text = "If it comes so: {}, {} are missing in week {} of the next 26"
    assert told({"cash_scenarios": cash}) == [(text.format("key clients pay 60 days later", "€700", 12), 700.0, 84)]
    cash.loc[0, ["gap", "lowest_week"]] = [50.0, 2]
    assert told({"cash_scenarios": cash}) == [(text.format("as expected", "€50", 2), 50.0, 14)]


def test_faults_of_the_files_count_without_lines_of_another_time_and_those_left_out_by_choice(told, tables):
    """8 of 1,000 are set aside by faults, 40 lie after the day, 2 are no goods: nothing; nor where these are 90; 21 of 1,000 are more than 2 %."""
    assert not told({"ledger": tables["ledger"]})
    assert not told({"ledger": tables["ledger"].assign(rows=[1040, 8, 40, 90, 902])})
    more = tables["ledger"].assign(rows=[1040, 21, 40, 2, 977])
    assert told({"ledger": more}) == [
        ("2.1% of the order lines (21) and 0.7% of the money (€700) are set aside by faults of the files", None, None)
    ]


def test_few_lines_with_much_of_the_money_are_told_of_too(tables, told):
    """8 of 1,000 lines, but 3,030 of 101,000."""
    ledger = tables["ledger"]
    dear = ledger.assign(amount=ledger["amount"].where(ledger["rule"] != "no_account", Decimal(3030)))
    assert told({"ledger": dear}) == [
        ("0.8% of the order lines (8) and 3.0% of the money (€3K) are set aside by faults of the files", None, None)
    ]


def test_a_source_with_fewer_rows_than_for_the_report_before_is_told_of_and_one_that_grew_is_not(tables, told):
    now, before = tables["ledger"], tables["ledger"].assign(rows=[1041, 8, 40, 2, 991])
    gone = pd.concat([before, before.head(1).assign(table="invoices", rows=7)])
    assert told({"ledger": now, "ledger_before": gone}) == [
        ("The table orders came with 1,040 rows, the report before had 1,041: a file lacks or was cut", None, None),
        ("The table invoices came with 0 rows, the report before had 7: a file lacks or was cut", None, None),
    ]
    assert not told({"ledger": before, "ledger_before": now})
    assert not told({"ledger": now, "ledger_before": pd.DataFrame()}), "an older report kept none"


def test_the_last_forecast_of_each_kind_that_missed_its_range_is_told_of(told):
    card = pd.DataFrame(
        {
            "event": ["silent", "silent", "returned", "offer"],
            "as_of": pd.to_datetime(["2025-03-31", "2025-12-31", "2025-12-31", "2025-12-31"]),
            "verdict": ["more_came", "as_expected", "fewer_came", "more_came"],
            "came": [9, 5, 1, 9],
            "expected": [4.0, 5.0, 6.2, 2.0],
        }
    )
    assert told({"scorecard": card}) == [
        ("came back: 1 came where 6 were expected on 2025-12-31, outside the range", None, None)
    ]


def test_bids_for_one_supplier_are_those_of_twelve_months(told):
    bids = pd.DataFrame(
        {
            "customer_id": ["a", "a", "b"],
            "bid_value": [10.0, 30.0, 99.0],
            "date": pd.to_datetime(["2026-01-01", "2026-02-01", "2025-09-30"]),
        }
    )
    assert told({"single_supplier_bids": bids}) == [
        ("Bids of 12 months written for one supplier, worth €40: a (2 in all)", 40.0, None)
    ]
