"""The picture of the KAISM matrix: bubbles, rings, arrows, and the numbers of the clients that matter, named in the list below."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kamlib.report.figures.labels import at_points, halo
from kamlib.report.figures.scoring import short_names
from kamlib.report.figures.style import (
    BLUE,
    GREEN,
    GREY,
    HOVER,
    INK,
    MUTED,
    ORANGE,
    PAPER,
    WIDTH,
    described,
    none_known,
    plain_ticks,
)
from kamlib.report.language import value_word
from kamlib.report.text import number_or_text
from kamlib.report.words import said

CELLS = {"invest": BLUE, "development": GREEN, "maintenance": ORANGE, "opportunistic": GREY}
_LINE = 0.2
"""Height of a name in the list (inches)."""


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
) -> Axes | None:
    """The KAISM matrix: a bubble per client, area = revenue, ring = wallet, arrow = move since the earlier quarter.

    The clients that matter have a number, the most attractive first; the list below the matrix names them. In a report every bubble
    tells its name to a pointer.

    Parameters
    ----------
    matrix : customer_id, attractiveness (0-10), horizontal, reading, cell, and the moves if there are any.
    names, revenue, wallet : by customer_id; without revenue all bubbles are the same. Rings and arrows are those of numbered clients.
    label : flags by customer_id: whom to number, beside the `movers` largest clients that changed their cell; None: the most attractive ones.
    cut : of the vertical axis, and of the horizontal one in the reading 'importance'.
    most : numbers at most.
    """
    if none_known(matrix, "cell"):
        return None
    known = matrix[matrix["cell"] != "unknown"]
    if known.empty:
        return None
    strong = known["reading"].iloc[0] == "strength"
    x, y = known["horizontal"].to_numpy(dtype=float), known["attractiveness"].to_numpy(dtype=float)
    size = _areas(known["customer_id"], revenue)
    shown = _named(known, label, size, most, movers)
    shown = shown[np.argsort(-y[shown], kind="stable")]
    rows = -(-len(shown) // 2)
    heights = [5.4, 0.05 + _LINE * rows]
    axes: Axes
    axes, below = plt.subplots(2, 1, figsize=(WIDTH, sum(heights)), height_ratios=heights)[1]
    limit = max(2.0, 1.15 * np.exp(np.abs(np.log(np.clip(x, 0.1, 10))).max())) if strong else 10.5
    axes.set(xlim=(1 / limit, limit) if strong else (-0.5, limit), ylim=(-0.5, 10.5))
    if strong:
        axes.set_xscale("log", base=2)
        plain_ticks(axes.xaxis)  # before the numbers are placed: the axes must not change their size after it
    axes.axvline(1.0 if strong else cut, color=GREY, linewidth=0.9)
    axes.axhline(cut, color=GREY, linewidth=0.9)
    order = np.argsort(-size, kind="stable")
    colours = known["cell"].map(CELLS).to_numpy()
    if wallet is not None and revenue is not None:
        amount = known["customer_id"].map(revenue).where(lambda r: r > 0)
        ring = size * np.clip((known["customer_id"].map(wallet) / amount).to_numpy(dtype=float), 1, 12)
        seen = shown[np.isfinite(ring[shown])]
        axes.scatter(
            x[seen], y[seen], s=ring[seen], facecolor="none", edgecolor=colours[seen], linewidth=0.7, alpha=0.45
        )
    bubbles = axes.scatter(
        x[order], y[order], s=size[order], c=colours[order], alpha=0.6, edgecolor=PAPER, linewidth=0.6, zorder=3
    )
    text = short_names(known, names)
    bubbles.set_gid(HOVER)
    bubbles.set_urls([text[i] for i in order])
    if "move_horizontal" in known:
        _arrows(axes, known, x, y, shown)
    axes.set_xlabel(said("axis_strength" if strong else "axis_importance"))
    axes.set_ylabel(said("axis_attractive"))
    both = (known["cell"] == "invest").sum()
    axes.set_title(said("title_kaism_strength" if strong else "title_kaism_importance", both=both, n=len(known)))
    below.set_axis_off()
    below.set(xlim=(0, 2), ylim=(rows, 0))
    for place, i in enumerate(shown):
        across, down = divmod(place, max(rows, 1))
        below.text(across + 0.08, down + 0.5, f"{place + 1}", ha="right", va="center", fontweight="bold", color=INK)
        below.text(across + 0.12, down + 0.5, text[i], va="center", color=INK)
    _corner_words(axes)
    at_points(axes, x[shown], y[shown], size[shown], [str(place + 1) for place in range(len(shown))])
    cells = [f"{value_word('cell', str(cell))} {number_or_text(n)}" for cell, n in known["cell"].value_counts().items()]
    return described(axes, "alt_kaism", cells=cells)


def _named(known: pd.DataFrame, label: pd.Series | None, size: np.ndarray, most: int, movers: int) -> np.ndarray:
    """Places of the clients to name: those of `label` (None: all), the most attractive first; then the largest that changed their cell."""
    wanted = np.full(len(known), label is None) | _flags(known["customer_id"], label)
    by_height = np.argsort(-known["attractiveness"].to_numpy(dtype=float), kind="stable")
    first: np.ndarray = by_height[wanted[by_height]]
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
    return 12 + 600 * amount / top if top > 0 else np.full(len(accounts), 40.0)


def _flags(accounts: pd.Series, flags: pd.Series | None) -> np.ndarray:
    if flags is None:
        return np.zeros(len(accounts), dtype=bool)
    named: np.ndarray = accounts.isin(flags.index[flags.astype(bool)]).to_numpy()
    return named


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
        (0.01, 0.995, said("corner_development")),
        (0.99, 0.995, said("corner_invest")),
        (0.01, 0.005, said("corner_opportunistic")),
        (0.99, 0.005, said("corner_maintenance")),
    ):
        ha, va = ("left" if across < 0.5 else "right"), ("bottom" if up < 0.5 else "top")
        words = axes.text(across, up, text, transform=axes.transAxes, color=MUTED, fontweight="bold", fontsize=10)
        words.set(horizontalalignment=ha, verticalalignment=va, zorder=4, path_effects=[halo()])
