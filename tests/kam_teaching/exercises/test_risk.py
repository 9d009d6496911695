"""Exercise 6 against the kit's curve and concentration, and a curve by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from kam_teaching.exercises import read
from kam_teaching.exercises.feedback import tasks
from kam_teaching.exercises.risk import curve
from kamlib.risk.concentration import concentration
from kamlib.stats import kaplan_meier


def test_the_curve_by_hand():
    """Four invoices: paid on day 1, open since 2, paid on day 3, open since 3: 3/4, then 3/4 × 1/2."""
    found = curve(pd.Series([1, 2, 3, 3]), pd.Series([True, False, True, False]))
    assert found.to_dict() == {0: 1.0, 1: 0.75, 2: 0.75, 3: 0.375}


@pytest.mark.slow
def test_late_and_wait_are_those_of_the_kits_curve():
    bills = read("invoices").query("amount > 0 and issued > '2025-06-30'")
    paid = bills["paid"].notna()
    days = (bills["paid"].fillna(pd.Timestamp("2026-06-30")) - bills["issued"]).dt.days.clip(lower=0)
    kit = kaplan_meier(days, paid)
    assert tasks("risk")["late"].expected == pytest.approx(kit.loc[kit["day"] <= 60, "share"].iloc[-1])
    by_day = kit.set_index("day")["share"].reindex(range(150), method="ffill")
    assert tasks("risk")["wait"].expected == pytest.approx(by_day.sum())


@pytest.mark.slow
def test_the_effective_number_is_that_of_the_kit():
    revenue = read("orders").query("date > '2025-06-30'").groupby("customer")["amount"].sum()
    assert tasks("risk")["effective"].expected == pytest.approx(concentration(revenue)["effective_number"])
