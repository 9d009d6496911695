"""What is left if they go. Oracle: results and paths of cash worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.risk.top_losses import if_they_left, largest_sets, monthly_result, safety_margin, value_sets
from kamlib.stats.reasons import waits_for

#: margins 1,200, 600, 240 and -12 a year, so 169 a month; touches 24 and hours 48 a year, so 2 and 4 a month
BASE = pd.DataFrame(
    {
        "customer_id": list("abcd"), "order_days": [9.0, 9, 9, 0], "revenue": [4000.0, 900, 800, 0],
        "margin": [1200.0, 600, 240, -12], "touch_cost": [12.0, 12, 0, 0], "hours_cost": [36.0, 0, 12, 0],
        "contribution": [1152.0, 588, 228, -12], "receivables": [90.0, 0, 0, 0], "measure": "contribution",
    }
)  # fmt: skip


def test_a_month_by_hand_once_with_hours_in_fixed_costs_and_once_besides():
    found = monthly_result(BASE, 100)
    assert found["hours_are"].tolist() == ["in_fixed_costs", "besides_fixed_costs"]
    assert found["result"].tolist() == pytest.approx([169 - 2 - 100, 169 - 2 - 4 - 100])
    assert found[["margin", "touch_cost", "hours_cost"]].iloc[0].tolist() == pytest.approx([169, 2, 4])


@pytest.mark.parametrize(("said", "shown"), [(True, ["in_fixed_costs"]), (False, ["besides_fixed_costs"])])
def test_what_the_study_says_of_hours_is_not_asked_again(said, shown):
    assert monthly_result(BASE, 100, said)["hours_are"].tolist() == shown


def test_without_fixed_costs_or_margins_there_is_no_result_but_a_word():
    assert waits_for(monthly_result(BASE, None)).code == "no_fixed_costs"
    assert waits_for(monthly_result(BASE.assign(measure="revenue"), 100)).code == "no_margin_for_a_result"
    nobody_counts_hours = monthly_result(BASE.assign(hours_cost=np.nan), 100)
    assert nobody_counts_hours["hours_are"].tolist() == ["in_fixed_costs"]


def test_the_loss_of_the_largest_by_hand():
    """67 a month less 100 is -33: 66 of cash last two months. What a owes, 90, comes in three months, then its touch of 1 is saved.

    Cash at the ends of months 0 to 4: 66, 66 - 33 + 30 = 63, 60, 57, 57 - 32 = 25; then 32 less a month to the 24th.
    """
    results = monthly_result(BASE, 100, True)
    found = if_they_left(
        BASE, {"the largest": ["a"]}, results, 66, pd.Series({"customers": 4, "contribution": 500.0})
    ).iloc[0]
    assert found[["customers", "revenue", "contribution"]].tolist() == [1, 4000, 1152]
    assert found[["result_before", "result_after", "result_saved"]].tolist() == pytest.approx([67, -33, -32])
    assert found["months_left"] == pytest.approx(2)
    assert found[["lowest_cash", "lowest_month"]].tolist() == pytest.approx([57 - 21 * 32, 24])
    assert found[["replaced_by", "replaced_years"]].tolist() == pytest.approx([3, 0.75])
    assert found["reason"] == "result_falls_below_zero"


def test_hours_besides_are_saved_too():
    found = if_they_left(BASE, {"the largest": ["a"]}, monthly_result(BASE, 100, False), 0).iloc[0]
    assert found[["result_after", "result_saved"]].tolist() == pytest.approx([-37, -33])


def test_a_result_that_stays_above_zero_never_ends_the_cash():
    found = if_they_left(BASE, {"c": ["c"]}, monthly_result(BASE, 100, True), 10).iloc[0]
    assert np.isnan(found["months_left"]) and found["reason"] == "result_stays_above_zero"
    assert found[["lowest_cash", "lowest_month"]].tolist() == [10, 0]


@pytest.mark.parametrize(
    ("cash", "fixed", "reason"),
    [(None, 100, "no_opening_cash"), (-5, 100, "cash_is_below_zero"), (5, 1000, "result_is_below_zero_before"), (5, None, "no_result_to_tell")],
)  # fmt: skip
def test_what_cannot_be_told_is_missing_with_its_reason(cash, fixed, reason):
    found = if_they_left(BASE, {"the largest": ["a"]}, monthly_result(BASE, fixed, True), cash)
    assert found["reason"].tolist() == [reason]
    assert np.isnan(found["lowest_cash"].iloc[0]) == (cash is None or fixed is None)
    assert found["contribution"].tolist() == [1152], "what is known stays"


def test_a_list_with_strangers_loses_those_who_are_known():
    found = if_they_left(BASE, {"list": ["a", "stranger"]}, monthly_result(BASE, 100, True), 1)
    assert found["customers"].tolist() == [1]
    assert waits_for(if_they_left(BASE, {}, monthly_result(BASE, 100, True), 1)).code == "no_set_to_lose"


def test_sets_hold_the_largest_by_margin_and_all_customers_of_a_value():
    assert largest_sets(BASE) == {"the largest": ["a"], "the 3 largest": ["a", "b", "c"]}
    assert largest_sets(BASE.assign(measure="revenue", margin=np.nan), (2,)) == {"the 2 largest": ["a", "b"]}
    rows = pd.DataFrame(
        {"customer_id": ["a", "a", "b", "c"], "manager": ["M1", "M2", "M2", None], "revenue": [9.0, 1, 5, 99]}
    )
    assert value_sets(rows, "manager") == {"manager M1": ["a"]}
    assert value_sets(rows.head(0), "manager") == {}


def test_the_safety_margin_counts_the_largest_that_may_go_together():
    """Margins of a month 100, 50, 20: 67 covers none, 160 covers two, 170 all three of 2,040."""
    results = pd.DataFrame({"hours_are": ["in_fixed_costs"] * 4, "result": [67.0, 160, 170, -1]})
    found = safety_margin(BASE, results)
    assert found["may_go"].tolist() == [0, 2, 3, 0]
    assert found["share"].tolist() == pytest.approx([0, 1800 / 2040, 1, 0])
    assert waits_for(safety_margin(BASE, monthly_result(BASE, None))).code == "no_fixed_costs"
