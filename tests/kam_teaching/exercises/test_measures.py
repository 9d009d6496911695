"""Exercise 7, counted customer by customer and month by month."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd
import pytest

from kam_teaching.exercises import read
from kam_teaching.exercises.feedback import tasks
from kam_teaching.exercises.measures import came_back, chances, quiet_after


@pytest.mark.slow
def test_retention_is_as_added_up_customer_by_customer():
    before, now = defaultdict(float), defaultdict(float)
    for row in read("orders").itertuples():
        if pd.Timestamp("2024-07-01") <= row.date <= pd.Timestamp("2025-06-30"):
            before[row.customer] += row.amount
        elif row.date > pd.Timestamp("2025-06-30"):
            now[row.customer] += row.amount
    base = {customer: money for customer, money in before.items() if money > 0}
    assert tasks("measures")["nrr"].expected == pytest.approx(sum(now[one] for one in base) / sum(base.values()))


def orders_of(rows):
    table = pd.DataFrame(rows, columns=["customer", "date", "amount", "manager"])
    return table.assign(date=pd.to_datetime(table["date"]))


def test_the_chance_of_a_manager_by_hand():
    """Eight customers, four kept, all of M1: the chance of 4 or 0 of 4 at one half is 2 / 16."""
    rows = [(f"a{i}", "2025-01-01", 1.0, "M1" if i < 4 else "M2") for i in range(8)]
    rows += [(f"a{i}", "2025-09-01", 1.0, "M9") for i in range(4)]
    assert chances(orders_of(rows)).to_dict() == pytest.approx({"M1": 0.125, "M2": 0.125})


def test_what_came_back_by_hand():
    """A falls from 100 to 40 and comes back with 70, B to nothing and stays away; C does not fall below half."""
    rows = [("A", "2025-10-01", 100), ("A", "2026-03-31", 40), ("A", "2026-04-01", 70), ("B", "2025-12-31", 100)]
    rows += [("C", "2025-11-01", 100), ("C", "2026-01-01", 50), ("C", "2026-05-01", 900), ("A", "2026-07-01", 999)]
    table = orders_of([(*row, "M1") for row in rows])
    assert came_back(table, pd.Timestamp("2025-12-31")) == pytest.approx(70 / 200)


def test_the_quiet_of_sixty_days_by_hand():
    """On 30 June A, B and C are ours, D was last seen 366 days before; A orders on day 60, B on day 61, C's order is of the day itself."""
    rows = [("A", "2025-06-01", 1), ("A", "2025-08-29", 1), ("B", "2024-06-30", 1), ("B", "2025-08-30", 1)]
    rows += [("C", "2025-06-30", 1), ("C", "2025-07-01", -1), ("D", "2024-06-29", 1), ("D", "2025-07-01", 1)]
    table = orders_of([(*row, "M1") for row in rows])
    assert quiet_after(table, pd.Timestamp("2025-06-30")) == pytest.approx(2 / 3)


@pytest.mark.slow
def test_the_season_alone_would_be_an_alarm():
    risen = tasks("measures")["risen"]
    assert abs(risen.expected) < 0.005 < 0.03 < risen.traps[0].answer
