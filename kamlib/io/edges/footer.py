"""What a report writes below its data: who made it and when, that it is confidential, signatures."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kamlib.errors import short

SAMPLE = 20  # last rows that are looked at
_PHRASES = re.compile(
    r"^\W*(confidential|copyright|©|\(c\) |all rights reserved|generated|created|exported|printed|report (date|time|run|generated)"
    r"|filtered by|page \d|end of (report|file)|\d+ (rows?|records?)|\(\d+ (rows?|records?)|(rows|records) ?:|number of (rows|records)"
    r"|сформирован|отч[её]т (сформирован|создан)|выгружен|распечатан|ответственный|исполнитель|руководитель|главный бухгалтер"
    r"|конфиденциально|страница \d|дата (формирования|печати|выгрузки)|количество (строк|записей)|строк ?:"
    r"|vertraulich|erstellt (am|von)|gedruckt|exportiert|seite \d|alle rechte|anzahl (zeilen|datens)"
    r"|confidencial|generado|creado|exportado|impreso|página \d|todos los derechos"
    r"|generat|exportat|imprès|pàgina \d|tots els drets)|do not distribute",
    re.I,
)


def length(rows: Sequence[Sequence[str | None]], width: int) -> int:
    """How many of the last rows of a table are no data but stand below them.

    They have one cell at most, and one of them says what no record says. They begin with an empty row, with a line of too
    few cells, or where the first of them says so.

    Parameters
    ----------
    rows : the last rows (`SAMPLE` are enough), empty ones among them.
    width : of the table.
    """
    filled = [[cell.strip() for cell in row if cell and cell.strip()] for row in rows]
    start = len(rows)
    while start and len(filled[start - 1]) <= 1:
        start -= 1
    if start == 0 or width < 2:
        return 0
    for place in range(start, len(rows)):
        says = [bool(row and _PHRASES.search(row[0])) for row in filled[place:]]
        if any(says) and (says[0] or not filled[place] or len(rows[place]) < width):
            return len(rows) - place
    return 0


def told(label: str, rows: Sequence[Sequence[str | None]]) -> str:
    """The note that these rows below the data were left out."""
    first = next(cell.strip() for row in rows for cell in row if cell and cell.strip())
    lines = "1 line" if len(rows) == 1 else f"{len(rows)} lines"
    return f"{label}: {lines} below the data skipped, beginning with {short(first, 60)!r}."
