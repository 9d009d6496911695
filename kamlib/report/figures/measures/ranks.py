"""Figure of rank sets: between which ranks each customer lies."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from kamlib.report.figures.scoring import short_names
from kamlib.report.figures.style import BLUE, GREY, INK, MUTED, ORANGE, WIDTH, described, none_known, plain_ticks
from kamlib.report.words import said

COLOURS = {"certainly": BLUE, "possibly": ORANGE, "no": GREY}
_WIDTHS = {"certainly": 4, "possibly": 3, "no": 1.2}


def rank_intervals(
    sets: pd.DataFrame, *, top: int, names: pd.Series | None = None, most: int = 30, language: str = "en"
) -> Axes | None:
    """The first customers by what they brought, each with the ranks that its months leave open, on a logarithmic axis.

    Parameters
    ----------
    sets : `kamlib.measures.rank_sets.sets_of_ranks`.
    top : K of the line that divides the first K from the others.
    names : name by customer_id.
    most : customers drawn.
    """
    if none_known(sets, "rank"):
        return None
    ranked = sets[sets["rank"].notna()]
    shown = ranked.head(most).iloc[::-1]
    place, ends = np.arange(len(shown)), shown[["rank_best", "rank", "rank_worst"]].to_numpy(dtype=float)
    _, axes = plt.subplots(figsize=(WIDTH, 1.4 + 0.25 * len(shown)))
    colours = [COLOURS[name] for name in shown["among_top"]]
    axes.hlines(place, ends[:, 0], ends[:, 2], color=colours, linewidth=[_WIDTHS[name] for name in shown["among_top"]])
    axes.scatter(ends[:, 1], place, color=INK, s=16, zorder=3)
    axes.axvline(top + 0.5, color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
    axes.set(xscale="log", xlim=(0.9, max(ends[:, 2].max(), top + 1) * 1.1), ylim=(-0.6, len(shown) - 0.4))
    axes.set_yticks(place, short_names(shown, names))
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(said("axis_rank_among", n=len(ranked)))
    plain_ticks(axes.xaxis, language)
    sure = int((ranked["among_top"] == "certainly").sum())
    axes.set_title(said("title_certain", sure=sure, top=top))
    handles = [Line2D([], [], color=COLOURS[name], linewidth=_WIDTHS[name]) for name in COLOURS]
    words = [said("label_certainly", top=top), said("label_possibly"), said("label_not")]
    axes.figure.legend(handles, words, loc="outside lower left")
    possible = int((ranked["among_top"] == "possibly").sum())
    return described(axes, "alt_rank_intervals", n=len(shown), top=top, sure=sure, possible=possible)
