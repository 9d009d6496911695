"""Figures of the clusters: which k holds, the customers in the plane, and what each group is like."""

from __future__ import annotations

import re

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kamlib.report.figures.labels import in_margin
from kamlib.report.figures.style import (
    BLUE,
    DIVERGING,
    GREY,
    INK,
    MUTED,
    ORANGE,
    PALETTE,
    PAPER,
    RED,
    SEQUENTIAL,
    described,
    none_known,
)


def cluster_choice(tried: pd.DataFrame, *, stability: float = 0.75) -> np.ndarray | None:
    """Silhouette against its null, and stability against its mark, for each k and method. Returns both Axes.

    Parameters
    ----------
    tried : DataFrame of `kamlib.segments.clusters.cluster_accounts`: method, k, silhouette, null, stability, chosen.
    stability : the mark that must be reached.
    """
    if none_known(tried, "silhouette"):
        return None
    pair: np.ndarray
    figure, pair = plt.subplots(1, 2, figsize=(9, 3.9))
    looks = zip(tried.groupby("method", sort=False), (BLUE, ORANGE), "os", strict=False)
    for (method, rows), colour, mark in looks:
        pair[0].plot(rows["k"], rows["silhouette"], color=colour, marker=mark, markersize=6)
        pair[1].plot(rows["k"], rows["stability"], color=colour, marker=mark, markersize=6, label=method)
    null = tried[tried["method"] == tried["method"].iloc[0]]
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
        axes.set_xticks(sorted(set(tried["k"])))
        axes.set_xlabel("Number of groups k")
    figure.legend(loc="outside lower center", ncols=2)
    if not tried["chosen"].any():
        return described(pair, "alt_cluster_choice_none", n=len(tried))
    chosen = tried[tried["chosen"]].iloc[0]
    return described(pair, "alt_cluster_choice", **chosen[["k", "method", "silhouette", "null", "stability"]])


def cluster_map(points: pd.DataFrame, directions: pd.DataFrame, names: pd.Series) -> Axes | None:
    """Customers in the plane of the two principal components, a line from the middle of each group to its name in the margin.

    Parameters
    ----------
    points : customer_id, first, second.
    directions : component, explained and a loading for each feature (`kamlib.segments.cluster_profiles.picture`).
    names : name of the group by customer_id; missing where there is none.
    """
    if directions.empty or none_known(points, "first", "second"):
        return None
    _, axes = plt.subplots(figsize=(8.8, 5.2))
    group = points["customer_id"].map(names)
    order = sorted(group.dropna().unique(), key=lambda name: (-(group == name).sum(), name))
    axes.scatter(points.loc[group.isna(), "first"], points.loc[group.isna(), "second"], s=12, color=GREY, alpha=0.7)
    colours = [PALETTE[place % len(PALETTE)] for place in range(len(order))]
    for name, colour in zip(order, colours, strict=True):
        rows = points[group == name]
        axes.scatter(rows["first"], rows["second"], s=14, color=colour, alpha=0.55, linewidth=0)
    for row, side in zip(directions.itertuples(index=False), ("x", "y"), strict=True):
        loadings = pd.Series(row[2:], index=directions.columns[2:]).astype(float)
        main = loadings[loadings.abs().sort_values(ascending=False).index][:3]
        words = ", ".join(f"{'more' if v > 0 else 'less'} {str(n).replace('_', ' ')}" for n, v in main.items())
        getattr(axes, f"set_{side}label")(f"{'→' if side == 'x' else '↑'} {words} ({row.explained:.0%})", fontsize=9)
    total = directions["explained"].sum()
    axes.set_title(f"The customers in the plane that keeps {total:.0%} of their differences")
    middle = points.groupby(group)[["first", "second"]].median().reindex(order)
    groups = [f"{name} ({(group == name).sum():,})" for name in order]
    in_margin(axes, middle["first"].to_numpy(), middle["second"].to_numpy(), groups, np.arange(len(order)), colours)
    return described(axes, "alt_cluster_map", explained=total, groups=groups)


def cluster_profiles(table: pd.DataFrame, *, currency: str = "") -> Axes | None:
    """Median of each feature in each group, in own units; the shade is how many times the middle group's it is.

    Parameters
    ----------
    table : DataFrame of `kamlib.segments.cluster_profiles.profiles`.
    currency : of the money, for the words above the columns.
    """
    columns = [] if table.empty else list(table.columns)[list(table.columns).index("share_of_money") + 1 :]
    if not columns or table[columns].isna().all(axis=None):
        return None
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
    heads = [_titled(c, currency) for c in columns]
    axes.set_xticks(range(len(columns)), heads)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel("Medians in own units; purple above the middle group, orange below (log scale of ratios)")
    rich = table.loc[table["share_of_money"].fillna(0).idxmax()]
    alone = "Medians of all customers: they fall into no groups"
    holds = f"“{rich['name']}”: {rich['share_of_accounts']:.0%} of customers, {rich['share_of_money']:.0%} of money"
    found = holds if len(table) > 1 else alone
    axes.set_title(found, pad=13 + 11 * max(1 + head.count("\n") for head in heads))
    return described(axes, "alt_cluster_profiles", groups=labels, found=found)


def cluster_segments(shares: pd.DataFrame, *, agreement: float) -> Axes | None:
    """Which RFM segments the customers of each group are in: a row a group, shares of the group.

    Parameters
    ----------
    shares : DataFrame, index the groups, columns the segments; each row adds up to 1.
    agreement : adjusted Rand index of the two groupings.
    """
    if shares.empty or shares.isna().all(axis=None):
        return None
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
    axes.set_xlabel("RFM segment; shares of the group's customers")
    axes.set_title(f"Groups and RFM segments agree to {agreement:.2f} (1: the same, 0: chance)")
    best = shares.max(axis=1)
    most = {"group": best.idxmax(), "segment": shares.loc[best.idxmax()].idxmax(), "share": best.max()}
    return described(axes, "alt_cluster_segments", agreement=agreement, **most)


def _titled(column: str, currency: str) -> str:
    """A feature's name above its column, with its unit below it."""
    money = column.startswith(("revenue", "margin", "average_order"))
    unit = "days" if column in ("gap_median", "silence_days", "tenure_days") else currency if money else ""
    if window := re.fullmatch(r"(\w+)_(\d+)m", column):
        column, unit = window[1], ", ".join(filter(None, [unit, f"{window[2]} months"]))
    return column.replace("_", " ") + (f"\n({unit})" if unit else "")
