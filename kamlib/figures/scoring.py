"""Figures of the scoring: who is key and why, how sure that is, and the KAISM matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kamlib.errors import InputError
from kamlib.figures.style import BLUE, FAINT, GREEN, GREY, INK, MUTED, ORANGE, PAPER, plain_ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GROUPS = {"revenue": BLUE, "reputation": ORANGE, "development": GREEN}
CELLS = {"key": BLUE, "development": GREEN, "maintenance": ORANGE, "opportunistic": GREY}
SAFE = 0.9
"""Probability of being key from which an account is called safe on the list."""
_WORDS = {
    "importance": ("How important we are for the client (0–10)", "we hardly matter to it", "it depends on us"),
    "strength": (
        "Our mark by the client ÷ its best rival's (ratio, log scale)",
        "a rival is stronger",
        "we are stronger",
    ),
}


def ranked_scores(scores: pd.DataFrame, *, names: pd.Series | None = None, most: int = 40, scale: int = 100) -> Axes:
    """Score of the key accounts and, paler, the five after them: bars stacked by group of criteria, and the interval of what is missing.

    Parameters
    ----------
    scores : rank, account_id, score, low, high, key, points_revenue, points_reputation, points_development; best first.
    names : name by account_id.
    most : bars at most.
    """
    import matplotlib.pyplot as plt
    from matplotlib.colors import to_rgba
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    ranked = scores[scores["rank"].notna()]
    shown = ranked.head(min(most, int(ranked["key"].sum()) + 5)).iloc[::-1]
    if shown.empty:
        raise InputError("no account is ranked", remedy="See the knock-outs: they may hold every account.")
    place = np.arange(len(shown))
    figure, axes = plt.subplots(figsize=(8, 1.4 + 0.27 * len(shown)))
    left = np.ones(len(shown))
    for group, colour in GROUPS.items():
        points = shown[f"points_{group}"].to_numpy(dtype=float)
        shades = [to_rgba(colour, 1.0 if key else 0.45) for key in shown["key"]]
        axes.barh(place, points, left=left, height=0.68, color=shades)
        left = left + points
    open_ended = ((shown["high"] - shown["low"]) > 1e-6).to_numpy()
    ends = shown[["low", "high"]].to_numpy(dtype=float)[open_ended]
    axes.hlines(place[open_ended], ends[:, 0], ends[:, 1], color=INK, linewidth=1.2)
    digits = 0 if scale > 10 else 1
    for at, middle, high in zip(place.tolist(), shown["score"].tolist(), shown["high"].tolist(), strict=True):
        axes.text(high + scale / 100, at, f"{middle:.{digits}f}", va="center", fontsize=9, color=INK)
    axes.set_yticks(
        place, [f"{row.rank}  {label}" for row, label in zip(shown.itertuples(), _labels(shown, names), strict=True)]
    )
    for tick, key in zip(axes.get_yticklabels(), shown["key"], strict=True):
        tick.set_color(INK if key else MUTED)
        tick.set_fontweight("bold" if key else "normal")
    axes.set_xlim(1, scale * 1.06)
    axes.set_ylim(-0.6, len(shown) - 0.4)
    axes.set_xlabel(f"Score, points of {scale}")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    best = ranked["score"].iloc[0]
    axes.set_title(
        f"{ranked['key'].sum():,} of {len(ranked):,} are key (bold); the first scores {best:.{digits}f} of {scale}"
    )
    handles: list = [Patch(color=colour, label=f"criteria of {group}") for group, colour in GROUPS.items()]
    if open_ended.any():
        handles.append(Line2D([], [], color=INK, linewidth=1.2, label="where it may lie: values are missing"))
    figure.legend(handles=handles, loc="outside lower left", ncols=2)
    return axes


def key_probability(
    scores: pd.DataFrame, *, names: pd.Series | None = None, most: int = 30, language: str = "en"
) -> Axes:
    """Probability of being key under the draws: the key accounts, and those next to the border.

    Parameters
    ----------
    scores : rank, account_id, key, p_key; best first.
    """
    import matplotlib.pyplot as plt

    from kamlib.figures.style import percent_ticks

    ranked = scores[scores["rank"].notna()]
    near = ranked["key"] | (ranked["p_key"] >= 0.05)
    shown = ranked[near].head(most).iloc[::-1]
    if shown.empty:
        raise InputError("no account is ranked", remedy="See the knock-outs: they may hold every account.")
    place = np.arange(len(shown))
    figure, axes = plt.subplots(figsize=(8, 1.2 + 0.25 * len(shown)))
    axes.hlines(place, 0, shown["p_key"], color=FAINT, linewidth=2)
    for flag, face, words in ((True, BLUE, "key now"), (False, PAPER, "not key now")):
        part = (shown["key"] == flag).to_numpy()
        axes.scatter(
            shown["p_key"].to_numpy()[part],
            place[part],
            s=42,
            facecolor=face,
            edgecolor=BLUE,
            zorder=3,
            label=words,
            clip_on=False,
        )
    axes.axvline(SAFE, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.set_yticks(place, _labels(shown, names))
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(0, 1)
    axes.set_ylim(-0.7, len(shown) - 0.3)
    percent_ticks(axes.xaxis, language)
    axes.set_xlabel("Probability of being key when weights and open ratings vary")
    key = ranked["key"]
    safe = int((key & (ranked["p_key"] >= SAFE)).sum())
    axes.set_title(f"{safe:,} of {key.sum():,} key accounts are safe on the list (right of the line)")
    figure.legend(loc="outside lower left", ncols=2)
    return axes


def kaism(
    matrix: pd.DataFrame,
    *,
    names: pd.Series | None = None,
    revenue: pd.Series | None = None,
    wallet: pd.Series | None = None,
    label: pd.Series | None = None,
    cut: float = 5,
    most: int = 12,
) -> Axes:
    """The KAISM matrix: a bubble per client, area = revenue, ring = wallet, arrow = move since the earlier quarter.

    Parameters
    ----------
    matrix : account_id, attractiveness (0-10), horizontal, reading, cell, and the moves if there are any.
    names, revenue, wallet : by account_id; without revenue all bubbles are the same. Rings and arrows are those of `label`.
    label : flags by account_id: whom to name first; None: the most attractive ones. At most `most`, none on top of another.
    cut : of the vertical axis, and of the horizontal one in the reading 'importance'.
    """
    import matplotlib.pyplot as plt

    known = matrix[matrix["cell"] != "unknown"]
    if known.empty:
        raise InputError(
            "no client has a known place in the matrix", remedy="Give wallets, categories or ratings by clients."
        )
    strong = known["reading"].iloc[0] == "strength"
    x, y = known["horizontal"].to_numpy(dtype=float), known["attractiveness"].to_numpy(dtype=float)
    size = _areas(known["account_id"], revenue)
    axes = plt.subplots(figsize=(9, 7.4))[1]
    limit = max(2.0, 1.15 * np.exp(np.abs(np.log(np.clip(x, 0.1, 10))).max())) if strong else 10.7
    axes.set(xlim=(1 / limit, limit) if strong else (-0.3, limit), ylim=(-0.3, 10.3))
    if strong:
        axes.set_xscale("log", base=2)
        plain_ticks(axes.xaxis)  # before the labels are placed: the axes must not change their size after it
    cross = 1.0 if strong else cut
    axes.axvline(cross, color=GREY, linewidth=0.9)
    axes.axhline(cut, color=GREY, linewidth=0.9)
    order = np.argsort(-size, kind="stable")
    colours = known["cell"].map(CELLS).to_numpy()
    if wallet is not None and revenue is not None:
        ratio = (known["account_id"].map(wallet) / known["account_id"].map(revenue).where(lambda r: r > 0)).to_numpy(
            dtype=float
        )
        ring = size * np.clip(ratio, 1, 12)
        seen = np.isfinite(ring) & (_flags(known["account_id"], label) if label is not None else True)
        axes.scatter(
            x[seen], y[seen], s=ring[seen], facecolor="none", edgecolor=colours[seen], linewidth=0.7, alpha=0.45
        )
    axes.scatter(
        x[order], y[order], s=size[order], c=colours[order], alpha=0.75, edgecolor=PAPER, linewidth=0.6, zorder=3
    )
    if "move_horizontal" in known:
        _arrows(axes, known, x, y, _flags(known["account_id"], label) if label is not None else np.full(len(x), True))
    _corner_words(axes)
    text, low, high = _WORDS["strength" if strong else "importance"]
    axes.set_xlabel(f"{low}  ←   {text}   →  {high}")
    axes.set_ylabel("hardly attractive  ←   How attractive the client is for us (0–10)   →  very attractive")
    both = (known["cell"] == "key").sum()
    why = "rate us level with the best rival or above" if strong else "need us"
    axes.set_title(f"{both:,} of {len(known):,} clients are attractive for us and {why}")
    first = np.lexsort((-y, ~_flags(known["account_id"], label)))
    _put_labels(axes, x, y, size, _labels(known, names), first[:most])
    return axes


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


def _labels(table: pd.DataFrame, names: pd.Series | None) -> list[str]:
    ids = table["account_id"].astype(str)
    found = ids if names is None else table["account_id"].map(names).fillna(ids)
    return [
        " ".join(str(name).split())[:27] + "…" if len(str(name)) > 28 else " ".join(str(name).split()) for name in found
    ]


def _arrows(axes: Axes, known: pd.DataFrame, x: np.ndarray, y: np.ndarray, shown: np.ndarray) -> None:
    """From where a client stood to where it stands, for moves of a quarter of a point or more."""
    dx, dy = (known[f"move_{axis}"].to_numpy(dtype=float) for axis in ("horizontal", "attractiveness"))
    for i in np.flatnonzero(shown & (np.hypot(dx, dy) >= 0.25)):
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
        words.set(horizontalalignment=ha, verticalalignment=va)


def _put_labels(
    axes: Axes, x: np.ndarray, y: np.ndarray, size: np.ndarray, names: list[str], chosen: np.ndarray
) -> None:
    """Names beside their bubbles, each at the first free place around it; a name that finds none is left out."""
    from matplotlib.patheffects import withStroke

    axes.figure.canvas.draw()
    point = axes.figure.dpi / 72
    inside = axes.get_window_extent()
    centre = axes.transData.transform(np.column_stack([x, y]))
    radius = np.sqrt(size / np.pi) * point
    taken = [text.get_window_extent() for text in axes.texts if text.get_text()]
    halo = [withStroke(linewidth=2.5, foreground=PAPER)]
    around = [(1, 0), (-1, 0), (0, 1), (0, -1), (0.8, 0.8), (-0.8, 0.8), (0.8, -0.8), (-0.8, -0.8)]
    for i in chosen:
        text = axes.text(0, 0, names[i], fontsize=9, color=INK, transform=None, zorder=5, path_effects=halo)
        box = text.get_window_extent()
        spots = ((free, reach, way) for free in (0.0, 6.0) for reach in (3, 14, 28) for way in around)
        for free, reach, (across, up) in spots:
            gap = radius[i] + reach * point
            left = centre[i, 0] + across * gap - (0 if across > 0 else box.width if across < 0 else box.width / 2)
            low = centre[i, 1] + up * gap - (0 if up > 0 else box.height if up < 0 else box.height / 2)
            spot = box.from_bounds(left, low, box.width, box.height)
            if (
                _fits(spot, inside)
                and not any(spot.overlaps(other) for other in taken)
                and not _covers(spot, centre, radius * 0.6, i, free)
            ):
                text.set_transform(axes.transData)
                text.set_position(tuple(axes.transData.inverted().transform((left, low))))
                taken.append(spot)
                if reach > 3 or across * up:
                    near = np.clip(centre[i], [spot.x0, spot.y0], [spot.x1, spot.y1])
                    ends = axes.transData.inverted().transform([centre[i], near])
                    axes.plot(*ends.T, color=MUTED, linewidth=0.6, zorder=4, scalex=False, scaley=False)
                break
        else:
            text.remove()


def _fits(spot, inside) -> bool:
    return spot.x0 >= inside.x0 and spot.x1 <= inside.x1 and spot.y0 >= inside.y0 and spot.y1 <= inside.y1


def _covers(spot, centre: np.ndarray, radius: np.ndarray, own: int, free: float) -> bool:
    """Whether a label would lie on the middle of a bubble larger than `free`."""
    near = np.clip(centre, [spot.x0, spot.y0], [spot.x1, spot.y1])
    hit = np.hypot(*(centre - near).T) < radius
    hit[own] = False
    return bool((hit & (radius > free)).any())
