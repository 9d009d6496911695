"""Figures of the clusters: which k holds, the accounts in the plane, and what each group is like."""

from __future__ import annotations

import re

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from kamlib.errors import InputError
from kamlib.report.figures.style import (
    BLUE,
    DIVERGING,
    GREEN,
    GREY,
    INK,
    MUTED,
    ORANGE,
    PALETTE,
    PAPER,
    RED,
    SEQUENTIAL,
)


def cluster_choice(tried: pd.DataFrame, *, stability: float = 0.75) -> np.ndarray:
    """Silhouette against its null, and stability against its mark, for each k and method. Returns both Axes.

    Parameters
    ----------
    tried : DataFrame of `kamlib.segments.clusters.cluster_accounts`: method, k, silhouette, null, stability, chosen. Groups found by density
        (HDBSCAN) have a null of their own, which is not drawn.
    stability : the mark that must be reached.
    """
    if tried.empty:
        raise InputError("no grouping was tried")
    pair: np.ndarray
    figure, pair = plt.subplots(1, 2, figsize=(9, 3.9))
    shown = tried[tried["k"] > 1]
    looks = zip(shown.groupby("method", sort=False), (BLUE, ORANGE, GREEN), "osD", strict=False)
    for (method, rows), colour, mark in looks:
        pair[0].plot(rows["k"], rows["silhouette"], color=colour, marker=mark, markersize=6)
        pair[1].plot(rows["k"], rows["stability"], color=colour, marker=mark, markersize=6, label=method)
    null = shown[shown["method"] == shown["method"].iloc[0]]
    pair[0].plot(null["k"], null["null"], color=GREY, linestyle="--")
    low = int(null["null"].to_numpy().argmin())
    pair[0].annotate(
        "where there are no groups", (null["k"].iloc[low], null["null"].iloc[low]), xytext=(0, -12),
        textcoords="offset points", ha="right" if low > 1 else "left", va="top", color=MUTED, fontsize=9,
    )  # fmt: skip
    pair[1].axhline(stability, color=GREY, linestyle="--")
    pair[1].annotate(
        f"needed: {stability:g}", (null["k"].iloc[0], stability), xytext=(0, -6), textcoords="offset points",
        va="top", color=MUTED, fontsize=9,
    )  # fmt: skip
    for row in tried[tried["chosen"]].itertuples():
        for axes, value in zip(pair, (row.silhouette, row.stability), strict=True):
            axes.scatter(row.k, value, s=150, facecolor="none", edgecolor=RED, linewidth=2, zorder=4)
            axes.annotate("chosen", (row.k, value), xytext=(9, 7), textcoords="offset points", color=RED, fontsize=9)
    pair[0].set_ylabel("Mean silhouette (1 = wholly apart)")
    pair[1].set_ylabel("Adjusted Rand index of refits")
    pair[0].set_ylim(0, max(tried["silhouette"].max(), tried["null"].max()) * 1.15)
    pair[1].set_ylim(min(0.0, np.nanmin(np.append(tried["stability"], 0.0))), 1.06)
    pair[0].set_title("Clearer than chance?")
    pair[1].set_title("Does it hold still?")
    for axes in pair:
        axes.set_xticks(sorted(set(shown["k"])))
        axes.set_xlabel("Number of groups k")
    figure.legend(loc="outside lower center", ncols=3)
    return pair


def cluster_map(points: pd.DataFrame, directions: pd.DataFrame, names: pd.Series) -> Axes:
    """Accounts in the plane of the two principal components, each group with its name.

    Parameters
    ----------
    points : customer_id, first, second.
    directions : component, explained and a loading for each feature (`kamlib.segments.cluster_profiles.picture`).
    names : name of the group by customer_id; missing where there is none.
    """
    _, axes = plt.subplots(figsize=(8, 5.2))
    group = points["customer_id"].map(names)
    order = sorted(group.dropna().unique(), key=lambda name: (-(group == name).sum(), name))
    axes.scatter(points.loc[group.isna(), "first"], points.loc[group.isna(), "second"], s=12, color=GREY, alpha=0.7)
    for place, name in enumerate(order):
        rows = points[group == name]
        colour = PALETTE[place % len(PALETTE)]
        axes.scatter(rows["first"], rows["second"], s=14, color=colour, alpha=0.55, linewidth=0)
    labels = [
        axes.text(
            rows["first"].median(), rows["second"].quantile(0.97), f"{name}\n{len(rows):,}", ha="center", va="bottom",
            fontsize=9, color=INK, fontweight="bold",
            bbox={"boxstyle": "round,pad=0.25", "facecolor": PAPER, "edgecolor": "none", "alpha": 0.75},
        )
        for name in order
        if len(rows := points[group == name])
    ]  # fmt: skip
    for row, side in zip(directions.itertuples(index=False), ("x", "y"), strict=True):
        loadings = pd.Series(row[2:], index=directions.columns[2:]).astype(float)
        main = loadings[loadings.abs().sort_values(ascending=False).index][:3]
        words = ", ".join(f"{'more' if v > 0 else 'less'} {str(n).replace('_', ' ')}" for n, v in main.items())
        getattr(axes, f"set_{side}label")(f"{'→' if side == 'x' else '↑'} {words} ({row.explained:.0%})", fontsize=9)
    total = directions["explained"].sum()
    axes.set_title(f"The accounts in the plane that keeps {total:.0%} of their differences")
    _part(axes, labels)
    return axes


