"""Pictures are drawn without a screen, can be told apart in grey, are closed after each test, and can be asked whether they can be read."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import matplotlib
import matplotlib.pyplot as plt
import pytest
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from kamlib.report.figures import set_style
from kamlib.report.figures.drawing import lay_out
from kamlib.report.figures.style import WIDTH, figure_of

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def closed():
    set_style()
    plt.rcParams["text.hinting"] = "none"  # an SVG has no pixels for letters to fit to
    yield
    drawn = [plt.figure(number) for number in plt.get_fignums()]
    alike = [pair for figure in drawn for axes in figure.axes for pair in same_in_grey(axes)]
    plt.close("all")
    assert not alike, "what a legend tells apart by colour alone is the same in grey"


@pytest.fixture
def clear(monkeypatch) -> Callable:
    """Assert that no two texts of a picture lie on each other, that all lie within its width, and that none is smaller than 10 points."""
    seen: list[tuple[Text, object]] = []
    draw = Text.draw

    def noted(text, renderer, *args, **kwargs):
        if text.get_visible() and text.get_text().strip():
            seen.append((text, Text.get_window_extent(text, renderer)))
        draw(text, renderer, *args, **kwargs)

    def judge(drawn) -> list[str]:
        figure = figure_of(drawn)
        assert figure.get_figwidth() == WIDTH
        lay_out(figure)
        figure.set_layout_engine("none")
        seen.clear()
        monkeypatch.setattr(Text, "draw", noted)
        figure.canvas.draw()
        monkeypatch.setattr(Text, "draw", draw)
        point = figure.dpi / 72
        for text, box in seen:
            words = text.get_text()
            assert text.get_fontsize() >= 10, words
            assert -6 * point < box.x0 and box.x1 < figure.bbox.x1 + 6 * point, f"outside: {words!r}"
        for (one, a), (other, b) in combinations(seen, 2):
            across, up = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
            assert across < point or up < point, f"{one.get_text()!r} lies on {other.get_text()!r}"
        return [text.get_text() for text, _ in seen]

    return judge


def same_in_grey(axes) -> list[tuple[str, str]]:
    """Labels of axes whose marks are of one kind, one dash, one marker, and less than a tenth apart in lightness."""
    known: dict[str, tuple] = {}
    for mark, label in zip(*axes.get_legend_handles_labels(), strict=True):
        mark = mark[0] if isinstance(mark, tuple) else mark
        if label.split()[0] in {text.get_text() for text in axes.texts}:
            continue  # a text at the marks tells it
        looks = [getattr(mark, f"get_{name}", lambda: None)() for name in ("linestyle", "marker", "alpha")]
        looks += [path.vertices.shape for path in getattr(mark, "get_paths", list)()[:1]]  # the marker of points
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
