"""What the page says of cash and of quiet lines, by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.report.readings import cash as on_cash
from kamlib.report.words import sentence

PATH = pd.DataFrame({"until": pd.date_range("2026-07-07", periods=3, freq="7D"), "balance": [50.0, -20.0, 30.0]})
FAN = pd.DataFrame(
    {"week": [1, 2, 3], "middle": [50.0, -20, 30], "low": [10.0, -90, -5], "high": 99.0, "p_below": [0.01, 0.6, 0.2]}
)
CASES = pd.DataFrame(
    {"scenario": ["as_expected", "keys_late_60"], "gap": [20.0, 70.0], "lowest_week": [2, 3], "weeks_below": [1, 2]}
)


def test_the_lowest_week_of_the_path_and_of_the_draws():
    told = on_cash.lowest(PATH, FAN, 100.0, "EUR")
    assert "in week 2 of 3 (0: today) with **-20 EUR**" in sentence(told)
    assert "down to -90 or less in week 2; at most 60.0%" in sentence(told)
    assert on_cash.lowest(PATH, FAN[:0], 100.0, "EUR").code == "lowest_cash_expected"
    assert on_cash.lowest(PATH[:0], FAN, 100.0, "EUR") is None and on_cash.lowest(PATH, FAN, None, "EUR") is None


@pytest.mark.parametrize(
    ("line", "code"),
    [(None, "gap_and_no_line"), (70.0, "gap_within_line"), (69.0, "gap_beyond_line"), (0.0, "gap_beyond_line")],
)
def test_the_worst_case_is_held_against_the_credit_line(line, code):
    told = on_cash.worst_case(CASES, line, "EUR")
    assert (
        told.code == code
        and told.values["scenario"] == "keys_late_60"
        and "*key clients pay 60 days later*: **70 EUR**" in sentence(told)
    )


def test_without_a_gap_no_credit_is_needed():
    assert on_cash.worst_case(CASES.assign(gap=0.0), None, "EUR").code == "no_gap_in_any_case"
    assert on_cash.worst_case(CASES[:0], 5.0, "EUR") is None


def test_whom_to_collect_from_is_told_only_where_the_line_does_not_carry_the_gap():
    first = pd.DataFrame({"customer_id": ["a", "b"], "still_out": [30.0, 12.0]})
    told = on_cash.collect(first, CASES, 69.0, pd.Series({"a": "Anna AG"}), "EUR")
    assert "**Anna AG**: 30 EUR" in sentence(told) and "hold 42 of 42" in sentence(told)
    assert on_cash.collect(first, CASES, 70.0, pd.Series(dtype=object), "EUR") is None
    assert on_cash.collect(first[:0], CASES, None, pd.Series(dtype=object), "EUR") is None


def test_the_path_to_twelve_months_after_the_approval():
    assert "To 2026-07-21" in sentence(on_cash.to_approval(PATH, 100.0, "EUR"))
    assert on_cash.to_approval(PATH[:0], 100.0, "EUR") is None


def test_quiet_lines_are_counted_with_what_they_brought():
    found = pd.DataFrame(
        {"customer_id": ["a", "a", "b"], "change": ["stopped", "halved", ""], "amount_a_year": [10.0, 5.0, 99.0]}
    )
    told = on_cash.quiet(found, pd.DataFrame(index=range(9)), "EUR")
    expected = {"n": 2, "stopped": 1, "customers": 1, "money": 15, "watched": 3, "pairs": 9}
    assert {name: told.values[name] for name in expected} == expected and sentence(told)
    assert on_cash.quiet(found[2:], pd.DataFrame(index=range(9)), "EUR").code == "no_line_quiet"
    assert on_cash.quiet(found[:0], pd.DataFrame(), "EUR") is None


def test_alarms_of_earlier_quarters_stand_beside_lines_without_one():
    table = pd.DataFrame({"watched": [10, 30], "alarms": [2, 2], "came": [2, 1], "without_alarm": [0.2, 0.0]})
    told = on_cash.alarms_before(table)
    assert told.values["right"] == 0.75 and told.values["others"] == pytest.approx(0.2 * 8 / 36)
    assert on_cash.alarms_before(table.assign(alarms=0)) is None and on_cash.alarms_before(table[:0]) is None
