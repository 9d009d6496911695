"""Figures of the segments: RFM with money, the ABC curve and the nine cells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from babel.numbers import format_compact_decimal, format_decimal
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from kamlib.report.figures.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    MUTED,
    ORANGE,
    PAPER,
    SEQUENTIAL,
    described,
    none_known,
    percent_ticks,
)
from kamlib.segments.abc_xyz import OTHER_METHOD

CLASSES = {"A": BLUE, "B": GREEN, "C": ORANGE}


def rfm_grid(table: pd.DataFrame, *, currency: str = "", language: str = "en") -> Axes | None:
    """Money of each cell of recency and frequency as shade, with its amount and the number of customers in words.

    Parameters
    ----------
    table : DataFrame of `kamlib.segments.rfm.rfm_segments`: r, f, money; rows without scores are left out.
    """
    if none_known(table, "r", "f"):
        return None
    scored = table.dropna(subset=["r", "f"])
    size = max(3, int(scored[["r", "f"]].to_numpy(dtype=int).max()))
    size = size if size == 3 else 5
    levels = range(1, size + 1)
    cells = scored.astype({"r": int, "f": int}).groupby(["f", "r"])["money"]
    money = cells.sum().unstack().reindex(index=levels[::-1], columns=levels)
    count = cells.size().unstack().reindex(index=levels[::-1], columns=levels)
    axes = _heat(money, count, language, figsize=(8, 1.6 + 0.72 * size))
    window = scored["window_months"].iloc[0]
    period = "all history" if pd.isna(window) else f"last {window} months"
    axes.set_xlabel("Recency class (right: ordered lately)")
    axes.set_ylabel("Frequency class (top: many order days)")
    what = f"the {scored['measure'].iloc[0]} ({currency}{', ' if currency else ''}{period})"
    found = _richest(pd.Series(money.stack(future_stack=True)), lambda cell: f"Class F{cell[0]} R{cell[1]}", what)
    axes.set_title(found)
    return described(axes, "alt_rfm_grid", found=found)


def pareto(
    table: pd.DataFrame,
    *,
    cuts: tuple[float, ...] = (0.80, 0.95),
    method: str = "share",
    other: pd.DataFrame | None = None,
    language: str = "en",
) -> Axes | None:
    """Share of all positive money that the largest customers hold together, with both cuts.

    Parameters
    ----------
    table : DataFrame of `kamlib.segments.abc_xyz.abc_classes`, largest first: share, share_with, abc.
    cuts : shares below which a customer is A, then B; not drawn where the classes come from the `method` tangent.
    other : the classes by the other method, to mark where its A and its B end.
    """
    if none_known(table, "share"):
        return None
    held = table.dropna(subset="share").reset_index(drop=True)
    part = np.concatenate([[0], np.arange(1, len(held) + 1) / len(held)])
    share = np.concatenate([[0.0], held["share"].cumsum()])
    _, axes = plt.subplots(figsize=(8, 4.6))
    start, handles = 0, list[Artist]()
    for letter, colour in CLASSES.items():
        n = int((held["abc"] == letter).sum())
        if not n:
            continue
        here = slice(start, start + n + 1)
        axes.fill_between(part[here], share[here], color=colour, alpha=0.18, linewidth=0)
        axes.plot(part[here], share[here], color=colour, linewidth=2.4)
        words = (
            f"{letter}: {n:,} {'customer holds' if n == 1 else 'customers hold'} {share[start + n] - share[start]:.0%}"
        )
        handles.append(Patch(color=colour, label=words))
        start += n
    for cut in cuts if method == "share" else ():
        axes.axhline(cut, color=GREY, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
        axes.text(1.005, cut, f"{cut:.0%}", color=MUTED, fontsize=9, va="center")
    if other is not None:
        ends = np.array([(other["abc"] == "A").sum(), other["abc"].isin(["A", "B"]).sum()])
        marks = axes.scatter(ends / len(held), share[ends], s=44, color=PAPER, edgecolor=INK, linewidth=1.4, zorder=4)
        marks.set_label(f"where A ({ends[0]:,}) and B ({ends[1] - ends[0]:,}) end by the {OTHER_METHOD[method]} method")
        handles.append(marks)
    axes.set(xlim=(0, 1), ylim=(0, 1.03))
    percent_ticks(axes.xaxis, language)
    percent_ticks(axes.yaxis, language)
    axes.set_xlabel("Share of the customers with positive money, largest first")
    axes.set_ylabel("Share of their money")
    half = int(np.searchsorted(share, 0.5))
    axes.set_title(f"{half:,} of {len(held):,} customers {'holds' if half == 1 else 'hold'} half of the money")
    axes.legend(handles=handles, loc="lower right")  # the curve never passes there
    best = held.loc[held["abc"] == "A", "share"]
    return described(axes, "alt_pareto", half=half, n=len(held), a=len(best), share=best.sum())


def abcxyz_grid(
    grid: pd.DataFrame, *, reading: str = "frequency", currency: str = "", language: str = "en"
) -> Axes | None:
    """Customers and money of every pair of classes: shade and amount are money, below it the number of customers.

    Parameters
    ----------
    grid : DataFrame of `kamlib.segments.abc_xyz.grid`: abc, xyz, accounts, money.
    reading : of XYZ, for the words under the letters.
    """
    if none_known(grid, "money"):
        return None
    columns = list(dict.fromkeys(grid["xyz"]))
    rows = list(dict.fromkeys(grid["abc"]))
    money = grid.pivot(index="abc", columns="xyz", values="money").reindex(index=rows, columns=columns)
    count = grid.pivot(index="abc", columns="xyz", values="accounts").reindex(index=rows, columns=columns)
    axes = _heat(money.where(count > 0), count.where(count > 0), language, figsize=(8, 1.6 + 0.72 * len(rows)))
    even = ("often and evenly", "evenly, less often") if reading == "frequency" else ("very evenly", "fairly evenly")
    meaning = dict(zip("XYZNL", (*even, "unevenly", "too new to say", "lost"), strict=True))
    axes.set_xticks(axes.get_xticks(), [f"{c}\n{meaning.get(c, '')}" for c in columns])
    if len(columns) > 3:
        axes.axvline(2.5, color=PAPER, linewidth=6)
    if len(rows) > 3:
        axes.axhline(2.5, color=PAPER, linewidth=6)
    axes.set(xlabel="How they buy", ylabel="Class by money")
    unit = f"the money ({currency})" if currency else "the money"
    found = _richest(pd.Series(money.stack(future_stack=True)), lambda cell: f"Cell {cell[0]}{cell[1]}", unit)
    axes.set_title(found)
    return described(axes, "alt_abcxyz_grid", found=found)


def segment_money(summary: pd.DataFrame, *, language: str = "en") -> Axes | None:
    """Each segment's share of the customers beside its share of the money.

    Parameters
    ----------
    summary : DataFrame of `kamlib.segments.rfm.summary`: segment, accounts, share_of_accounts, share_of_money.
    """
    if none_known(summary, "share_of_money"):
        return None
    shown = summary.iloc[::-1]
    place = np.arange(len(shown))
    figure, axes = plt.subplots(figsize=(8, 1.4 + 0.36 * len(shown)))
    axes.hlines(place, shown["share_of_accounts"], shown["share_of_money"].fillna(0), color=GREY, linewidth=1.5)
    dots: dict[str, Any] = {"s": 46, "zorder": 3, "linewidth": 1.5, "clip_on": False}
    axes.scatter(
        shown["share_of_accounts"], place, facecolor=PAPER, edgecolor=MUTED, label="share of customers", **dots
    )
    axes.scatter(shown["share_of_money"], place, color=BLUE, label="share of money", **dots)
    axes.set_yticks(place, [f"{s} ({n:,})" for s, n in zip(shown["segment"], shown["accounts"], strict=True)])
    axes.tick_params(axis="y", length=0)
    highest = np.nanmax(shown[["share_of_accounts", "share_of_money"]].to_numpy(dtype=float))
    axes.set_xlim(-0.02, min(1.0, 1.1 * highest))
    axes.set_ylim(-0.6, len(shown) - 0.4)
    figure.legend(loc="outside lower left", ncols=2)
    percent_ticks(axes.xaxis, language)
    axes.set_xlabel("Share of all customers and of all positive money; in brackets the customers")
    largest = summary.loc[summary["share_of_money"].fillna(0).idxmax()]
    axes.set_title(
        f"“{largest['segment']}”: {largest['share_of_accounts']:.0%} of customers, {largest['share_of_money']:.0%} of money"
    )
    return described(axes, "alt_segment_money", **largest[["segment", "share_of_accounts", "share_of_money"]])


def _richest(money: pd.Series, cell: Callable[[Any], str], what: str) -> str:
    """A title: the cell with most money and its share of the positive money."""
    positive = money[money > 0]
    if positive.empty:
        return f"No cell has positive money: {what}"
    return f"{cell(positive.idxmax())} holds {positive.max() / positive.sum():.0%} of {what}"


def _heat(money: pd.DataFrame, count: pd.DataFrame, language: str, figsize: tuple[float, float]) -> Axes:
    """Cells shaded by money, with the amount and the number of customers."""
    values, counts = money.to_numpy(dtype=float), count.to_numpy(dtype=float)
    top = np.nanmax(np.append(np.abs(values), 0.0)) or 1.0
    shade = np.sqrt(np.clip(np.nan_to_num(values), 0, None) / top)
    _, axes = plt.subplots(figsize=figsize)
    axes.imshow(shade, cmap=SEQUENTIAL, vmin=0, vmax=1.2, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        n = counts[row, column]
        if np.isfinite(n):
            colour = PAPER if shade[row, column] > 0.7 else INK
            digits = int(abs(value) >= 1000)
            amount = format_compact_decimal(round(value, 0), fraction_digits=digits, locale=language)
            axes.text(column, row - 0.13, amount, ha="center", va="center", fontsize=10, color=colour)
            words = f"{format_decimal(int(n), locale=language)} {'customer' if n == 1 else 'customers'}"
            axes.text(column, row + 0.2, words, ha="center", va="center", fontsize=9, color=colour)
    axes.set_xticks(range(money.shape[1]), money.columns)
    axes.set_yticks(range(len(money)), money.index)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_xticks(np.arange(money.shape[1] + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(len(money) + 1) - 0.5, minor=True)
    axes.grid(which="minor", color=PAPER, linewidth=2)
    axes.tick_params(which="minor", length=0)
    return axes
