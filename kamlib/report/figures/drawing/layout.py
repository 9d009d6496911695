"""The places of all parts of a figure: titles wrapped at the picture's width, letters that can be drawn, ticks without formulas."""

from __future__ import annotations

from functools import cache
from typing import Any

import matplotlib as mpl
from matplotlib.text import Text
from matplotlib.textpath import TextToPath
from matplotlib.ticker import LogFormatter, NullFormatter
from matplotlib.transforms import Bbox

from kamlib.report.figures.style import plain_ticks
from kamlib.report.glyphs import write_drawable

_DPI = 130
_SEAM = 0.04
"""Inches above and below: letters of another font are taller."""
_PANEL = 40
"""Points beside a panel that its title can't have."""


def lay_out(figure: Any) -> None:
    """Give all parts of a figure the places that they have in its picture.

    A title too long for one line is wrapped; it begins at the left edge of the picture where its axes span it. A label of an axis
    is wrapped where it is longer than its axis.
    """
    _plain_log_ticks(figure)
    write_drawable(figure)
    across = [(axes._left_title, _spans(axes)) for axes in figure.axes]
    for title, share in across:
        _wrap(title, 72 * figure.get_figwidth() * share - (_PANEL if share < 1 else 0))
    if figure._suptitle is not None:
        _wrap(figure._suptitle, 72 * figure.get_figwidth())
        figure._suptitle.set(x=0, ha="left")
    figure.set_dpi(_DPI)  # texts are wider or narrower at another, and with them the layout
    if engine := figure.get_layout_engine():
        engine.execute(figure)
        if sum(map(_wrap_labels, figure.axes)):
            engine.execute(figure)
    for title, share in across:
        if share == 1:
            box = title.axes.get_position()
            title.set_x(-box.x0 / box.width)


def picture_box(figure: Any) -> Bbox:
    """Lay a figure out for good; the part of it that its picture shows, in inches: its whole width, and more only where something stands out.

    Layout is most of the work of drawing: Matplotlib would repeat it at each draw, and draw twice for a tight box.
    """
    lay_out(figure)
    with mpl.rc_context({"figure.constrained_layout.use": False}):
        figure.set_layout_engine(None)
    tight = figure.get_tightbbox()
    low, high = tight.y0 - _SEAM, tight.y1 + _SEAM
    return Bbox.from_extents(min(tight.x0, 0), low, max(tight.x1, figure.get_figwidth()), high)


def _spans(axes: Any) -> float:
    """The share of the picture's width that axes have, by their place in the grid."""
    place = axes.get_subplotspec()
    return 1.0 if place is None else len(place.colspan) / place.get_gridspec().ncols


def _wrap_labels(axes: Any) -> bool:
    """Break the labels of axes at the lengths of their axes; whether one was."""
    box = axes.get_window_extent()
    sides = ((axes.xaxis.label, box.width), (axes.yaxis.label, box.height))
    return sum(_wrap(label, max(72 * length / axes.figure.dpi, 2 * _PANEL)) for label, length in sides) > 0


def _wrap(words: Text, width: float) -> bool:
    """Break lines of a text that are wider than `width` points; whether one was."""

    def wide(line: str) -> bool:
        return bool(_measured().get_text_width_height_descent(line, words.get_fontproperties(), False)[0] > width)

    lines: list[str] = []
    for given in words.get_text().split("\n"):
        if not wide(given):
            lines.append(given)
            continue
        line = ""
        for word in given.split(" "):
            if line and wide(f"{line} {word}"):
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}" if line else word
            while wide(line):  # a word that no line can hold
                cut = next(at for at in range(len(line), 0, -1) if at == 1 or not wide(line[:at]))
                lines.append(line[:cut])
                line = line[cut:]
        lines.append(line)
    told = "\n".join(lines)
    new = told != words.get_text()
    if new:
        words.set_text(told)
    return new


@cache
def _measured() -> TextToPath:
    return TextToPath()


def _plain_log_ticks(figure: Any) -> None:
    """Formulas are not read in texts (names may hold $), so powers of ten on log axes are written out."""
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            if isinstance(axis.get_major_formatter(), LogFormatter):
                plain_ticks(axis)
            if isinstance(axis.get_minor_formatter(), LogFormatter):
                axis.set_minor_formatter(NullFormatter())
