"""Figure of who moved: how many customers, with how much money, came into each class between two dates, and how many went out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from babel.numbers import format_compact_decimal, format_decimal
from matplotlib.figure import Figure

from kamlib.report.figures.labels import panel_grid
from kamlib.report.figures.style import BLUE, GREY, INK, ORANGE, described, none_known
from kamlib.report.language import value_word
from kamlib.report.words import said
from kamlib.segments.migration import GONE, NOT_YET


def class_flows(
    streams: pd.DataFrame,
    classes: Sequence[str],
    *,
    before: str,
    after: str,
    ranked: Sequence[str] = (),
    currency: str = "",
    language: str = "en",
) -> Figure | None:
    """Customers who came into each class from another (to the right) and who went out of it (to the left), and beside them their money.

    Parameters
    ----------
    streams : DataFrame of `kamlib.segments.migration.flows`: from, to, accounts, money_before, money_after.
    classes : from top to bottom; others come last by name.
    before, after : words for the two dates.
    ranked : classes that have an order, the best first: moves between them are counted as up or down.

    Returns
    -------
    Figure
        Came in counts with its money at the later date, went out with that at the earlier one; net below zero has no bar.
        None if nobody changed the class.
    """
    if none_known(streams, "from", "to"):
        return None
    moved = streams[streams["from"] != streams["to"]]
    if moved.empty:
        return None
    known = {*streams["from"], *streams["to"]} - {NOT_YET, GONE}
    order = [*(name for name in classes if name in known), *sorted(known - set(classes))]
    sides = {
        said("title_customers"): (("to", "accounts"), ("from", "accounts")),
        said("title_money_in", currency=currency) if currency else said("title_money"): (
            ("to", "money_after"),
            ("from", "money_before"),
        ),
    }
    place = np.arange(len(order))[::-1]
    figure, panels = panel_grid(2, wide=2, tall=0.5 + 0.34 * len(order), more=0.9, sharey=True)
    for axes, (words, sums) in zip(panels, sides.items(), strict=True):
        came, went = (
            moved.groupby(by)[amount].sum().reindex(order).fillna(0.0).clip(lower=0).to_numpy(dtype=float)
            for by, amount in sums
        )
        axes.barh(place, came, color=BLUE, height=0.66, label=said("label_came_in"))
        axes.barh(place, -went, color=ORANGE, height=0.66, label=said("label_went_out"))
        axes.axvline(0, color=GREY, linewidth=0.9)
        top = max(came.max(), went.max(), 1e-9)
        for at, right, left in zip(place, came, went, strict=True):
            for value, side, align in ((right, 1, "left"), (left, -1, "right")):
                if value > 0:
                    told = _short(value, language)
                    axes.text(side * (value + 0.04 * top), at, told, ha=align, va="center", color=INK)
        axes.set(xlim=(-1.6 * top, 1.6 * top), xticks=[])
        axes.set_title(words, fontsize=10, fontweight="normal")
        axes.spines[:].set_visible(False)
        axes.tick_params(axis="y", length=0, labelcolor=INK)
    panels[0].set_yticks(place, [value_word("stage", name) for name in order])
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles[::-1], labels[::-1], loc="outside lower left", ncols=2)
    figure.suptitle(_found(moved, ranked) or said("title_who_came", before=before, after=after))
    there = streams[streams["from"] != NOT_YET]
    counts = {"n": there["accounts"].sum(), "changed": there.loc[there["from"] != there["to"], "accounts"].sum()}
    return described(figure, "alt_class_flows", before=before, after=after, **counts)


def _found(moved: pd.DataFrame, ranked: Sequence[str]) -> str:
    """How many moved up and down; nothing where the classes have no order."""
    place = {name: i for i, name in enumerate(ranked)}
    step = moved["to"].map(place) - moved["from"].map(place)
    up, down = (int(moved.loc[way, "accounts"].sum()) for way in (step < 0, step > 0))
    return said("title_moved", up=up, down=down) if ranked else ""


def _short(value: float, language: str) -> str:
    if value < 10_000:
        return format_decimal(round(value), locale=language)
    return format_compact_decimal(value, fraction_digits=1, locale=language)
