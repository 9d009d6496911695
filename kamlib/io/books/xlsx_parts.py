"""What a workbook holds and its reader leaves out: the day it counts from, errors, formulas that were never computed."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

CHUNK = 1 << 22
NO_RESULT = "#FORMULA! ="  # what stands for a formula without a result begins so
_1904 = re.compile(rb"<(?:\w+:)?workbookPr\b[^>]*\bdate1904\s*=\s*[\"'](?:1|true|on)[\"']", re.I)
_1904_XLS = re.compile(
    rb"\x8d\0\x02\0..\x22\0\x02\0\x01\0\x0e\0\x02\0", re.S
)  # records HideObj, Date1904, CalcPrecision
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?<!/)>(.*?)</(?:\w+:)?c>", re.S)
_PLACE = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_FORMULA = re.compile(rb"<(?:\w+:)?f\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?f>)", re.S)
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?v>)", re.S)


def from_1904(path: Path) -> bool:
    """Whether a workbook (.xlsx, .xlsm, .xls) counts its days from 1904-01-01, as those of old Macintoshes do."""
    if not zipfile.is_zipfile(path):
        return bool(_1904_XLS.search(path.open("rb").read(1 << 20)))
    with zipfile.ZipFile(path) as parts:
        return "xl/workbook.xml" in parts.namelist() and bool(_1904.search(parts.read("xl/workbook.xml")))


def unread_cells(path: Path, sheet: str) -> dict[tuple[int, int], str]:
    """The cells of a sheet of an .xlsx or .xlsm whose text is read as empty, by row and column from 0.

    Returns
    -------
    dict
        ``#N/A``, ``#DIV/0!`` and the other errors; for a formula without a stored result `NO_RESULT` and the formula.
    """
    made: dict[tuple[int, int], str] = {}
    if not zipfile.is_zipfile(path):
        return made
    with zipfile.ZipFile(path) as parts:
        if (part := _part(parts, sheet)) is None:
            return made
        for piece in _pieces(parts, part):
            if b"<f" not in piece and b":f" not in piece and b't="e"' not in piece and b"t='e'" not in piece:
                continue
            for cell in _CELL.finditer(piece):
                place, text = _PLACE.search(cell[1]), _unread(cell[1], cell[2])
                if place and text is not None:
                    made[int(place[2]) - 1, _column(place[1])] = text
    return made


def _unread(attributes: bytes, content: bytes) -> str | None:
    value, formula = _VALUE.search(content), _FORMULA.search(content)
    held = (value[1] or b"") if value else b""
    if re.search(rb"\bt=[\"']e[\"']", attributes):
        return unescape(held.decode("utf-8", "replace")) or "#ERROR!"
    text_result = value is not None and re.search(rb"\bt=[\"']str[\"']", attributes)  # a formula that gives ""
    if formula and not held and not text_result:
        return NO_RESULT + unescape((formula[1] or b"").decode("utf-8", "replace"))
    return None


def _pieces(parts: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The XML of a sheet, cut between rows."""
    rest = b""
    with parts.open(part) as stream:
        while chunk := stream.read(CHUNK):
            text = rest + chunk
            end = text.rfind(b"row>") + 4 if b"row>" in text else 0
            yield text[:end]
            rest = text[end:]
    yield rest


def _part(parts: zipfile.ZipFile, sheet: str) -> str | None:
    """The part of the archive that is the sheet of this name."""
    held = set(parts.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= held:
        return None
    book, links = (
        ElementTree.fromstring(parts.read(f"xl/{name}")) for name in ("workbook.xml", "_rels/workbook.xml.rels")
    )
    ids = {
        one.get("name"): next((value for key, value in one.items() if key.endswith("}id")), None)
        for one in book.iter()
        if one.tag.endswith("}sheet")
    }
    target = {link.get("Id"): link.get("Target") or "" for link in links}.get(ids.get(sheet), "")
    name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return name if name in held else None


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number - 1
