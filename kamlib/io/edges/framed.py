"""Lists between bars, as SAP prints them and terminals show tables: ``| 1000 | 12,50- |`` between rules of dashes."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

_LOOKED = 1 << 18  # characters
_FRAMED, _RULE = re.compile(r"\|.*\|"), re.compile(r"[|+:=\s-]*")


def is_framed(path: Path) -> bool:
    """Whether most lines of a UTF-8 file, but for rules, begin and end with a bar."""
    with path.open(encoding="utf-8-sig", errors="replace") as text:
        lines = [line.strip() for line in text.read(_LOOKED).splitlines() if not _RULE.fullmatch(line)]
    return 2 * sum(_FRAMED.fullmatch(line) is not None for line in lines) > len(lines)


def without_frame(path: Path, target: Path) -> Path:
    """Write the lines between bars of a UTF-8 file to `target`, without their outer bars and the blanks in their cells; any other,
    such as a rule or the head of a page, is left empty.
    """
    kept: Any = {"errors": "surrogateescape", "newline": ""}
    with path.open(encoding="utf-8-sig", **kept) as text, target.open("w", encoding="utf-8", **kept) as out:
        records = csv.writer(out, delimiter="|")
        for line in map(str.strip, text):
            framed = _FRAMED.fullmatch(line) is not None and not _RULE.fullmatch(line)
            records.writerow([cell.strip() for cell in line[1:-1].split("|")] if framed else [])
    return target
