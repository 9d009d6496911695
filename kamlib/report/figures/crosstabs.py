"""Figures of the cross tables: money and margin by trait, and the classes within the values of one trait."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kamlib.report.figures.style import BLUE, INK, MUTED, PAPER, SEQUENTIAL, SKY, described, money_ticks, none_known


def trait_bars(table: pd.DataFrame, *, most: int = 7, currency: str = "", language: str = "en") -> np.ndarray | None:
    """Revenue of each value of each trait, the margin in it, and its rate in words. Returns the Axes, or None.

    Parameters
    ----------
    table : DataFrame of `kamlib.segments.crosstabs.cross` without classes: trait, value, revenue, margin, margin_rate, margin_known.
    most : values drawn of a trait, those with most revenue.
    """
    if none_known(table, "revenue"):
        return None
    bought = table[table["revenue"] > 0]
    names = list(dict.fromkeys(bought["trait"]))
    if not names:
        return None
    rows = -(-len(names) // 2)
    figure, panels = plt.subplots(rows, min(2, len(names)), figsize=(9.2, 0.7 + 2.5 * rows), squeeze=False, sharex=True)
    widest = bought["revenue"].max()
    for axes, name in zip(panels.flat, names, strict=False):
        of_trait = bought[bought["trait"] == name].nlargest(most, "revenue").iloc[::-1]
        place = np.arange(len(of_trait))
        axes.barh(place, of_trait["revenue"], height=0.72, color=SKY, alpha=0.45, label="revenue")
        axes.barh(place, of_trait["margin"].clip(lower=0).fillna(0), height=0.72, color=BLUE, label="margin in it")
        for y, row in zip(place, of_trait.itertuples(), strict=True):
            known = row.margin_known >= 0.9995
            rate = (
                "margin unknown" if pd.isna(row.margin_rate) else f"{row.margin_rate:.0%}{'' if known else ' of known'}"
            )
            axes.annotate(
                rate, (row.revenue, y), xytext=(4, 0), textcoords="offset points", va="center", fontsize=9, color=MUTED
            )
        axes.set_yticks(place, of_trait["value"].astype(str).str.slice(0, 22))
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        rest = (bought["trait"] == name).sum() - len(of_trait)
        axes.set_title(name + (f" (and {rest} smaller)" if rest else ""), fontsize=10.5)
        axes.set_xlim(0, 1.16 * widest)
        money_ticks(axes.xaxis, language)
    for axes in panels.flat[len(names) :]:
        axes.remove()
    handles, words = panels.flat[0].get_legend_handles_labels()
    figure.legend(handles, words, loc="outside lower left", ncols=2)
    unit = f", {currency}" if currency else ""
    figure.supxlabel(f"Net revenue{unit}; beside the bar: margin as a share of revenue", fontsize=10, color=MUTED)
    best = bought.loc[bought["revenue"].idxmax()]
    figure.suptitle(
        f"The largest value of any trait: {best['trait']} {best['value']}, {best['share_of_revenue']:.0%} of revenue",
        x=0.01,
        ha="left",
    )
    return described(panels, "alt_trait_bars", traits=names, **best[["trait", "value", "share_of_revenue"]])


def class_grid(
    table: pd.DataFrame, trait: str | None, column: str, classes: Sequence[str], *, most: int = 12
) -> Axes | None:
    """How the revenue of each value of a trait splits into classes, with the number of customers.

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
    count = own.pivot(index="value", columns=column, values="accounts").reindex(index=share.index, columns=order)
    _, axes = plt.subplots(figsize=(8.6, 1.5 + 0.42 * len(share)))
    axes.imshow(np.sqrt(share.to_numpy()), cmap=SEQUENTIAL, vmin=0, vmax=1.2, aspect="auto")
    counts = count.to_numpy(dtype=float)
    for (row, place), part in np.ndenumerate(share.to_numpy()):
        if np.isfinite(n := counts[row, place]):
            shade = PAPER if part > 0.45 else INK
            axes.text(place, row, f"{part:.0%}  ({n:,.0f})", ha="center", va="center", fontsize=9, color=shade)
    axes.set_xticks(range(len(order)), order)
    axes.set_yticks(range(len(share)), share.index.astype(str).str.slice(0, 26))
    axes.set_xticks(np.arange(len(order) + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(len(share) + 1) - 0.5, minor=True)
    axes.grid(which="minor", color=PAPER, linewidth=2)
    axes.tick_params(which="both", length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel(f"{column}: share of the revenue of the {trait}; in brackets the customers")
    axes.set_title(f"How does the revenue of each {trait} split by {column}?")
    first = {"value": share.index[0], "most": share.iloc[0].idxmax(), "share": share.iloc[0].max()}
    return described(axes, "alt_class_grid", trait=trait, column=column, **first)
