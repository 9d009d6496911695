"""Titles that fit, begin at the picture's edge, and a picture no wider than it was meant to be."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pytest

from kamlib.report.figures import style
from kamlib.report.figures.drawing import lay_out
from kamlib.report.figures.drawing.layout import picture_box

LONG = "Those of the year before bring five percent less than they did then, and more of them than before are overdue"


def ends(words) -> tuple[float, float]:
    box = words.get_window_extent()
    return box.x0 / words.figure.dpi, box.x1 / words.figure.dpi


@pytest.mark.parametrize("told", [LONG, "x" * 300])
def test_a_long_title_is_wrapped_within_the_picture_and_begins_at_its_edge(told):
    figure, axes = plt.subplots()
    axes.set_title(told)
    axes.set_yticks([0, 1], ["a name of some length", "b"])
    lay_out(figure)
    left, right = ends(axes._left_title)
    assert left == pytest.approx(0, abs=0.02) and right <= style.WIDTH
    written = axes._left_title.get_text()
    assert "\n" in written and "".join(written.split()) == "".join(told.split())
    lay_out(figure)  # again, as for a label that looks for a place
    assert axes._left_title.get_text() == written and ends(axes._left_title)[0] == pytest.approx(0, abs=0.02)


def test_titles_of_panels_keep_to_their_panels():
    figure, panels = plt.subplots(1, 2)
    for axes in panels:
        axes.set_title(LONG)
    figure.suptitle(LONG)
    lay_out(figure)
    assert ends(panels[0]._left_title)[1] < ends(panels[1]._left_title)[0]
    assert ends(panels[1]._left_title)[1] <= style.WIDTH and ends(figure._suptitle)[1] <= style.WIDTH


def test_labels_of_axes_are_not_longer_than_their_axes():
    figure, axes = plt.subplots()
    axes.set(xlabel=LONG, yticks=[0, 1], yticklabels=["a name of some length", "b"])
    lay_out(figure)
    assert axes.xaxis.label.get_window_extent().width <= axes.get_window_extent().width
    figure, axes = plt.subplots()
    axes.set(ylabel=LONG)
    lay_out(figure)
    assert axes.yaxis.label.get_window_extent().height <= axes.get_window_extent().height


def test_a_picture_is_as_wide_as_its_figure_and_wider_only_where_something_stands_out():
    figure, axes = plt.subplots()
    axes.plot([1, 2])
    assert picture_box(figure).width == pytest.approx(style.WIDTH)
    figure.text(0.95, 0.5, "runs out of it")
    assert picture_box(figure).x1 > style.WIDTH
