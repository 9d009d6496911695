"""An empty workbook in which nothing runs, and how its cells look: by the dictionary, in the marks of a language."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import xlsxwriter
from babel import Locale

from kamlib.study.columns import Column, Format

ROWS = 1_000_000
"""Rows of a sheet at most."""
_WHOLE = 100  # from here on a figure is written without decimals
_PLAIN = Format("plain")
_LEFT = ("text", "code", "place", "plain")


def new_book(path: Path, day: dt.date) -> xlsxwriter.Workbook:
    """A workbook to be filled and closed, each sheet row by row: a row that another has followed can't be written any more.

    No text becomes a formula, a link or a number, and the same contents give the same bytes.

    Parameters
    ----------
    path : where it is written when it is closed.
    day : stands as the day on which it was made.
    """
    texts = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(path, texts | {"constant_memory": True})
    book.set_properties({"created": dt.datetime.combine(day, dt.time())})
    return book


class Styles:
    """Formats of a book, each made once.

    Parameters
    ----------
    book : the workbook.
    language : code of the language that shares are written in.
    """

    def __init__(self, book: Any, language: str) -> None:
        self._book, self._made = book, dict[tuple[tuple[str, Any], ...], Any]()
        self._percent = str(Locale.parse(language).percent_formats[None].pattern).lstrip("#,0")

    def of(self, **traits: Any) -> Any:
        """A format by the traits of the library."""
        key = tuple(sorted(traits.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format({"valign": "top"} | traits)
        return self._made[key]

    def head(self, column: Column | None = None) -> Any:
        """The format of a head, at the side at which the cells below it stand."""
        side = "left" if column is None or not column.format or column.format.kind in _LEFT else "right"
        return self.of(bold=True, bottom=1, text_wrap=True, num_format="@", bg_color="#E8EEF4", align=side)

    @property
    def title(self) -> Any:
        return self.of(bold=True, font_size=14)

    @property
    def caption(self) -> Any:
        return self.of(bold=True, font_size=12)

    @property
    def prose(self) -> Any:
        return self.of(text_wrap=True, num_format="@")

    def cell(self, column: Column | None, *, large: bool = False, **traits: Any) -> Any:
        """The format of a cell of a column; of a figure it depends on whether the number is `large`."""
        if column and column.format and column.format.kind == "place":
            traits = {"align": "left"} | traits
        return self.of(num_format=self.number(column.format if column and column.format else _PLAIN, large), **traits)

    def number(self, written: Format, large: bool = False) -> str:
        """The code by which a spreadsheet writes a number of this kind, in the marks of the reader's own settings."""
        decimals = f".{'0' * written.digits}" if written.digits else ""
        match written.kind:
            case "share" | "rate":
                code = f"0{decimals}{self._percent}"
            case "money" | "days" | "count" | "points" | "number":
                code = f"#,##0{decimals}"
            case "figures" | "interval":
                code = "#,##0" if large else "0.000"
            case "place":
                code = "0"
            case "day":
                code = "yyyy-mm-dd"
            case "text" | "code":
                code = "@"
            case _:
                code = "General"
        return f"+{code};-{code};{code}" if written.signed else code


def is_large(value: float) -> bool:
    """Whether a figure is written without decimals."""
    return abs(value) >= _WHOLE
