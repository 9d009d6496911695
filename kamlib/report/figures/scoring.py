"""Figures of the scoring: who is key and why, and how sure that is."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from babel.numbers import format_compact_decimal
from matplotlib.axes import Axes

from kamlib.report.figures.labels import within
from kamlib.report.figures.style import (
    BLUE,
    FAINT,
    GREEN,
    GREY,
    INK,
    MUTED,
    ORANGE,
    PAPER,
    WIDTH,
    described,
    none_known,
    percent_ticks,
)
from kamlib.report.language import value_word
from kamlib.report.text import number_or_text
from kamlib.report.words import said
from kamlib.scoring.doubt.border import EVEN, NEAR, SAFE, falls

GROUPS = {"revenue": (BLUE, "s"), "reputation": (ORANGE, "^"), "development": (GREEN, "D")}
"""Colour and mark of each group of criteria."""


def ranked_scores(
    scores: pd.DataFrame,
    *,
    names: pd.Series | None = None,
    most: int = 40,
    scale: int = 100,
    language: str = "en",
) -> Axes | None:
    """Score of the key customers and of the five after them: a dot with the interval of what is missing, and small marks for what each
    group of criteria gives to it.

    The line is the rank near the end of the list after which the scores fall most; in the right margin stands what each brought.

    Parameters
    ----------
    scores : rank, customer_id, score, low, high, key, points_revenue, points_reputation, points_development, contribution; best first.
    names : name by customer_id.
    most : customers at most.
    """
    if none_known(scores, "rank", "score"):
        return None
    ranked = scores[scores["rank"].notna()]
    shown = ranked.head(min(most, int(ranked["key"].sum()) + 5)).iloc[::-1]
    place, key = np.arange(len(shown)), shown["key"].to_numpy(dtype=bool)
    figure, axes = plt.subplots(figsize=(WIDTH, 1.9 + 0.24 * len(shown)))
    axes.hlines(place, 1, shown["score"], color=FAINT, linewidth=1, zorder=0)
    axes.hlines(
        place,
        shown["low"],
        shown["high"],
        color=INK,
        linewidth=1.6,
        label=said("label_interval") if (shown["high"] - shown["low"] > 1e-6).any() else "",
    )
    face = np.where(key, INK, PAPER)
    axes.scatter(
        shown["score"], place, s=46, color=face, edgecolor=INK, linewidth=1.2, zorder=4, label=said("label_score")
    )
    for group, (colour, mark) in GROUPS.items():
        points, label = 1 + shown[f"points_{group}"], value_word("group", group)
        axes.scatter(points, place, s=16, color=colour, marker=mark, linewidth=0, zorder=3, label=label)
    labels = short_names(shown, names)
    axes.set_yticks(place, [f"{label}  {rank}" for rank, label in zip(shown["rank"], labels, strict=True)])
    for tick, bold in zip(axes.get_yticklabels(), key, strict=True):
        tick.set(color=INK if bold else MUTED, fontweight="bold" if bold else "normal")
    axes.set(xlim=(1, scale), ylim=(-0.6, len(shown) - 0.4), xlabel=said("axis_points_of", scale=scale))
    fall = falls(ranked["score"], int(ranked["key"].sum()))
    if fall is not None and fall["rank"] < len(shown):
        words = said("label_score_falls", fall=fall["fall"], rank=fall["rank"])
        edge = len(shown) - fall["rank"] - 0.5
        axes.axhline(edge, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), label=words)
    if shown["contribution"].notna().any():
        _beside(axes, place, shown["contribution"], language)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    best, digits = ranked["score"].iloc[0], 0 if scale > 10 else 1
    first = number_or_text(best, f".{digits}f")
    axes.set_title(said("title_key", key=ranked["key"].sum(), n=len(ranked), best=first, scale=scale))
    figure.legend(loc="outside lower left", ncols=2)
    told = {"name": labels[-1], "best": round(best, digits), "scale": scale}
    return described(axes, "alt_ranked_scores", n=len(ranked), key=ranked["key"].sum(), **told)


def key_probability(
    scores: pd.DataFrame, *, names: pd.Series | None = None, most: int = 30, language: str = "en"
) -> Axes | None:
    """Probability of being key under the draws of those next to the border: key customers who are not safe, others who might be key.

    None where nobody is.

    Parameters
    ----------
    scores : rank, customer_id, key, p_key; best first.
    """
    if none_known(scores, "rank", "p_key"):
        return None
    ranked = scores[scores["rank"].notna()]
    key = ranked["key"].astype(bool)
    shown = ranked[np.where(key, ranked["p_key"] < SAFE, ranked["p_key"] >= 0.05)].head(most).iloc[::-1]
    if shown.empty:
        return None
    place = np.arange(len(shown))
    figure, axes = plt.subplots(figsize=(WIDTH, 1.5 + 0.24 * len(shown)))
    axes.hlines(place, 0, shown["p_key"], color=FAINT, linewidth=2)
    for flag, face, words in ((True, BLUE, said("label_key_now")), (False, PAPER, said("label_not_key_now"))):
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
    axes.set_xlabel(said("axis_p_key"))
    safe = int((key & (ranked["p_key"] >= SAFE)).sum())
    axes.set_title(said("title_safe", safe=safe, key=key.sum()))
    figure.legend(loc="outside lower left", ncols=2)
    knocking = int((~key & (ranked["p_key"] >= NEAR)).sum())
    told = {"safe": safe, "limit": SAFE, "near": NEAR, "others": knocking}
    return described(axes, "alt_key_probability", key=key.sum(), **told)


def _beside(axes: Axes, place: np.ndarray, contribution: pd.Series, language: str) -> None:
    """Write what each brought in the right margin, a loss in the colour of the warning."""
    right = axes.twinx()
    right.set_ylim(axes.get_ylim())
    words = [format_compact_decimal(round(x), fraction_digits=1, locale=language) for x in contribution.fillna(0)]
    right.set_yticks(place, ["?" if lost else told for told, lost in zip(words, contribution.isna(), strict=True)])
    for tick, value in zip(right.get_yticklabels(), contribution, strict=True):
        tick.set_color(ORANGE if value < 0 else MUTED)
    right.tick_params(axis="y", length=0)
    right.spines[["left", "bottom"]].set_visible(False)
    right.set_ylabel(said("axis_contribution"))


def short_names(table: pd.DataFrame, names: pd.Series | None) -> list[str]:
    """Name by customer_id, or the id, as long as half of a picture has room for."""
    ids = table["customer_id"].astype(str)
    found = ids if names is None else table["customer_id"].map(names).fillna(ids)
    return [within(str(name)) for name in found]
