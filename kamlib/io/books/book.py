"""Workbooks and web pages as the same thing: named grids of cells."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from kamlib.errors import InputError
from kamlib.io.books import html_table, xlsx_parts

Grid = list[list[Any]]
Area = tuple[tuple[int, int], tuple[int, int]]
HEAD = 1 << 13
_XML_2003, _ALL_PARTS = b"urn:schemas-microsoft-com:office:spreadsheet", b"mime-version:"
_PAGE = re.compile(
    rb"[\xef\xbb\xbf\xff\xfe\s]*(<(!doctype|!--|html|head|meta|style|body|table|div|center|font|\?xml|\w+:)|MIME-Version:)",
    re.I,
)


@dataclass(frozen=True)
class Book:
    """One workbook.

    Attributes
    ----------
    names : of its sheets, in order.
    first : the one that is read where none is named.
    content : the cells of a sheet by its name, row by row, and its merged cells: first and last row and column, from 0.
    hidden : those of its sheets that are.
    from_1904 : whether its days are counted from 1904.
    """

    names: list[str]
    first: str
    content: Callable[[str], tuple[Grid, list[Area]]]
    hidden: frozenset[str] = frozenset()
    from_1904: bool = False


def opened(path: Path, label: str) -> Book:
    """A workbook, or a page with tables; which of them the content says, not the name.

    Raises
    ------
    InputError
        If it can't be opened, is of a kind that is not read, or the page has no table.
    """
    head = path.open("rb").read(HEAD).replace(b"\0", b"")
    if (xml := is_page(head) and _XML_2003 in head and b"<html" not in head.lower()) or head.lower().startswith(
        _ALL_PARTS
    ):
        kind = "an XML spreadsheet of Excel 2003" if xml else "a web page saved with all its parts"
        raise InputError(
            f"this is {kind}, no workbook",
            file=label,
            remedy="Open it in a spreadsheet program and save it as .xlsx.",
        )
    return _page(path, label) if is_page(head) else _workbook(path, label)


def is_page(head: bytes) -> bool:
    """Whether a file that begins so is a web page, or some other XML."""
    return bool(_PAGE.match(head.replace(b"\0", b"")))


def is_workbook(head: bytes) -> bool:
    """Whether a file that begins so is a workbook, whatever it is called."""
    return head.startswith((b"PK\3\4", b"\xd0\xcf\x11\xe0", b"\x09\0\4\0", b"\x09\2\6\0", b"\x09\4\6\0", b"\x09\x08"))


def _page(path: Path, label: str) -> Book:
    found = html_table.tables(path)
    if not found:
        raise InputError(
            "this is a web page without a table",
            file=label,
            remedy="Look at it in a browser: it may be a message, or the page where one signs in.",
        )
    grids = {f"table {place}": _even(rows) for place, rows in enumerate(found, 1)}
    largest = max(grids, key=lambda name: len(grids[name]) * len(grids[name][0]))
    return Book(list(grids), largest, lambda name: (grids[name], []))


def _workbook(path: Path, label: str) -> Book:
    def plain(read: Callable[[], Any]) -> Any:
        try:
            return read()
        except Exception as error:  # calamine has kinds of its own for broken, locked and encrypted books
            raise InputError(
                "the workbook can't be read",
                file=label,
                found=str(error) or type(error).__name__,
                remedy="Open it and save it again as .xlsx.",
            ) from None

    book = plain(
        lambda: CalamineWorkbook.from_filelike(BytesIO(path.read_bytes()))
    )  # by a path its ending would decide
    sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    seen = [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible]
    names = [sheet.name for sheet in sheets]
    if not names:
        raise InputError("the workbook has no sheet of cells", file=label)

    def content(name: str) -> tuple[Grid, list[Area]]:
        sheet = book.get_sheet_by_name(name)
        rows: Grid = sheet.to_python(skip_empty_area=False)
        for (row, column), text in xlsx_parts.unread_cells(path, name).items():
            rows += [[] for _ in range(row + 1 - len(rows))]
            rows[row] += [""] * (column + 1 - len(rows[row]))
            rows[row][column] = text
        return _even(rows), sheet.merged_cell_ranges or []

    return Book(
        names,
        (seen or names)[0],
        lambda name: plain(lambda: content(name)),
        frozenset(names) - frozenset(seen),
        plain(lambda: xlsx_parts.from_1904(path)),
    )


def _even(rows: Grid) -> Grid:
    """All rows as long as the longest."""
    width = max(map(len, rows), default=0)
    return [row if len(row) == width else [*row, *[""] * (width - len(row))] for row in rows]
