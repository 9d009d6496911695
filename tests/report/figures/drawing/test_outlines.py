"""Outlines read, measured and written short. Oracle: the same path by hand."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pytest

from kamlib.report.figures.drawing.outlines import Outline, short


@pytest.mark.parametrize(
    ("value", "told"),
    [(3.0, "3"), (-0.04, "0"), (0.26, ".3"), (-0.26, "-.3"), (10.0, "10"), (99.96, "100"), (-0.98, "-1")],
)
def test_a_length_is_a_tenth_without_needless_signs(value, told):
    assert short(value) == told


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("M 1 2 L 5 2 L 5 9 L 1 9 z", "M1 2H5V9H1z"),
        ("M 0 0 L 1.04 1.04 L 2 3 L 2.04 3.04", "M0 0L1 1 2 3"),
        ("M 1 1 L 1 1", "M1 1H1"),  # a dot
        ("M 0 0 C 1 1 2 2 3 0 Q 4 4 5 5", "M0 0C1 1 2 2 3 0Q4 4 5 5"),
        ("M 0 0 L 0 3 M 5 0 L 5 3", "M0 0V3M5 0V3"),
    ],
)
def test_what_runs_along_an_axis_takes_one_number(given, told):
    assert Outline.read(given).written() == told


def test_an_outline_is_moved_and_measured():
    outline = Outline.read("M 0 0 L 4 0 L 4 2 L 0 2 z", 10, 20)
    assert outline.box() == (10, 20, 14, 22)
    assert outline.holds(12, 21) and not outline.holds(15, 21)


def test_a_circle_is_told_from_other_round_things():
    path = plt.Circle((0, 0), 1).get_path()  # eight arcs
    points = path.vertices * 3
    told = f"M {points[0][0]} {points[0][1]} "
    told += " ".join("C " + " ".join(f"{x} {y}" for x, y in points[at : at + 3]) for at in range(1, 25, 3)) + " z"
    assert Outline.read(told, 5, 7).circle() == pytest.approx((5, 7, 3), abs=1e-6)
    assert Outline.read("M 0 0 L 4 0 L 4 2 z").circle() is None
