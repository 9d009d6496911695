"""In which encoding and with which delimiter a text file is written, and its recoding to UTF-8."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from kamlib.errors import InputError

CHUNK = 1 << 22
DELIMITERS = (",", ";", "\t", "|")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HIGH = bytes(byte >= 0x80 for byte in range(256))
_UNUSED_IN_CP1252 = bytes([0x81, 0x8D, 0x8F, 0x90, 0x9D])


def find_encoding(path: Path) -> str:
    """The encoding of a text file: by its byte order mark, else UTF-8 if all of it is, else by what its letters look like.

    Many zeros in every second place are UTF-16. Of the one-byte encodings, Russian words are runs of high bytes (cp1251),
    while accents of western languages stand alone between plain letters (cp1252, or latin-1 where the file holds
    bytes that cp1252 leaves open).

    Raises
    ------
    InputError
        If the file can't be opened.
    """
    head = next(_chunks(path), b"")
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    for start, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        if head[start::2].count(0) > len(head) / 10:
            return name
    if _is_utf8(path):
        return "utf-8"
    high, together, unused = 0, 0, 0
    for chunk in _chunks(path):
        runs = chunk.translate(_HIGH).split(b"\0")
        high += sum(map(len, runs))
        together += sum(len(run) for run in runs if len(run) > 1)
        unused += sum(chunk.count(byte) for byte in _UNUSED_IN_CP1252)
    if together > 0.5 * high:
        return "cp1251"
    return "latin-1" if unused else "cp1252"


def recode(path: Path, encoding: str, target: Path) -> Path:
    """Write `path`, read in `encoding`, to `target` as UTF-8; a byte that does not fit is named with its line.

    Raises
    ------
    InputError
        If the encoding is unknown, or the file is not written in it.
    """
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
    except LookupError:
        raise InputError(
            "unknown encoding",
            file=path.name,
            found=encoding,
            remedy="Use utf-8, utf-16, cp1251, cp1252 or latin-1, or leave dialect.encoding out.",
        ) from None
    line = 1
    with target.open("wb") as out:
        for chunk in (*_chunks(path), b""):
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeError as error:
                before = chunk[: getattr(error, "start", 0)].count(b"\n")
                raise InputError(
                    f"the file is not written in {encoding}",
                    file=path.name,
                    line=line + before,
                    found=getattr(error, "reason", str(error)),
                    remedy="Set dialect.encoding of its source, or leave it out to have it found.",
                ) from None
            line += text.count("\n")
            out.write(text.encode("utf-8"))
    return target


def find_delimiter(path: Path) -> str:
    """The delimiter of a UTF-8 file: the one that cuts its first lines into the most columns, and equally many.

    A file of one column has none; it gets the comma.
    """
    best, most = ",", (0.0, 1)
    for delimiter in DELIMITERS:
        counts = [len(row) for row in _first_records(path, delimiter, 20) if row]
        if not counts or counts[0] == 1:
            continue
        regular = sum(count == counts[0] for count in counts) / len(counts)
        if (regular, counts[0]) > most:
            best, most = delimiter, (regular, counts[0])
    return best


def header(path: Path, delimiter: str) -> list[str]:
    """The first record of a UTF-8 file, as it stands there.

    Raises
    ------
    InputError
        If there is none, or it is blank or a title.
    """
    found = _first_records(path, delimiter, 20)
    cut = [found] if found and len(found[0]) > 1 else [_first_records(path, mark, 20) for mark in DELIMITERS]
    if found and any(cell.strip() for cell in found[0]) and not any(map(is_title, cut)):
        return found[0]
    raise no_names(path.name, 1, delimiter.join(found[0]).strip(delimiter) if found else None)


def is_title(rows: Sequence[Sequence[object]]) -> bool:
    """Whether the first row fills one cell, while most of those below fill more: a title, and not column names."""
    first, *below = [sum(str(cell or "").strip() != "" for cell in row) for row in rows] or [0]
    below = [filled for filled in below if filled]
    return first == 1 and 2 * sum(filled > 1 for filled in below) > len(below)


def no_names(file: str, line: int, found: str | None) -> InputError:
    """The error for a table that does not begin with its column names; `found` is None where there is nothing."""
    return InputError(
        "the file is empty" if found is None else "the first line holds no column names",
        file=file,
        line=line,
        found=found or None,
        remedy="Give a line of column names first; delete what stands above it.",
    )


def _first_records(path: Path, delimiter: str, most: int) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        text = stream.read(1 << 18)
    records: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=delimiter):
            records.append(row)
            if len(records) == most:
                break
    except csv.Error:  # a field longer than the reader allows: what was read before it decides
        return records
    return records


def _chunks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                yield chunk
    except OSError as error:
        raise InputError("the file can't be read", file=path.name, found=error.strerror) from None


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    pending = False
    for chunk in _chunks(path):
        if chunk.isascii() and not pending:
            continue
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError:
            return False
        pending = bool(decoder.getstate()[0])
    return not pending
