"""Pictures are drawn without a screen, can be told apart in grey, and are closed after each test."""

from __future__ import annotations

from itertools import combinations

import matplotlib
import matplotlib.pyplot as plt
import pytest
from matplotlib.colors import to_rgb

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def closed():
    yield
    drawn = [plt.figure(number) for number in plt.get_fignums()]
    alike = [(one, other) for figure in drawn for axes in figure.axes for one, other in same_in_grey(axes)]
    plt.close("all")
    assert not alike, "what a legend tells apart by colour alone is the same in grey"


def same_in_grey(axes) -> list[tuple[str, str]]:
    """Labels of axes whose marks are of one kind, one dash, one marker, and less than a tenth apart in lightness."""
    known: dict[str, tuple] = {}
    for mark, label in zip(*axes.get_legend_handles_labels(), strict=True):
        mark = mark[0] if isinstance(mark, tuple) else mark
        looks = [getattr(mark, f"get_{name}", lambda: None)() for name in ("linestyle", "marker", "alpha")]
        colour = mark.get_facecolor() if hasattr(mark, "get_facecolor") else mark.get_color()
        flat = colour[0] if getattr(colour, "ndim", 1) == 2 and len(colour) else colour
        known[label] = (type(mark).__name__, str(looks), flat)
    return [
        (one, other)
        for (one, (*first, a)), (other, (*second, b)) in combinations(known.items(), 2)
        if first == second and len(a) and len(b) and abs(lightness(a) - lightness(b)) < 0.1
    ]


def lightness(colour) -> float:
    red, green, blue = to_rgb(colour)
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)
