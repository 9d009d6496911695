"""Figures of losses and returns: how many went in each quarter and why, what went with them, and how many came back."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kamlib.churn.causes import CAUSES
from kamlib.report.figures.style import (
    BLUE,
    GREY,
    INK,
    MUTED,
    PALETTE,
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
from kamlib.report.text import number_or_text
from kamlib.report.words import said, word


def loss_series(
    series: pd.DataFrame, causes: pd.DataFrame, *, money: str, currency: str, language: str = "en"
) -> Figure | None:
    """Customers lost in each quarter, a panel for each main cause on record, all of one scale; below them the money that went and came back.

    Parameters
    ----------
    series : `kamlib.churn.losses.losses_by_quarter`.
    causes : losses by quarter (rows, as in `series`) and cause (columns, in the order of drawing); those of no loss have no panel.
    money : amount or margin; quarters without it are said to be unknown.
    """
    if none_known(series, "quarter") or not len(causes.columns):
        return None
    place, counts = np.arange(len(series)), causes.reindex(series["quarter"]).fillna(0)
    totals = counts.sum()
    shown = list(totals.index[totals > 0])
    parts = shown if len(shown) > 1 else []  # one alone is what is lost in all
    rows = -(-len(parts) // 2)
    figure = plt.figure(figsize=(WIDTH, 4.0 + 1.15 * rows))
    grid = figure.add_gridspec(rows + 2, 2, height_ratios=[1.5] + [1] * rows + [1.7])
    by_quarter = counts.sum(axis=1)
    heads = {name: f"{word(name)}: {number_or_text(totals[name], ',.0f')}" for name in shown}
    whole = said("label_lost_in_all") if len(shown) != 1 else heads[shown[0]]
    panels = [(grid[0, :], whole, by_quarter.to_numpy(), INK)]
    for at, name in enumerate(parts):
        spot, colour = grid[1 + at // 2, at % 2], BLUE if name in CAUSES else GREY
        panels.append((spot, heads[name], counts[name].to_numpy(), colour))
    for at, (spot, words, values, colour) in enumerate(panels):
        axes = figure.add_subplot(spot)
        axes.bar(place, values, width=0.72, color=colour)
        axes.set(
            ylim=(0, max((counts if at else by_quarter).to_numpy().max(), 1) * 1.2), xlim=(-0.6, len(series) - 0.4)
        )
        panel_title(axes, words)
        axes.grid(axis="y")
        axes.locator_params(axis="y", nbins=3, integer=True)
        _quarters(axes, series["quarter"], named=at == 0 or at + 2 >= len(panels))
    below = figure.add_subplot(grid[rows + 1, :])
    unknown = False
    for shift, column, words, colour in (
        (-0.19, money, said("label_of_lost"), RED),
        (0.19, f"returned_{money}", said("label_of_returned"), SKY),
    ):
        amount = series[column].to_numpy(float)
        missing = np.isnan(amount)
        told = said("label_not_known", what=words) if missing.all() else words
        below.bar(place + shift, amount, width=0.36, label=told, color=colour)
        for at in place[missing & ~missing.all()]:
            unknown = True
            below.annotate("?", (at + shift, 0), (0, 3), textcoords="offset points", ha="center", color=MUTED)
    words = said("label_before_records") if unknown else ""
    told = said("title_last_year_margin" if money == "margin" else "title_last_year_amount", currency=currency)
    panel_title(below, f"{told}\n{words}".strip())
    below.set_xlim(-0.6, len(series) - 0.4)
    below.grid(axis="y")
    money_ticks(below.yaxis, language)
    _quarters(below, series["quarter"], named=True)
    figure.legend(*below.get_legend_handles_labels(), loc="outside lower left", ncols=2)
    all_lost = int(totals.sum())
    telling = totals.reindex([name for name in shown if name in CAUSES])
    most = {"cause": str(telling.idxmax()), "most": telling.max()} if len(telling) else {}
    figure.suptitle(said("title_lost_most" if most else "title_lost", n=all_lost, quarters=len(series), **most))
    return described(figure, "alt_loss_series", n=all_lost, most=by_quarter.max(), quarter=by_quarter.idxmax())


_KINDS = {"all": "label_lost_all", "broken": "label_lost_broken", "slow": "label_lost_slow"}


def return_curves(curves: pd.DataFrame, *, horizon_days: int, overall: float, language: str = "en") -> Axes | None:
    """P(return within the horizon) after each horizon that a customer has been lost: points with 95 % intervals.

    Parameters
    ----------
    curves : `kamlib.churn.returns.return_curves`.
    overall : the same by one rate for all; where no point differs from another there is nothing to draw.
    """
    if none_known(curves, "p_return"):
        return None
    points = curves[curves["days_lost"] % horizon_days == 0]
    if points["p_return"].nunique() < 2:
        return None
    figure, axes = plt.subplots(figsize=(WIDTH, 3.6))
    axes.axhline(overall, color=GREY, linewidth=1.2, linestyle="--", label=word("one_rate"))
    for place, (kind, own) in enumerate(points.groupby("kind")):
        at, colour = own["days_lost"] + horizon_days * 0.06 * place, PALETTE[place]
        axes.vlines(at, own["low"], own["high"], color=colour, linewidth=2)
        label = said(_KINDS[str(kind)])
        axes.scatter(at, own["p_return"], color=colour, marker="os^"[place], s=44, zorder=3, label=label)
    axes.set(ylim=(0, max(points["high"].max(), overall) * 1.1), xticks=sorted(points["days_lost"].unique()))
    axes.set(xlabel=said("axis_days_lost"), ylabel=said("axis_p_order", days=horizon_days))
    percent_ticks(axes.yaxis, language)
    axes.grid(axis="y")
    figure.legend(loc="outside lower left")
    best = points.loc[points["p_return"].idxmax()]
    title = "title_come_back" if best["days_lost"] else "title_come_back_lately"
    axes.set_title(said(title, days=best["days_lost"], share=best["p_return"], overall=overall))
    return described(axes, "alt_return_curves", days=horizon_days, overall=overall)


def _quarters(axes: Axes, quarters: pd.Series, *, named: bool) -> None:
    """Name the first quarter of a year, of three years at most, or all of a few."""
    starts = [at for at, quarter in enumerate(quarters) if str(quarter).endswith("Q1") or len(quarters) < 5]
    starts = starts[:: every(len(starts), 3)]
    axes.set_xticks(starts, [str(list(quarters)[at]) for at in starts] if named else [""] * len(starts))
