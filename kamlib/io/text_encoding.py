"""How a text file is written: its encoding, line ends, delimiter and line of column names; its recoding to UTF-8."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, islice
from pathlib import Path
from typing import Any

from kamlib.errors import InputError
from kamlib.io.edges import header_row
from kamlib.io.letters import one_byte

CHUNK = 1 << 22
DELIMITERS = ("\t", "|", ";", ",")  # where two fit, the later one is that which stands in texts and numbers
_REGULAR = 0.95  # of the lines
_DECLARED = re.compile(r'\ufeff?"?sep=(.)"?[ ,;\t]*(?:\r|\n|$)', re.I)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UNUSED_IN_CP1252 = (0x81, 0x8D, 0x8F, 0x90, 0x9D)


def find_encoding(path: Path) -> str:
    """The encoding of a text file: by its byte order mark, else UTF-8 if most letters are, else by what they look like.

    A UTF-8 file with a few broken bytes stays one, so that they are named and not all its letters mangled. Many zeros
    in every second place are UTF-16. Of the one-byte encodings it is the one in which the words read best: `one_byte.encoding`;
    latin-1 where a western file holds bytes that cp1252 leaves open.

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
    found = one_byte.encoding(one_byte.words(_chunks(path)))
    unused = found == "cp1252" and any(byte in chunk for chunk in _chunks(path) for byte in _UNUSED_IN_CP1252)
    return "latin-1" if unused else found


def guessed(path: Path, encoding: str) -> str | None:
    """The most frequent word that shows what an encoding, told by its letters, makes of the bytes; None where no letter is beyond ASCII."""
    if encoding.startswith("utf") or not (words := one_byte.words(_chunks(path))):
        return None
    return max(words, key=lambda word: (words[word], len(word))).decode(encoding, "replace")[:60]


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
        for chunk in chain(_chunks(path), [b""]):
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


def has_mixed_ends(path: Path) -> bool:
    """Whether the records of a text file end in different ways (CR, LF, CRLF), which the engine does not read.

    Line breaks inside quotes don't count, as far as every quote has its pair.
    """
    if not any(b"\r" in chunk for chunk in _chunks(path)):
        return False
    ends, inside, cut = set(), 0, b""
    for chunk in _chunks(path):
        text = cut + chunk
        cut = b"\r" if text.endswith(b"\r") else b""  # its LF may be in the next chunk
        text = text.removesuffix(cut)
        plain = not inside and b'"' not in text
        if plain and text.count(b"\r\n") == text.count(b"\n") == text.count(b"\r") > 0:  # the usual case, and quick
            ends.add("\r\n")
            continue
        parts = text.split(b'"')
        outside = b'"'.join(parts[inside::2])
        inside = (inside + len(parts) - 1) % 2
        rest = outside.replace(b"\r\n", b"")
        ends |= {"\r\n"} if len(rest) < len(outside) else set()
        ends |= {end for end in "\r\n" if end.encode() in rest}
    return len(ends | {"\r"} if cut else ends) > 1


def with_one_end(path: Path, delimiter: str, target: Path) -> Path:
    """Write the records of a UTF-8 file to `target`, each ended by CRLF; line breaks inside quotes stay as they are.

    Raises
    ------
    InputError
        If the file can't be cut into records.
    """
    kept: Any = {"errors": "surrogateescape", "newline": ""}  # the engine names bytes that are no UTF-8
    with path.open(encoding="utf-8-sig", **kept) as text, target.open("w", encoding="utf-8", **kept) as out:
        records = csv.reader(text, delimiter=delimiter, strict=True)
        try:
            csv.writer(out, delimiter=delimiter).writerows(records)  # with another end it leaves a CR without quotes
        except csv.Error as error:
            raise InputError(
                "the file can't be cut into records",
                file=path.name,
                line=records.line_num,
                found=str(error)[:200],
                remedy="Mend the line, or set dialect.delimiter or dialect.encoding of its source.",
            ) from None
    return target


def with_tabs(path: Path, target: Path) -> Path:
    """Write a UTF-8 file whose fields stand apart by runs of blanks to `target`, with one tab for each run."""
    with path.open(encoding="utf-8-sig", errors="surrogateescape") as text, target.open("wb") as out:
        for line in text:
            out.write(("\t".join(line.split()) + "\n").encode("utf-8", "surrogateescape"))
    return target


def find_delimiter(path: Path) -> str:
    """The delimiter of a UTF-8 file: the one that its first line ``sep=;`` declares, else the first of `DELIMITERS` that cuts
    nearly all lines below names, as high up as any does, into as many columns; else the one that does so with most.

    A file of one column has none; it gets the comma.
    """
    if declared := _DECLARED.match(_beginning(path)):
        return declared[1]
    found = []
    for delimiter in DELIMITERS:
        rows = _first_records(path, delimiter)
        at = header_row.names_at(rows)
        if at is not None and len(rows[at]) > 1:
            counts = [len(row) for row in rows[at:] if row]
            usual = max(counts, key=counts.count)
            found.append((delimiter, at, counts.count(usual) / len(counts), usual))
    clear = [one for one in found if one[2] >= _REGULAR]
    if clear:
        return min(clear, key=lambda one: one[1])[0]
    return max(found, key=lambda one: one[2:], default=(",",))[0]


def header(path: Path, delimiter: str, header: int | None = None) -> tuple[int, list[str]]:
    """Where the column names of a UTF-8 file stand, and the names as they stand there.

    Parameters
    ----------
    path : a UTF-8 file.
    delimiter : one character.
    header : the line that the study states; 0: there is none; None: it is looked for below titles, see `header_row.names`.

    Returns
    -------
    tuple
        The line, from 1: the number of the record, empty ones and a declaration ``sep=;`` counted, as the engine's `skip`
        counts them (it skips one less). The line of the k-th record below it is this number + k.

    Raises
    ------
    InputError
        If there are none: the file is empty, or no record looks like names.
    """
    rows = _first_records(path, delimiter, max(header or 0, header_row.SAMPLE))
    if (found := header_row.names(rows, header)) is None:
        raise header_row.no_names(path.name, rows, header)
    return found


def _beginning(path: Path) -> str:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        return stream.read(1 << 18).replace("\0", "")


def _first_records(path: Path, delimiter: str, most: int = header_row.SAMPLE) -> list[list[str]]:
    """The first records; a declaration ``sep=;`` is an empty one."""
    text = _beginning(path)
    records: list[list[str]] = []
    with suppress(csv.Error):  # a field longer than the reader allows: what was read before it decides
        records.extend(islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), most))
    if records and _DECLARED.match(text):
        records[0] = []
    return records


def _chunks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                yield chunk
    except OSError as error:
        raise InputError("the file can't be read", file=path.name, found=error.strerror) from None


def _is_utf8(path: Path) -> bool:
    """Whether more letters beyond ASCII are UTF-8 than are not."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    good = bad = 0
    for chunk in chain(_chunks(path), [b""]):
        if chunk.isascii() and chunk and not decoder.getstate()[0]:
            continue
        text = decoder.decode(chunk, final=not chunk)
        lost = text.count("\N{REPLACEMENT CHARACTER}") - chunk.count("\N{REPLACEMENT CHARACTER}".encode())
        good, bad = good + len(text) - len(text.encode("ascii", "ignore")) - lost, bad + lost
    return good >= bad
