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


def heights(axes) -> list[float]:
    return [bar.get_height() for bar in axes.patches]


def title(axes) -> str:
    return axes.get_title(loc="left") + axes.get_title()


def test_each_cause_has_its_panel_of_one_scale_and_the_first_holds_every_loss():
    figure = figures.loss_series(SERIES, CAUSES, money="margin", currency="EUR")
    whole, *causes, _ = figure.axes
    assert heights(whole) == [5, 6]
    assert [title(axes) for axes in causes] == [
        "quality: 3", "closed, or contract ended: 1", "nothing that tells: 3", "no records of that time: 4"
    ]  # fmt: skip
    assert [heights(axes) for axes in causes] == [[2, 1], [0, 1], [3, 0], [0, 4]]
    assert len({axes.get_ylim() for axes in causes}) == 1
    assert (
        figure.get_suptitle()
        == "11 customers were lost in 2 quarters; most often with “quality” on record before it (3)"
    )
    assert "11 were lost in all, 6 of them in 2025Q2." in figure.get_label()
    matplotlib.pyplot.close("all")


def test_money_of_a_quarter_that_is_not_known_is_a_question_mark_and_money_never_known_is_said_once():
    figure = figures.loss_series(SERIES, CAUSES, money="margin", currency="EUR")
    assert [text.get_text() for text in figure.axes[-1].texts] == ["?", "?"]
    never = figures.loss_series(SERIES.assign(returned_margin=np.nan), CAUSES, money="margin", currency="EUR")
    assert [text.get_text() for text in never.axes[-1].texts] == ["?"]
    told = [text.get_text() for text in never.legends[0].get_texts()]
    assert told == ["of those lost", "of those who came back: not known"]
    matplotlib.pyplot.close("all")


def test_a_quarter_without_a_loss_is_drawn_as_none_and_a_cause_without_one_has_no_panel():
    figure = figures.loss_series(SERIES, CAUSES.tail(1), money="margin", currency="EUR")
    assert heights(figure.axes[0]) == [0, 6]
    assert [title(axes) for axes in figure.axes[1:3]] == ["quality: 1", "closed, or contract ended: 1"]
    assert len(figure.axes) == 5
    matplotlib.pyplot.close("all")


def test_one_cause_alone_is_what_was_lost_in_all_and_is_drawn_once():
    figure = figures.loss_series(SERIES, CAUSES[["no_records"]], money="margin", currency="EUR")
    whole, money = figure.axes
    assert title(whole) == "no records of that time: 4" and heights(whole) == [0, 4] and len(heights(money)) == 4
    matplotlib.pyplot.close("all")


def test_points_stand_at_whole_horizons_with_their_intervals_beside_one_rate_for_all():
    days = pd.DataFrame({"kind": ["broken"] * 4 + ["slow"] * 4, "days_lost": [0, 5, 9, 18] * 2})
    curves = days.assign(p_return=[0.2, 0.9, 0.1, 0.1] * 2, low=0.0, high=0.3)
    axes = figures.return_curves(curves, horizon_days=9, overall=0.15)
    points = [dots for dots in axes.collections if hasattr(dots, "get_sizes") and len(dots.get_sizes())]
    assert [dots.get_offsets()[:, 1].tolist() for dots in points] == [[0.2, 0.1, 0.1]] * 2
    told = [text.get_text() for text in axes.figure.legends[0].get_texts()]
    assert told == ["one rate for all", "the silence broke its rhythm", "slow buyers, or one order only"]
    assert axes.lines[0].get_ydata()[0] == 0.15
    assert title(axes) == "Of those just lost 20% come back, of all 15%"
    later = curves.assign(p_return=curves["days_lost"] / 90)
    told = title(figures.return_curves(later, horizon_days=9, overall=0.15))
    assert told == "Of those lost for 18 days 20% come back, of all 15%"
    assert "within 9 days" in axes.figure.get_label() and "it is 15%." in axes.figure.get_label()
    matplotlib.pyplot.close("all")


def test_where_one_rate_holds_for_all_there_is_nothing_to_draw():
    curves = pd.DataFrame({"kind": "all", "days_lost": [0, 9, 18], "p_return": 0.1, "low": 0.0, "high": 0.3})
    assert figures.return_curves(curves, horizon_days=9, overall=0.1) is None
