"""A table on a sheet: heads and formats from the dictionary, every row whole before the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from kamlib.report.text import as_cell, is_number
from kamlib.report.words import with_words, word_if_known
from kamlib.report.workbook.book import ROWS, Styles, is_large
from kamlib.study.columns import Column
from kamlib.study.run_tables import columns, run_tables

_AT_ONCE = 50_000  # rows
_DIGITS = 6  # behind the point: more of them make the file a quarter larger
_WIDTHS = {"day": 11, "flag": 8, "share": 10, "rate": 10, "money": 14, "text": 12, "code": 14}
_WIDEST = 48


@dataclass(frozen=True)
class Block:
    """A table to be written.

    Parameters
    ----------
    frame : its rows in their order; codes and reasons are put into words.
    table : the table of the run whose meanings its columns have; '': those of the dictionary.
    caption : what stands above it, where several share a sheet.
    """

    frame: pd.DataFrame
    table: str = ""
    caption: str = ""

    @property
    def shown(self) -> pd.DataFrame:
        """What is written of it: at most `ROWS` rows."""
        return with_words(self.frame.head(ROWS))

    @property
    def known(self) -> Mapping[str, Column | None]:
        """What the dictionary says of each column that is written."""
        names = [str(name) for name in self.frame.columns if not str(name).endswith("_values")]
        own = {one.name: one for one in run_tables()[self.table].columns} if self.table else {}
        return {name: own.get(name, one) for name, one in zip(names, columns(names), strict=True)}


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
    top = 0
    for note in given.notes:
        sheet.write_string(top, 0, as_cell(note), styles.of(num_format="@"))
        top += 1
    top += bool(given.notes)
    for place, block in enumerate(given.blocks):
        if block.caption:
            sheet.write_string(top, 0, as_cell(block.caption), styles.caption)
            top += 1
        below = write_block(sheet, block, styles, currency, top, wide=place == 0)
        if place == len(given.blocks) - 1 and below > top + 1:
            sheet.autofilter(top, 0, below - 1, len(block.known) - 1)
        if len(given.blocks) == 1:
            sheet.freeze_panes(top + 1, 2 if "name" in block.known else 1)
        top = below + 1


def write_block(
    sheet: Any, block: Block, styles: Styles, currency: str, top: int, *, left: int = 0, wide: bool = True
) -> int:
    """Write a table from the row `top` and the column `left` on; the number of the row below it.

    wide : whether the columns of the sheet are made as wide as those of this table.
    """
    known, shown = block.known, block.shown
    for place, name in enumerate(shown.columns, left):
        if wide:
            sheet.set_column(place, place, width(shown[name], known[name]))
        sheet.write_string(top, place, head(str(name), known[name], currency), styles.head)
    writers = [cell_writer(sheet, styles, column) for column in known.values()]
    for line, row in enumerate(_rows(shown, known), top + 1):
        for place, (write, value) in enumerate(zip(writers, row, strict=True), left):
            if value is not None:
                write(line, place, value)
    return top + 1 + len(shown)


def cell_writer(sheet: Any, styles: Styles, column: Column | None, **traits: Any) -> Callable[[int, int, Any], object]:
    """What writes a value of a column: a text never as anything else."""
    small, large = styles.cell(column, **traits), styles.cell(column, large=True, **traits)
    text = styles.of(num_format="@", **traits)

    def write(line: int, place: int, value: Any) -> None:
        if isinstance(value, str):
            sheet.write_string(line, place, as_cell(value), text)
        elif isinstance(value, bool):
            sheet.write_boolean(line, place, value, small)
        elif isinstance(value, pd.Timestamp):
            sheet.write_datetime(line, place, value.to_pydatetime(), small)
        else:
            sheet.write_number(line, place, value, large if is_large(value) else small)

    return write


def plain_values(values: pd.Series, column: Column | None) -> list[Any]:
    """Texts, flags, days and numbers as plain objects, codes in words, None for what is missing or no finite number."""
    if column and column.format and column.format.kind == "code":
        values = values.map({one: _in_words(one) for one in values.dropna().unique()})
    if pd.api.types.is_float_dtype(values):
        values = values.where(values.abs() != float("inf"))
    plain = values.astype(object).where(values.notna(), None).tolist()
    if values.dtype == object:
        plain = [float(one) if is_number(one) else one for one in plain]
        plain = [
            one if one is None or isinstance(one, str | bool | float | pd.Timestamp) else str(one) for one in plain
        ]
    return plain


def _rows(shown: pd.DataFrame, known: Mapping[str, Column | None]) -> Iterator[tuple[Any, ...]]:
    for first in range(0, len(shown), _AT_ONCE):
        part = shown.iloc[first : first + _AT_ONCE].round(_DIGITS)
        yield from zip(*(plain_values(part[name], known[str(name)]) for name in part), strict=True)


def _in_words(code: Any) -> Any:
    return "; ".join(map(word_if_known, code.split(";"))) if isinstance(code, str) else code


def width(values: pd.Series, column: Column | None) -> int:
    """How many letters wide a column of the sheet is: as most of its texts are, within limits."""
    kind = column.format.kind if column and column.format else "text"
    if kind not in ("text", "code"):
        return _WIDTHS.get(kind, 11)
    texts = values.head(200).dropna().map(lambda one: len(str(_in_words(one))))
    return min(_WIDEST, max(_WIDTHS[kind], int(texts.quantile(0.95)) + 1 if len(texts) else 0))
