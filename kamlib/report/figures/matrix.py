"""The picture of the KAISM matrix: bubbles, rings, arrows, and the names of the clients that matter."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kamlib.report.figures.labels import beside_points, halo, in_margin
from kamlib.report.figures.scoring import short_names
from kamlib.report.figures.style import (
    BLUE,
    GREEN,
    GREY,
    HOVER,
    MUTED,
    ORANGE,
    PAPER,
    described,
    none_known,
    plain_ticks,
)

CELLS = {"invest": BLUE, "development": GREEN, "maintenance": ORANGE, "opportunistic": GREY}
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
) -> Axes | None:
    """The KAISM matrix: a bubble per client, area = revenue, ring = wallet, arrow = move since the earlier quarter.

    Names stand in the right margin, or beside bubbles of the left half; the lines that lead to them do not cross. In a report
    every bubble tells its name to a pointer.

    Parameters
    ----------
    matrix : customer_id, attractiveness (0-10), horizontal, reading, cell, and the moves if there are any.
    names, revenue, wallet : by customer_id; without revenue all bubbles are the same. Rings and arrows are those of named clients.
    label : flags by customer_id: whom to name, beside the `movers` largest clients that changed their cell; None: the most attractive ones.
    cut : of the vertical axis, and of the horizontal one in the reading 'importance'.
    most : names at most.
    """
    if none_known(matrix, "cell"):
        return None
    known = matrix[matrix["cell"] != "unknown"]
    if known.empty:
        return None
    strong = known["reading"].iloc[0] == "strength"
    x, y = known["horizontal"].to_numpy(dtype=float), known["attractiveness"].to_numpy(dtype=float)
    size = _areas(known["customer_id"], revenue)
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
    around = size.copy()
    if wallet is not None and revenue is not None:
        ratio = (known["customer_id"].map(wallet) / known["customer_id"].map(revenue).where(lambda r: r > 0)).to_numpy(
            dtype=float
        )
        ring = size * np.clip(ratio, 1, 12)
        seen = shown[np.isfinite(ring[shown])]
        around[seen] = ring[seen]
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
    both = (known["cell"] == "invest").sum()
    why = "rate us level with the best rival or above" if strong else "need us"
    axes.set_title(f"{both:,} of {len(known):,} clients are attractive for us and {why}")
    right = x[shown] >= cross
    in_margin(axes, x, y, text, shown[right])
    beside_points(axes, x, y, around, text, shown[~right])
    cells = [f"{cell} {n:,}" for cell, n in known["cell"].value_counts().items()]
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
    return 12 + 900 * amount / top if top > 0 else np.full(len(accounts), 40.0)


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
        (0.01, 0.99, "development: invest selectively"),
        (0.99, 0.99, "invest"),
        (0.01, 0.01, "opportunistic: manage for cash"),
        (0.99, 0.01, "maintenance: hold"),
    ):
        ha, va = ("left" if across < 0.5 else "right"), ("bottom" if up < 0.5 else "top")
        words = axes.text(across, up, text, transform=axes.transAxes, color=MUTED, fontweight="bold", fontsize=10)
        words.set(horizontalalignment=ha, verticalalignment=va, zorder=4, path_effects=[halo()])
