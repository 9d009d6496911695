"""accounts.xlsx and actions.csv: filled in by managers in a spreadsheet, and read as sources of the next report."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from kamlib.io.letters import guarded
from kamlib.report.round_trip.sheets import TOPICS, meaning
from kamlib.report.text import as_cell, is_missing

SENT = " (sent)"
"""What stands behind the name of the sheet that keeps what was sent; no spreadsheet shows it."""
_WIDTHS = {"row": 6, "account_id": 14, "name": 28, "action": 40, "text": 60, "source": 16, "owner": 18, "topic": 12}
_DAYS = {"due", "done", "date"}


def add_sheets(book: xlsxwriter.Workbook, sheets: Mapping[str, pd.DataFrame]) -> None:
    """Add a sheet for each table to a workbook of `kamlib.report.workbook.new_book`, and a hidden one that keeps it as it is sent.

    Ids and texts are texts, days are days, and nothing in a cell is a formula or a link. Above a column stands what it holds.

    Parameters
    ----------
    sheets : by name: `kamlib.report.round_trip.sheets.actions_out`, `facts_out`.
    """
    formats = {
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "num_format": "@"}),
        "text": book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"}),
        "number": book.add_format({"num_format": "0.00", "valign": "top"}),
    }
    for name, table in sheets.items():
        _fill(book.add_worksheet(name), table, formats, shown=True)
    for name, table in sheets.items():
        kept = book.add_worksheet(name + SENT)
        _fill(kept, table, formats, shown=False)
        kept.very_hidden()


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write the same rows as text, in the letters that a spreadsheet expects.

    Before =, +, - and @ stands an apostrophe, which the kit takes away when it reads the file: else a spreadsheet would run the cell.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(table.columns)
        for row in table.itertuples(index=False):
            writer.writerow([_plain(value) for value in row])


def _plain(value: Any) -> str:
    if is_missing(value):
        return ""
    if isinstance(value, dt.date):
        return value.isoformat()[:10]
    if isinstance(value, str):
        return guarded(value)
    return repr(float(value))


def _fill(sheet: Any, table: pd.DataFrame, formats: Mapping[str, Any], *, shown: bool) -> None:
    kinds = ["day" if name in _DAYS else "number" if name == "cost" else "text" for name in table.columns]
    for place, (name, kind) in enumerate(zip(table.columns, kinds, strict=True)):
        sheet.set_column(place, place, _WIDTHS.get(name, 12), formats[kind])
        sheet.write_string(0, place, name, formats["head"])
        if shown and (told := meaning(name)):
            sheet.write_comment(0, place, told)
        if shown and name == "topic":
            sheet.data_validation(1, place, len(table) + 1000, place, {"validate": "list", "source": list(TOPICS)})
    for line, row in enumerate(table.itertuples(index=False), 1):
        for place, (value, kind) in enumerate(zip(row, kinds, strict=True)):
            if is_missing(value):
                sheet.write_blank(line, place, None, formats[kind])
            elif kind == "day":
                sheet.write_datetime(line, place, pd.Timestamp(value).to_pydatetime(), formats[kind])
            elif kind == "number":
                sheet.write_number(line, place, float(value), formats[kind])
            else:
                sheet.write_string(line, place, as_cell(str(value)), formats[kind])
    if shown:
        sheet.freeze_panes(1, 3)
        sheet.autofilter(0, 0, max(1, len(table)), len(table.columns) - 1)
