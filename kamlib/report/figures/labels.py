"""Names that can be read: in the margin with lines that do not cross, beside their points at the first free place, or in a row apart."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import AbstractPathEffect, withStroke
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox

from kamlib.report.figures.drawing import lay_out
from kamlib.report.figures.style import GREY, INK, MUTED, PAPER

_LINE, _MARGIN = 0.19, 1.015
"""Height of a name in the margin (inches), and where it begins (width of the axes)."""


def in_margin(
    axes: Axes, x: np.ndarray, y: np.ndarray, names: list[str], chosen: np.ndarray, colours: Sequence[str] = ()
) -> None:
    """Names in the right margin, each with a line to its bubble: of all ways to pair them the shortest, in which no two lines cross.

    The lines are grey, or have the `colours` of their places.
    """
    from scipy.optimize import linear_sum_assignment

    if len(chosen):
        lay_out(axes.figure)
        box = axes.get_window_extent()
        slots = max(len(chosen), int(box.height / (axes.figure.dpi * _LINE)))
        heights = (np.arange(slots) + 0.5) / slots
        at = axes.transData.transform(np.column_stack([x[chosen], y[chosen]]))
        ends = np.column_stack([np.full(slots, box.x0 + _MARGIN * box.width), box.y0 + heights * box.height])
        for i, slot in zip(*linear_sum_assignment(np.hypot(*(at[:, None] - ends).T).T), strict=True):
            axes.annotate(
                names[chosen[i]],
                (x[chosen[i]], y[chosen[i]]),
                (_MARGIN, heights[slot]),
                textcoords="axes fraction",
                va="center",
                fontsize=9,
                annotation_clip=False,
                arrowprops={
                    "arrowstyle": "-",
                    "color": colours[chosen[i]] if colours else GREY,
                    "linewidth": 1.2 if colours else 0.6,
                    "relpos": (0, 0.5),
                    "patchA": None,
                    "shrinkA": 2,
                    "shrinkB": 0,
                },
                zorder=2,
            )


def beside_points(
    axes: Axes, x: np.ndarray, y: np.ndarray, size: np.ndarray, names: list[str], chosen: np.ndarray
) -> None:
    """Names beside their bubbles, each at the first free place around it; a name that finds none is left out."""
    lay_out(axes.figure)
    point = axes.figure.dpi / 72
    inside = axes.get_window_extent()
    centre = axes.transData.transform(np.column_stack([x, y]))
    radius = np.sqrt(size / np.pi) * point
    named = [text for text in axes.texts if text.get_text()]
    taken = [Text.get_window_extent(text) for text in named]
    led = [text for text in named if isinstance(text, Annotation)]
    lines = [_line(axes.transData.transform(text.xy), axes.transAxes.transform(text.xyann)) for text in led]
    around = [(1, 0), (-1, 0), (0, 1), (0, -1), (0.8, 0.8), (-0.8, 0.8), (0.8, -0.8), (-0.8, -0.8)]
    for i in chosen:
        text = axes.text(0, 0, names[i], fontsize=9, color=INK, transform=None, zorder=5, path_effects=[halo()])
        box = text.get_window_extent()
        spots = ((free, reach, way) for free in (0.0, 6.0) for reach in (3, 14, 28) for way in around)
        for free, reach, (across, up) in spots:
            gap = radius[i] + reach * point
            left = centre[i, 0] + across * gap - (0 if across > 0 else box.width if across < 0 else box.width / 2)
            low = centre[i, 1] + up * gap - (0 if up > 0 else box.height if up < 0 else box.height / 2)
            spot = box.from_bounds(left, low, box.width, box.height)
            line = _line(centre[i], np.clip(centre[i], [spot.x0, spot.y0], [spot.x1, spot.y1]))
            if (
                _fits(spot, inside)
                and not any(spot.overlaps(other) for other in taken)
                and not _covers(spot, centre, radius * 0.6, i, free)
                and not any(_meet(line, other) or _under(other, spot) for other in lines)
                and not any(_under(line, other) for other in taken)
            ):
                text.set_transform(axes.transData)
                text.set_position(tuple(axes.transData.inverted().transform((left, low))))
                taken.append(spot)
                lines.append(line)
                if reach > 3 or across * up:
                    ends = axes.transData.inverted().transform(line[[0, -1]])
                    axes.plot(*ends.T, color=MUTED, linewidth=0.6, zorder=4, scalex=False, scaley=False)
                break
        else:
            text.remove()


def apart(at: np.ndarray, least: float) -> np.ndarray:
    """Places of labels on a line near `at`, in their order: the lowest stays, each other is at least `least` above the one before."""
    places = at.astype(float)
    for before, after in pairwise(np.argsort(at, kind="stable")):
        places[after] = max(places[after], places[before] + least)
    return places


def halo() -> AbstractPathEffect:
    """A seam of paper around a text, so that it can be read on a line or a bubble."""
    return withStroke(linewidth=2.5, foreground=PAPER)


def _line(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Points along a line."""
    points: np.ndarray = start + np.linspace(0, 1, 40)[:, None] * (end - start)
    return points


def _under(line: np.ndarray, box: Bbox) -> bool:
    """Whether a line runs under a name."""
    return bool(((line > [box.x0, box.y0]) & (line < [box.x1, box.y1])).all(axis=1).any())


def _meet(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two lines cross: each has the ends of the other on both sides."""

    def sides(line: np.ndarray, ends: np.ndarray) -> float:
        along, apart = line[-1] - line[0], ends[[0, -1]] - line[0]
        return float(np.prod(np.sign(along[0] * apart[:, 1] - along[1] * apart[:, 0])))

    return sides(one, other) < 0 and sides(other, one) < 0


def _fits(spot: Bbox, inside: Bbox) -> bool:
    return bool(spot.x0 >= inside.x0 and spot.x1 <= inside.x1 and spot.y0 >= inside.y0 and spot.y1 <= inside.y1)


def _covers(spot: Bbox, centre: np.ndarray, radius: np.ndarray, own: int, free: float) -> bool:
    """Whether a label would lie on the middle of a bubble larger than `free`."""
    near = np.clip(centre, [spot.x0, spot.y0], [spot.x1, spot.y1])
    hit = np.hypot(*(centre - near).T) < radius
    hit[own] = False
    return bool((hit & (radius > free)).any())
