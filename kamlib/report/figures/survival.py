"""Figures of who stays silent for how long: waiting for the next order, and losses over time."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kamlib.report.figures.labels import apart
from kamlib.report.figures.style import BLUE, INK, MUTED, PALETTE, described, none_known, percent_ticks
from kamlib.report.text import number_or_text
from kamlib.stats.survival import at_risk, median_day


def survival_curves(
    curves: pd.DataFrame,
    *,
    title: str,
    days: list[int] | None = None,
    ylabel: str = "share without an order yet",
    language: str = "en",
) -> Axes | None:
    """Kaplan-Meier curves with 95 % bands, labelled at their ends, and the numbers at risk below.

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
    _figure, axes = plt.subplots(figsize=(8, 4.1 + 0.24 * len(groups)))
    ends = []
    for colour, name in zip(PALETTE, groups, strict=False):
        one = curves[curves["group"] == name]
        axes.step(one["day"], one["share"], where="post", color=colour)
        axes.fill_between(one["day"], one["low"], one["high"], step="post", color=colour, alpha=0.15, linewidth=0)
        ends.append((float(one["share"].iloc[-1]), name, colour))
    places = apart(np.array([end for end, _, _ in ends]), 0.055)
    for place, (_, name, colour) in zip(places - max(0, places.max() - 1), ends, strict=True):
        axes.text(last * 1.01, place, str(name), color=colour, va="center", fontsize=9)
    counts = at_risk(curves, days)
    _below(axes, "still waiting:", 0, -36, "axes fraction", MUTED, "left")
    for row, (colour, name) in enumerate(zip(PALETTE, groups, strict=False)):
        for day in days:
            _below(axes, f"{counts.loc[name, day]:,}", day, -50 - 14 * row, ("data", "axes fraction"), colour, "center")
        _below(axes, f"       {name}", 1, -50 - 14 * row, "axes fraction", colour, "left")
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
    _figure, axes = plt.subplots(figsize=(8, 3.6))
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
            fontsize=9,
            color=INK,
        )
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
        fontsize=9,
        color=colour,
        annotation_clip=False,
    )
