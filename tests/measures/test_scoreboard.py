"""The scoreboard. Oracle: years by hand, and the tables of the pages that hold the same figures."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from kamlib.measures.bridge import quarter_ends, year_pairs
from kamlib.measures.scoreboard import MEASURES, Sources, scoreboard, side_by_side
from kamlib.stats.reasons import waits_for

END, START = date(2026, 6, 30), date(2020, 1, 1)
LAST = pd.Timestamp(END)


@pytest.fixture
def pairs(clean_orders):
    """20 customers that bring 10 (margin 4) in each quarter of four years, and 12 with a margin of 6 in the last one."""
    lines = [
        (
            f"c{who:02}",
            day.date(),
            12 if day > pd.Timestamp("2025-06-30") else 10,
            6 if day > pd.Timestamp("2025-06-30") else 4,
        )
        for who in range(20)
        for day in pd.date_range("2022-08-15", periods=16, freq=pd.DateOffset(months=3))
    ]
    return year_pairs(clean_orders(lines, "customer_id date amount margin"), quarter_ends(END), START)


def at(table: pd.DataFrame, measure: str, day: pd.Timestamp = LAST) -> pd.Series:
    return table[(table["measure"] == measure) & (table["as_of"] == day)].iloc[0]


def test_money_by_hand(pairs):
    found = scoreboard(pairs, Sources())
    assert len(found) == 4 * len(MEASURES) and found["as_of"].nunique() == 4
    assert at(found, "revenue_12m")[["before", "now", "verdict", "firm_verdict"]].tolist() == [
        800,
        960,
        "better",
        "better",
    ]
    assert at(found, "nrr")[["before", "now", "change"]].tolist() == pytest.approx([1, 1.2, 0.2])
    assert at(found, "grr")[["before", "now", "verdict"]].tolist() == [1, 1, "unknown"], "nobody's part has moved"
    assert at(found, "top_1")["now"] == 0.05


def test_quarters_stand_side_by_side(pairs):
    found = side_by_side(scoreboard(pairs, Sources()))
    assert list(found) == ["2025-09-30", "2025-12-31", "2026-03-31", "2026-06-30"] and tuple(found.index) == MEASURES
    assert found.loc["revenue_12m"].tolist() == [840, 880, 920, 960]


def test_what_is_not_on_record_is_not_known(pairs):
    found = scoreboard(pairs, Sources())
    told = {
        name: at(found, name)["reason"]
        for name in ("contribution_12m", "lost_customers", "share_of_keys", "overdue", "nps")
    }
    assert told == {
        "contribution_12m": "no_dealings_on_record", "lost_customers": "no_losses_on_record", "share_of_keys": "no_keys_on_record",
        "overdue": "no_invoices_on_record", "nps": "no_answers_on_record",
    }  # fmt: skip
    unknown = found[found["reason"].isin(told.values())]
    assert unknown[["before", "now", "change"]].isna().all(axis=None) and set(unknown["verdict"]) == {"unknown"}


def test_contribution_is_margin_less_what_the_year_cost_us(pairs):
    """Of c00 a call of 3 and an hour at 2 in the last year: 480 - 5; nothing in the year before: 320. z99 was called and never bought."""
    days = pd.to_datetime(["2024-01-01", "2025-07-01", "2026-06-30", "2026-07-01"])
    touches = pd.DataFrame({"customer_id": ["c00", "c00", "z99", "c00"], "date": days, "kind": "call", "cost": [9.0, 3, 1, 9], "hours": [0.0, 1, 0, 0]})  # fmt: skip
    row = at(scoreboard(pairs, Sources(interactions=touches, hour=2)), "contribution_12m")
    assert [row["before"], row["now"], row["moved"]] == [320, 480 - 5 - 1, 21]


def test_losses_and_returns_within_a_year_by_hand(pairs):
    days = {
        "last_order": ["2024-01-01", "2025-01-01", "2025-02-01", "2022-01-01"], "lost_on": ["2024-07-01", "2025-07-01", "2026-06-30", "2023-01-01"],
        "returned_on": ["2024-12-31", None, None, "2026-01-01"],
    }  # fmt: skip
    losses = pd.DataFrame(
        {"customer_id": list("abcd")} | {name: pd.to_datetime(values) for name, values in days.items()}
    )
    found = scoreboard(pairs, Sources(losses=losses))
    assert at(found, "lost_customers")[["before", "now"]].tolist() == [1, 2]
    assert at(found, "returned_customers")[["before", "now"]].tolist() == [1, 0], "d came back after four years"
    assert at(found, "lost_customers")["reason"] == "too_few_moved"


def test_losses_of_years_that_the_records_hardly_reach_are_not_compared(pairs):
    losses = pd.DataFrame({"customer_id": ["a"], "last_order": LAST, "lost_on": LAST, "returned_on": pd.NaT})
    row = at(scoreboard(pairs.assign(joined_known=False), Sources(losses=losses)), "lost_customers")
    assert row["now"] == 1 and np.isnan(row["before"]) and row["reason"] == "records_begin_too_late"


def test_overdue_is_what_was_known_to_be_past_due_on_each_day(pairs):
    """5 was due and open at both days, 7 is only now, 11 was paid since: known as open a year ago, as paid today."""
    bills = pd.DataFrame(
        {
            "invoice_id": list("1234"), "customer_id": list("aabb"), "amount": [5.0, 7, 11, -3],
            "issued": pd.to_datetime(["2024-06-01", "2026-01-01", "2025-01-01", "2025-01-01"]),
            "due": pd.to_datetime(["2024-07-01", "2026-02-01", "2025-02-01", "2025-02-01"]),
            "paid": pd.to_datetime([None, None, "2025-07-15", None]),
        }
    )  # fmt: skip
    row = at(scoreboard(pairs, Sources(invoices=bills)), "overdue")
    assert [row["before"], row["now"]] == [16, 12]


def test_promoters_of_both_years_are_compared_by_customer(pairs):
    days = pd.to_datetime(["2024-09-01"] * 20 + ["2025-09-01"] * 20)
    answers = pd.DataFrame(
        {"customer_id": [f"c{n}" for n in range(20)] * 2, "date": days, "place": [-1.0] * 20 + [1.0] * 20}
    )
    row = at(scoreboard(pairs, Sources(answers=answers)), "nps")
    assert row[["before", "now", "firm_verdict"]].tolist() == [-100, 100, "better"]


def test_the_share_of_a_list_that_was_made_by_what_they_bring_has_no_verdict(pairs):
    row = at(scoreboard(pairs, Sources(keys=pd.Index(["c00", "c01"]))), "share_of_keys")
    assert row[["now", "verdict", "reason"]].tolist() == [0.1, "unknown", "list_of_the_last_day"]


def test_less_is_better_of_losses_the_largest_and_what_is_overdue(pairs):
    bills = pd.DataFrame(
        {
            "invoice_id": [str(n) for n in range(21)],
            "customer_id": [f"c{n}" for n in range(21)],
            "amount": 5.0,
            "paid": pd.NaT,
        }
    )
    days = ["2024-01-01"] + ["2026-01-01"] * 20
    bills = bills.assign(issued=pd.to_datetime(days), due=pd.to_datetime(days))
    assert at(scoreboard(pairs, Sources(invoices=bills)), "overdue")["firm_verdict"] == "worse"


def test_without_two_years_it_waits(clean_orders):
    none = year_pairs(clean_orders([("a", "2026-01-01", 1)]), END)
    assert waits_for(scoreboard(none, Sources())).code == "two_years_are_needed"


@pytest.mark.kernel
def test_the_last_quarter_holds_what_the_pages_hold(sample_clean, sample_report):
    kept = {
        name: pd.read_parquet(sample_report / "tables" / f"{name}.parquet")
        for name in ("exposure", "receivables", "scores", "losses")
    }
    tables = sample_clean.tables
    keys = pd.Index(kept["scores"].loc[kept["scores"]["key"], "customer_id"])
    pairs = year_pairs(sample_clean.orders, quarter_ends(END), date(2023, 7, 1))
    found = scoreboard(pairs, Sources(tables["interactions"], 55, tables["invoices"], kept["losses"], keys))
    assert at(found, "contribution_12m")["now"] == pytest.approx(kept["exposure"]["contribution"].sum())
    assert at(found, "overdue")["now"] == pytest.approx(kept["receivables"]["overdue"].sum())
    assert at(found, "revenue_12m")["now"] == pytest.approx(kept["exposure"]["revenue"].sum())
