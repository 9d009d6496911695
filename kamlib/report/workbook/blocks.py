"""A table on a sheet: heads and formats from the dictionary, every row whole before the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from kamlib.report.text import as_cell, is_number, tidy
from kamlib.report.words import with_words, word_if_known
from kamlib.report.workbook.book import ROWS, Styles, is_large
from kamlib.study.columns import Column, Format
from kamlib.study.run_tables import columns, run_tables

_AT_ONCE = 50_000  # rows
_DIGITS = 6  # behind the point: more of them make the file a quarter larger
_WIDTHS = {"day": 11, "flag": 8, "share": 10, "rate": 10, "money": 14, "number": 14, "text": 12, "code": 14}
_WIDEST = 60
_ACROSS, _NOTE = 9, 120  # the last column that a note goes over; its letters in a line
HEADS = 32
"""Height of heads: two lines."""
_FIGURES = Format("figures", 4)


@dataclass(frozen=True)
class Block:
    """A table to be written.

    Parameters
    ----------
    frame : its rows in their order; codes and reasons are put into words.
    table : the table of the run whose meanings its columns have; '': those of the dictionary.
    caption : what stands above it, where several share a sheet.
    mixed : columns whose rows are of several units: written as plain figures.
    """

    frame: pd.DataFrame
    table: str = ""
    caption: str = ""
    mixed: tuple[str, ...] = ()

    @property
    def shown(self) -> pd.DataFrame:
        """What is written of it: at most `ROWS` rows."""
        return with_words(self.frame.head(ROWS))

    @property
    def known(self) -> Mapping[str, Column | None]:
        """What the dictionary says of each column that is written."""
        names = [str(name) for name in self.frame.columns if not str(name).endswith("_values")]
        own = {one.name: one for one in run_tables()[self.table].columns} if self.table else {}
        found = {name: own.get(name, one) for name, one in zip(names, columns(names), strict=True)}
        plain = {
            name: replace(one, format=_FIGURES, unit="") for name, one in found.items() if one and name in self.mixed
        }
        return found | plain


@dataclass(frozen=True)
class Sheet:
    """A sheet of the workbook.

    Parameters
    ----------
    code : by which the catalogue has its name (``sheet_…``) and what it holds (``holds_…``).
    blocks : its tables, one below the other.
    waits : why it is left out; '' where it isn't.
    notes : sentences above the tables.
    """

    code: str
    blocks: list[Block] = field(default_factory=list)
    waits: str = ""
    notes: list[str] = field(default_factory=list)


def head(name: str, known: Column | None, currency: str) -> str:
    """What stands above a column: in the words of the dictionary, money with its currency."""
    told = (known.head if known else name).replace("_", " ")
    return f"{told}, {currency}" if known and known.format and known.format.kind == "money" else told


def write_sheet(sheet: Any, given: Sheet, styles: Styles, currency: str) -> None:
    """Write the notes and tables of a sheet; the last table can be filtered, and a single one keeps its heads in sight."""
    as_printed(sheet)
    set_widths(sheet, given.blocks)
    top = 0
    for note in given.notes:
        sheet.set_row(top, 15 * (1 + len(note) // _NOTE))
        sheet.merge_range(top, 0, top, _ACROSS, as_cell(note), styles.prose)
        top += 1
    top += bool(given.notes)
    for block in given.blocks:
        if block.caption:
            sheet.write_string(top, 0, as_cell(block.caption), styles.caption)
            top += 1
        below = write_block(sheet, block, styles, currency, top)
        if block is given.blocks[-1] and below > top + 1:
            sheet.autofilter(top, 0, below - 1, len(block.known) - 1)
        if len(given.blocks) == 1:
            sheet.freeze_panes(top + 1, 2 if "name" in block.known else 1)
            sheet.repeat_rows(top)
        top = below + 1


def set_widths(sheet: Any, blocks: list[Block]) -> None:
    """Make each column of a sheet as wide as the widest of those that stand below each other need it."""
    found: dict[int, int] = {}
    for block in blocks:
        known, shown = block.known, block.shown
        for place, name in enumerate(shown.columns):
            found[place] = max(found.get(place, 0), width(shown[name], known[name]))
    for place, letters in found.items():
        sheet.set_column(place, place, letters)


def as_printed(sheet: Any) -> None:
    """Printed lying, as wide as a page."""
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&A&R&P / &N")


def write_block(sheet: Any, block: Block, styles: Styles, currency: str, top: int, *, wide: bool = True) -> int:
    """Write a table from the row `top` on; the number of the row below it."""
    known, shown = block.known, block.shown
    sheet.set_row(top, HEADS)
    for place, name in enumerate(shown.columns):
        sheet.write_string(top, place, head(str(name), known[name], currency), styles.head(known[name]))
    writers = [cell_writer(sheet, styles, column) for column in known.values()]
    for line, row in enumerate(_rows(shown, known), top + 1):
        for place, (write, value) in enumerate(zip(writers, row, strict=True)):
            if value is not None:
                write(line, place, value)
    return top + 1 + len(shown)


def cell_writer(sheet: Any, styles: Styles, column: Column | None, **traits: Any) -> Callable[[int, int, Any], object]:
    """What writes a value of a column: a text never as anything else."""
    small, large = styles.cell(column, **traits), styles.cell(column, large=True, **traits)
    text = styles.of(num_format="@", **traits)

    def write(line: int, place: int, value: Any) -> None:
        kind = type(value)
        if kind is str:
            sheet.write_string(line, place, as_cell(value), text)
        elif kind is bool:
            sheet.write_boolean(line, place, value, small)
        elif kind is pd.Timestamp:
            sheet.write_datetime(line, place, value.to_pydatetime(), small)
        else:
            sheet.write_number(line, place, value, large if large is not small and is_large(value) else small)

    return write


def plain_values(values: pd.Series, column: Column | None) -> list[Any]:
    """Texts, flags, days and numbers as plain objects, codes in words, None for what is missing or no finite number."""
    if column and column.format and column.format.kind == "code":
        values = values.map({one: _in_words(one) for one in values.dropna().unique()})
    if pd.api.types.is_float_dtype(values):
        values = values.where(values.abs() != float("inf"))
    plain: list[Any] = [None if gone else one for one, gone in zip(values.tolist(), values.isna(), strict=True)]
    if values.dtype == object:
        plain = [float(one) if is_number(one) else one or None if isinstance(one, str) else one for one in plain]
        plain = [
            one if one is None or isinstance(one, str | bool | float | pd.Timestamp) else str(one) for one in plain
        ]
    return plain


def _rows(shown: pd.DataFrame, known: Mapping[str, Column | None]) -> Iterator[tuple[Any, ...]]:
    for first in range(0, len(shown), _AT_ONCE):
        part = shown.iloc[first : first + _AT_ONCE].round(_DIGITS)
        yield from zip(*(plain_values(part[name], known[str(name)]) for name in part), strict=True)


def _in_words(code: Any) -> Any:
    return tidy("; ".join(map(word_if_known, code.split(";")))) if isinstance(code, str) else code


def width(values: pd.Series, column: Column | None) -> int:
    """How many letters wide a column of the sheet is: as most of its texts are, within limits."""
    kind = column.format.kind if column and column.format else "text"
    if kind not in ("text", "code"):
        return _WIDTHS.get(kind, 11)
    texts = values.head(200).dropna().map(lambda one: len(str(_in_words(one))))
    return min(_WIDEST, max(_WIDTHS[kind], int(texts.quantile(0.95)) + 1 if len(texts) else 0))
