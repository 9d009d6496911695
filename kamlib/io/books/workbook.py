"""Sheets of a workbook as columns of text: numbers plain, ids as they were typed, days as the dialect writes them.

A web page that is called a workbook is one too: its tables are its sheets.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from kamlib.errors import InputError, some
from kamlib.io.books.book import Area, Book, opened
from kamlib.io.books.xlsx_parts import NO_RESULT
from kamlib.io.edges import footer, header_row
from kamlib.study.sources import Dialect

_FIRST = dt.datetime(1899, 12, 30)  # day 0 of a serial day, see `values.as_day`
_CUT = 1e15
_1904 = 1462  # days from then to day 0 of a workbook that counts from 1904


class Sheet(NamedTuple):
    """One sheet.

    Attributes
    ----------
    label : what it is called in errors.
    header : the row of its column names, from 1; 0 where it has none.
    above : the first words above them.
    names : of its columns.
    lines : the row number of every further row that is not empty.
    cells : of these rows, column by column.
    told : what else the reader of the report should know of it.
    """

    label: str
    header: int
    above: str
    names: list[str]
    lines: list[int]
    cells: list[list[str | None]]
    told: list[str]


def sheets(path: Path, label: str, dialect: Dialect, days: Collection[str] = ()) -> Iterator[Sheet]:
    """The sheets that the dialect names; without a name the first one that is not hidden.

    Parameters
    ----------
    path : .xlsx, .xlsm, .xls, .xlsb or .ods, or a web page.
    label : what the file is called in errors.
    dialect : `sheet` is a name, a number from 1, or a list of names.
    days : the columns of days: where they hold plain numbers, it matters which day the workbook counts from.

    Yields
    ------
    Sheet
        Its column names are the row that `dialect.header` states, else that which `header_row.names` finds.

    Raises
    ------
    InputError
        If the workbook can't be opened, or a sheet is missing, empty or without column names.
    """
    book = opened(path, label)
    chosen = _chosen(book, dialect, label)
    for name in chosen:
        grid, merged = book.content(name)
        place = f"{label} / {name}" if len(chosen) > 1 else label
        made = _sheet(place, grid, dialect, days if book.from_1904 else ())
        if name == chosen[0] and len(chosen) < len(book.names):
            made.told.append(_unread(label, book, chosen))
        made.told.extend(_merged(place, merged, made.header))
        yield made


def _sheet(place: str, grid: list[list[Any]], dialect: Dialect, moved: Collection[str]) -> Sheet:
    """`moved` are the columns of days that are counted from 1904."""
    first = [[_text(cell, dialect) for cell in row] for row in grid[: dialect.header or header_row.SAMPLE]]
    if not any(cell not in ("", None) for row in grid for cell in row):
        raise InputError("the sheet is empty", file=place, line=1, remedy="Name the sheet in dialect.sheet.")
    if (found := header_row.names(first, dialect.header)) is None:
        raise header_row.no_names(place, first, dialect.header)
    header, names = found
    last = [[_text(cell, dialect) for cell in row] for row in grid[header:][-footer.SAMPLE :]]
    below = footer.length(last, len(names))
    told = [footer.told(place, last[-below:])] if below else []
    rows = enumerate(grid[header : len(grid) - below], header + 1)
    body = [(line, row) for line, row in rows if any(cell not in ("", None) for cell in row)]
    columns = []
    for at, name in enumerate(names):
        cells = [row[at] for _, row in body]
        if name in moved:
            cells = [cell + _1904 if isinstance(cell, float) else cell for cell in cells]
        columns.append([_text(cell, dialect) for cell in cells])
        told += _cut(place, name, [(line, cell) for (line, _), cell in zip(body, cells, strict=True)])
        told += _without_result(place, name, [(line, cell) for (line, _), cell in zip(body, columns[-1], strict=True)])
    above = next((cell for row in first[: max(header - 1, 0)] for cell in row if cell), "")[:60]
    return Sheet(place, header, above, names, [line for line, _ in body], columns, told)


def _unread(label: str, book: Book, chosen: list[str]) -> str:
    rest = [f"{name!r} (hidden)" if name in book.hidden else repr(name) for name in book.names if name not in chosen]
    more = f" and {len(rest) - 10} more" if len(rest) > 10 else ""
    return f"{label}: read is {some(chosen)}; not read: {', '.join(rest[:10])}{more}."


def _without_result(place: str, name: str, cells: list[tuple[int, str | None]]) -> list[str]:
    found = [(line, cell) for line, cell in cells if cell and cell.startswith(NO_RESULT)]
    if not found:
        return []
    (line, cell), many = (
        found[0],
        "1 cell holds a formula" if len(found) == 1 else f"{len(found):,} cells hold formulas",
    )
    formula = cell[len(NO_RESULT) - 1 :][:60]
    return [
        f"{place}, column {name!r}: {many} without a result, the first in row {line} ({formula}); it counts as missing. Open "
        "the workbook in a spreadsheet program and save it."
    ]


def _cut(place: str, name: str, cells: list[tuple[int, Any]]) -> list[str]:
    """Numbers of more digits than a workbook keeps, such as ids that were typed as numbers."""
    found = [line for line, cell in cells if isinstance(cell, float) and abs(cell) >= _CUT]
    if not found:
        return []
    many = "1 number of more than 15 digits" if len(found) == 1 else f"{len(found):,} numbers of more than 15 digits"
    return [
        f"{place}, column {name!r}: {many}, the first in row {found[0]}: a workbook keeps 15, the rest is lost. Ids belong there "
        "as texts."
    ]


def _merged(place: str, areas: list[Area], header: int) -> list[str]:
    """Merged cells that take the value from the rows below their first."""
    tall = sorted(area for area in areas if area[1][0] > area[0][0] and area[1][0] >= header)
    if not tall:
        return []
    (top, left), (bottom, _) = tall[0]
    many = "1 merged cell reaches" if len(tall) == 1 else f"{len(tall):,} merged cells reach"
    return [
        f"{place}: {many} over several rows, the first in column {left + 1}, rows {top + 1} to {bottom + 1}: only the first "
        "row of each has its value. Unmerge them and fill the value down."
    ]


def _chosen(book: Book, dialect: Dialect, label: str) -> list[str]:
    names = book.names
    wanted = (
        dialect.sheet if isinstance(dialect.sheet, list) else [book.first if dialect.sheet is None else dialect.sheet]
    )
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
