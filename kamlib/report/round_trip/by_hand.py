"""What was changed by hand in a workbook that came back, against what was sent."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import pandas as pd
from openpyxl import load_workbook

from kamlib.errors import InputError
from kamlib.report.round_trip.workbook import SENT
from kamlib.study.model import Study

COLUMNS = ["file", "sheet", "row", "account_id", "change", "column", "sent", "now"]


def changed_by_hand(path: Path) -> pd.DataFrame:
    """Every value that differs from the one that was sent, every row that was added and every one that is gone.

    Parameters
    ----------
    path : accounts.xlsx (`kamlib.report.workbook`), filled in; rows may have been sorted, columns of one's own put in.

    Returns
    -------
    DataFrame
        file, sheet, row, account_id, change (changed, added, removed), column, sent, now (as texts, '' for none); without rows where the workbook keeps nothing that
        was sent.

    Raises
    ------
    InputError
        If the workbook can't be read.
    """
    try:
        book = load_workbook(path, read_only=True, data_only=True)  # two of its sheets are read
    except (OSError, KeyError, ValueError, BadZipFile) as error:
        raise InputError("the workbook can't be read", file=path.name, found=str(error)[:200]) from None
    found: list[tuple[str, ...]] = []
    for kept in [name for name in book.sheetnames if name.endswith(SENT)]:
        name = kept.removesuffix(SENT)
        sent = {row["row"]: row for row in _rows(book[kept])}
        now = _rows(book[name]) if name in book.sheetnames else []
        came = {row.get("row", "") for row in now}
        for row in now:
            number = row.get("row", "")
            who = row.get("account_id", "")
            if number not in sent:
                found.append((path.name, name, number, who, "added", "", "", _told(row)))
                continue
            before = sent[number]
            found += [
                (path.name, name, number, who, "changed", column, value, row.get(column, ""))
                for column, value in before.items()
                if row.get(column, "") != value
            ]
        gone = [row for number, row in sent.items() if number not in came]
        found += [(path.name, name, row["row"], row["account_id"], "removed", "", _told(row), "") for row in gone]
    book.close()
    return pd.DataFrame(found, columns=COLUMNS)


def changes_of(study: Study) -> pd.DataFrame:
    """`changed_by_hand` of all workbooks among the sources of actions and notes."""
    files = {
        path: None
        for name, source in study.pieces()
        if name in ("actions", "notes")
        for path in study.paths_of(name, source)
    }
    parts = [changed_by_hand(path) for path in files if path.suffix.lower() in (".xlsx", ".xlsm")]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS)


def _rows(sheet: Any) -> list[dict[str, str]]:
    """The rows that are not empty, each by the names above its columns."""
    lines = sheet.iter_rows(values_only=True)
    names = [_text(cell) for cell in next(lines, ())]
    rows = [dict(zip(names, [*map(_text, line), *[""] * len(names)], strict=False)) for line in lines]
    return [row for row in rows if any(row.values())]


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, dt.date):
        return cell.isoformat()[:10]
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return f"{cell:.10g}"
    return str(cell).replace("\r\n", "\n").strip()


def _told(row: dict[str, str]) -> str:
    return "; ".join(f"{name}: {value}" for name, value in row.items() if value and name not in ("row", "name"))
