"""What the page of the validation concludes. Oracle: measures made by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.models.aft import AftCheck
from kamlib.report.readings import validation
from kamlib.report.words import sentence
from kamlib.stats.reasons import waiting

NONE = pd.DataFrame()


def check(spearman: float, low: float, high: float) -> AftCheck:
    gap = pd.DataFrame({"measure": ["brier"], "difference": [(low + high) / 2], "low": [low], "high": [high]})
    return AftCheck(NONE, NONE, gap, spearman)


@pytest.mark.parametrize(
    ("spearman", "low", "high", "told"),
    [
        (
            0.95,
            -0.003,
            0.001,
            "alike (rank correlation 0.95; 1: the same). Brier score, Cox less AFT: -0.0010 (from -0.0030 to +0.0010), no",
        ),
        (
            0.4,
            0.001,
            0.003,
            "differently (rank correlation 0.40; 1: the same). Brier score, Cox less AFT: +0.0020 (from +0.0010 to +0.0030), a",
        ),
    ],
)
def test_another_model_agrees_or_does_not(spearman, low, high, told):
    said = sentence(validation.another_model(check(spearman, low, high)))
    assert said == f"Both models rank the customers {told} difference beyond chance."


def test_without_a_check_there_is_nothing_to_tell():
    assert validation.another_model(AftCheck(NONE, NONE, waiting(["measure"], "too_few_losses"), float("nan"))) is None


def sums(*within: bool) -> pd.DataFrame:
    """All first, then as many groups as flags are left."""
    names = ["all", "active", "silent", "lost"][: len(within)]
    table = pd.DataFrame({"customers": 1200, "expected": 30.26, "low": 20.0, "high": 40.0}, index=names)
    return table.assign(planted=[35.0 if flag else 41.0 for flag in within], within=list(within))


@pytest.mark.parametrize(("within", "told"), [(True, "35.0 planted**, within"), (False, "41.0 planted**, outside")])
def test_a_sum_says_whether_its_range_holds_what_was_planted(within, told):
    said = sentence(validation.planted_sums(sums(within, True), "p_silent"))
    assert said == f"**P(no order)**, 1,200 customers: 30.3 expected, from 20.0 to 40.0; **{told} the range."


def test_groups_whose_range_does_not_hold_it_are_named():
    some = sentence(validation.planted_by_group(sums(True, False, True, False)))
    assert some.endswith("the range holds what was planted in 1 of 3 groups, and not in: active and lost.")
    each = sentence(validation.planted_by_group(sums(False, True, True)))
    assert each == "By state and by order days the range holds what was planted in each of the 2 groups."
    assert validation.planted_by_group(sums(True)) is None


def test_the_sums_of_several_tables_are_counted_together():
    found = validation.sums_held(sums(True, False), sums(True, True, True))
    assert sentence(found).startswith("Of 5 sums of chances, in all and by group, 4 hold")


def test_the_value_says_its_bias_and_the_groups_that_missed_beyond_chance():
    table = pd.DataFrame(
        {
            "customers": [90, 50, 40],
            "expected": [900.0, 500.0, 400.0],
            "came": [1000.0, 400.0, 600.0],
            "bias": [-0.1, 0.25, -1 / 3],
            "low": [-0.2, 0.1, np.nan],
            "high": [0.1, 0.4, np.nan],
        },
        index=["all", "active", "lost"],
    )
    said = sentence(validation.value_came(table, pd.Timestamp("2025-07-05"), 360, "EUR"))
    head = "Value of 90 customers as told on 2025-07-05, over 360 days: 900 EUR expected, 1,000 came, a bias of **-10.0%** (-20.0% to +10.0%), no difference beyond chance"
    assert said == f"{head}. Beyond chance it missed in: active."
    calm = sentence(validation.value_came(table.drop(index="active"), pd.Timestamp("2025-07-05"), 360, "EUR"))
    assert calm == f"{head}; nor does any group show one."


def test_the_returns_of_all_days_are_added_up():
    table = pd.DataFrame(
        {"as_of": pd.to_datetime(["2025-01-01", "2025-07-01"]), "customers": [10, 20], "gone": [8, 19]}
    )
    table = table.assign(expected=[1.5, 2.0], low=[1.0, 1.0], high=[3.0, 4.0], came=[2, 4], returned=[1, 3])
    said = sentence(validation.returns_came(table))
    assert said.startswith("On these days together **3.5 returns were promised** (from 2.0 to 7.0) and **6 came**.")
    assert said.endswith(
        "27 of 30 had left as it was planted; of the returns 4 are theirs, and the others were only slow."
    )


def test_figures_that_are_reproduced_are_counted():
    assert sentence(validation.reproduced(50, 4)) == (
        "All 50 published figures are reproduced, to 4 decimals where they have as many."
    )


@pytest.mark.parametrize(("largest", "digits"), [(0.0, 6), (4e-8, 6), (3e-5, 4), (0.02, 1)])
def test_coefficients_are_compared_to_six_decimals(largest, digits):
    found = validation.same_coefficients(pd.DataFrame({"difference": [0.0, -largest]}))
    assert (
        sentence(found)
        == f"All 2 coefficients are those of lifelines, to {digits} of the 6 decimals that were compared."
    )


def test_where_nothing_was_planted_or_fitted_there_is_nothing_to_tell():
    empty = waiting(["within", "low", "high", "as_of", "difference"], "nothing_planted")
    assert validation.planted_sums(empty, "p_return") is None and validation.planted_by_group(empty) is None
    assert validation.sums_held(empty, empty) is None
    assert validation.value_came(empty, pd.Timestamp("2025-07-05"), 360, "EUR") is None
    assert validation.returns_came(empty) is None and validation.same_coefficients(empty) is None
