"""Funnels of managers, segments and categories: who lies outside what chance makes of a group of its size."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from kamlib.report.figures.labels import at_points, panel_grid, within
from kamlib.report.figures.style import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    RED,
    described,
    none_known,
    panel_title,
    percent_ticks,
    plain_ticks,
)
from kamlib.report.language import value_word
from kamlib.report.words import said, word

_COLOURS = {"above": RED, "below": RED, "at_the_edge": ORANGE, "within": BLUE}


def funnel_plots(funnels: pd.DataFrame, *, trait: str, language: str = "en") -> Figure | None:
    """Each group's rate by its size, a panel a measure, between the limits of 95 and 99.8 %; who lies beyond one is named.

    Groups with too few cases are not drawn.

    Parameters
    ----------
    funnels : `kamlib.measures.managers.funnels`.
    trait : the groups that are drawn; of these the title speaks.
    """
    if none_known(funnels, "measure", "rate", "high_998"):
        return None
    rows = funnels[(funnels["trait"] == trait) & (funnels["verdict"] != "too_few")]
    measures = list(rows["measure"].unique())
    if not measures:
        return None
    figure, panels = panel_grid(len(measures), wide=min(2, len(measures)), tall=2.6)
    for axes, measure in zip(panels, measures, strict=True):
        _panel(axes, rows[rows["measure"] == measure], language)
        panel_title(axes, word(measure))
    handles = [Line2D([], [], color=GREY, linewidth=1.2, linestyle=line) for line in ("-", "--")]
    figure.legend(handles, [said("label_limits_95"), said("label_limits_998")], loc="outside lower left", ncols=2)
    out = rows[rows["verdict"].isin(["above", "below"])]
    words = value_word("trait", trait.replace("_", " "))
    n, groups = out["value"].nunique(), rows["value"].nunique()
    told = said("title_funnel" if n else "title_funnel_none", trait=words, n=n, groups=groups)
    figure.suptitle(told, x=0.01, ha="left")
    for axes, measure in zip(panels, measures, strict=True):
        _name_those_beyond(axes, rows[rows["measure"] == measure])
    return described(figure, "alt_funnel_plots", trait=words, n=groups, out=n, panels=len(measures))


def _panel(axes: Axes, rows: pd.DataFrame, language: str) -> None:
    centre = float(rows["centre"].iloc[0])
    size = np.linspace(rows["whole"].min() * 0.9, rows["whole"].max() * 1.1, 200)
    for name, line in (("998", "--"), ("95", "-")):
        reach = np.fmax(rows[f"high_{name}"] - centre, centre - rows[f"low_{name}"]) * np.sqrt(rows["whole"])
        ends = [np.clip(centre + side * reach.max() / np.sqrt(size), *_bounds(rows)) for side in (-1, 1)]
        for end in ends:
            axes.plot(size, end, color=GREY, linewidth=1.2, linestyle=line)
    axes.axhline(centre, color=INK, linewidth=1)
    axes.scatter(rows["whole"], rows["rate"], color=[_COLOURS[verdict] for verdict in rows["verdict"]], s=30, zorder=3)
    axes.set_xlabel(said("axis_cases"))
    percent_ticks(axes.yaxis, language)
    plain_ticks(axes.xaxis, language)
    axes.locator_params(axis="x", nbins=4)


def _name_those_beyond(axes: Axes, rows: pd.DataFrame) -> None:
    beyond = (rows["verdict"] != "within").to_numpy()
    ordered = pd.concat([rows[beyond], rows[~beyond]])
    x, y = (ordered[name].to_numpy(float) for name in ("whole", "rate"))
    at_points(axes, x, y, np.full(len(rows), 30.0), [within(str(value), 1.3) for value in rows.loc[beyond, "value"]])


def _bounds(rows: pd.DataFrame) -> tuple[float, float]:
    """Where the limits of shares were cut off, the lines are."""
    low = 0.0 if (rows["low_998"] >= 0).all() else -np.inf
    return low, 1.0 if low == 0 and (rows["high_998"] <= 1).all() else np.inf
