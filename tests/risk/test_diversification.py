"""Whether the base becomes broader. Oracle: customers counted by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.risk.diversification import first_years, hours_by_tier, won_and_lost
from kamlib.stats.reasons import waits_for

FACTS = pd.DataFrame(
    {
        "customer_id": list("abcd"), "as_of": pd.Timestamp("2026-06-30"), "revenue_12m": [10.0, 20, 70, 0],
        "first_order": pd.to_datetime(["2025-06-30", "2025-07-01", "2026-06-30", None]),
    }
)  # fmt: skip


def test_won_against_lost_by_hand():
    losses = pd.DataFrame({"customer_id": ["a", "a", "z", "y"], "lost_on": pd.to_datetime(["2025-07-01", "2026-01-01", "2025-06-30", "2026-06-30"])})  # fmt: skip
    found = won_and_lost(FACTS, losses)
    assert found[["won", "won_revenue", "share", "lost", "ratio"]].tolist() == [2, 90, 0.9, 2, 1]
    assert np.isnan(won_and_lost(FACTS, losses.head(0))["ratio"])


def test_a_first_year_holds_365_days_of_those_who_joined_in_the_year_before_the_last(clean_orders):
    """a joined on 1 July 2024, the first day of that year: 365 days end on 30 June 2025; c joined too late. Costs: 3 + 2 · 1 in it."""
    lines = [
        ("a", "2024-07-01", 10, 4), ("a", "2025-06-30", 100, 40), ("a", "2025-07-01", 1000, 400), ("b", "2024-06-30", 7, 7),
        ("c", "2025-07-01", 9, 9),
    ]  # fmt: skip
    facts = pd.DataFrame({"customer_id": list("abc"), "as_of": pd.Timestamp("2026-06-30")})
    facts["first_order"] = pd.to_datetime(["2024-07-01", "2024-06-30", "2025-07-01"])
    touches = pd.DataFrame(
        {"customer_id": ["a", "a", "b"], "date": pd.to_datetime(["2025-06-30", "2025-07-01", "2025-01-01"]), "kind": "call", "cost": 3.0, "hours": 1.0}
    )  # fmt: skip
    orders = clean_orders(lines, "customer_id date amount margin")
    assert first_years(orders, facts, touches, 2).tolist() == [1, 44 - 5]
    assert first_years(orders, facts).tolist() == [1, 44]
    nobody = first_years(orders, facts[facts["customer_id"] == "c"])
    assert nobody["customers"] == 0 and np.isnan(nobody["contribution"])


def test_hours_by_tier_by_hand():
    table = pd.DataFrame({"customer_id": list("abc"), "hours_cost": [20.0, 60, 0], "contribution": [90.0, 10, -5]})
    found = hours_by_tier(table, pd.Series({"a": "invest", "b": "maintenance"}), 10).set_index("tier")
    assert found["hours"].to_dict() == {"invest": 2, "maintenance": 6, "not_in_the_matrix": 0}
    assert found["share_of_hours"].tolist() == [0.25, 0.75, 0]
    assert found["share_of_contribution"].tolist() == pytest.approx([0.9, 0.1, 0])
    np.testing.assert_allclose(found["contribution_an_hour"], [45, 10 / 6, np.nan])
    assert waits_for(hours_by_tier(table, pd.Series(dtype=object), None)).code == "no_hours_on_record"
