"""Tables of a web page, which many systems call ``.xls``: every cell as text, row by row."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

from kamlib.io import text_encoding

_BLANKS = re.compile(r"[ \t\r\n\f]+")
_WIDEST = 1000  # columns or rows of one cell, as browsers have it


def tables(path: Path) -> list[list[list[str]]]:
    """The tables of a page in the order in which they end, without those that have no row.

    A cell that spans columns is followed by empty ones; one that spans rows leaves an empty one in each row below, as a
    merged cell of a workbook does. A table in a cell is one of its own.
    """
    head = path.open("rb").read(1 << 12)
    stated = re.search(rb"charset\s*=\s*[\"']?([\w-]+)", head, re.I)
    found = text_encoding.find_encoding(path)
    if stated and not found.startswith("utf"):
        found = stated[1].decode()
    try:
        text = path.read_text(encoding=found, errors="replace")
    except LookupError:
        text = path.read_text(encoding=text_encoding.find_encoding(path), errors="replace")
    reader = _Reader()
    reader.feed(text)
    reader.close()
    for _ in list(reader.open):  # a page that is cut off
        reader.handle_endtag("table")
    return reader.made


class _Table:
    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.below: dict[int, int] = {}  # by column: how many rows more a cell reaches down
        self.cell: list[str] | None = None
        self.spans = (1, 1)

    def begin_row(self) -> None:
        self.end_row()
        self.rows.append([])

    def end_row(self) -> None:
        self.end_cell()
        if self.rows:
            self._leave_room(max(self.below, default=-1) + 1)

    def begin_cell(self, wide: int, high: int) -> None:
        self.end_cell()
        if not self.rows:
            self.begin_row()
        self.cell, self.spans = [], (wide, high)

    def end_cell(self) -> None:
        if self.cell is None:
            return
        row, (wide, high) = self.rows[-1], self.spans
        self._leave_room()
        self.below |= dict.fromkeys(range(len(row), len(row) + wide), high - 1)
        row += [_BLANKS.sub(" ", "".join(self.cell)).strip(), *[""] * (wide - 1)]
        self.cell = None

    def _leave_room(self, width: int = 0) -> None:
        """Empty cells where one from above reaches down: up to the next free place, or to a width."""
        row = self.rows[-1]
        while self.below.get(len(row), 0) > 0 or len(row) < width:
            self.below[len(row)] = self.below.get(len(row), 0) - 1
            row.append("")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[_Table] = []
        self.made: list[list[list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.open.append(_Table())
        elif self.open and tag == "tr":
            self.open[-1].begin_row()
        elif self.open and tag in ("td", "th"):
            given = dict(attrs)
            self.open[-1].begin_cell(*(_span(given.get(name)) for name in ("colspan", "rowspan")))
        elif self.open and self.open[-1].cell is not None and tag in ("br", "p", "div", "li"):
            self.open[-1].cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if self.open and tag in ("td", "th"):
            self.open[-1].end_cell()
        elif self.open and tag == "table":
            table = self.open.pop()
            table.end_row()
            if table.rows:
                self.made.append(table.rows)

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1].cell is not None:
            self.open[-1].cell.append(data)


def _span(given: str | None) -> int:
    digits = re.match(r"\s*(\d+)", given or "")
    return min(max(int(digits[1]), 1), _WIDEST) if digits else 1
