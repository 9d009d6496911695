"""Figures of concentration: the lines hold what the tables hold, and the titles say it."""

from __future__ import annotations

import pandas as pd

from kamlib.report import figures

CURVES = pd.DataFrame(
    {"measure": ["revenue"] * 4 + ["receivables"] * 2, "place": [0, 1, 2, 3, 0, 1], "cumulative_share": [0, 0.4, 0.7, 1, 0, 1.0]}
)  # fmt: skip
WHALE = pd.DataFrame(
    {"customer_id": list("abc"), "contribution": [8.0, 4, -2], "place": [1, 2, 3], "cumulative_share": [0.8, 1.2, 1]}
)


def test_each_measure_has_its_curve_and_its_first_is_named():
    axes = figures.concentration_curves(CURVES, names=pd.Series({"revenue": "A$AP & <b>"}))
    labels = axes.get_legend_handles_labels()[1]
    assert labels == ["revenue: first is A$AP & <b>, 40%", "receivables"]
    assert axes.get_title(loc="left") + axes.get_title() == "2 customers hold half of the revenue"
    assert "largest by the first has 40%; 2 of 3 hold half" in axes.figure.get_label()
    assert {0.1, 0.2, 0.5} <= {line.get_ydata()[0] for line in axes.lines}


def test_a_single_customer_is_drawn():
    axes = figures.concentration_curves(CURVES[CURVES["measure"] == "receivables"])
    assert axes.get_title(loc="left") + axes.get_title() == "1 customer holds half of the receivables"


def test_the_trend_has_a_point_for_each_date():
    days = pd.to_datetime(["2026-03-31", "2026-06-30"])
    trend = pd.DataFrame({"as_of": days, "effective_number": [20.0, 25], "top_1": [0.2, 0.1]})
    axes = figures.concentration_trend(trend)
    assert axes.lines[0].get_ydata().tolist() == [20, 25]
    assert "was 20 at the first and is 25 at the last; the largest has 10%" in axes.figure.get_label()


def test_the_whale_curve_tells_its_peak_and_names_both_ends():
    axes = figures.whale_curve(WHALE, ends=("first <i>", "last"))
    assert [text.get_text() for text in axes.texts] == ["first <i>", "last"]
    assert axes.get_title(loc="left") + axes.get_title() == "2 of 3 customers make 120.0% of the contribution"
    assert "peaks at 120.0% at customer 2 of 3" in axes.figure.get_label()
