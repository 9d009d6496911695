"""Where the parts of a picture stand: panels in a grid, names in the room that they have, numbers at their points."""

from __future__ import annotations

from functools import cache
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patheffects import AbstractPathEffect, withStroke
from matplotlib.textpath import TextToPath

from kamlib.report.figures.drawing import lay_out
from kamlib.report.figures.style import INK, MUTED, PAPER, WIDTH
from kamlib.report.glyphs import FONT
from kamlib.report.text import shortened

_LETTERS = FontProperties(family=FONT, size=10)


def within(words: str, inches: float = 2.05) -> str:
    """A text shortened to what has room in so many inches in letters of 10 points, by default those of a name beside its row."""
    most = 72 * inches
    for length in range(min(len(words), 80), 0, -1):
        cut = shortened(words, length)
        if _measured().get_text_width_height_descent(cut, _LETTERS, False)[0] <= most:
            return cut
    return ""


@cache
def _measured() -> TextToPath:
    return TextToPath()


def panel_grid(
    count: int, *, wide: int = 1, tall: float = 1.6, more: float = 0.8, **shared: Any
) -> tuple[Figure, list[Axes]]:
    """A picture of `count` panels, `wide` of them in a row, each `tall` inches high; `more` inches are for its title and key.

    shared : sharex, sharey and what else `matplotlib.pyplot.subplots` takes. A panel above an empty place has the ticks of its column.
    """
    rows = -(-count // wide)
    figure, grid = plt.subplots(rows, wide, figsize=(WIDTH, more + tall * rows), squeeze=False, **shared)
    for place, axes in enumerate(grid.flat):
        if place >= count:
            axes.remove()
        elif place + wide >= count:
            axes.tick_params(labelbottom=True)
    return figure, list(grid.flat[:count])


def at_points(axes: Axes, x: np.ndarray, y: np.ndarray, size: np.ndarray, texts: list[str]) -> None:
    """Short texts in their points where these are large enough, else at the nearest free place, with a line to it.

    No text lies on another: a place is free where there is no text and no line, and no middle of another point. A text that finds
    no place is left out.

    Parameters
    ----------
    x, y : of the points in data; those that are further up in the list get their places first.
    size : areas of the points, points squared.
    """
    lay_out(axes.figure)
    point, inside = axes.figure.dpi / 72, axes.get_window_extent()
    centre = axes.transData.transform(np.column_stack([x, y]))
    radius = np.sqrt(size / np.pi) * point
    taken = np.empty((0, 4))
    turns = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    circle = np.column_stack([np.cos(turns), np.sin(turns)])
    for i, words in enumerate(texts):
        text = axes.text(
            0, 0, words, color=INK, ha="center", va="center", transform=None, zorder=6, path_effects=[halo()]
        )
        half = np.array(text.get_window_extent().size) / 2
        away = [
            centre[i] + circle * (radius[i] + np.abs(circle) @ half[:, None] + gap * point) for gap in range(1, 400, 4)
        ]
        spots = np.vstack([centre[i][None], *away] if radius[i] > half.max() else away)
        boxes = np.hstack([spots - half - point, spots + half + point])
        fits = (boxes[:, :2] >= inside.min).all(axis=1) & (boxes[:, 2:] <= inside.max).all(axis=1)
        others = np.delete(centre, i, axis=0)
        covers = ((others[:, None] > boxes[:, :2]) & (others[:, None] < boxes[:, 2:])).all(axis=2).any(axis=0)
        meets = ((taken[:, None, :2] < boxes[:, 2:]) & (taken[:, None, 2:] > boxes[:, :2])).all(axis=2).any(axis=0)
        free = np.flatnonzero(fits & ~meets & ~covers)
        free = free if len(free) else np.flatnonzero(fits & ~meets)
        if not len(free):
            text.remove()
            continue
        spot = spots[free[0]]
        taken = np.vstack([taken, [*(spot - half - point), *(spot + half + point)]])
        to_data = axes.transData.inverted().transform
        text.set_transform(axes.transData)
        text.set_position(tuple(to_data(spot)))
        if np.hypot(*(spot - centre[i])) > radius[i] + half.max() + 4 * point:
            ends = to_data([centre[i], spot])
            axes.plot(*ends.T, color=MUTED, linewidth=0.6, zorder=2.5, scalex=False, scaley=False)


def halo() -> AbstractPathEffect:
    """A seam of paper around a text, so that it can be read on a line or a bubble."""
    return withStroke(linewidth=2.5, foreground=PAPER)
