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


def test_each_cause_has_its_panel_all_losses_stand_above_and_unknown_money_is_a_question_mark():
    figure = figures.loss_series(SERIES, CAUSES, money="margin", currency="EUR")
    top, *panels, below = figure.axes
    assert [bar.get_height() for bar in top.patches] == [5, 6]
    assert [[bar.get_height() for bar in axes.patches] for axes in panels] == CAUSES.T.to_numpy().tolist()
    told = ["quality: 3", "closed, or contract ended: 1", "nothing that tells: 3", "no records of that time: 4"]
    assert [axes.get_title(loc="left") for axes in panels] == told
    assert len({axes.get_ylim() for axes in panels}) == 1  # heights can be compared
    assert [text.get_text() for text in below.texts] == ["?", "?"] and "before our records" in below.get_title("left")
    assert figure.get_suptitle().startswith("11 customers were lost in 2 quarters; most often with “")
    assert "11 were lost in all, 6 of them in 2025Q2." in figure.get_label()


def test_a_quarter_without_a_loss_is_drawn_as_none():
    figure = figures.loss_series(SERIES, CAUSES.tail(1), money="margin", currency="EUR")
    assert [bar.get_height() for bar in figure.axes[0].patches] == [0, 6]


def test_each_kind_has_its_points_and_one_rate_stands_beside():
    curves = pd.DataFrame(
        {
            "kind": ["broken"] * 3 + ["slow"] * 3,
            "days_lost": [0, 4, 9] * 2,
            "p_return": [0.2, 0.15, 0.1, 0.3, 0.25, 0.2],
        }
    )
    axes = figures.return_curves(curves.assign(low=0.0, high=0.3), horizon_days=9, overall=0.15)
    assert [text.get_text() for text in axes.figure.legends[0].get_texts()] == [
        "one rate for all",
        "the silence broke its rhythm",
        "slow buyers, or one order only",
    ]
    points = [marks.get_offsets()[:, 1].tolist() for marks in axes.collections if len(marks.get_offsets()) == 2]
    assert points[-1] == [0.3, 0.2]  # at none and at one horizon
    assert "within 9 days" in axes.figure.get_label() and "it is 15%." in axes.figure.get_label()


def test_where_all_have_one_rate_there_is_nothing_to_draw():
    curves = pd.DataFrame({"kind": "all", "days_lost": [0, 9], "p_return": 0.1, "low": 0.0, "high": 0.2})
    assert figures.return_curves(curves, horizon_days=9, overall=0.1) is None
