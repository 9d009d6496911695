"""Names at points: in the margin in an order in which lines do not cross, beside a point where there is room."""

from __future__ import annotations

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

from kamlib.report.figures.labels import apart, beside_points, in_margin


@pytest.fixture
def axes():
    axes = plt.subplots(figsize=(5, 4))[1]
    axes.set(xlim=(0, 10), ylim=(0, 10))
    yield axes
    plt.close("all")


def test_labels_on_a_line_keep_their_order_and_stand_apart():
    """0.5 and 0.52 want nearly one place: the upper one moves up, and pushes the next; 2 has room and stays."""
    assert apart(np.array([0.52, 0.5, 2.0, 0.55]), 0.1).tolist() == pytest.approx([0.6, 0.5, 2.0, 0.7])
    assert apart(np.array([]), 0.1).size == 0


def test_names_in_the_margin_stand_in_the_order_of_their_points(axes):
    """Of points one above the other any other order would make two lines cross."""
    y = np.array([2.0, 9.0, 5.0])
    in_margin(axes, np.full(3, 8.0), y, ["low", "high", "middle"], np.arange(3))
    heights = {text.get_text(): text.xyann[1] for text in axes.texts}
    assert heights["low"] < heights["middle"] < heights["high"]
    assert all(text.xyann[0] > 1 for text in axes.texts)  # right of the axes
    assert [text.xy for text in axes.texts if text.get_text() == "middle"] == [(8.0, 5.0)]


def test_a_line_to_the_margin_has_the_colour_of_its_place(axes):
    in_margin(axes, np.array([3.0, 4.0]), np.array([5.0, 6.0]), ["a", "b"], np.arange(2), ["#ff0000", "#0000ff"])
    assert {text.get_text(): to_hex(text.arrow_patch.get_edgecolor()) for text in axes.texts} == {
        "a": "#ff0000",
        "b": "#0000ff",
    }


def test_only_those_chosen_are_named(axes):
    in_margin(axes, np.array([3.0, 4.0]), np.array([5.0, 6.0]), ["no", "yes"], np.array([1]))
    assert [text.get_text() for text in axes.texts] == ["yes"]
    in_margin(axes, np.array([3.0]), np.array([5.0]), ["none"], np.array([], dtype=int))
    assert len(axes.texts) == 1


def test_a_name_stands_right_of_its_point_where_nothing_is_in_the_way(axes):
    beside_points(axes, np.array([3.0]), np.array([5.0]), np.array([40.0]), ["alone"], np.array([0]))
    (name,) = axes.texts
    box = name.get_window_extent()
    at = axes.transData.transform((3.0, 5.0))
    assert box.x0 > at[0] and box.y0 < at[1] < box.y1
    assert not axes.lines  # so near that no line has to lead to it


def test_a_name_at_the_right_edge_stands_left_of_its_point(axes):
    beside_points(axes, np.array([9.9]), np.array([5.0]), np.array([40.0]), ["at the edge"], np.array([0]))
    (name,) = axes.texts
    assert name.get_window_extent().x1 < axes.transData.transform((9.9, 5.0))[0]


def test_a_name_that_finds_no_room_is_left_out(axes):
    x = y = np.array([3.0, 7.0])
    beside_points(axes, x, y, np.full(2, 40.0), ["a name wider than the picture " * 5, "short"], np.arange(2))
    assert [text.get_text() for text in axes.texts] == ["short"]
