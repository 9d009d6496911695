"""The scoreboard in eight lines, and forecasts beside what came, from tables by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.measures.scoreboard import MEASURES
from kamlib.report.index.board import LINES, board, judged, promised

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
        ["stopped", "30 June 2024", "made anew", "over", "91", "22 (15 to 30)", "31", "more than expected"],
        ["stopped", "30 June 2025", "made anew", "so far: 41 not over", "50", "9 (5 to 13)", "9", "as expected"],
    ]


def row(event, day, expected=20.0, came=21, verdict="as_expected", **more) -> dict:
    ends = {"expected_low": expected and 15.0, "expected_high": expected and 25.0}
    told = {"event": event, "as_of": pd.Timestamp(day), "customers": 90, "not_over": 0, "expected": expected}
    return told | ends | {"came": came, "verdict": verdict} | more


def test_what_a_report_published_stands_in_place_of_what_was_made_anew(write):
    """Of the quarter of the report nothing is made anew; of its kind the published one is told, though a later one was made."""
    made = [row("stopped", day) for day in ("2024-12-20", "2025-06-12", "2025-09-12")] + [row("offer", "2025-05-16")]
    said = [row("stopped", "2025-06-30", verdict="fewer_came"), row("value", "2025-06-30", 2.5e6, 2.4e6)]
    said += [row("still_key", "2025-06-30", None, 21, None, customers=25)]
    tables = {"scorecard": pd.DataFrame(made), "said": pd.DataFrame(said)}
    assert judged(tables)[["as_of", "source"]].to_numpy().tolist() == [
        [pd.Timestamp("2024-12-20"), "made_anew"],
        [pd.Timestamp("2025-05-16"), "control_group"],
        *[[pd.Timestamp("2025-06-30"), "published"]] * 3,
        [pd.Timestamp("2025-09-12"), "made_anew"],
    ]
    assert [found[:3] + found[4:] for found in promised(tables, write).rows] == [
        ["stopped", "30 June 2025", "published", "90", "20 (15 to 25)", "21", "fewer than expected"],
        ["came back after an offer", "16 May 2025", "the control group", "90", "20 (15 to 25)", "21", "as expected"],
        ["margin within the horizon", "30 June 2025", "published", "90", "€2.5M (€15 to €25)", "€2.4M", "as expected"],
        ["key accounts that are key now", "30 June 2025", "published", "25", "", "21", ""],
    ]


def test_a_run_without_the_tables_says_what_each_block_waits_for(write):
    assert board({}, write).waits == "waits for the table scoreboard"
    assert promised({}, write).waits == "waits for the table scorecard"
