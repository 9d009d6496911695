"""Figures of waiting and of thresholds."""

from __future__ import annotations

import matplotlib
import pandas as pd

from kamlib.churn.evaluation.thresholds import warnings
from kamlib.report import figures
from kamlib.stats.survival import kaplan_meier

matplotlib.use("Agg")


def test_curves_of_one_client_that_orders_at_once_can_be_drawn():
    """One day only: the five steps of the axis fall together, and each day's number at risk is written once."""
    axes = figures.survival_curves(kaplan_meier(pd.Series([1]), pd.Series([1])), title="one")
    numbers = [text.get_text() for text in axes.texts if text.get_text().isdigit()]
    assert numbers == ["1", "1"]  # day 0 and day 1
    assert axes.figure.get_label().endswith("over 1 days; numbers at risk stand below. Days until one half: all 1.")
    matplotlib.pyplot.close("all")


def test_each_way_to_warn_has_its_line_and_its_marks():
    lost, before = pd.Series([0, 0, 0, 1, 1, 1]), pd.DataFrame({"silence_days": [10, 20, 30, 40, 50, 60]})
    found = warnings(before, lost, pd.Series([30.0] * 6), pd.DataFrame())
    axes = figures.threshold_curves(found.curves, found.tried, title="two")
    named = [text.get_text() for text in axes.figure.legends[0].get_texts()]
    assert named == ["days of silence", "silence in own limits"]
    first = found.curves[found.curves["way"] == "days_of_silence"]
    assert axes.lines[0].get_xydata().tolist() == first[["false_share", "missed_share"]].to_numpy().tolist()
    assert {text.get_text() for text in axes.texts} <= {"30 days", "180 days", "0.5 ×", "2 ×"} and axes.texts
    assert "one for each way to warn: days of silence and silence in own limits." in axes.figure.get_label()
    marks = axes.lines[1].get_xydata()
    assert len(marks) == 5 and marks[0].tolist() == [0, 0]  # above 30: all three lost are warned of, and nobody else
    matplotlib.pyplot.close("all")
