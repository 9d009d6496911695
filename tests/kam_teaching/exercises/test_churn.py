"""Exercise 5, counted customer by customer."""

from __future__ import annotations

import pandas as pd
import pytest

from kam_teaching.exercises import read
from kam_teaching.exercises.churn import _alike
from kam_teaching.exercises.feedback import tasks


@pytest.mark.slow
def test_lost_and_visited_are_as_counted_one_by_one():
    day, end = pd.Timestamp("2025-12-31"), pd.Timestamp("2026-06-29")
    touches = read("interactions")
    touched = {
        row.customer
        for row in touches.itertuples()
        if row.kind in ("visit", "meeting", "call") and pd.Timestamp("2025-07-05") <= row.date <= day
    }
    seen, other = [], []
    for customer, days in read("orders").query("amount > 0").groupby("customer")["date"]:
        before = [one for one in days if one <= day]
        if before and (day - max(before)).days <= 365:
            gone = not any(day < one <= end for one in days)
            (seen if customer in touched else other).append(gone)
    assert tasks("churn")["lost"].expected == pytest.approx((sum(seen) + sum(other)) / (len(seen) + len(other)))
    assert tasks("churn")["visited"].expected == pytest.approx(sum(seen) / len(seen) - sum(other) / len(other))


@pytest.mark.slow
def test_frequent_buyers_that_stopped_are_as_counted_one_by_one():
    """Of 136 twelve have no order from 30 June 2025 to 29 June 2026; one had none from January to June 2025."""
    day, stopped, silent, all_of_them = pd.Timestamp("2024-12-31"), 0, 0, 0
    for _, days in read("orders").query("amount > 0").groupby("customer")["date"]:
        year = {one for one in days if pd.Timestamp("2024-01-01") <= one <= day}
        if len(year) >= 12 and max(year) >= pd.Timestamp("2024-12-17"):
            all_of_them += 1
            silent += not any(day < one <= pd.Timestamp("2025-06-29") for one in days)
            stopped += not any(pd.Timestamp("2025-06-29") < one <= pd.Timestamp("2026-06-29") for one in days)
    task = tasks("churn")["stopped"]
    assert (stopped, silent, all_of_them) == (12, 1, 136)
    assert task.expected == pytest.approx(12 / 136) and task.traps[0].answer == pytest.approx(1 / 136)


@pytest.mark.slow
def test_among_customers_of_like_silence_the_visited_differ_little():
    """Who ordered lately is visited more: the difference over all, -0.087, is made of three that weigh -0.018 together."""
    lost = pd.Series([1, 0, 0, 0, 1, 1, 1, 0], index=list("ABCDEFGH")).astype(bool)
    bands = pd.Series([1, 1, 1, 1, 2, 2, 2, 2], index=lost.index)
    # band 1: B, C, D visited, 0 of 3 lost, of the others 1 of 1: -1; band 2: E visited, 1 of 1, of the others 2 of 3: +1/3
    assert _alike(lost, pd.Series(list("BCDE")), bands) == pytest.approx((-1 + 1 / 3) / 2)
    visited, alike = tasks("churn")["visited"], tasks("churn")["alike"]
    assert alike.traps[0].answer == visited.expected < 3 * alike.expected < 0


@pytest.mark.slow
def test_the_traps_look_better_than_the_truth():
    power, visited = tasks("churn")["power"], tasks("churn")["visited"]
    assert power.traps[0].answer > power.expected + 0.1
    assert all(trap.answer < visited.expected - 0.05 for trap in visited.traps)
