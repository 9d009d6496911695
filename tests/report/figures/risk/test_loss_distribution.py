"""The figure of a year of losses: every draw is in a bar, and the marks stand where the table has them."""

from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd
import pytest

from kamlib.report import figures
from kamlib.report.figures.style import RED


def test_bars_add_up_to_all_draws_and_those_of_the_bad_year_are_red():
    lost = pd.DataFrame({"amount": np.arange(101.0)})
    told = pd.DataFrame({"mean": [50.0], "var_95": [95.0], "expected_shortfall": [97.5]})
    axes = figures.loss_histogram(lost, told, currency="EUR")
    assert sum(bar.get_height() for bar in axes.patches) == pytest.approx(1)
    red = [bar for bar in axes.patches if matplotlib.colors.same_color(bar.get_facecolor(), RED)]
    assert red and min(bar.get_x() + bar.get_width() / 2 for bar in red) >= 95
    assert [line.get_xdata()[0] for line in axes.lines] == [50, 95, 97.5]
    assert "in 101 draws. The mean is 50 EUR in 12 months, VaR 95 95" in axes.figure.get_label()
    assert axes.get_title(loc="left") + axes.get_title() == "One year in twenty costs 95 EUR or more"
