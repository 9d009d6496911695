"""The picture of the KAISM matrix: bubbles, rings, arrows, and names that can be read."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patheffects import AbstractPathEffect, withStroke
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox
from scipy.optimize import linear_sum_assignment

from kamlib.errors import InputError
from kamlib.report.figures.scoring import short_names
from kamlib.report.figures.style import BLUE, GREEN, GREY, HOVER, INK, MUTED, ORANGE, PAPER, plain_ticks

CELLS = {"key": BLUE, "development": GREEN, "maintenance": ORANGE, "opportunistic": GREY}
_LINE, _MARGIN = 0.19, 1.015
"""Height of a name in the margin (inches), and where it begins (width of the axes)."""
_WORDS = {
    "importance": ("How important we are for the client (0–10)", "we hardly matter to it", "it depends on us"),
    "strength": (
        "Our mark by the client ÷ its best rival's (ratio, log scale)",
        "a rival is stronger",
        "we are stronger",
    ),
}


def kaism(
    matrix: pd.DataFrame,
    *,
    names: pd.Series | None = None,
    revenue: pd.Series | None = None,
    wallet: pd.Series | None = None,
    label: pd.Series | None = None,
    cut: float = 5,
    most: int = 30,
    movers: int = 5,
) -> Axes:
    """The KAISM matrix: a bubble per client, area = revenue, ring = wallet, arrow = move since the earlier quarter.

    Names stand in the right margin, or beside bubbles of the left half; the lines that lead to them do not cross. In a report
    every bubble tells its name to a pointer.

    Parameters
    ----------
    matrix : account_id, attractiveness (0-10), horizontal, reading, cell, and the moves if there are any.
    names, revenue, wallet : by account_id; without revenue all bubbles are the same. Rings and arrows are those of named clients.
    label : flags by account_id: whom to name, beside the `movers` largest clients that changed their cell; None: the most attractive ones.
    cut : of the vertical axis, and of the horizontal one in the reading 'importance'.
    most : names at most.
    """
    known = matrix[matrix["cell"] != "unknown"]
    if known.empty:
        raise InputError(
            "no client has a known place in the matrix", remedy="Give wallets, categories or ratings by clients."
        )
    strong = known["reading"].iloc[0] == "strength"
    x, y = known["horizontal"].to_numpy(dtype=float), known["attractiveness"].to_numpy(dtype=float)
    size = _areas(known["account_id"], revenue)
    axes = plt.subplots(figsize=(10.4, 7.4))[1]
    limit = max(2.0, 1.15 * np.exp(np.abs(np.log(np.clip(x, 0.1, 10))).max())) if strong else 10.7
    axes.set(xlim=(1 / limit, limit) if strong else (-0.3, limit), ylim=(-0.3, 10.3))
    if strong:
        axes.set_xscale("log", base=2)
        plain_ticks(axes.xaxis)  # before the labels are placed: the axes must not change their size after it
    cross = 1.0 if strong else cut
    axes.axvline(cross, color=GREY, linewidth=0.9)
    axes.axhline(cut, color=GREY, linewidth=0.9)
    shown = _named(known, label, size, most, movers)
    order = np.argsort(-size, kind="stable")
    colours = known["cell"].map(CELLS).to_numpy()
    if wallet is not None and revenue is not None:
        ratio = (known["account_id"].map(wallet) / known["account_id"].map(revenue).where(lambda r: r > 0)).to_numpy(
            dtype=float
        )
        ring = size * np.clip(ratio, 1, 12)
        seen = shown[np.isfinite(ring[shown])]
        axes.scatter(
            x[seen], y[seen], s=ring[seen], facecolor="none", edgecolor=colours[seen], linewidth=0.7, alpha=0.45
        )
    bubbles = axes.scatter(
        x[order], y[order], s=size[order], c=colours[order], alpha=0.75, edgecolor=PAPER, linewidth=0.6, zorder=3
    )
    text = short_names(known, names)
    bubbles.set_gid(HOVER)
    bubbles.set_urls([text[i] for i in order])
    if "move_horizontal" in known:
        _arrows(axes, known, x, y, shown)
    _corner_words(axes)
    words, low, high = _WORDS["strength" if strong else "importance"]
    axes.set_xlabel(f"{low}  ←   {words}   →  {high}")
    axes.set_ylabel("hardly attractive  ←   How attractive the client is for us (0–10)   →  very attractive")
    both = (known["cell"] == "key").sum()
    why = "rate us level with the best rival or above" if strong else "need us"
    axes.set_title(f"{both:,} of {len(known):,} clients are attractive for us and {why}")
    right = x[shown] >= cross
    _margin_names(axes, x, y, text, shown[right])
    _put_labels(axes, x, y, size, text, shown[~right])
    return axes


def _named(known: pd.DataFrame, label: pd.Series | None, size: np.ndarray, most: int, movers: int) -> np.ndarray:
    """Places of the clients to name: those of `label` (None: all), the most attractive first; then the largest that changed their cell."""
    wanted = np.full(len(known), label is None) | _flags(known["account_id"], label)
    by_height = np.argsort(-known["attractiveness"].to_numpy(dtype=float), kind="stable")
    first = by_height[wanted[by_height]]
    if label is None or "cell_before" not in known:
        return first[:most]
    moved = ~known["cell_before"].isin(["", "unknown"]) & (known["cell_before"] != known["cell"])
    by_size = np.argsort(-size, kind="stable")
    largest = by_size[(moved.to_numpy() & ~wanted)[by_size]][:movers]
    return np.concatenate([first[: most - len(largest)], largest])


def _areas(accounts: pd.Series, revenue: pd.Series | None) -> np.ndarray:
    """Bubble areas in points squared, proportional to revenue."""
    if revenue is None:
        return np.full(len(accounts), 40.0)
    amount = accounts.map(revenue).fillna(0).clip(lower=0).to_numpy(dtype=float)
    top = amount.max()
    return 12 + 900 * amount / top if top > 0 else np.full(len(accounts), 40.0)


def _flags(accounts: pd.Series, flags: pd.Series | None) -> np.ndarray:
    if flags is None:
        return np.zeros(len(accounts), dtype=bool)
    return accounts.isin(flags.index[flags.astype(bool)]).to_numpy()


def _arrows(axes: Axes, known: pd.DataFrame, x: np.ndarray, y: np.ndarray, shown: np.ndarray) -> None:
    """From where the clients `shown` stood to where they stand, for moves of a quarter of a point or more."""
    dx, dy = (known[f"move_{axis}"].to_numpy(dtype=float) for axis in ("horizontal", "attractiveness"))
    for i in shown[np.hypot(dx, dy)[shown] >= 0.25]:
        axes.annotate(
            "",
            (x[i], y[i]),
            (x[i] - dx[i], y[i] - dy[i]),
            arrowprops={"arrowstyle": "->", "color": MUTED, "linewidth": 0.8},
        )


def _corner_words(axes: Axes) -> None:
    for across, up, text in (
        (0.01, 0.99, "development: invest selectively"),
        (0.99, 0.99, "key: invest"),
        (0.01, 0.01, "opportunistic: manage for cash"),
        (0.99, 0.01, "maintenance: hold"),
    ):
        ha, va = ("left" if across < 0.5 else "right"), ("bottom" if up < 0.5 else "top")
        words = axes.text(across, up, text, transform=axes.transAxes, color=MUTED, fontweight="bold", fontsize=10)
        words.set(horizontalalignment=ha, verticalalignment=va, zorder=4, path_effects=[_halo()])


def _margin_names(axes: Axes, x: np.ndarray, y: np.ndarray, names: list[str], chosen: np.ndarray) -> None:
    """Names in the right margin, each with a line to its bubble: of all ways to pair them the shortest, in which no two lines cross."""
    if len(chosen):
        axes.figure.canvas.draw()
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
                    "color": GREY,
                    "linewidth": 0.6,
                    "relpos": (0, 0.5),
                    "shrinkA": 0,
                    "shrinkB": 0,
                },
                zorder=2,
            )
    axes.figure.canvas.draw()


def _halo() -> AbstractPathEffect:
    return withStroke(linewidth=2.5, foreground=PAPER)


def _put_labels(
    axes: Axes, x: np.ndarray, y: np.ndarray, size: np.ndarray, names: list[str], chosen: np.ndarray
) -> None:
    """Names beside their bubbles, each at the first free place around it; a name that finds none is left out."""
    axes.figure.canvas.draw()
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
        text = axes.text(0, 0, names[i], fontsize=9, color=INK, transform=None, zorder=5, path_effects=[_halo()])
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


def _line(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Points along a line."""
    return start + np.linspace(0, 1, 40)[:, None] * (end - start)


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
    return spot.x0 >= inside.x0 and spot.x1 <= inside.x1 and spot.y0 >= inside.y0 and spot.y1 <= inside.y1


def _covers(spot: Bbox, centre: np.ndarray, radius: np.ndarray, own: int, free: float) -> bool:
    """Whether a label would lie on the middle of a bubble larger than `free`."""
    near = np.clip(centre, [spot.x0, spot.y0], [spot.x1, spot.y1])
    hit = np.hypot(*(centre - near).T) < radius
    hit[own] = False
    return bool((hit & (radius > free)).any())
