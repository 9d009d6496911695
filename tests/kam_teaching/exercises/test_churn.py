"""Exercise 5, counted customer by customer."""

from __future__ import annotations

import pandas as pd
import pytest

from kam_teaching.exercises import read
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
def test_the_traps_look_better_than_the_truth():
    power, visited = tasks("churn")["power"], tasks("churn")["visited"]
    assert power.traps[0].answer > power.expected + 0.1
    assert all(trap.answer < visited.expected - 0.05 for trap in visited.traps)
