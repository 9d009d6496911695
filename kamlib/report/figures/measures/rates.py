"""Rates by quarter: control charts side by side, and the net promoter score with its intervals."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from kamlib.report.figures.labels import panel_grid
from kamlib.report.figures.style import (
    BLUE,
    FAINT,
    GREEN,
    GREY,
    INK,
    MUTED,
    RED,
    WIDTH,
    described,
    none_known,
    panel_title,
    percent_ticks,
)
from kamlib.report.text import number_or_text
from kamlib.report.words import said, word

_COLOURS = {"better": GREEN, "worse": RED}


def rate_charts(charts: pd.DataFrame, *, language: str = "en") -> Figure | None:
    """Each rate by quarter between the limits of 99 % within which it moves by chance, a panel a rate.

    Parameters
    ----------
    charts : `kamlib.measures.rates.charts`.
    """
    if none_known(charts, "measure", "rate", "centre"):
        return None
    measures = list(charts["measure"].unique())
    figure, panels = panel_grid(len(measures), wide=min(2, len(measures)), tall=1.9)
    for axes, measure in zip(panels, measures, strict=True):
        rows = charts[charts["measure"] == measure]
        place = np.arange(len(rows))
        axes.fill_between(place, rows["low"], rows["high"], step="mid", color=FAINT, linewidth=0)
        axes.plot(place, rows["centre"], color=GREY, linewidth=1)
        axes.plot(place, rows["rate"], color=BLUE, linewidth=1.4)
        axes.scatter(
            place, rows["rate"], color=[_COLOURS.get(verdict, BLUE) for verdict in rows["verdict"]], s=26, zorder=3
        )
        ends = sorted({0, len(rows) - 1})
        axes.set_xticks(ends, [rows["quarter"].iloc[at] for at in ends])
        axes.set_xlim(-0.5, len(rows) - 0.5)
        panel_title(axes, word("claims_an_order_day" if measure == "claims_rate" else measure))
        axes.yaxis.set_major_locator(MaxNLocator(4))
        percent_ticks(axes.yaxis, language)
    out = charts[charts["verdict"].isin(list(_COLOURS))]
    told = said("title_rates_out" if len(out) else "title_rates_within", out=len(out), n=len(charts))
    figure.suptitle(told, x=0.01, ha="left")
    return described(figure, "alt_rate_charts", n=len(measures), quarters=charts["quarter"].nunique(), out=len(out))


def nps_intervals(scores: pd.DataFrame) -> Axes | None:
    """The net promoter score of each quarter and of the last year, with its 95 % interval.

    Parameters
    ----------
    scores : `kamlib.measures.rates.nps`.
    """
    if none_known(scores, "until", "nps", "low"):
        return None
    known = scores.dropna(subset="nps").sort_values("until", kind="stable")
    quarters, years = known[known["window_months"] == 3], known[known["window_months"] == 12].tail(1)
    rows = pd.concat([quarters, years])
    place = np.arange(len(rows))
    _, axes = plt.subplots(figsize=(WIDTH, 0.9 + 0.4 * len(rows)))
    colours = [INK if months == 12 else BLUE for months in rows["window_months"]]
    axes.axvline(0, color=GREY, linewidth=1)
    axes.hlines(place, rows["low"], rows["high"], color=colours, linewidth=2)
    axes.scatter(rows["nps"], place, color=colours, s=36, zorder=3)
    for at, score in zip(place, rows["nps"], strict=True):
        told = number_or_text(score, "+.0f")
        axes.annotate(told, (score, at), xytext=(0, 6), textcoords="offset points", ha="center", color=MUTED)
    kinds = ["label_year_to" if months == 12 else "label_quarter_to" for months in rows["window_months"]]
    words = [said(kind, day=day) for kind, day in zip(kinds, rows["until"], strict=True)]
    axes.set_yticks(place, words)
    axes.tick_params(axis="y", length=0)
    axes.set(ylim=(len(rows) - 0.5, -0.8), xlabel=said("axis_nps"))
    last = rows.iloc[-1]
    axes.set_title(said("title_nps", **last[["nps", "low", "high"]]))
    return described(axes, "alt_nps_intervals", n=len(rows), **last[["nps", "low", "high", "customers"]])