def _part(axes: Axes, labels: list[Text]) -> None:
    """Move labels up, from the lowest on, until none lies on another; the axes grow until all are inside."""
    home = [label.get_position() for label in labels]
    for _ in range(10):
        for label, place in zip(labels, home, strict=True):
            label.set_position(place)
        axes.figure.canvas.draw()
        inside = axes.get_window_extent()
        taken: list[Bbox] = []
        for label in sorted(labels, key=lambda text: text.get_position()[1]):
            box = label.get_bbox_patch().get_window_extent()  # type: ignore[union-attr]
            start = box.y0
            while hit := [other.y1 for other in taken if box.overlaps(other)]:
                box = box.translated(0, max(hit) - box.y0 + 1)
            taken.append(box)
            x, y = axes.transData.transform(label.get_position())
            label.set_position(tuple(axes.transData.inverted().transform((x, y + box.y0 - start))))
        highest = max((box.y1 for box in taken), default=inside.y0)
        if highest <= inside.y1:
            return
        low, top = axes.get_ylim()
        axes.set_ylim(low, low + 1.02 * (top - low) * (highest - inside.y0) / inside.height)


def cluster_profiles(table: pd.DataFrame, *, currency: str = "") -> Axes:
    """Median of each feature in each group, in own units; the shade is how many times the middle group's it is.

    Parameters
    ----------
    table : DataFrame of `kamlib.segments.cluster_profiles.profiles`.
    currency : of the money, for the words above the columns.
    """
    columns = list(table.columns)[list(table.columns).index("share_of_money") + 1 :]
    values = table[columns].to_numpy(dtype=float)
    middle = np.nanmedian(values, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        shade = np.clip(np.nan_to_num(np.log2(values / np.where(middle > 0, middle, np.nan)), nan=0.0), -4, 4)
    _, axes = plt.subplots(figsize=(9, 1.7 + 0.5 * len(table)))
    axes.imshow(shade, cmap=DIVERGING, vmin=-7, vmax=7, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        text = f"{value:,.0f}" if abs(value) >= 20 else f"{value:,.1f}"
        axes.text(column, row, text, ha="center", va="center", fontsize=9, color=INK)
    labels = [f"{n} ({k:,})" for n, k in zip(table["name"], table["accounts"], strict=True)]
    axes.set_yticks(range(len(table)), labels)
    axes.set_xticks(range(len(columns)), [_titled(c, currency) for c in columns])
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel("Medians in own units; purple above the middle group, orange below (log scale of ratios)")
    rich = table.loc[table["share_of_money"].fillna(0).idxmax()]
    alone = "Medians of all accounts: they fall into no groups"
    holds = f"“{rich['name']}”: {rich['share_of_accounts']:.0%} of accounts, {rich['share_of_money']:.0%} of money"
    axes.set_title(holds if len(table) > 1 else alone)
    return axes


def cluster_segments(shares: pd.DataFrame, *, agreement: float) -> Axes:
    """Which RFM segments the accounts of each group are in: a row a group, shares of the group.

    Parameters
    ----------
    shares : DataFrame, index the groups, columns the segments; each row adds up to 1.
    agreement : adjusted Rand index of the two groupings.
    """
    values = shares.to_numpy(dtype=float)
    _, axes = plt.subplots(figsize=(9, 2.2 + 0.45 * len(shares)))
    axes.imshow(values, cmap=SEQUENTIAL, vmin=0, vmax=1.25, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        if value > 0:
            text = f"{value:.0%}" if value >= 0.005 else "< 1%"
            colour = PAPER if value > 0.75 else INK
            axes.text(column, row, text, ha="center", va="center", fontsize=9, color=colour)
    axes.set_xticks(range(shares.shape[1]), shares.columns, rotation=30, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(shares)), shares.index)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel("RFM segment; shares of the group's accounts")
    axes.set_title(f"Groups and RFM segments agree to {agreement:.2f} (1: the same, 0: chance)")
    return axes


def _titled(column: str, currency: str) -> str:
    """A feature's name above its column, with its unit below it."""
    money = column.startswith(("revenue", "margin", "average_order"))
    unit = "days" if column in ("gap_median", "silence_days", "tenure_days") else currency if money else ""
    if window := re.fullmatch(r"(\w+)_(\d+)m", column):
        column, unit = window[1], ", ".join(filter(None, [unit, f"{window[2]} months"]))
    return column.replace("_", " ") + (f"\n({unit})" if unit else "")
