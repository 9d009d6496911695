"""How the lines of a text file are cut, and where its names stand: also where blanks cut them, and where no line holds names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from kamlib.errors import InputError
from kamlib.io import edges, readers, text_encoding
from kamlib.io.month_words import last_day

_LOOKED = 200  # lines
_NUMBER = re.compile(r"[-+(]?\d[\d .,']*[)-]?")
_DAY = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([ T].*)?")


def layout(file: Path, scratch: Path) -> tuple[str, int | None]:
    """Delimiter (``blanks`` for runs of them) and line of the names of a UTF-8 file: 0 without names, None where it is the first.

    Raises
    ------
    InputError
        If the file is empty.
    """
    delimiter = text_encoding.find_delimiter(file)
    if text_encoding.has_mixed_ends(file):
        return delimiter, 1
    plain, cut = file, delimiter
    if delimiter == "|" and edges.is_framed(file):
        plain = edges.without_frame(file, readers.copy_of(file, scratch))
    elif _cut_by_blanks(file, delimiter):
        plain, delimiter, cut = text_encoding.with_tabs(file, readers.copy_of(file, scratch)), "blanks", "\t"
    try:
        line, names = text_encoding.header(plain, cut)
    except InputError:
        if not text_encoding.header(plain, cut, 0)[1]:
            raise
        return delimiter, 0
    return delimiter, 0 if _is_data(names) else (line if line > 1 else None)


def _cut_by_blanks(file: Path, delimiter: str) -> bool:
    """Whether no mark cuts the lines into columns, but runs of blanks cut all of them into as many, three or more."""
    with file.open(encoding="utf-8-sig", errors="replace") as text:
        lines = [line.rstrip("\n") for line, _ in zip(text, range(_LOOKED), strict=False)]
    lines = [line for line in lines if line.strip()]
    widths = {len(line.split()) for line in lines}
    return len(lines) > 1 and len(widths) == 1 and max(widths) >= 3 and not any(delimiter in line for line in lines)


def _is_data(names: Sequence[str]) -> bool:
    """Whether what stands where names are expected is a row of data: two cells or more are figures or days, not months."""
    cells = [name.strip() for name in names if name.strip()]
    plain = [
        one for one in cells if _NUMBER.fullmatch(one) and not re.fullmatch(r"(19|20)\d\d", one) and not last_day(one)
    ]
    days = [one for one in cells if _DAY.fullmatch(one) and not last_day(one)]
    whole = [one for one in cells if _DAY.fullmatch(one)]
    return len({*plain, *days}) >= 2 or (len(whole) == 1 and len(plain) >= 1)
