"""Figures of the clusters: which k holds, what each group is like, and the customers in the plane. Of no groups there are no pictures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from babel.numbers import format_compact_decimal
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kamlib.report.figures.labels import halo, panel_grid, within
from kamlib.report.figures.style import (
    BLUE,
    DARK,
    DIVERGING,
    GREY,
    INK,
    MUTED,
    ORANGE,
    PALETTE,
    PAPER,
    RED,
    SEQUENTIAL,
    WIDTH,
    described,
    none_known,
)
from kamlib.report.language import value_word
from kamlib.report.text import number_or_text
from kamlib.report.words import group_words, said

_MARKS = "osD^vPX*"


def cluster_choice(tried: pd.DataFrame, *, stability: float = 0.75) -> Figure | None:
    """Silhouette against its null, and stability against its mark, for each k and method.

    Parameters
    ----------
    tried : DataFrame of `kamlib.segments.clusters.cluster_accounts`: method, k, silhouette, null, stability, chosen.
    stability : the mark that must be reached.
    """
    if none_known(tried, "silhouette"):
        return None
    figure, pair = panel_grid(2, wide=2, tall=2.6, more=1.1)
    for (method, rows), colour, mark in zip(tried.groupby("method", sort=False), (BLUE, ORANGE), "os", strict=False):
        pair[0].plot(rows["k"], rows["silhouette"], color=colour, marker=mark, label=value_word("method", str(method)))
        pair[1].plot(rows["k"], rows["stability"], color=colour, marker=mark)
    null = tried[tried["method"] == tried["method"].iloc[0]]
    pair[0].plot(null["k"], null["null"], color=GREY, linestyle="--", label=said("label_by_chance"))
    pair[1].axhline(stability, color=GREY, linestyle="--")
    ring: dict[str, Any]
    for k, silhouette, held in tried.loc[tried["chosen"], ["k", "silhouette", "stability"]].to_numpy(dtype=float):
        ring = {"s": 150, "facecolor": "none", "edgecolor": RED, "linewidth": 2, "zorder": 4}
        pair[0].scatter(k, silhouette, label=said("label_chosen"), **ring)
        pair[1].scatter(k, held, **ring)
    pair[0].set_ylim(0, max(tried["silhouette"].max(), tried["null"].max()) * 1.15)
    pair[1].set_ylim(min(0.0, np.nanmin(np.append(tried["stability"], 0.0))), 1.06)
    for axes, words in zip(pair, ("title_silhouette", "title_refits"), strict=True):
        axes.set_title(said(words), fontsize=10, fontweight="normal", color=MUTED)
        axes.set_xticks(sorted(set(tried["k"])))
        axes.set_xlabel(said("axis_number_of_groups"))
    figure.legend(loc="outside lower left", ncols=2)
    if not tried["chosen"].any():
        figure.suptitle(said("title_no_structure", n=len(tried)))
        return described(figure, "alt_cluster_choice_none", n=len(tried))
    chosen = tried[tried["chosen"]].iloc[0]
    figure.suptitle(said("title_groups", **chosen[["k", "method"]]))
    return described(figure, "alt_cluster_choice", **chosen[["k", "method", "silhouette", "null", "stability"]])


def cluster_map(points: pd.DataFrame, directions: pd.DataFrame, names: pd.Series) -> Axes | None:
    """Customers in the plane of the two principal components; each group has its colour, its mark, and its number at its middle.

    Parameters
    ----------
    points : customer_id, first, second.
    directions : component, explained and a loading for each feature (`kamlib.segments.cluster_profiles.picture`).
    names : name of the group by customer_id; missing where there is none. Without any there is no picture.
    """
    if directions.empty or none_known(points, "first", "second"):
        return None
    group = points["customer_id"].map(names)
    order = sorted(group.dropna().unique(), key=lambda name: (-(group == name).sum(), name))
    if not order:
        return None
    figure, axes = plt.subplots(figsize=(WIDTH, 4.6 + 0.2 * len(order)))
    axes.scatter(points.loc[group.isna(), "first"], points.loc[group.isna(), "second"], s=10, color=GREY, alpha=0.7)
    for place, name in enumerate(order):
        rows = points[group == name]
        colour, mark = PALETTE[place % len(PALETTE)], _MARKS[place % len(_MARKS)]
        label = f"{place + 1}  {within(group_words(name), 4.0)} ({number_or_text(len(rows))})"
        axes.scatter(
            rows["first"], rows["second"], s=16, color=colour, marker=mark, alpha=0.55, linewidth=0, label=label
        )
    for place, name in enumerate(order):
        x, y = points.loc[group == name, ["first", "second"]].median().tolist()
        axes.text(x, y, str(place + 1), ha="center", va="center", fontweight="bold", path_effects=[halo()])
    for row, side in zip(directions.itertuples(index=False), ("x", "y"), strict=True):
        loadings = pd.Series(row[2:], index=directions.columns[2:]).astype(float)
        main = loadings[loadings.abs().sort_values(ascending=False).index][:2]
        words = ", ".join(
            said("label_more" if v > 0 else "label_less", feature=str(n).replace("_", " ")) for n, v in main.items()
        )
        getattr(axes, f"set_{side}label")(
            f"{'→' if side == 'x' else '↑'} {words} ({number_or_text(row.explained, '.0%')})"
        )
    total = directions["explained"].sum()
    axes.set_title(said("title_plane", total=total))
    figure.legend(loc="outside lower left")
    groups = [f"{group_words(name)} ({number_or_text((group == name).sum())})" for name in order]
    return described(axes, "alt_cluster_map", explained=total, groups=groups)


def cluster_profiles(table: pd.DataFrame, *, currency: str = "", language: str = "en") -> Axes | None:
    """Median of each feature (a row) in each group (a column), in own units; the shade is how many times the middle group's it is.

    Parameters
    ----------
    table : DataFrame of `kamlib.segments.cluster_profiles.profiles`; of one row, where there are no groups, there is no picture.
    currency : of the money, for the words beside the rows.
    """
    columns = [] if len(table) < 2 else list(table.columns)[list(table.columns).index("share_of_money") + 1 :]
    if not columns or table[columns].isna().all(axis=None):
        return None
    values = table[columns].to_numpy(dtype=float).T
    middle = np.nanmedian(values, axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        shade = np.clip(np.nan_to_num(np.log2(values / np.where(middle > 0, middle, np.nan)), nan=0.0), -4, 4)
    names = [
        f"{group_words(name)} ({number_or_text(n)})" for name, n in zip(table["name"], table["accounts"], strict=True)
    ]
    axes = _by_group(names, [_titled(column, currency) for column in columns])
    axes.imshow(shade, cmap=DIVERGING, vmin=-7, vmax=7, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        text = number_or_text(value, ",.0f" if abs(value) >= 20 else ",.1f")
        if abs(value) >= 10_000:
            text = format_compact_decimal(value, fraction_digits=1, locale=language)
        axes.text(column, row, text, ha="center", va="center", color=INK)
    rich = table.loc[table["share_of_money"].fillna(0).idxmax()]
    parts = rich[["share_of_accounts", "share_of_money"]]
    found = said("title_group_money", segment=within(group_words(rich["name"]), 3), **parts)
    axes.set_title(found)
    return described(axes, "alt_cluster_profiles", groups=names, found=found)


def cluster_segments(shares: pd.DataFrame, *, agreement: float) -> Axes | None:
    """Which RFM segments (rows) the customers of each group (columns) are in, shares of the group.

    Parameters
    ----------
    shares : DataFrame, index the groups, columns the segments; each row adds up to 1. Of one group there is no picture.
    agreement : adjusted Rand index of the two groupings.
    """
    if len(shares) < 2 or shares.isna().all(axis=None):
        return None
    values = shares.to_numpy(dtype=float).T
    axes = _by_group(
        [group_words(name) for name in shares.index],
        [within(value_word("segment", str(segment))) for segment in shares.columns],
    )
    axes.imshow(values, cmap=SEQUENTIAL, vmin=0, vmax=1, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        if value > 0:
            text = number_or_text(value, ".0%") if value >= 0.005 else f"< {number_or_text(0.01, '.0%')}"
            axes.text(column, row, text, ha="center", va="center", color=PAPER if value > DARK else INK)
    axes.set_title(said("title_agreement", agreement=agreement))
    best = shares.max(axis=1)
    most = {"group": group_words(best.idxmax()), "segment": shares.loc[best.idxmax()].idxmax(), "share": best.max()}
    return described(axes, "alt_cluster_segments", agreement=agreement, **most)


def _by_group(groups: Sequence[str], rows: Sequence[str]) -> Axes:
    """Axes for cells with a column a group, numbered and named in the list below, and a row a line."""
    height = sum(0.22 + 0.18 * row.count("\n") for row in rows)
    _, axes = plt.subplots(figsize=(WIDTH, 1.0 + height + 0.18 * len(groups)))
    axes.set_yticks(range(len(rows)), rows)
    axes.set_xticks(range(len(groups)), [str(place + 1) for place in range(len(groups))], fontweight="bold", color=INK)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    listed = "\n".join(f"{place + 1}  {within(str(name), 5.0)}" for place, name in enumerate(groups))
    axes.figure.supxlabel(listed, x=0.01, ha="left", multialignment="left", fontsize=10)
    return axes


def _titled(column: str, currency: str) -> str:
    """A feature's name beside its row, with its unit below it."""
    money = column.startswith(("revenue", "margin", "average_order"))
    unit = said("unit_days") if column in ("gap_median", "silence_days", "tenure_days") else currency if money else ""
    if window := re.fullmatch(r"(\w+)_(\d+)m", column):
        column, unit = window[1], ", ".join(filter(None, [unit, said("unit_months", n=window[2])]))
    return value_word("feature", column.replace("_", " ")) + (f"\n({unit})" if unit else "")
