"""How a figure reaches the notebook: as an SVG with alternative text, the same bytes each time."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from markupsafe import escape
from matplotlib.text import Text

from kamlib.errors import InputError
from kamlib.report.figures.drawing.layout import picture_box
from kamlib.report.figures.drawing.lean import HALO, lean
from kamlib.report.figures.style import figure_of


def show(drawn: Any, alt: str | None = None) -> None:
    """Display a figure as SVG with alternative text, and close it; None, where there was nothing to draw, shows nothing.

    It is displayed as HTML that holds nothing but the picture: JupyterLab keeps a bare SVG from whoever has not run the notebook,
    and gives it no alternative text. The HTML report takes the drawing and the text from there.

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
    figure = figure_of(drawn)
    alt = " ".join(str(alt or figure.get_label()).split())
    if not alt:
        raise InputError("a figure needs alternative text", remedy='Call show(figure, alt="what the figure shows").')
    try:
        source = svg(figure)
    finally:
        plt.close(figure)
    image = f'<img alt="{escape(alt)}" src="data:image/svg+xml,{_in_address(source)}">'
    display({"text/html": image, "text/plain": f"[figure: {alt}]"}, raw=True)


def svg(drawn: Any) -> str:
    """The SVG of a figure: text as text, without date, version or ids."""
    figure = figure_of(drawn)
    box = picture_box(figure)
    _simple(figure)
    target = BytesIO()
    with mpl.rc_context({"svg.fonttype": "none"}):
        figure.savefig(target, format="svg", bbox_inches=box)
    return lean(target.getvalue())


def _in_address(source: str) -> str:
    """An SVG as the end of a data address in an attribute; names in it stay readable."""
    return source.replace("%", "%25").replace("#", "%23").replace("&", "&amp;").replace('"', "&quot;")


def _simple(figure: Any) -> None:
    """What an SVG has a plain way for: no paper behind, seams around letters as strokes of theirs, cells of a heat map as areas."""
    figure.patch.set_visible(False)
    for axes in figure.axes:
        axes.patch.set_visible(False)
        for image in list(axes.images):
            _as_cells(axes, image)
    for words in figure.findobj(Text):
        if words.get_path_effects():
            words.set_path_effects([])
            words.set_gid(HALO)


def _as_cells(axes: Any, image: Any) -> None:
    left, right, bottom, top = image.get_extent()
    rows, columns = image.get_array().shape[:2]
    limits = axes.get_xlim(), axes.get_ylim()
    axes.pcolormesh(
        np.linspace(left, right, columns + 1),
        np.linspace(top, bottom, rows + 1),
        image.get_array(),
        cmap=image.get_cmap(),
        norm=image.norm,
        zorder=image.get_zorder(),
        linewidth=0,
    )
    image.remove()
    axes.set(xlim=limits[0], ylim=limits[1])
