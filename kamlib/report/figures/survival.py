"""Figures of who stays silent for how long: waiting for the next order, and losses over time."""

from __future__ import annotations

from datetime import date
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.transforms import ScaledTranslation

from kamlib.report.figures.labels import halo
from kamlib.report.figures.style import (
    BLUE,
    INK,
    MUTED,
    PALETTE,
    WIDTH,
    described,
    every,
    none_known,
    percent_ticks,
)
from kamlib.report.language import value_word
from kamlib.report.text import number_or_text
from kamlib.report.words import said
from kamlib.stats.survival import at_risk, median_day

_LINES = ("-", (0, (5, 1.5)), (0, (1, 1.2)), (0, (5, 1.5, 1, 1.5)), (0, (8, 2)), (0, (3, 1.5)), "-", (0, (1, 2)))


def survival_curves(
    curves: pd.DataFrame,
    *,
    title: str = "",
    after: date | None = None,
    days: list[int] | None = None,
    ylabel: str = "",
    language: str = "en",
) -> Axes | None:
    """Kaplan-Meier curves with 95 % bands, and below them the numbers at risk beside the names.

    Parameters
    ----------
    curves : `kamlib.stats.survival.kaplan_meier`: group, day, share, low, high, at_risk.
    title : of the picture; as it stands, that they wait for the next order `after` a day.
    days : days at which the numbers at risk are written; None: five even steps.
    ylabel : what the share is; as it stands, of those without an order yet.
    """
    if none_known(curves, "share"):
        return None
    ylabel, last = ylabel or said("axis_without_order"), int(curves["day"].max())
    days = days or sorted({round(last * k / 4) for k in range(5)})
    groups = list(curves["group"].unique())
    _figure, axes = plt.subplots(figsize=(WIDTH, 3.6 + 0.39 * len(groups)))
    counts = at_risk(curves, days)
    _below(axes, said("label_still_waiting"), 0, -36, "axes fraction", MUTED, "left")
    for row, (colour, line, name) in enumerate(zip(PALETTE, _LINES, groups, strict=False)):
        one = curves[curves["group"] == name]
        axes.step(one["day"], one["share"], where="post", color=colour, linestyle=line)
        axes.fill_between(one["day"], one["low"], one["high"], step="post", color=colour, alpha=0.15, linewidth=0)
        down = -52 - 28 * row
        at = axes.transAxes + ScaledTranslation(0, (down + 3.5) / 72, axes.figure.dpi_scale_trans)
        axes.plot([0, 0.07], [0, 0], color=colour, linestyle=line, transform=at, clip_on=False)
        _below(axes, value_word("band", str(name)), 0.09, down, "axes fraction", colour, "left")
        for day in days:
            _below(
                axes, number_or_text(counts.loc[name, day]), day, down - 14, ("data", "axes fraction"), MUTED, "center"
            )
    axes.set(xlim=(0, last), ylim=(0, 1.02), ylabel=ylabel, title=title or said("title_waiting", day=after))
    axes.set_xticks(days, [*(str(day) for day in days[:-1]), said("label_days", days=str(days[-1]))])
    percent_ticks(axes.yaxis, language)
    axes.grid(axis="y")
    half = [
        f"{value_word('band', str(name))} {number_or_text(day, ',.0f')}" for name, day in median_day(curves).items()
    ]
    return described(axes, "alt_survival_curves", ylabel=ylabel, last=last, half=half)


def losses_by_landmark(series: pd.DataFrame, *, language: str = "en") -> Axes | None:
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
    axes.set(ylim=(0, max(0.05, series["high"].max() * 1.15)), ylabel=said("axis_lost_within"))
    axes.set_title(said("title_by_landmark"))
    for at, side in ((series.iloc[0], "left"), (series.iloc[-1], "right"))[-len(series) :]:
        axes.annotate(
            said("label_share_of", share=at["share"], n=at["accounts"]),
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
