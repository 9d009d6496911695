"""Streams between two dates: what is drawn is what the table says."""

from __future__ import annotations

from itertools import pairwise

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import PathPatch

from kamlib.report.figures import flows

STREAMS = pd.DataFrame(
    {
        "from": ["A", "A", "B", "not a client yet"],
        "to": ["A", "B", "A", "B"],
        "accounts": [5, 3, 1, 1],
        "money_before": [100.0, 30.0, 5.0, 0.0],
        "money_after": [120.0, -10.0, 60.0, 20.0],
    }
)
DATES = {"before": "March", "after": "June"}


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def ribbons(axes) -> list[PathPatch]:
    return [patch for patch in axes.patches if isinstance(patch, PathPatch)]


def ends(ribbon: PathPatch) -> tuple[float, float]:
    """How wide a band is on the left and on the right."""
    corners = ribbon.get_path().vertices
    return corners[0, 1] - corners[7, 1], corners[3, 1] - corners[4, 1]


def words(axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def title(axes) -> str:
    return axes.get_title(loc="left") + axes.get_title()


def test_bands_are_as_wide_as_the_accounts_in_them():
    axes = flows.class_flows(STREAMS, ["A", "B"], ranked=["A", "B"], **DATES)
    assert sorted(round(10 * ends(band)[0]) for band in ribbons(axes)) == [1, 1, 3, 5]
    assert all(left == pytest.approx(right) for left, right in map(ends, ribbons(axes)))
    # 8 and 1 and 1 accounts before; 6 and 4 after
    assert words(axes) == ["A  8", "B  1", "not a client yet  1", "March", "A  6", "B  4", "June"]


def test_up_down_and_stayed_have_their_own_colours_and_are_counted():
    axes = flows.class_flows(STREAMS, ["A", "B"], ranked=["A", "B"], **DATES)
    colours = {to_hex(band.get_facecolor()).upper() for band in ribbons(axes)}
    assert colours == set(flows.COLOURS.values())
    assert title(axes) == "1 of the customers moved up, 3 down"
    assert "as wide as the customers in them; 4 of 9 customers changed their class." in axes.figure.get_label()


def test_by_money_a_band_has_the_width_of_each_date_and_below_zero_none():
    axes = flows.class_flows(STREAMS, ["A", "B"], ranked=["A", "B"], money=True, currency="EUR", **DATES)
    # the larger sum of the two dates fills the picture: 120 + 60 + 20 = 200
    found = sorted((round(200 * left), round(200 * right)) for left, right in map(ends, ribbons(axes)))
    assert found == [(0, 20), (5, 60), (30, 0), (100, 120)]
    assert title(axes) == "Customers worth EUR 60 moved up, worth EUR 0 down"
    assert "between the classes on March and on June, as wide as the money" in axes.figure.get_label()


def test_bands_leave_and_reach_their_classes_without_overlap():
    axes = flows.class_flows(STREAMS, ["A", "B"], **DATES)
    for first, last in ((0, 7), (3, 4)):
        edges = sorted((b.get_path().vertices[first, 1], b.get_path().vertices[last, 1]) for b in ribbons(axes))
        assert all(high <= low + 1e-9 for (high, _), (_, low) in pairwise(edges))


def test_labels_stand_a_line_apart():
    many = pd.DataFrame({"from": list("ABCDEF"), "to": list("ABCDEF"), "accounts": [100, 1, 1, 1, 1, 1]})
    many = many.assign(money_before=1.0, money_after=1.0)
    axes = flows.class_flows(many, list("ABCDEF"), **DATES)
    left = [text.get_position()[1] for text in axes.texts[:6]]
    assert all(a - b >= flows._LINE - 1e-9 for a, b in pairwise(left))
    assert title(axes) == "From March to June"


def test_without_positive_money_there_are_no_streams_of_it():
    assert flows.class_flows(STREAMS.assign(money_before=-1.0, money_after=-1.0), ["A"], money=True, **DATES) is None
