"""Figures of losses and returns: how many went in each quarter and why, what went with them, and how many came back."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kamlib.report.figures.style import (
    BLUE,
    FAINT,
    GREY,
    INK,
    MUTED,
    PALETTE,
    RED,
    described,
    money_ticks,
    none_known,
    percent_ticks,
)
from kamlib.report.words import word


def loss_series(
    series: pd.DataFrame, causes: pd.DataFrame, *, money: str, currency: str, title: str, language: str = "en"
) -> Figure | None:
    """Customers lost in each quarter by the main cause on record, and below it the money that went and that came back.

    Parameters
    ----------
    series : `kamlib.churn.losses.losses_by_quarter`.
    causes : losses by quarter (rows, as in `series`) and cause (columns, in the order of drawing; the last two are drawn grey).
    money : amount or margin; quarters without it are said to be unknown.
    """
    if none_known(series, "quarter") or not len(causes.columns):
        return None
    figure, (top, below) = plt.subplots(2, 1, figsize=(8.6, 6.0), sharex=True, height_ratios=[3, 2])
    place, counts = np.arange(len(series)), causes.reindex(series["quarter"]).fillna(0)
    bottom = np.zeros(len(series))
    colours = [*PALETTE[: len(counts.columns) - 2], GREY, FAINT][-len(counts.columns) :]
    for name, colour in zip(counts.columns, colours, strict=True):
        heights = counts[name].to_numpy(float)
        top.bar(place, heights, bottom=bottom, width=0.72, color=colour, label=word(name))
        bottom += heights
    for at, total in zip(place, bottom, strict=True):
        top.annotate(
            f"{total:.0f}", (at, total), xytext=(0, 3), textcoords="offset points", ha="center", fontsize=9, color=INK
        )
    top.set(ylabel="customers lost", title=title, ylim=(0, max(bottom.max(), 1) * 1.12))
    handles, labels = top.get_legend_handles_labels()
    top.legend(
        handles[::-1],
        labels[::-1],
        loc="upper left",
        bbox_to_anchor=(1.0, 1.0),
        title="on record before it",
        title_fontsize=9,
    )
    gone, back = series[money].to_numpy(float), series[f"returned_{money}"].to_numpy(float)
    below.bar(place - 0.19, gone, width=0.36, color=RED, label="of those lost")
    below.bar(place + 0.19, back, width=0.36, color=BLUE, label="of those who came back")
    for values, shift in ((gone, -0.19), (back, 0.19)):
        for at in place[np.isnan(values)]:
            below.annotate(
                "?", (at + shift, 0), xytext=(0, 3), textcoords="offset points", ha="center", color=MUTED, fontsize=9
            )
    below.set(ylabel=f"{money} of their\nlast year, {currency}")
    if np.isnan([*gone, *back]).any():
        below.text(
            0.01,
            0.97,
            "?  a part of that year lies before our records",
            transform=below.transAxes,
            va="top",
            fontsize=9,
            color=MUTED,
        )
    below.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    below.set_xticks(place, series["quarter"], fontsize=8)
    money_ticks(below.yaxis, language)
    for axes in (top, below):
        axes.grid(axis="y")
        axes.tick_params(axis="x", length=0)
    most = int(bottom.argmax())
    return described(figure, "alt_loss_series", n=bottom.sum(), most=bottom[most], quarter=series["quarter"].iloc[most])


_KINDS = {"all": "all lost", "broken": "the silence broke its rhythm", "slow": "slow buyers, or one order only"}


def return_curves(
    curves: pd.DataFrame, *, title: str, horizon_days: int, overall: float, language: str = "en"
) -> Axes | None:
    """P(return within the horizon) by the days a customer has been lost, with 95 % bands; one rate for all beside it.

    Parameters
    ----------
    curves : `kamlib.churn.returns.return_curves`.
    overall : the same by one rate for all.
    """
    if none_known(curves, "p_return"):
        return None
    _figure, axes = plt.subplots(figsize=(8, 3.8))
    last = float(curves["days_lost"].max())
    axes.axhline(overall, color=GREY, linewidth=1.2, linestyle="--")
    axes.annotate(
        "one rate for all",
        (last, overall),
        xytext=(0, 4),
        textcoords="offset points",
        ha="right",
        color=MUTED,
        fontsize=9,
    )
    for colour, (kind, curve) in zip(PALETTE, curves.groupby("kind"), strict=False):
        axes.fill_between(curve["days_lost"], curve["low"], curve["high"], color=colour, alpha=0.15, linewidth=0)
        axes.plot(curve["days_lost"], curve["p_return"], color=colour, label=_KINDS[str(kind)])
    axes.set(xlim=(0, last), ylim=(0, max(curves["high"].max(), overall) * 1.1), title=title)
    axes.set(xlabel="days since it was lost", ylabel=f"P(an order within {horizon_days} days)")
    axes.legend(loc="upper right")
    percent_ticks(axes.yaxis, language)
    axes.grid(axis="y")
    return described(axes, "alt_return_curves", days=horizon_days, overall=overall)
