"""Figures of waiting."""

from __future__ import annotations

import pandas as pd

from kamlib.report import figures
from kamlib.stats.survival import kaplan_meier


def test_curves_of_one_client_that_orders_at_once_can_be_drawn():
    """One day only: the five steps of the axis fall together, and each day's number at risk is written once."""
    axes = figures.survival_curves(kaplan_meier(pd.Series([1]), pd.Series([1])), title="one")
    numbers = [text.get_text() for text in axes.texts if text.get_text().isdigit()]
    assert numbers == ["1", "1"]  # day 0 and day 1
    assert axes.figure.get_label().endswith("over 1 days; numbers at risk stand below. Days until one half: all 1.")
