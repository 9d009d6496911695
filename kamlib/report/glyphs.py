"""What a picture can write: letters that its font does not have are told in words, never as empty boxes."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache, partial
from itertools import groupby
from typing import Any

from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter

from kamlib.report.text import tidy

FONT = "DejaVu Sans"
NOT_DRAWN = "[letters not drawn]"
_SEVERAL = re.compile(rf"{re.escape(NOT_DRAWN)}(\s*{re.escape(NOT_DRAWN)})+")


@lru_cache(4096)
def drawable(text: str) -> str:
    """A text as the pictures of the kit can write it, its lines kept.

    Letters without a picture in `FONT` are one `NOT_DRAWN`, however many stand together; marks that turn the direction of
    writing, and control characters, are left out.
    """
    lines = text.split("\n")
    if all(ord(sign) in _drawn() for line in lines for sign in line) and all(map(_is_plain, lines)):
        return text
    return "\n".join(_SEVERAL.sub(NOT_DRAWN, _told(tidy(line))) for line in lines)


def write_drawable(figure: Any) -> None:
    """Let every text of a figure, and the labels of its ticks, be `drawable`."""
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            labels = axis.get_major_formatter()  # names of ticks too are written by a function
            if isinstance(labels, FuncFormatter) and getattr(labels.func, "func", None) is not _written:
                labels.func = partial(_written, labels.func)
    for words in figure.findobj(Text):
        if (new := drawable(words.get_text())) != words.get_text():
            words.set_text(new)


@cache
def _drawn() -> frozenset[int]:
    return frozenset(get_font(findfont(FontProperties(family=FONT))).get_charmap())


def _written(write: Callable[..., Any], value: float, place: int | None = None) -> str:
    return drawable(str(write(value, place)))


def _is_plain(line: str) -> bool:
    """Whether nothing in a line is left out by `tidy` but blanks."""
    return tidy(line) == " ".join(line.split())


def _told(line: str) -> str:
    runs = groupby(line, lambda sign: ord(sign) in _drawn())
    return "".join("".join(run) if drawn else NOT_DRAWN for drawn, run in runs)
