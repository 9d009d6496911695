"""Net and gross retention at the last quarters, with their intervals."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from kamlib.report.figures.style import BLUE, GREEN, GREY, WIDTH, described, every, none_known, percent_ticks
from kamlib.report.words import said

_LINES = {"nrr": ("label_net", BLUE, -1), "grr": ("label_gross", GREEN, 1)}


def retention_lines(retention: pd.DataFrame, *, language: str = "en") -> Axes | None:
    """The part of the money of a frozen cohort that was there a year later, at each quarter end, with 95 % intervals.

    Parameters
    ----------
    retention : `kamlib.measures.retention.retention`; the cohort of all is drawn.
    """
    if none_known(retention, "as_of", "nrr"):
        return None
    rows = retention[(retention["cohort"] == "all") & retention["nrr"].notna()].sort_values("as_of")
    if rows.empty:
        return None
    _, axes = plt.subplots(figsize=(WIDTH, 3.8))
    place = pd.Series(range(len(rows)), rows.index)
    for name, (words, colour, side) in _LINES.items():
        at = place + 0.04 * side
        axes.vlines(at, rows[f"{name}_low"], rows[f"{name}_high"], color=colour, linewidth=1.6, alpha=0.55)
        axes.plot(at, rows[name], color=colour, marker="o")
        axes.annotate(
            said(words, share=rows[name].iloc[-1]),
            (at.iloc[-1], rows[name].iloc[-1]),
            xytext=(9, 0),
            textcoords="offset points",
            va="center",
            color=colour,
        )
    axes.axhline(1, color=GREY, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
    step = every(len(rows), 5)
    axes.set_xticks(place[::-step], [f"{day:%Y-%m}" for day in rows["as_of"][::-step]])
    axes.set_xlim(-0.3, len(rows) - 1 + max(0.55, 0.2 * len(rows)))
    axes.set(xlabel=said("axis_12_months_against"), ylabel=said("axis_money_kept"))
    percent_ticks(axes.yaxis, language)
    axes.grid(axis="y")
    last = rows.iloc[-1]
    gap = last["nrr"] - 1
    axes.set_title(said("title_bring_more" if gap > 0 else "title_bring_less", gap=abs(gap)))
    told = {name: last[name] for name in ("nrr", "nrr_low", "nrr_high", "grr")}
    return described(axes, "alt_retention_lines", **told, day=last["as_of"], n=len(rows))
