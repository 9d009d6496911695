"""Figure of who moved: classes at two dates as stacks, and the streams between them."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import pandas as pd
from babel.numbers import format_compact_decimal, format_decimal
from matplotlib.axes import Axes
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path

from kamlib.report.figures.labels import apart
from kamlib.report.figures.style import BLUE, FAINT, GREY, INK, MUTED, RED, described, none_known
from kamlib.segments.migration import NOT_YET

_BAR = 0.035
_GAP = 0.022  # of the whole height, between two classes
_LINE = 0.042  # of the whole height, that a label needs
COLOURS = {"up": BLUE, "down": RED, "stayed": FAINT, "other": GREY}


def class_flows(
    streams: pd.DataFrame,
    classes: Sequence[str],
    *,
    before: str,
    after: str,
    ranked: Sequence[str] = (),
    money: bool = False,
    currency: str = "",
    language: str = "en",
) -> Axes | None:
    """Streams of customers, or of their money, from the class on one date to the class on another.

    Parameters
    ----------
    streams : DataFrame of `kamlib.segments.migration.flows`: from, to, accounts, money_before, money_after.
    classes : from top to bottom; others come last by name.
    before, after : words for the two dates.
    ranked : classes that have an order, the best first: streams between them are drawn as up or down.
    money : whether a stream is as wide as its money at each date (net below zero has no width), not as its customers.
    """
    if none_known(streams, "from", "to"):
        return None
    widths = ("money_before", "money_after") if money else ("accounts", "accounts")
    drawn = streams.assign(left=streams[widths[0]].clip(lower=0), right=streams[widths[1]].clip(lower=0)).fillna(
        {"left": 0.0, "right": 0.0}
    )
    whole = max(drawn["left"].sum(), drawn["right"].sum())
    if not whole > 0:
        return None
    known = {*drawn["from"], *drawn["to"]}
    order = {name: i for i, name in enumerate([*(c for c in classes if c in known), *sorted(known - set(classes))])}
    drawn[["left", "right"]] /= whole
    drawn = drawn.assign(way=[_way(a, b, ranked) for a, b in zip(drawn["from"], drawn["to"], strict=True)])
    places = drawn.assign(start=drawn["from"].map(order), end=drawn["to"].map(order))
    places["y0"] = _tops(places, ["start", "end"], "left")
    places["y1"] = _tops(places, ["end", "start"], "right")
    _, axes = plt.subplots(figsize=(8.6, 5.2))
    paint = {"stayed": 0, "other": 1, "up": 2, "down": 2}
    order_of_paint = places.sort_values("way", key=lambda way: way.map(paint))
    ends = order_of_paint[["y0", "y1", "left", "right"]].to_numpy(dtype=float)
    for way, (y0, y1, left, right) in zip(order_of_paint["way"], ends, strict=True):
        _ribbon(axes, y0, y1, left, right, COLOURS[way], 0.9 if way == "stayed" else 0.5)

    def words(amount: float) -> str:
        if money:
            return format_compact_decimal(round(amount * whole), fraction_digits=1, locale=language)
        return format_decimal(round(amount * whole), locale=language)

    lowest = 1.0
    for side, key, top, width, x in (("right", "from", "y0", "left", 0.0), ("left", "to", "y1", "right", 1.0)):
        stack = places.groupby(key).agg(top=(top, "max"), height=(width, "sum")).sort_values("top", ascending=False)
        at = -apart(stack["height"].to_numpy() / 2 - stack["top"].to_numpy(), _LINE)
        lowest = min(lowest, at[-1], (stack["top"] - stack["height"]).min())
        bar = x - _BAR if key == "from" else x
        axes.bar(bar, stack["height"], width=_BAR, bottom=stack["top"] - stack["height"], align="edge", color=INK)
        for (name, height), y in zip(stack["height"].items(), at, strict=True):
            edge = -_BAR - 0.015 if key == "from" else 1 + _BAR + 0.015
            axes.text(edge, y, f"{name}  {words(height)}", ha=side, va="center", fontsize=9.5, color=INK)
        axes.text(x, 1.03 + _GAP, before if key == "from" else after, ha=side, va="bottom", color=MUTED)
    axes.set_xlim(-0.42, 1.42)
    axes.set_ylim(lowest - 0.02, 1.1)
    axes.set_axis_off()
    _legend(axes, places)
    moved = places[places["way"].isin(["up", "down"])]
    sums = moved.groupby("way")["right" if money else "left"].sum() * whole
    unit = f"{currency} " if money and currency else ""
    up, down = (f"{unit}{words(sums.get(way, 0.0) / whole)}" for way in ("up", "down"))
    title = (
        f"Customers worth {up} moved up, worth {down} down" if money else f"{up} of the customers moved up, {down} down"
    )
    axes.set_title(title if ranked else f"From {before} to {after}", pad=4)
    there = streams[streams["from"] != NOT_YET]
    counts = {"n": there["accounts"].sum(), "changed": there.loc[there["from"] != there["to"], "accounts"].sum()}
    code = "alt_class_flows_money" if money else "alt_class_flows"
    return described(axes, code, before=before, after=after, **counts)


def _way(start: str, end: str, ranked: Sequence[str]) -> str:
    if start == end:
        return "stayed"
    if start not in ranked or end not in ranked:
        return "other"
    return "up" if ranked.index(end) < ranked.index(start) else "down"


def _tops(places: pd.DataFrame, order: list[str], width: str) -> pd.Series:
    """The upper edge of each stream on one side: stacked from 1 downwards, with a gap between two classes."""
    lined = places.sort_values(order)
    above = lined[width].cumsum() - lined[width]
    gaps = lined[order[0]].diff().ne(0).cumsum() - 1
    return 1 - above - _GAP * gaps


def _ribbon(axes: Axes, y0: float, y1: float, left: float, right: float, colour: str, alpha: float) -> None:
    """A band from (0, y0) to (1, y1), `left` and `right` wide at its ends."""
    points = [
        (0, y0), (0.5, y0), (0.5, y1), (1, y1),
        (1, y1 - right), (0.5, y1 - right), (0.5, y0 - left), (0, y0 - left), (0, y0),
    ]  # fmt: skip
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    axes.add_patch(PathPatch(Path(points, codes), facecolor=colour, alpha=alpha, edgecolor="none"))


def _legend(axes: Axes, places: pd.DataFrame) -> None:
    words = {"up": "moved up", "down": "moved down", "stayed": "stayed", "other": "came, went, or not ranked"}
    there = [way for way in words if (places["way"] == way).any()]
    handles = [Patch(color=COLOURS[way], alpha=0.9 if way == "stayed" else 0.5, label=words[way]) for way in there]
    axes.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=4, frameon=False)
