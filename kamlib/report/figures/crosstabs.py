"""Figures of the cross tables: traits with which the margin goes along, and the classes within the values of one trait."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kamlib.report.figures.labels import panel_grid, within
from kamlib.report.figures.style import (
    BLUE,
    DARK,
    FAINT,
    INK,
    PAPER,
    SEQUENTIAL,
    WIDTH,
    described,
    none_known,
    percent_ticks,
)
from kamlib.report.language import value_word
from kamlib.report.text import number_or_text
from kamlib.report.words import said

_PART, _APART = 0.05, 0.05
"""A value counts from this share of the revenue; a trait is drawn where the margin rates of two such values are so far apart."""


def trait_margins(table: pd.DataFrame, *, most: int = 7, language: str = "en") -> Figure | None:
    """Margin of each value of those traits in which it differs by five points or more, with the share of the revenue that each value has.

    Parameters
    ----------
    table : DataFrame of `kamlib.segments.crosstabs.cross` without classes: trait, value, share_of_revenue, margin_rate.
    most : values drawn of a trait, those with most revenue; those under 5 % of it are not. None where no trait has such a difference.
    """
    if none_known(table, "margin_rate"):
        return None
    counted = table[(table["share_of_revenue"] >= _PART) & table["margin_rate"].notna()]
    shown = counted.groupby("trait", sort=False).head(most)
    rates = shown.groupby("trait", sort=False)["margin_rate"].agg(["min", "max"])
    apart = (rates["max"] - rates["min"]).loc[lambda spread: spread >= _APART].sort_values(ascending=False)
    if apart.empty:
        return None
    parts = [shown[shown["trait"] == name].sort_values("margin_rate") for name in apart.index]
    sizes = [len(part) + 1 for part in parts]
    figure, panels = panel_grid(
        len(parts), tall=0.28 * sum(sizes) / len(parts) + 0.1, more=0.8, sharex=True, height_ratios=sizes
    )
    for axes, part in zip(panels, parts, strict=True):
        place = np.arange(len(part))
        axes.hlines(place, 0, part["margin_rate"], color=FAINT, linewidth=2)
        axes.scatter(part["margin_rate"], place, s=40, color=BLUE, zorder=3)
        for at, rate in zip(place, part["margin_rate"], strict=True):
            axes.annotate(
                number_or_text(rate, ".0%"), (rate, at), (8, 0), textcoords="offset points", va="center", color=INK
            )
        values = zip(part["value"], part["share_of_revenue"], strict=True)
        axes.set_yticks(
            place, [f"{within(str(value), 1.5)} ({number_or_text(share, '.0%')})" for value, share in values]
        )
        axes.set_ylim(-0.6, len(part) - 0.4)
        axes.tick_params(axis="y", length=0)
        axes.set_title(value_word("trait", str(part["trait"].iloc[0])), fontsize=10)
        axes.set_xlim(min(0.0, 1.15 * shown["margin_rate"].min()), 1.15 * max(shown["margin_rate"].max(), 0.01))
        percent_ticks(axes.xaxis, language)
    panels[-1].set_xlabel(said("axis_margin"))
    low, high = parts[0].iloc[0], parts[0].iloc[-1]
    ends = {"worst": within(str(low["value"])), "best": within(str(high["value"]))}
    spread = {"low": low["margin_rate"], "high": high["margin_rate"]}
    trait = value_word("trait", str(low["trait"])).capitalize()
    figure.suptitle(said("title_trait_margins", trait=trait, **ends, **spread))
    told = {"trait": low["trait"], "worst": low["value"], "low": low["margin_rate"], "best": high["value"]}
    return described(
        figure,
        "alt_trait_margins",
        traits=[value_word("trait", str(name)) for name in apart.index],
        high=high["margin_rate"],
        **told,
    )


def class_grid(
    table: pd.DataFrame, trait: str | None, column: str, classes: Sequence[str], *, most: int = 12
) -> Axes | None:
    """How the revenue of each value of a trait splits into classes, with the number of its customers.

    Parameters
    ----------
    table : DataFrame of `kamlib.segments.crosstabs.cross` by `column`.
    trait : one of the table; None, or one that is not there, has nothing to draw.
    column : the classes; `classes` is their order, others come last.
    most : values drawn, those with most revenue.
    """
    if none_known(table, "revenue"):
        return None
    own = table[table["trait"] == trait]
    revenue = own.pivot(index="value", columns=column, values="revenue").fillna(0.0)
    revenue = revenue.loc[revenue.sum(axis=1).sort_values(ascending=False).index]
    revenue = revenue[revenue.sum(axis=1) > 0].head(most)
    if revenue.empty:
        return None
    order = [c for c in classes if c in revenue] + sorted(str(c) for c in revenue if c not in classes)
    revenue = revenue[order].clip(lower=0)
    share = revenue.div(revenue.sum(axis=1), axis=0)
    count = own.groupby("value")["accounts"].sum()
    _, axes = plt.subplots(figsize=(WIDTH, 1.4 + 0.28 * len(share)))
    axes.imshow(np.sqrt(share.to_numpy()), cmap=SEQUENTIAL, vmin=0, vmax=1, aspect="auto")
    for (row, place), part in np.ndenumerate(share.to_numpy()):
        if part > 0:
            axes.text(
                place,
                row,
                number_or_text(part, ".0%"),
                ha="center",
                va="center",
                color=PAPER if part**0.5 > DARK else INK,
            )
    axes.set_xticks(range(len(order)), [value_word(column, name) for name in order])
    for tick in axes.xaxis.get_major_ticks()[1::2]:
        tick.set_pad(18)  # a line lower than its neighbours
    axes.set_yticks(
        range(len(share)), [f"{within(str(value), 1.3)} ({number_or_text(count[value])})" for value in share.index]
    )
    axes.set_xticks(np.arange(len(order) + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(len(share) + 1) - 0.5, minor=True)
    axes.grid(which="minor", color=PAPER, linewidth=2)
    axes.tick_params(which="both", length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel(said("axis_class_share", column=value_word("grouping", column), trait=trait))
    first = {
        "value": share.index[0],
        "most": value_word(column, str(share.iloc[0].idxmax())),
        "share": share.iloc[0].max(),
    }
    axes.set_title(said("title_class_grid", **first | {"value": within(str(first["value"]))}, trait=trait))
    return described(axes, "alt_class_grid", trait=trait, column=value_word("grouping", column), **first)
