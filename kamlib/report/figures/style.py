"""How every figure of the kit looks, and how it reaches the notebook: with alternative text, the same bytes each time."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from io import BytesIO
from typing import Any, TypeVar

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from babel.numbers import format_compact_decimal, format_decimal, format_percent
from matplotlib.figure import Figure
from matplotlib.rcsetup import cycler
from matplotlib.ticker import FuncFormatter, LogFormatter, NullFormatter
from matplotlib.transforms import Bbox

from kamlib.errors import InputError
from kamlib.report.glyphs import FONT, write_drawable
from kamlib.report.text import tidy
from kamlib.report.words import sentence
from kamlib.stats.reasons import Reason

# Okabe & Ito (2008), Color Universal Design: told apart with every common colour blindness.
BLUE, SKY, GREEN, YELLOW = "#0072B2", "#56B4E9", "#009E73", "#F0E442"
ORANGE, RED, PURPLE, BLACK = "#E69F00", "#D55E00", "#CC79A7", "#000000"
INK, MUTED, GREY, FAINT, PAPER = "#1F2933", "#52606D", "#9AA5B1", "#E4E7EB", "#FFFFFF"

PALETTE = (BLUE, RED, GREEN, ORANGE, PURPLE, SKY, BLACK, YELLOW)
"""Colours of unordered groups, in the order to use them."""
SEQUENTIAL, DIVERGING = "Blues", "PuOr"
"""Colour maps of ordered values, and of values with a middle."""

_Drawn = TypeVar("_Drawn")
_DPI = 130
WIDTH = 5.5
"""Inches that a picture may be wide: on a phone of 390 px letters of 10 points then have 9 px."""
HOVER = "hover"
"""Group id of points whose names (their urls) the report tells to a pointer."""

_TICKS = {"color": MUTED, "labelsize": 10, "major.size": 3, "major.width": 1.25, "minor.size": 4, "minor.width": 1}
_THEME: dict[Any, Any] = {
    "figure.figsize": (WIDTH, 3.6),
    "figure.facecolor": PAPER,
    "figure.constrained_layout.use": True,
    "savefig.dpi": _DPI,
    "savefig.bbox": "tight",
    "savefig.pad_inches": 0.08,
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
    "svg.hashsalt": "kam",
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
    """`drawn`, with the sentence of a code of the catalogue as the alternative text of its figure (the figure's label)."""
    _figure(drawn).set_label(sentence(Reason(code, values)))
    return drawn


def show(drawn: Any, alt: str | None = None) -> None:
    """Display a figure as PNG with alternative text, and close it; None, where there was nothing to draw, shows nothing.

    The text stays in the metadata of the notebook's output, from where the HTML report takes it. The picture
    carries no date and no version: the same figure gives the same bytes.

    Parameters
    ----------
    drawn : Axes, Figure, an array of Axes, a seaborn grid, or None
    alt : str
        What a reader who can't see the figure should know: what is drawn and what it shows, in a sentence or two. None: the text
        that the figure carries as its label, as every picture of the kit does.

    Raises
    ------
    InputError
        If there is neither `alt` nor a label, or `drawn` holds no figure.
    """
    from IPython.display import display

    if drawn is None:
        return
    figure = _figure(drawn)
    alt = " ".join(str(alt or figure.get_label()).split())
    if not alt:
        raise InputError("a figure needs alternative text", remedy='Call show(figure, alt="what the figure shows").')
    try:
        box = _laid_out(figure)
        data = _png(figure, box)
        more = {"hover": found} if (found := _spots(figure, box))["spots"] else {}
    finally:
        plt.close(figure)
    display(
        {"image/png": b64encode(data).decode("ascii"), "text/plain": f"[figure: {alt}]"},
        metadata={"image/png": {"alt": alt, "width": _css_width(data), **more}},
        raw=True,
    )


def png(drawn: Any) -> bytes:
    """The PNG of a figure, without date or version."""
    figure = _figure(drawn)
    return _png(figure, _laid_out(figure))


def lay_out(figure: Any) -> None:
    """Give all parts of a figure the places that they have in its picture."""
    _plain_log_ticks(figure)
    write_drawable(figure)
    figure.set_dpi(_DPI)  # texts are wider or narrower at another, and with them the layout
    if engine := figure.get_layout_engine():
        engine.execute(figure)


def _laid_out(figure: Any) -> Bbox:
    """Lay a figure out for good; the part of it that its picture shows, in inches.

    Layout is most of the work of drawing: Matplotlib would repeat it at each draw, and draw twice for a tight box.
    """
    lay_out(figure)
    with mpl.rc_context({"figure.constrained_layout.use": False}):
        figure.set_layout_engine(None)
    box: Bbox = figure.get_tightbbox().padded(_THEME["savefig.pad_inches"])
    return box


def _png(figure: Any, box: Bbox) -> bytes:
    target = BytesIO()
    figure.savefig(target, format="png", dpi=_DPI, bbox_inches=box, metadata={"Software": None})
    return target.getvalue()


def _spots(figure: Any, box: Bbox) -> dict[str, Any]:
    """Centre, radius and name of each point of the groups `HOVER`, as the picture shows them, and the picture's height; in thousandths of its width."""
    found: list[list[Any]] = []
    for axes in figure.axes:
        for points in axes.collections:
            if points.get_gid() == HOVER:
                at = axes.transData.transform(np.asarray(points.get_offsets())) / figure.dpi
                x, y = (at[:, 0] - box.x0) / box.width, (box.y1 - at[:, 1]) / box.width
                radius = np.sqrt(points.get_sizes() / np.pi) / 72 / box.width
                spots = (1000 * np.column_stack([x, y, np.broadcast_to(radius, len(x))])).round(1).tolist()
                found += [[*spot, tidy(name)] for spot, name in zip(spots, points.get_urls(), strict=True)]
    return {"height": round(1000 * box.height / box.width, 1), "spots": found}


def _css_width(data: bytes) -> int:
    return round(int.from_bytes(data[16:20], "big") / _DPI * 96)


def money_ticks(axis: Any, language: str = "en") -> None:
    """Write the ticks of an axis as short amounts of the language (12K, 1.5M); the label names the currency."""
    axis.set_major_formatter(_each(lambda value: format_compact_decimal(value, fraction_digits=1, locale=language)))


def percent_ticks(axis: Any, language: str = "en", digits: int = 0) -> None:
    """Write the ticks of an axis of shares (0-1) as percent of the language."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    space = "" if language == "en" else "\N{NO-BREAK SPACE}"
    axis.set_major_formatter(_each(lambda value: format_percent(value, format=f"{pattern}{space}%", locale=language)))


def plain_ticks(axis: Any, language: str = "en") -> None:
    """Write the ticks of an axis as plain numbers of the language, also on a log scale (1,000 instead of 10^3)."""
    axis.set_major_formatter(_each(lambda value: format_decimal(value, format="#,##0.####", locale=language)))


def _each(write: Any) -> Any:
    return FuncFormatter(lambda value, _position: write(value + 0.0))  # -0.0 becomes 0


def _plain_log_ticks(figure: Any) -> None:
    """Formulas are not read in texts (names may hold $), so powers of ten on log axes are written out."""
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            if isinstance(axis.get_major_formatter(), LogFormatter):
                plain_ticks(axis)
                if isinstance(axis.get_minor_formatter(), LogFormatter):
                    axis.set_minor_formatter(NullFormatter())


def _figure(drawn: Any) -> Any:
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
