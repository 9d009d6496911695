"""Figures of the scoring: who is key and why, and how sure that is."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from kamlib.report.figures.style import (
    BLUE,
    FAINT,
    GREEN,
    GREY,
    INK,
    MUTED,
    ORANGE,
    PAPER,
    described,
    none_known,
    percent_ticks,
)
from kamlib.report.text import shortened
from kamlib.scoring.doubt.border import EVEN, NEAR, SAFE, falls

GROUPS = {"revenue": BLUE, "reputation": ORANGE, "development": GREEN}


def ranked_scores(
    scores: pd.DataFrame, *, names: pd.Series | None = None, most: int = 40, scale: int = 100
) -> Axes | None:
    """Score of the key customers and, paler, the five after them: bars stacked by group of criteria, and the interval of what is missing.

    The line is the rank near the end of the list after which the scores fall most; in the right margin stands what each brought.

    Parameters
    ----------
    scores : rank, customer_id, score, low, high, key, points_revenue, points_reputation, points_development, contribution; best first.
    names : name by customer_id.
    most : bars at most.
    """
    if none_known(scores, "rank", "score"):
        return None
    ranked = scores[scores["rank"].notna()]
    shown = ranked.head(min(most, int(ranked["key"].sum()) + 5)).iloc[::-1]
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
    labels = short_names(shown, names)
    axes.set_yticks(place, [f"{rank}  {label}" for rank, label in zip(shown["rank"], labels, strict=True)])
    for tick, key in zip(axes.get_yticklabels(), shown["key"], strict=True):
        tick.set_color(INK if key else MUTED)
        tick.set_fontweight("bold" if key else "normal")
    axes.set_xlim(1, scale * 1.06)
    axes.set_ylim(-0.6, len(shown) - 0.4)
    fall = falls(ranked["score"], int(ranked["key"].sum()))
    if fall is not None and fall["rank"] < len(shown):
        axes.axhline(len(shown) - fall["rank"] - 0.5, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
    if shown["contribution"].notna().any():
        _beside(axes, place, shown["contribution"])
    axes.set_xlabel(f"Score, points of {scale}")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    best = ranked["score"].iloc[0]
    axes.set_title(
        f"{ranked['key'].sum():,} of {len(ranked):,} are key (bold); the first scores {best:.{digits}f} of {scale}"
    )
    handles: list[Patch | Line2D] = [
        Patch(color=colour, label=f"criteria of {group}") for group, colour in GROUPS.items()
    ]
    if fall is not None and fall["rank"] < len(shown):
        words = f"stable to rank {fall['rank']}: the score falls by {fall['fall']:.1f}"
        handles.append(Line2D([], [], color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), label=words))
    if open_ended.any():
        handles.append(Line2D([], [], color=INK, linewidth=1.2, label="where it may lie: values are missing"))
    figure.legend(handles=handles, loc="outside lower left", ncols=2)
    told = {"name": labels[-1], "best": round(best, digits), "scale": scale}
    return described(axes, "alt_ranked_scores", n=len(ranked), key=ranked["key"].sum(), **told)


def key_probability(
    scores: pd.DataFrame, *, names: pd.Series | None = None, most: int = 30, language: str = "en"
) -> Axes | None:
    """Probability of being key under the draws: the key customers, and those next to the border.

    Parameters
    ----------
    scores : rank, customer_id, key, p_key; best first.
    """
    if none_known(scores, "rank", "p_key"):
        return None
    ranked = scores[scores["rank"].notna()]
    near = ranked["key"] | (ranked["p_key"] >= 0.05)
    shown = ranked[near].head(most).iloc[::-1]
    if shown.empty:
        return None
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
    for limit in (EVEN, SAFE):
        axes.axvline(limit, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.set_yticks(place, short_names(shown, names))
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(0, 1)
    axes.set_ylim(-0.7, len(shown) - 0.3)
    percent_ticks(axes.xaxis, language)
    axes.set_xlabel("Probability of being key when weights and open ratings vary")
    key = ranked["key"]
    safe = int((key & (ranked["p_key"] >= SAFE)).sum())
    axes.set_title(f"{safe:,} of {key.sum():,} key customers are safe on the list (right of the second line)")
    figure.legend(loc="outside lower left", ncols=2)
    knocking = int((~key.astype(bool) & (ranked["p_key"] >= NEAR)).sum())
    told = {"safe": safe, "limit": SAFE, "near": NEAR, "others": knocking}
    return described(axes, "alt_key_probability", key=key.sum(), **told)


def _beside(axes: Axes, place: np.ndarray, contribution: pd.Series) -> None:
    """Write what each brought in the right margin, a loss in the colour of the warning."""
    right = axes.twinx()
    right.set_ylim(axes.get_ylim())
    right.set_yticks(place, ["unknown" if np.isnan(x) else f"{x:,.0f}" for x in contribution])
    for tick, value in zip(right.get_yticklabels(), contribution, strict=True):
        tick.set_color(ORANGE if value < 0 else MUTED)
    right.tick_params(axis="y", length=0)
    right.spines["left"].set_visible(False)
    right.set_ylabel("Contribution of 12 months: margin less cost to serve")


def short_names(table: pd.DataFrame, names: pd.Series | None) -> list[str]:
    ids = table["customer_id"].astype(str)
    found = ids if names is None else table["customer_id"].map(names).fillna(ids)
    return [shortened(str(name), 28) for name in found]
