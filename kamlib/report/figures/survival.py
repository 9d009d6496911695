"""Figures of who stays silent for how long: waiting for the next order, losses over time, and where to draw the line."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.transforms import ScaledTranslation

from kamlib.report.figures.labels import beside_points, halo
from kamlib.report.figures.style import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    PALETTE,
    RED,
    WIDTH,
    described,
    every,
    none_known,
    percent_ticks,
)
from kamlib.report.text import number_or_text
from kamlib.report.words import with_words, word
from kamlib.stats.survival import at_risk, median_day

_LINES = ("-", (0, (5, 1.5)), (0, (1, 1.2)), (0, (5, 1.5, 1, 1.5)), (0, (8, 2)), (0, (3, 1.5)), "-", (0, (1, 2)))


def survival_curves(
    curves: pd.DataFrame,
    *,
    title: str,
    days: list[int] | None = None,
    ylabel: str = "share without an order yet",
    language: str = "en",
) -> Axes | None:
    """Kaplan-Meier curves with 95 % bands, and below them the numbers at risk beside the names.

    Parameters
    ----------
    curves : `kamlib.stats.survival.kaplan_meier`: group, day, share, low, high, at_risk.
    days : days at which the numbers at risk are written; None: five even steps.
    """
    if none_known(curves, "share"):
        return None
    last = int(curves["day"].max())
    days = days or sorted({round(last * k / 4) for k in range(5)})
    groups = list(curves["group"].unique())
    _figure, axes = plt.subplots(figsize=(WIDTH, 3.6 + 0.39 * len(groups)))
    counts = at_risk(curves, days)
    _below(axes, "still waiting:", 0, -36, "axes fraction", MUTED, "left")
    for row, (colour, line, name) in enumerate(zip(PALETTE, _LINES, groups, strict=False)):
        one = curves[curves["group"] == name]
        axes.step(one["day"], one["share"], where="post", color=colour, linestyle=line)
        axes.fill_between(one["day"], one["low"], one["high"], step="post", color=colour, alpha=0.15, linewidth=0)
        down = -52 - 28 * row
        at = axes.transAxes + ScaledTranslation(0, (down + 3.5) / 72, axes.figure.dpi_scale_trans)
        axes.plot([0, 0.07], [0, 0], color=colour, linestyle=line, transform=at, clip_on=False)
        _below(axes, str(name), 0.09, down, "axes fraction", colour, "left")
        for day in days:
            _below(axes, f"{counts.loc[name, day]:,}", day, down - 14, ("data", "axes fraction"), MUTED, "center")
    axes.set(xlim=(0, last), ylim=(0, 1.02), ylabel=ylabel, title=title)
    axes.set_xticks(days, [*(str(day) for day in days[:-1]), f"{days[-1]} days"])
    percent_ticks(axes.yaxis, language)
    axes.grid(axis="y")
    half = [f"{name} {number_or_text(day, ',.0f')}" for name, day in median_day(curves).items()]
    return described(axes, "alt_survival_curves", ylabel=ylabel, last=last, half=half)


def losses_by_landmark(series: pd.DataFrame, *, title: str, language: str = "en") -> Axes | None:
    """Share of the customers at risk that were lost, by the day it was asked, with 95 % Wilson intervals.

    Parameters
    ----------
    series : as_of, accounts, losses, share, low, high.
    """
    if none_known(series, "as_of", "share"):
        return None
    _figure, axes = plt.subplots(figsize=(WIDTH, 3.6))
    axes.fill_between(series["as_of"], series["low"], series["high"], color=BLUE, alpha=0.15, linewidth=0)
    axes.plot(series["as_of"], series["share"], marker="o", markersize=4, color=BLUE)
    axes.set(ylim=(0, max(0.05, series["high"].max() * 1.15)), ylabel="lost within the horizon", title=title)
    for at, side in ((series.iloc[0], "left"), (series.iloc[-1], "right"))[-len(series) :]:
        axes.annotate(
            f"{at['share']:.0%} of {at['accounts']:,}",
            (at["as_of"], at["high"]),
            xytext=(0, 6),
            textcoords="offset points",
            ha=side,
            color=INK,
            path_effects=[halo()],
        )
    shown = series["as_of"].iloc[:: -every(len(series), 5)]
    axes.set_xticks(shown, [f"{day:%Y-%m}" for day in shown])
    percent_ticks(axes.yaxis, language)
    axes.grid(axis="y")
    return described(axes, "alt_losses_by_landmark", **series.iloc[-1][["as_of", "share", "accounts"]])


def threshold_curves(curves: pd.DataFrame, marks: pd.DataFrame, *, title: str, language: str = "en") -> Axes | None:
    """False alarms against missed losses, one line a way to warn; nearer to the lower left corner is better.

    Parameters
    ----------
    curves, marks : curves and tried of `kamlib.churn.evaluation.warnings`; the lines tried are marked.
    """
    if none_known(curves, "false_share", "missed_share"):
        return None
    marks, ways = with_words(marks), list(curves["way"].unique())
    _figure, axes = plt.subplots(figsize=(WIDTH, 5.0))
    drawn = zip((BLUE, RED, GREEN), ("-", (0, (5, 2)), (0, (1, 1.2))), "os^", ways, strict=False)
    for colour, line, marker, way in drawn:
        curve, rows = curves[curves["way"] == way], marks[marks["way"] == way]
        axes.plot(curve["false_share"], curve["missed_share"], color=colour, linestyle=line)
        axes.plot(rows["false_share"], rows["missed_share"], marker, color=colour, markersize=6)
        axes.plot([], [], color=colour, linestyle=line, marker=marker, label=word(way))
    axes.set(xlim=(-0.03, 1), ylim=(0, 1), title=title)
    axes.set(xlabel="false alarms: share of those who stayed", ylabel="missed losses: share of the lost")
    percent_ticks(axes.xaxis, language)
    percent_ticks(axes.yaxis, language)
    axes.figure.legend(loc="outside lower left")
    ends = marks.groupby("way", sort=False).nth([0, -1])
    x, y = (ends[name].to_numpy(float) for name in ("false_share", "missed_share"))
    beside_points(axes, x, y, np.full(len(ends), 30.0), list(ends["above"]), np.arange(len(ends)))
    return described(axes, "alt_threshold_curves", ways=ways)


def _below(axes: Axes, text: str, x: float, points: int, coords: Any, colour: str, align: str) -> None:
    """A text some points below the axis."""
    axes.annotate(
        text,
        (x, 0),
        xytext=(0, points),
        textcoords="offset points",
        xycoords=coords,
        ha=align,
        color=colour,
        annotation_clip=False,
    )
