"""Sheets of a workbook as columns of text: numbers plain, ids as they were typed, days as the dialect writes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kamlib.errors import InputError, some
from kamlib.intake.encoding import is_title, no_names

if TYPE_CHECKING:
    from kamlib.study import Dialect

Sheet = tuple[str, list[str], list[int], list[list[str | None]]]


def sheets(path: Path, label: str, dialect: Dialect) -> Iterator[Sheet]:
    """The sheets that the dialect names; without a name the first one.

    Parameters
    ----------
    path : .xlsx, .xlsm, .xls, .xlsb or .ods.
    label : what the file is called in errors.
    dialect : `sheet` is a name, a number from 1, or a list of these.

    Yields
    ------
    tuple
        Label of the sheet, names of its columns (the first row that is not empty), the sheet's row number of every
        further row that is not empty, and the cells of these, column by column.

    Raises
    ------
    InputError
        If the workbook can't be opened, or a sheet is missing, empty or begins with a title.
    """
    from python_calamine import CalamineWorkbook

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
        rows = [(line, row) for line, row in enumerate(grid, 1) if any(cell not in ("", None) for cell in row)]
        if not rows:
            raise InputError("the sheet is empty", file=place, line=1, remedy="Name the sheet in dialect.sheet.")
        if is_title([row for _, row in rows[:20]]):
            raise no_names(place, rows[0][0], next(str(cell) for cell in rows[0][1] if cell not in ("", None)))
        (_, head), *body = rows
        cells = [[_text(row[at], dialect) for _, row in body] for at in range(len(head))]
        yield place, [_text(cell, dialect) or "" for cell in head], [line for line, _ in body], cells


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
        return value.strftime(dialect.date_format) if dialect.date_format else value.isoformat()
    return str(value).encode("utf-8", "replace").decode()
