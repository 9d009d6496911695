"""Figures of losses and returns: how many went in each quarter and why, what went with them, and how many came back."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kamlib.report.figures.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    MUTED,
    RED,
    SKY,
    WIDTH,
    described,
    every,
    money_ticks,
    none_known,
    panel_title,
    percent_ticks,
)
from kamlib.report.words import word


def loss_series(
    series: pd.DataFrame, causes: pd.DataFrame, *, money: str, currency: str, title: str, language: str = "en"
) -> Figure | None:
    """Customers lost in each quarter a panel for each main cause on record, and below them the money that went and that came back.

    Parameters
    ----------
    series : `kamlib.churn.losses.losses_by_quarter`.
    causes : losses by quarter (rows, as in `series`) and cause (columns, in the order of the panels; the last two are drawn grey).
    money : amount or margin; quarters without it are said to be unknown.
    """
    if none_known(series, "quarter") or not len(causes.columns):
        return None
    place, counts = np.arange(len(series)), causes.reindex(series["quarter"]).fillna(0)
    rows = -(-len(counts.columns) // 2)
    figure = plt.figure(figsize=(WIDTH, 3.4 + 1.2 * rows))
    grid = figure.add_gridspec(rows + 2, 2, height_ratios=[1.6, *[1] * rows, 1.6])
    top = figure.add_subplot(grid[0, :])
    below = figure.add_subplot(grid[-1, :], sharex=top)
    total = counts.sum(axis=1).to_numpy(float)
    top.bar(place, total, width=0.72, color=INK)
    for at, n in zip(place, total, strict=True):
        top.annotate(f"{n:.0f}", (at, n), xytext=(0, 3), textcoords="offset points", ha="center")
    top.set(ylabel="customers lost", title=title, ylim=(0, max(total.max(), 1) * 1.25))
    for at, name in enumerate(counts.columns):
        panel = figure.add_subplot(grid[1 + at // 2, at % 2], sharex=top)
        grey = at >= len(counts.columns) - 2  # what tells no cause
        panel.bar(place, counts[name].to_numpy(float), width=0.72, color=GREY if grey else BLUE)
        panel_title(panel, f"{word(name)}: {counts[name].sum():.0f}")
        panel.set_ylim(0, max(counts.to_numpy(float).max(), 1) * 1.1)
        panel.label_outer()
    _money(below, series[money].to_numpy(float), series[f"returned_{money}"].to_numpy(float))
    below.set(ylabel=f"{money}, {currency}")
    unknown = "; ?: before our records" if series[[money, f"returned_{money}"]].isna().any(axis=None) else ""
    panel_title(below, f"{money} of their last year{unknown}")
    below.legend(loc="upper left", bbox_to_anchor=(0, -0.16), ncols=2, borderaxespad=0)
    money_ticks(below.yaxis, language)
    step = every(len(series), 3)
    for axes in figure.axes:
        axes.set_xticks(place[::step], series["quarter"].iloc[::step])
        axes.grid(axis="y")
        axes.tick_params(axis="x", length=0, labelbottom=axes in (top, below))
        axes.locator_params(axis="y", nbins=4)
    most = int(total.argmax())
    return described(figure, "alt_loss_series", n=total.sum(), most=total[most], quarter=series["quarter"].iloc[most])


def _money(axes: Axes, gone: np.ndarray, back: np.ndarray) -> None:
    """Two bars a quarter; where it is unknown, for a part of that year lies before our records, a question mark."""
    for values, shift, colour, words in (
        (gone, -0.19, RED, "of those lost"),
        (back, 0.19, SKY, "of those who came back"),
    ):
        axes.bar(np.arange(len(values)) + shift, values, width=0.36, color=colour, label=words)
        for at in np.flatnonzero(np.isnan(values)):
            axes.annotate("?", (at + shift, 0), xytext=(0, 3), textcoords="offset points", ha="center", color=MUTED)


_KINDS = {"all": "all lost", "broken": "the silence broke its rhythm", "slow": "slow buyers, or one order only"}


def return_curves(
    curves: pd.DataFrame, *, title: str, horizon_days: int, overall: float, language: str = "en"
) -> Axes | None:
    """P(return within the horizon) of those lost for none, one, two and three horizons, with 95 % intervals; one rate for all as a line.

    None where there is one rate only: a sentence says it.

    Parameters
    ----------
    curves : `kamlib.churn.returns.return_curves`.
    overall : the same by one rate for all.
    """
    if none_known(curves, "p_return") or curves["p_return"].nunique() == 1:
        return None
    shown = curves[curves["days_lost"] % horizon_days == 0]
    _figure, axes = plt.subplots(figsize=(WIDTH, 3.8))
    axes.axhline(overall, color=GREY, linewidth=1.2, linestyle="--", label=f"one rate for all: {overall:.0%}")
    for at, (kind, points) in enumerate(shown.groupby("kind")):
        place = points["days_lost"] + (at - 0.5) * 0.04 * horizon_days
        colour = (BLUE, RED, GREEN)[at]
        axes.vlines(place, points["low"], points["high"], color=colour, linewidth=1.8)
        axes.plot(place, points["p_return"], color=colour, marker="os^"[at], linewidth=0.8, label=_KINDS[str(kind)])
    axes.set(ylim=(0, max(shown["high"].max(), overall) * 1.1), title=title)
    axes.set(xlabel="days since it was lost", ylabel=f"P(an order within {horizon_days} days)")
    axes.set_xticks(shown["days_lost"].unique())
    axes.figure.legend(loc="outside lower left")
    percent_ticks(axes.yaxis, language)
    axes.grid(axis="y")
    return described(axes, "alt_return_curves", days=horizon_days, overall=overall)
