"""Figures of the segments: RFM with money, the ABC curve and the nine cells."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import fill
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from babel.numbers import format_compact_decimal, format_decimal
from matplotlib.axes import Axes

from kamlib.report.figures.labels import within
from kamlib.report.figures.style import (
    BLUE,
    DARK,
    FAINT,
    GREY,
    INK,
    MUTED,
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
from kamlib.segments.abc_xyz import OTHER_METHOD

_LINE = 0.065
"""Height of a label of the curve, of its axis."""
_OFTEN, _EVENLY = ("buys_often", "buys_less_often"), ("buys_very_evenly", "buys_fairly_evenly")


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
    axes = _heat(money, count, language, figsize=(WIDTH, 1.1 + 0.55 * size))
    window = scored["window_months"].iloc[0]
    period = said("about_all_history") if pd.isna(window) else said("about_last_months", n=window)
    axes.set_xlabel(said("axis_recency"))
    axes.set_ylabel(said("axis_frequency"))
    code = "what_margin" if scored["measure"].iloc[0] == "margin" else "what_revenue"
    what = said(code, about=", ".join(filter(None, [currency, period])))
    named = pd.Series(money.stack(future_stack=True))
    found = _richest(named, lambda cell: said("title_class", f=cell[0], r=cell[1]), what)
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
    """Share of all positive money that the largest customers hold together: half of it, and where each class ends.

    Parameters
    ----------
    table : DataFrame of `kamlib.segments.abc_xyz.abc_classes`, largest first: share, share_with, abc.
    cuts : shares below which a customer is A, then B; not drawn where the classes come from the `method` tangent.
    other : the classes by the other method, to mark (hollow) where its A and its B end.
    """
    if none_known(table, "share"):
        return None
    held = table.dropna(subset="share").reset_index(drop=True)
    part = np.concatenate([[0], np.arange(1, len(held) + 1) / len(held)])
    share = np.concatenate([[0.0], held["share"].cumsum()])
    _, axes = plt.subplots(figsize=(WIDTH, 4.2))
    axes.plot(part, share, color=BLUE, linewidth=2.4)
    half = int(np.searchsorted(share, 0.5))
    ends = [(half, said("label_half", half=half), INK)]
    ends += [
        (end, said("label_class_end", letter=letter, n=n, share=held_by), BLUE)
        for letter, n, end, held_by in _classes(held["abc"], share)
        if letter != "C"
    ]
    if other is not None:
        way = "label_by_tangent" if OTHER_METHOD[method] == "tangent" else "label_by_share"
        ends += [(end, said(way, letter=letter, n=n), PAPER)
                 for letter, n, end, _ in _classes(other["abc"], share) if letter != "C"]  # fmt: skip
    low = np.inf
    for end, words, face in sorted(ends, key=lambda mark: -mark[0]):
        low = min(low - _LINE, share[end] - _LINE, 1 - _LINE)
        axes.annotate(
            words, (part[end], share[end]), (min(part[end] + 0.1, 0.6), low), va="center", color=INK,
            arrowprops={"arrowstyle": "-", "color": GREY, "linewidth": 0.8, "shrinkA": 2, "shrinkB": 4},
        )  # fmt: skip
        axes.scatter(part[end], share[end], s=40, color=face, edgecolor=INK, linewidth=1.2, zorder=4, clip_on=False)
    for cut in cuts if method == "share" else ():
        axes.axhline(cut, color=FAINT, linewidth=1, zorder=0)
    axes.set(xlim=(0, 1), ylim=(0, 1.03))
    percent_ticks(axes.xaxis, language)
    percent_ticks(axes.yaxis, language)
    axes.set_xlabel(said("axis_customers_with_money"))
    axes.set_ylabel(said("axis_their_money"))
    axes.set_title(said("title_half_of_money", half=half, n=len(held)))
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
    axes = _heat(money.where(count > 0), count.where(count > 0), language, figsize=(WIDTH, 1.7 + 0.55 * len(rows)))
    even = _OFTEN if reading == "frequency" else _EVENLY
    meaning = dict(zip("XYZNL", map(said, (*even, "buys_unevenly", "buys_too_new", "buys_no_more")), strict=True))
    axes.set_yticks(axes.get_yticks(), [value_word("abc", str(row)) for row in rows])
    axes.set_xticks(axes.get_xticks(), [f"{c}\n{fill(meaning.get(c, ''), 12)}" for c in columns])
    if len(columns) > 3:
        axes.axvline(2.5, color=PAPER, linewidth=6)
    if len(rows) > 3:
        axes.axhline(2.5, color=PAPER, linewidth=6)
    axes.set(xlabel=said("axis_how_they_buy"), ylabel=said("axis_class_by_money"))
    unit = said("what_money_in", about=currency) if currency else said("what_money")
    named = pd.Series(money.stack(future_stack=True))
    found = _richest(named, lambda cell: said("title_cell", cell=f"{value_word('abc', cell[0])}{cell[1]}"), unit)
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
    figure, axes = plt.subplots(figsize=(WIDTH, 1.5 + 0.28 * len(shown)))
    axes.hlines(place, shown["share_of_accounts"], shown["share_of_money"].fillna(0), color=GREY, linewidth=1.5)
    dots: dict[str, Any] = {"s": 46, "zorder": 3, "linewidth": 1.5, "clip_on": False}
    axes.scatter(
        shown["share_of_accounts"],
        place,
        facecolor=PAPER,
        edgecolor=MUTED,
        label=said("label_share_of_customers"),
        **dots,
    )
    axes.scatter(shown["share_of_money"], place, color=BLUE, label=said("label_share_of_money"), **dots)
    labels = [
        f"{within(value_word('segment', str(s)), 1.9)} ({number_or_text(n)})"
        for s, n in zip(shown["segment"], shown["accounts"], strict=True)
    ]
    axes.set_yticks(place, labels)
    axes.tick_params(axis="y", length=0)
    highest = np.nanmax(shown[["share_of_accounts", "share_of_money"]].to_numpy(dtype=float))
    axes.set_xlim(-0.02, min(1.0, 1.1 * highest))
    axes.set_ylim(-0.6, len(shown) - 0.4)
    figure.legend(loc="outside lower left", ncols=2)
    percent_ticks(axes.xaxis, language)
    axes.set_xlabel(said("axis_share_of_all"))
    largest = summary.loc[summary["share_of_money"].fillna(0).idxmax()]
    shares = largest[["share_of_accounts", "share_of_money"]]
    axes.set_title(
        said("title_group_money", segment=within(value_word("segment", str(largest["segment"])), 3), **shares)
    )
    return described(axes, "alt_segment_money", **largest[["segment", "share_of_accounts", "share_of_money"]])


def _classes(classes: pd.Series, share: np.ndarray) -> list[tuple[str, int, int, float]]:
    """Of A, B and C, where anybody is in it: the letter, how many are in it, the place of its last, and what it holds."""
    found, start = list[tuple[str, int, int, float]](), 0
    for letter in "ABC":
        if n := int((classes == letter).sum()):
            found.append((letter, n, start + n, share[start + n] - share[start]))
            start += n
    return found


def _richest(money: pd.Series, cell: Callable[[Any], str], what: str) -> str:
    """A title: the cell with most money and its share of the positive money."""
    positive = money[money > 0]
    if positive.empty:
        return said("title_nothing_positive", what=what)
    return said("title_richest", of=cell(positive.idxmax()), share=positive.max() / positive.sum(), what=what)


def _heat(money: pd.DataFrame, count: pd.DataFrame, language: str, figsize: tuple[float, float]) -> Axes:
    """Cells shaded by money, with the amount and the number of customers."""
    values, counts = money.to_numpy(dtype=float), count.to_numpy(dtype=float)
    top = np.nanmax(np.append(np.abs(values), 0.0)) or 1.0
    shade = np.sqrt(np.clip(np.nan_to_num(values), 0, None) / top)
    _, axes = plt.subplots(figsize=figsize)
    axes.imshow(shade, cmap=SEQUENTIAL, vmin=0, vmax=1, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        n = counts[row, column]
        if np.isfinite(n):
            colour = PAPER if shade[row, column] > DARK else INK
            digits = int(abs(value) >= 1000)
            amount = format_compact_decimal(round(value, 0), fraction_digits=digits, locale=language)
            axes.text(column, row - 0.2, amount, ha="center", va="center", fontweight="bold", color=colour)
            axes.text(
                column, row + 0.22, format_decimal(int(n), locale=language), ha="center", va="center", color=colour
            )
    axes.set_xticks(range(money.shape[1]), money.columns)
    axes.set_yticks(range(len(money)), money.index)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_xticks(np.arange(money.shape[1] + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(len(money) + 1) - 0.5, minor=True)
    axes.grid(which="minor", color=PAPER, linewidth=2)
    axes.tick_params(which="minor", length=0)
    return axes
