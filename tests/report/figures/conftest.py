"""Pictures are drawn without a screen, closed after each test, and can be asked whether they can be read."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import matplotlib
import matplotlib.pyplot as plt
import pytest
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
    plt.close("all")


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
