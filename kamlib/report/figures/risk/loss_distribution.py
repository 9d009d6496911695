"""Figure of a year of losses."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kamlib.report.figures.style import BLUE, INK, MUTED, RED, WIDTH, described, money_ticks, none_known, percent_ticks
from kamlib.report.words import said


def loss_histogram(lost: pd.DataFrame, told: pd.DataFrame, *, currency: str, language: str = "en") -> Axes | None:
    """How often a year costs how much: bars of the draws, those from VaR 95 on in another colour, with the mean and the shortfall.

    Parameters
    ----------
    lost : a column amount, a row for each draw (`kamlib.risk.loss_draws`).
    told : `kamlib.risk.loss_distribution.figures_of` the same draws.
    """
    if none_known(lost, "amount") or none_known(told, "var_95"):
        return None
    row, amounts = told.iloc[0], lost["amount"].to_numpy(dtype=float)
    _, axes = plt.subplots(figsize=(WIDTH, 3.8))
    counts, edges = np.histogram(amounts, bins=60)
    middle = (edges[1:] + edges[:-1]) / 2
    colours = [RED if at >= row["var_95"] else BLUE for at in middle]
    axes.bar(middle, counts / len(amounts), width=np.diff(edges), color=colours)
    top = counts.max() / len(amounts)
    marks = (
        ("mean", "label_mean", INK, 1.02, "left"),
        ("var_95", "label_var_95", MUTED, 0.85, "right"),
        ("expected_shortfall", "label_expected_shortfall", RED, 0.68, "left"),
    )
    for name, words, colour, height, side in marks:
        axes.axvline(row[name], color=colour, linewidth=1.4, linestyle=(0, (4, 3)))
        gap = 4 if side == "left" else -4
        axes.annotate(
            said(words), (row[name], top * height), (gap, 0), textcoords="offset points", ha=side, color=colour
        )
    axes.set(
        xlabel=said("axis_lost_contribution", currency=currency),
        ylabel=said("axis_share_of_draws"),
        ylim=(0, top * 1.12),
    )
    money_ticks(axes.xaxis, language)
    percent_ticks(axes.yaxis, language)
    axes.set_title(said("title_one_year", var_95=row["var_95"], currency=currency))
    return described(
        axes,
        "alt_loss_histogram",
        draws=len(amounts),
        currency=currency,
        **row[["mean", "var_95", "expected_shortfall"]],
    )
