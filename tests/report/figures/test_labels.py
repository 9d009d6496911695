"""Where the parts of a picture stand: numbers at points, panels in a grid, names in the room that they have."""

from __future__ import annotations

from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pytest

from kamlib.report.figures.labels import at_points, panel_grid, within


@pytest.fixture
def axes():
    axes = plt.subplots(figsize=(5, 4))[1]
    axes.set(xlim=(0, 10), ylim=(0, 10))
    yield axes
    plt.close("all")


def test_a_short_text_stands_in_a_point_that_has_room_for_it(axes):
    at_points(axes, np.array([3.0]), np.array([5.0]), np.array([900.0]), ["1"])
    (number,) = axes.texts
    assert number.get_position() == pytest.approx((3.0, 5.0))
    assert not axes.lines


def test_a_text_stands_beside_a_small_point_and_no_line_leads_to_it(axes):
    at_points(axes, np.array([3.0]), np.array([5.0]), np.array([20.0]), ["1"])
    (number,) = axes.texts
    x, y = axes.transData.transform((3.0, 5.0))
    box = number.get_window_extent()
    assert not (box.x0 < x < box.x1 and box.y0 < y < box.y1)
    assert max(abs(box.x0 - x), abs(box.y0 - y)) < 40 and not axes.lines


def test_texts_of_points_in_one_heap_keep_apart_and_within_the_axes_and_lines_lead_to_those_far_off(axes):
    x, y = np.full(30, 9.9), np.full(30, 5.0)
    at_points(axes, x, y, np.full(30, 60.0), [str(n) for n in range(30)])
    boxes = [text.get_window_extent() for text in axes.texts]
    assert [text.get_text() for text in axes.texts] == [str(n) for n in range(30)]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    room = axes.get_window_extent()
    assert all(room.x0 <= box.x0 and box.x1 <= room.x1 and room.y0 <= box.y0 and box.y1 <= room.y1 for box in boxes)
    assert axes.lines and all(line.get_xydata()[0].tolist() == pytest.approx([9.9, 5.0]) for line in axes.lines)


def test_a_grid_has_the_panels_asked_for_and_ticks_below_each_column():
    figure, panels = panel_grid(3, wide=2, tall=1.0, more=0.5, sharex=True)
    assert figure.axes == panels and len(panels) == 3
    assert figure.get_size_inches().tolist() == [5.5, 2.5]
    named = [panel.xaxis.get_tick_params()["labelbottom"] for panel in panels]
    assert named == [False, True, True]


def test_a_text_is_cut_to_its_width_and_not_to_its_letters():
    wide, narrow = within("W" * 300, 1.0), within("i" * 300, 1.0)
    assert wide.endswith("…") and narrow.endswith("…") and len(narrow) > 3 * len(wide)
    assert within("Acme Ltd") == "Acme Ltd" and within("") == ""
