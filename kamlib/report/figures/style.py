"""How every figure of the kit looks: its colours, letters and ticks."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, TypeVar

import matplotlib as mpl
import pandas as pd
from babel.numbers import format_compact_decimal, format_decimal, format_percent
from matplotlib.figure import Figure
from matplotlib.rcsetup import cycler
from matplotlib.ticker import FuncFormatter, ScalarFormatter

from kamlib.errors import InputError
from kamlib.report.glyphs import FONT
from kamlib.report.language import marked
from kamlib.report.words import sentence
from kamlib.stats.reasons import Reason

# Okabe & Ito (2008), Color Universal Design: told apart with every common colour blindness.
BLUE, SKY, GREEN, YELLOW = "#0072B2", "#56B4E9", "#009E73", "#F0E442"
ORANGE, RED, PURPLE, BLACK = "#E69F00", "#D55E00", "#CC79A7", "#000000"
INK, MUTED, GREY, FAINT, PAPER = "#1F2933", "#52606D", "#9AA5B1", "#E4E7EB", "#FFFFFF"

NEUTRAL = (INK, MUTED, GREY, FAINT, PAPER)
"""Colours that change places with each other on a dark page, and text on them too."""
TEXT_COLOURS = {
    GREEN.lower(): "#007958", YELLOW.lower(): "#766e00", ORANGE.lower(): "#8f6200", RED.lower(): "#b84f00",
    SKY.lower(): "#1673aa", PURPLE.lower(): "#a34678", GREY.lower(): MUTED.lower(),
}  # fmt: skip
"""Shades in which text of a colour can be read on paper: a contrast of 4.5 or more."""

PALETTE = (BLUE, RED, GREEN, ORANGE, PURPLE, SKY, BLACK, YELLOW)
"""Colours of unordered groups, in the order to use them."""
SEQUENTIAL, DIVERGING = "Blues", "PuOr"
"""Colour maps of ordered values, and of values with a middle."""
DARK = 0.67
"""Of SEQUENTIAL (0-1), the value from which letters of PAPER are read better than those of INK."""

_Drawn = TypeVar("_Drawn")
WIDTH = 5.5
"""Inches that a picture may be wide: on a phone of 390 px letters of 10 points then have 9 px."""
HOVER = "hover"
"""Group id of points whose names (their urls) the report tells to a pointer."""

_TICKS = {"color": MUTED, "labelsize": 10, "major.size": 3, "major.width": 1.25, "minor.size": 4, "minor.width": 1}
_THEME: dict[Any, Any] = {
    "figure.figsize": (WIDTH, 3.6),
    "figure.facecolor": PAPER,
    "figure.constrained_layout.use": True,
    "savefig.bbox": "tight",
    "font.family": FONT,
    "font.size": 10,
    "text.color": INK,
    "text.parse_math": False,  # a customer may be called "A$AP $"
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "axes.titley": 1.0,  # None would measure all ticks again at each look at the axes, in case they stand above
    "axes.titlecolor": INK,
    "figure.titlesize": 11,
    "figure.labelsize": 10,
    "figure.titleweight": "bold",
    "axes.labelsize": 10,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.8,
    "axes.prop_cycle": cycler(color=PALETTE),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "axes.formatter.use_mathtext": False,
    "grid.color": FAINT,
    "grid.linewidth": 0.8,
    **{f"{axis}tick.{name}": value for axis in "xy" for name, value in _TICKS.items()},
    "legend.frameon": False,
    "legend.fontsize": 10,
    "legend.title_fontsize": 10,
    "lines.linewidth": 1.8,
    "lines.solid_capstyle": "round",
    "patch.linewidth": 0.5,
    "patch.edgecolor": PAPER,
    "patch.force_edgecolor": True,
}

_TABLES = {
    "display.max_columns": 40,
    "display.max_rows": 60,
    "display.width": 140,
    "display.precision": 2,
    "display.html.border": 0,
}


def set_style() -> None:
    """Give figures and printed tables of this process the look of the kit: that of seaborn's theme "ticks", in its own colours.

    Call it once, after the imports. Seaborn, which is slow to import, is not needed for it; what it draws later looks the same.
    """
    mpl.rcParams.update(_THEME)
    for option, value in _TABLES.items():
        pd.set_option(option, value)


def none_known(table: pd.DataFrame, *columns: str) -> bool:
    """Whether a table has no row in which all of `columns` are known: there is nothing to draw."""
    return table.empty or bool(table[list(columns)].isna().any(axis=1).all())


def described(drawn: _Drawn, code: str, **values: Any) -> _Drawn:
    """`drawn`, with the sentence of a code of the catalogue as the alternative text of its figure (the figure's label), and plain ticks
    in the marks of the language."""
    figure = figure_of(drawn)
    figure.set_label(sentence(Reason(code, values)))
    for axis in [axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)]:
        if type(axis.get_major_formatter()) is ScalarFormatter:
            axis.set_major_formatter(_Marked())
    return drawn


class _Marked(ScalarFormatter):
    def __call__(self, x: float, pos: int | None = None) -> str:
        return marked(super().__call__(x, pos))


def every(count: int, most: int) -> int:
    """The step at which of `count` labels at most `most` are written."""
    return max(1, -(-count // most))


def panel_title(axes: Any, words: str) -> None:
    """What one of several panels shows; it is no finding, and stands back behind the title of the figure."""
    axes.set_title(words, fontsize=10, fontweight="normal", color=MUTED, pad=6)


def money_ticks(axis: Any, language: str = "en") -> None:
    """Write the ticks of an axis as short amounts of the language (12K, 1.5M); the label names the currency."""
    axis.set_major_formatter(_each(lambda value: format_compact_decimal(value, fraction_digits=1, locale=language)))


def percent_ticks(axis: Any, language: str = "en") -> None:
    """Write the ticks of an axis of shares (0-1) as percent of the language, with the decimals that a tick has (7.5%)."""
    space = "" if language == "en" else "\N{NO-BREAK SPACE}"
    axis.set_major_formatter(_each(lambda value: format_percent(value, format=f"#,##0.##{space}%", locale=language)))


def plain_ticks(axis: Any, language: str = "en") -> None:
    """Write the ticks of an axis as plain numbers of the language, also on a log scale (1,000 instead of 10^3)."""
    axis.set_major_formatter(_each(lambda value: format_decimal(value, format="#,##0.####", locale=language)))


def _each(write: Any) -> Any:
    told = cache(write)  # each is asked for at every draw and layout
    return FuncFormatter(lambda value, _position: told(value + 0.0))  # -0.0 becomes 0


def figure_of(drawn: Any) -> Any:
    """The figure of Axes, of an array of them, or of a seaborn grid."""
    if isinstance(drawn, Figure):
        return drawn
    figure = getattr(drawn, "figure", None)
    if figure is None and isinstance(drawn, Iterable) and not isinstance(drawn, str):
        first = next(iter(getattr(drawn, "flat", drawn)), None)
        figure = getattr(first, "figure", None)
    while figure is not None and not isinstance(figure, Figure):  # a part of a figure knows its parent
        figure = getattr(figure, "figure", None) if getattr(figure, "figure", None) is not figure else None
    if figure is None:
        raise InputError("there is no figure to show", found=type(drawn).__name__, remedy="Give Axes or a Figure.")
    return figure
