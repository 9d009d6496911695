"""On how many customers the money rests. Oracle: sums by hand, and what the figures must hold for any money."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamlib.risk import concentration as module
from kamlib.stats.reasons import waits_for

MONEY = st.lists(st.floats(0.01, 1e6), min_size=1, max_size=20)


def exposure(contribution, revenue=None, **more) -> pd.DataFrame:
    rows = pd.DataFrame({"contribution": contribution, "revenue": contribution if revenue is None else revenue})
    ids = [f"C{n}" for n in range(len(rows))]
    known = {"customer_id": ids, "order_days": 1.0, "served": False, "receivables": np.nan, "measure": "contribution"}
    return rows.astype(float).assign(**known | more)


def test_concentration_by_hand():
    """5, 3, 2: shares .5, .3, .2; HHI .25 + .09 + .04; mean difference of pairs 2 and 3 and 1: Gini 2 (2 + 3 + 1) / (2 · 9 · 10/3)."""
    found = module.concentration(pd.Series([2.0, 5.0, 3.0]))
    assert found[["customers", "total", "below_zero"]].tolist() == [3, 10, 0]
    assert found["hhi"] == pytest.approx(0.38) and found["effective_number"] == pytest.approx(1 / 0.38)
    assert found["gini"] == pytest.approx(12 / 60)
    assert found[["top_1", "top_3", "top_5"]].tolist() == pytest.approx([0.5, 1, 1])


def test_what_is_below_zero_has_no_share_and_stands_beside():
    found = module.concentration(pd.Series([6.0, 4.0, -5.0, np.nan]))
    assert found[["customers", "total", "below_zero"]].tolist() == [3, 5, -5]
    assert found["top_1"] == pytest.approx(0.6) and found["hhi"] == pytest.approx(0.52)


@given(MONEY, MONEY)
def test_hhi_from_parts_equals_the_whole(one, other):
    """HHI = Σ over parts of (share of the part)² · HHI of the part (Hirschman)."""
    whole = module.concentration(pd.Series([*one, *other]))["hhi"]
    total = sum(one) + sum(other)
    parts = [(sum(part) / total) ** 2 * module.concentration(pd.Series(part))["hhi"] for part in (one, other)]
    assert whole == pytest.approx(sum(parts))


@given(st.integers(1, 30), st.floats(0.01, 1e6))
def test_equal_customers_are_as_many_as_they_are(n, amount):
    found = module.concentration(pd.Series([amount] * n))
    assert found["effective_number"] == pytest.approx(n) and found["gini"] == pytest.approx(0, abs=1e-9)


def test_one_customer_and_nothing_above_zero_are_told_and_no_figure_is_made_up():
    alone = module.by_measure(exposure([7.0]))
    assert set(alone["reason"]) == {"one_has_all"} and alone["effective_number"].tolist() == [1, 1]
    none = module.by_measure(exposure([-1.0, -2.0]))
    assert set(none["reason"]) == {"nothing_above_zero"}
    assert none[["hhi", "gini", "top_1"]].isna().all(axis=None) and none["below_zero"].tolist() == [-3, -3]
    assert waits_for(module.by_measure(exposure([]))).code == "no_money_in_12_months"


def test_each_measure_counts_those_it_is_of():
    """C0 bought, C1 was only served, C2 sends back, C3 owes from before; revenue stands once where it is the contribution."""
    table = exposure([5.0, -1.0, -2.0, 0.0], [9.0, 0.0, -3.0, 0.0], receivables=[4.0, 0.0, 0.0, 6.0])
    table = table.assign(order_days=[2.0, 0, 0, 0], served=[True, True, False, False])
    found = module.by_measure(table).set_index("measure")
    assert found["customers"].to_dict() == {"revenue": 2, "contribution": 3, "receivables": 2}
    assert found["top_1"].tolist() == pytest.approx([1, 1, 0.6])
    only = module.by_measure(table.assign(measure="revenue"))
    assert only["measure"].tolist() == ["revenue", "receivables"]


@pytest.mark.parametrize(
    ("share", "word"), [(0.099, ""), (0.1, "major"), (0.2, "major"), (0.201, "dependent"), (0.5, "dependent"), (0.51, "mono-client")]
)  # fmt: skip
def test_marks_stand_at_a_tenth_a_fifth_and_a_half(share, word):
    assert module.mark(share) == word


def test_the_largest_are_named_by_the_share_that_is_most():
    table = exposure([80.0, 15.0, 5.0], [15.0, 80.0, 5.0]).assign(customer_id=["00", "=1", "z"])
    found = module.largest(table, 0.06)
    assert found["customer_id"].tolist() == ["00", "=1"] and found["major"].tolist() == ["mono-client"] * 2
    assert found["share_of_receivables"].isna().all()


def test_the_whale_curve_peaks_where_the_next_costs_more_than_it_brings():
    """8, 4, -2, and one that neither bought nor was served: 80, 120, 100 % of 10."""
    table = exposure([-2.0, 8.0, 4.0, 0.0]).assign(served=False, order_days=[0.0, 1, 1, 0], revenue=[-1.0, 9, 9, 0])
    found = module.whale_curve(table)
    assert found["customer_id"].tolist() == ["C1", "C2", "C0"]
    assert found["cumulative_share"].tolist() == pytest.approx([0.8, 1.2, 1.0])
    assert waits_for(module.whale_curve(exposure([-1.0, 1.0]))).code == "no_contribution_above_zero"


def test_a_curve_begins_at_nothing_and_ends_at_all():
    found = module.curves(exposure([1.0, 3.0]))
    assert found.groupby("measure")["cumulative_share"].agg(list).to_dict() == {
        "contribution": [0, 0.75, 1], "revenue": [0, 0.75, 1],
    }  # fmt: skip


def test_the_trend_leaves_out_windows_that_were_not_observed():
    days = pd.to_datetime(["2025-12-31", "2026-03-31", "2026-06-30"]).repeat(2)
    facts = pd.DataFrame(
        {"as_of": days, "revenue_12m": [np.nan, np.nan, 1, 1, 3, 1], "order_days_12m": 1, "returns_12m": 0}
    )
    found = module.over_time(facts)
    assert found["as_of"].astype(str).tolist() == ["2026-03-31", "2026-06-30"]
    assert found["effective_number"].tolist() == pytest.approx([2, 1 / (0.75**2 + 0.25**2)])
