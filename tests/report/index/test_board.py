"""The scoreboard in eight lines, and forecasts beside what came, from tables by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.measures.scoreboard import MEASURES
from kamlib.report.index.board import LINES, board, promised

DAYS = pd.to_datetime(["2026-03-31", "2026-06-30"])


@pytest.fixture
def scores() -> pd.DataFrame:
    """All ten figures on two days: shares 0.5, money 2,000,000, counts 12; on the last day all are worse."""
    table = pd.DataFrame([(name, day) for name in MEASURES for day in DAYS[::-1]], columns=["measure", "as_of"])
    share = table["measure"].isin(["nrr", "grr", "share_of_keys", "top_1"])
    money = table["measure"].isin(["revenue_12m", "contribution_12m", "overdue"])
    table["now"] = share.map({True: 0.5, False: 12.0}).mask(money, 2e6)
    return table.assign(firm_verdict=(table["as_of"] == DAYS[1]).map({True: "worse", False: "better"}))


def test_ten_figures_stand_in_eight_lines_oldest_day_first(scores, write):
    found = board({"scoreboard": scores}, write)
    assert found.heads == ["Figure", "31 March 2026", "30 June 2026", "Against a year before"]
    assert sorted(name for line in LINES for name in line) == sorted(MEASURES) and len(found.rows) == 8
    lines = {row[0]: row[1:] for row in found.rows}
    assert lines["net revenue retention · gross revenue retention"] == ["50.0% · 50.0%", "50.0% · 50.0%", "▼ worse"]
    assert lines["revenue, 12 months"] == ["€2M", "€2M", "▼ worse"]


def test_worse_is_up_where_less_is_better_and_the_word_is_that_of_the_last_day(scores, write):
    lines = {row[0]: row[-1] for row in board({"scoreboard": scores}, write).rows}
    assert lines["overdue on the day, gross"] == lines["share of the largest customer"] == "▲ worse"
    assert lines["customers lost, 12 months · customers that came back within a year, 12 months"] == "▲ worse · ▼ worse"


def test_what_can_not_be_told_has_no_arrow_and_what_is_not_known_is_no_zero(scores, write):
    found = board({"scoreboard": scores.assign(firm_verdict="unknown", now=float("nan"))}, write)
    assert {row[-1] for row in found.rows} == {"not known"}
    assert found.rows[0][1] == "unknown"


def test_a_forecast_that_is_over_and_one_so_far_stand_apart_the_latest_of_each(write):
    card = pd.DataFrame(
        {
            "event": "stopped",
            "as_of": pd.to_datetime(["2024-03-31", "2024-06-30", "2025-06-30"]),
            "customers": [90, 91, 50],
            "not_over": [0, 0, 41],
            "expected": [20.0, 22.4, 9.0],
            "expected_low": [10.0, 15.0, 5.0],
            "expected_high": [30.0, 30.0, 13.0],
            "came": [19, 31, 9],
            "verdict": ["as_expected", "more_came", "as_expected"],
        }
    )
    assert promised({"scorecard": card}, write).rows == [
        ["stopped", "30 June 2024", "over", "91", "22 (15 to 30)", "31", "more than expected"],
        ["stopped", "30 June 2025", "so far: 41 not over", "50", "9 (5 to 13)", "9", "as expected"],
    ]


def test_a_run_without_the_tables_says_what_each_block_waits_for(write):
    assert board({}, write).waits == "waits for the table scoreboard"
    assert promised({}, write).waits == "waits for the table scorecard"
