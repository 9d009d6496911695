"""Exercise 3 against the kit's classes."""

from __future__ import annotations

import pandas as pd
import pytest

from kam_teaching.exercises import read
from kam_teaching.exercises.feedback import tasks
from kamlib.segments import abc_classes
from kamlib.segments.rfm import scores


@pytest.mark.slow
def test_classes_and_scores_are_those_of_the_kit():
    orders = read("orders")
    recent = orders[orders["date"] > "2025-06-30"]
    margin = recent.groupby("customer")["margin"].sum().round(2)
    kit = abc_classes(margin.rename_axis("customer_id").reset_index(), "margin")
    assert tasks("segment")["a"].expected == frozenset(kit.loc[kit["abc"] == "A", "customer_id"])
    days = recent[recent["amount"] > 0].groupby("customer")["date"].nunique()
    pd.testing.assert_series_equal(
        tasks("segment")["frequency"].expected, scores(days, 5).astype(float), check_names=False
    )
