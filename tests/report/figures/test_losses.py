"""Figures of losses and returns: every loss is drawn, and what is not known is marked."""

from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd

from kamlib.report import figures

matplotlib.use("Agg")

SERIES = pd.DataFrame({"quarter": ["2025Q1", "2025Q2"], "margin": [np.nan, 50.0], "returned_margin": [np.nan, 20.0]})
CAUSES = pd.DataFrame(
    {"quality": [2, 1], "closed_or_ended": [0, 1], "nothing_tells": [3, 0], "no_records": [0, 4]},
    index=["2025Q1", "2025Q2"],
)


def test_the_stacks_hold_every_loss_and_unknown_money_is_a_question_mark():
    figure = figures.loss_series(SERIES, CAUSES, money="margin", currency="EUR", title="two")
    top, below = figure.axes
    assert sum(bar.get_height() for bar in top.patches) == CAUSES.to_numpy().sum()
    assert [text.get_text() for text in top.texts] == ["5", "6"]
    assert [text.get_text() for text in below.texts][:2] == ["?", "?"]
    assert "11 were lost in all, 6 of them in 2025Q2." in figure.get_label()
    named = [text.get_text() for text in top.get_legend().get_texts()]
    assert named == ["no records of that time", "nothing that tells", "closed, or contract ended", "quality"]
    matplotlib.pyplot.close("all")


def test_a_quarter_without_a_loss_is_drawn_as_none():
    figure = figures.loss_series(SERIES, CAUSES.tail(1), money="margin", currency="EUR", title="two")
    assert [text.get_text() for text in figure.axes[0].texts] == ["0", "6"]
    matplotlib.pyplot.close("all")


def test_each_kind_has_its_line_and_one_rate_stands_beside():
    curves = pd.DataFrame(
        {"kind": ["broken", "broken", "slow", "slow"], "days_lost": [0, 9] * 2, "p_return": [0.2, 0.1] * 2}
    )
    axes = figures.return_curves(curves.assign(low=0.0, high=0.3), title="two", horizon_days=9, overall=0.15)
    assert [line.get_label() for line in axes.lines[1:]] == [
        "the silence broke its rhythm",
        "slow buyers, or one order only",
    ]
    assert axes.lines[0].get_ydata()[0] == 0.15
    assert "within 9 days" in axes.figure.get_label() and "it is 15%." in axes.figure.get_label()
    matplotlib.pyplot.close("all")
