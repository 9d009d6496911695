"""Figures of concentration: the curves of the money, their trend, and the whale curve."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kamlib.report.figures.labels import within
from kamlib.report.figures.style import (
    BLUE,
    GREEN,
    GREY,
    MUTED,
    RED,
    WIDTH,
    described,
    every,
    none_known,
    percent_ticks,
)
from kamlib.report.text import number_or_text
from kamlib.report.words import said, word_if_known
from kamlib.risk.concentration import MARKS

COLOURS = {"revenue": BLUE, "contribution": GREEN, "receivables": RED}


def concentration_curves(curves: pd.DataFrame, *, names: pd.Series | None = None, language: str = "en") -> Axes | None:
    """Share of the money that so many of the largest customers hold, a line for each measure, on a log scale of customers.

    The marks of one customer's share stand on the left, where the largest of each measure begins its line.

    Parameters
    ----------
    curves : `kamlib.risk.concentration.curves`.
    names : name of the largest customer by measure; where one is missing none stands.
    """
    if none_known(curves, "place", "cumulative_share"):
        return None
    figure, axes = plt.subplots(figsize=(WIDTH, 5))
    told = pd.Series(dtype=object) if names is None else names
    shown = curves[curves["place"] > 0]
    for (measure, line), dashes in zip(
        shown.groupby("measure", sort=False), ("-", (0, (5, 1.5)), (0, (1, 1.2))), strict=False
    ):
        who = told.get(measure)
        label = (
            word_if_known(str(measure))
            if who is None
            else said(
                "label_first_is",
                of=word_if_known(str(measure)),
                who=within(str(who), 2.2),
                share=line["cumulative_share"].iloc[0],
            )
        )
        axes.plot(
            line["place"],
            line["cumulative_share"],
            color=COLOURS[str(measure)],
            linestyle=dashes,
            linewidth=2,
            label=label,
        )
        axes.scatter(1, line["cumulative_share"].iloc[0], color=COLOURS[str(measure)], s=32, zorder=3)
    for limit, words in MARKS:
        axes.axhline(limit, color=GREY, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
        axes.text(
            shown["place"].max(),
            limit,
            said("label_one_has", mark=words, limit=limit),
            color=MUTED,
            ha="right",
            va="bottom",
        )
    axes.set_xscale("log")
    axes.set(xlim=(0.9, max(shown["place"].max(), 2)), ylim=(0, 1.03))
    percent_ticks(axes.yaxis, language)
    axes.set_xlabel(said("axis_largest_first"))
    axes.set_ylabel(said("axis_money_above_zero"))
    first = shown[shown["measure"] == shown["measure"].iloc[0]]
    half = int(first.loc[first["cumulative_share"] >= 0.5, "place"].min())
    axes.set_title(said("title_half_of", half=half, of=word_if_known(str(first["measure"].iloc[0]))))
    figure.legend(loc="outside lower left")
    return described(axes, "alt_concentration_curves", half=half, n=len(first), top=first["cumulative_share"].iloc[0])


def concentration_trend(trend: pd.DataFrame, *, language: str = "en") -> Axes | None:
    """The effective number of customers and the share of the largest, over 12 months that end at each date.

    Parameters
    ----------
    trend : `kamlib.risk.concentration.over_time`.
    """
    if none_known(trend, "as_of", "effective_number"):
        return None
    trend = trend.dropna(subset=["as_of", "effective_number"])
    axes: Axes
    _, (axes, share) = plt.subplots(2, 1, figsize=(WIDTH, 4.2), sharex=True)
    day = pd.to_datetime(trend["as_of"])
    for panel, name, colour, words in (
        (axes, "effective_number", BLUE, said("axis_equal_customers")),
        (share, "top_1", RED, said("axis_largest_share")),
    ):
        panel.plot(day, trend[name], color=colour, marker="o")
        panel.set_ylim(0, max(trend[name].max() * 1.2, 0.05))
        panel.set_ylabel(words)
        panel.grid(axis="y")
    percent_ticks(share.yaxis, language)
    step = every(len(day), 4)
    share.set_xticks(day[::-step], [number_or_text(one) for one in day[::-step]])
    share.set_xlabel(said("axis_12_months_to"))
    last, before = trend.iloc[-1], trend.iloc[0]
    told = {
        "n": len(trend),
        "first": before["effective_number"],
        "last": last["effective_number"],
        "top": last["top_1"],
    }
    axes.set_title(said("title_equal_customers", **told))
    return described(axes, "alt_concentration_trend", **told)


def whale_curve(curve: pd.DataFrame, *, ends: tuple[str, str] | None = None, language: str = "en") -> Axes | None:
    """Cumulative contribution, from the customer that brings most to the one that costs most; both ends are named.

    Parameters
    ----------
    curve : `kamlib.risk.whale_curve`.
    ends : names of the first and of the last.
    """
    if none_known(curve, "place", "cumulative_share"):
        return None
    _, axes = plt.subplots(figsize=(WIDTH, 4.4))
    place = np.append(0, curve["place"])
    share = np.append(0.0, curve["cumulative_share"])
    peak, n = int(share.argmax()), len(curve)
    axes.axhline(1, color=GREY, linewidth=1, linestyle=(0, (4, 3)))
    axes.fill_between(place[: peak + 1], share[: peak + 1], color=BLUE, alpha=0.15, linewidth=0)
    axes.fill_between(place[peak:], share[peak:], color=RED, alpha=0.2, linewidth=0)
    axes.plot(place, share, color=BLUE)
    axes.plot(place[peak:], share[peak:], color=RED)
    if ends is not None:
        for at, name, side in ((1, ends[0], "left"), (n, ends[1], "right")):
            down = -16 if side == "right" else -4
            axes.annotate(
                within(name, 2.6),
                (at, share[at]),
                xytext=(6 if side == "left" else 0, down),
                textcoords="offset points",
                ha=side,
                color=MUTED,
            )
    axes.set(xlim=(0, n), ylim=(0, max(share.max() * 1.08, 1.08)))
    percent_ticks(axes.yaxis, language)
    axes.set_xlabel(said("axis_by_contribution"))
    axes.set_ylabel(said("axis_cumulative"))
    axes.set_title(said("title_whale", peak=peak, n=n, share=share.max()))
    return described(axes, "alt_whale_curve", peak=share.max(), at=peak, n=n)
