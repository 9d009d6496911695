"""Figure of where the list of key accounts may end."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from kamlib.report.figures.style import BLUE, GREEN, MUTED, ORANGE, PAPER, RED, WIDTH, described, none_known
from kamlib.report.words import said

_BEYOND = 25


def score_gaps(scores: pd.DataFrame, length: pd.DataFrame) -> Axes | None:
    """The scores by rank around the end of the list, with the length in use, the one that hours allow, and the widest gap.

    Parameters
    ----------
    scores : `kamlib.scoring.score_list` (its table).
    length : `kamlib.plan.strategy.list_length`.
    """
    if none_known(scores, "rank", "score") or none_known(length, "in_use", "by_hours", "by_gap"):
        return None
    row = length.iloc[0]
    ranked = scores.dropna(subset=["rank", "score"]).sort_values("rank")
    ranked = ranked[ranked["rank"] <= row["in_use"] + _BEYOND]
    _, axes = plt.subplots(figsize=(WIDTH, 3.8))
    axes.plot(ranked["rank"], ranked["score"], color=BLUE, marker="o", markersize=3.5, linewidth=1)
    marks = (
        ("in_use", "label_in_use", RED, 0.94),
        ("by_hours", "label_by_hours", ORANGE, 0.84),
        ("by_gap", "label_by_gap", GREEN, 0.74),
    )
    low, high = ranked["score"].min(), ranked["score"].max()
    for name, words, colour, height in marks:
        if 0 < row[name] <= ranked["rank"].max():
            axes.axvline(row[name] + 0.5, color=colour, linewidth=1.4, linestyle=(0, (4, 3)))
            axes.annotate(
                said(words, n=row[name]),
                (row[name] + 0.5, low + (high - low) * height),
                xytext=(4, 0),
                textcoords="offset points",
                color=colour,
                bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1},
            )
    axes.set(xlabel=said("axis_rank"), ylabel=said("axis_score"), xlim=(0, ranked["rank"].max() + 1))
    axes.yaxis.label.set_color(MUTED)
    axes.set_title(said("title_length", **row[["in_use", "by_hours"]]))
    return described(axes, "alt_score_gaps", **row[["in_use", "by_hours", "by_gap", "fall"]])
