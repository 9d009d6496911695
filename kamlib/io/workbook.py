"""Sheets of a workbook as columns of text: numbers plain, ids as they were typed, days as the dialect writes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from python_calamine import CalamineWorkbook

from kamlib.errors import InputError, some
from kamlib.io import header_row
from kamlib.study.sources import Dialect

_FIRST = dt.datetime(1899, 12, 30)  # day 0 of a serial day, see `values.as_day`


class Sheet(NamedTuple):
    """One sheet.

    Attributes
    ----------
    label : what it is called in errors.
    header : the row of its column names, from 1.
    above : the first words above them.
    names : of its columns.
    lines : the row number of every further row that is not empty.
    cells : of these rows, column by column.
    """

    label: str
    header: int
    above: str
    names: list[str]
    lines: list[int]
    cells: list[list[str | None]]


def sheets(path: Path, label: str, dialect: Dialect) -> Iterator[Sheet]:
    """The sheets that the dialect names; without a name the first one.

    Parameters
    ----------
    path : .xlsx, .xlsm, .xls, .xlsb or .ods.
    label : what the file is called in errors.
    dialect : `sheet` is a name, a number from 1, or a list of these.

    Yields
    ------
    Sheet
        Its column names are the row that `dialect.header` states, else that which `header_row.names_at` finds.

    Raises
    ------
    InputError
        If the workbook can't be opened, or a sheet is missing, empty or without column names.
    """
    try:
        book = CalamineWorkbook.from_path(str(path))
        chosen = _chosen(book.sheet_names, dialect, label)
        grids = [(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in chosen]
    except InputError:
        raise
    except Exception as error:  # calamine has kinds of its own for broken, locked and encrypted books
        raise InputError(
            "the workbook can't be read",
            file=label,
            found=str(error) or type(error).__name__,
            remedy="Open it and save it again as .xlsx.",
        ) from None
    for name, grid in grids:
        place = f"{label} / {name}" if len(grids) > 1 else label
        first = [[_text(cell, dialect) for cell in row] for row in grid[: dialect.header or header_row.SAMPLE]]
        if not any(cell not in ("", None) for row in grid for cell in row):
            raise InputError("the sheet is empty", file=place, line=1, remedy="Name the sheet in dialect.sheet.")
        if (at := header_row.stated(first, dialect.header)) is None:
            raise header_row.no_names(place, first, dialect.header)
        above = next((cell for row in first[:at] for cell in row if cell), "")[:60]
        rows = enumerate(grid[at + 1 :], at + 2)
        body = [(line, row) for line, row in rows if any(cell not in ("", None) for cell in row)]
        cells = [[_text(row[column], dialect) for _, row in body] for column in range(len(first[at]))]
        yield Sheet(place, at + 1, above, [name or "" for name in first[at]], [line for line, _ in body], cells)


def _chosen(names: list[str], dialect: Dialect, label: str) -> list[str]:
    wanted = dialect.sheet if isinstance(dialect.sheet, list) else [1 if dialect.sheet is None else dialect.sheet]
    chosen = [names[sheet - 1] if isinstance(sheet, int) and 0 < sheet <= len(names) else sheet for sheet in wanted]
    if unknown := [sheet for sheet in chosen if sheet not in names]:
        raise InputError(
            f"no sheet {some(unknown)}",
            file=label,
            found="sheets " + some(names, 20),
            remedy="Mend dialect.sheet: a name, or a number from 1.",
        )
    return [str(sheet) for sheet in chosen]


def _text(value: Any, dialect: Dialect) -> str | None:
    """A cell as the dialect of its source would write it."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value).replace(".", dialect.decimal)
    if isinstance(value, dt.date):  # a datetime is one too
        if dialect.date_format == "excel":
            return _text((dt.datetime.fromisoformat(value.isoformat()) - _FIRST) / dt.timedelta(days=1), dialect)
        return value.strftime(dialect.date_format) if dialect.date_format else value.isoformat()
    return str(value).encode("utf-8", "replace").decode()
