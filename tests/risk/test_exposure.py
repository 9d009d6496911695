"""What hangs on each customer. Oracle: sums by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.risk.exposure import basis, exposures

DAY = pd.Timestamp("2026-06-30")
FACTS = pd.DataFrame(
    {
        "customer_id": ["01", "02", "03"], "as_of": DAY, "revenue_12m": [100.0, 40.0, 0.0], "margin_12m": [30.0, 10.0, 0.0],
        "returns_12m": 0.0, "order_days_12m": [3, 1, 0],
    }
)  # fmt: skip
TOUCHES = pd.DataFrame(
    [
        ("09", "2024-01-01", "call", 1.0, 1.0), ("01", "2025-06-30", "call", 50.0, 1.0), ("01", "2025-07-01", "call", 2.0, 0.5),
        ("01", "2026-01-01", "visit", None, 1.0), ("02", "2026-01-01", "delivery", None, None), ("09", "2026-06-30", "meeting", 4.0, None),
        ("01", "2026-07-01", "call", 99.0, 9.0),
    ],
    columns=["customer_id", "date", "kind", "cost", "hours"],
).assign(date=lambda t: pd.to_datetime(t["date"]))  # fmt: skip
BILLS = pd.DataFrame(
    [
        ("01", "2026-06-01", 60.0, None), ("01", "2026-06-02", -10.0, None), ("02", "2026-01-01", 5.0, "2026-07-02"),
        ("02", "2026-01-02", 5.0, "2026-06-30"), ("03", "2025-01-01", 7.0, None), ("03", "2026-07-01", 70.0, None),
    ],
    columns=["customer_id", "issued", "amount", "paid"],
).assign(issued=lambda t: pd.to_datetime(t["issued"]), due=lambda t: t["issued"], paid=lambda t: pd.to_datetime(t["paid"]))  # fmt: skip


def test_money_costs_and_receivables_by_hand():
    """01: touches 2, hours (0.5 + 1) · 10; 09 was served and never bought; 03 owes from long ago; what comes later is not read."""
    found = exposures(FACTS, interactions=TOUCHES, hour=10, invoices=BILLS).set_index("customer_id")
    assert found.index.tolist() == ["01", "02", "03", "09"]
    assert found["touch_cost"].tolist() == [2, 0, 0, 4] and found["hours_cost"].tolist() == [15, 0, 0, 0]
    assert found["contribution"].tolist() == [30 - 17, 10, 0, -4]
    assert found["receivables"].tolist() == [50, 5, 7, 0] and found["served"].tolist() == [True, True, False, True]
    assert basis(found.reset_index()).code == "basis_contribution"


def test_without_the_cost_of_an_hour_hours_are_unknown_and_no_zero():
    """01's visit has hours alone: what it cost is not known, the call cost 2."""
    found = exposures(FACTS, interactions=TOUCHES).set_index("customer_id")
    assert found["hours_cost"].isna().all() and found.loc["01", "contribution"] == 28
    assert basis(found.reset_index()).code == "basis_contribution_without_hours"


def test_contribution_falls_back_to_margin_and_then_to_revenue_and_says_so():
    margin = exposures(FACTS)
    assert margin["contribution"].tolist() == [30, 10] and basis(margin).code == "basis_margin"
    assert margin[["touch_cost", "receivables"]].isna().all(axis=None)
    revenue = exposures(FACTS.assign(margin_12m=np.nan), interactions=TOUCHES, hour=10)
    assert (
        revenue.set_index("customer_id")["contribution"].tolist() == [100, 40, 0]
        and basis(revenue).code == "basis_revenue"
    )


def test_touches_that_do_not_reach_back_a_year_are_not_counted():
    young = exposures(FACTS, interactions=TOUCHES[TOUCHES["date"] > "2025-06-30"], hour=10)
    assert young["touch_cost"].isna().all() and basis(young).code == "basis_margin"


def test_a_margin_that_is_unknown_makes_the_contribution_unknown():
    facts = FACTS.assign(margin_12m=[30.0, np.nan, 0.0])
    found = exposures(facts, interactions=TOUCHES, hour=10).set_index("customer_id")
    assert np.isnan(found.loc["02", "contribution"]) and basis(found.reset_index()).values["unknown"] == 1


@pytest.mark.parametrize("table", ["interactions", "invoices"])
def test_an_empty_table_is_as_none(table):
    rows = {"interactions": TOUCHES, "invoices": BILLS}[table].head(0)
    pd.testing.assert_frame_equal(exposures(FACTS, **{table: rows}), exposures(FACTS))
