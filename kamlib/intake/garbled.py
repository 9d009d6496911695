"""Texts whose letters were garbled before they came to us (``Ã¼`` for ü, ``РћРћРћ`` for ООО): found and told, never repaired.

Sources: The Unicode Standard, chapter 3.9 (UTF-8); WHATWG Encoding Standard (windows-1251, windows-1252).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import reduce
from operator import or_

import ibis.expr.types as ir

from kamlib.io import readers

LOOKED_AT = 100_000  # lines of each file, from its beginning
_LOST = (
    "\N{REPLACEMENT CHARACTER}",
    "пїЅ",
    "ï¿½",
)  # the sign for a broken letter, and the same read as cp1251 and cp1252
_ACCENTS = re.compile("[À-ÖØ-öø-ÿ]{4,}")  # no language writes four of them in a row


def cause(text: str) -> str | None:
    """What garbled a text; None where nothing did.

    A text is UTF-8 read as a one-byte encoding when its bytes there are UTF-8: plain words of these encodings never are.
    """
    if any(sign in text for sign in _LOST):
        return "letters that were lost before"
    for encoding, least in (("cp1252", 1), ("cp1251", 2)):
        read = _bytes(text, encoding).decode("utf-8", "replace")
        lost = read.count("\N{REPLACEMENT CHARACTER}")
        found = len(read) - len(read.encode("ascii", "ignore")) - lost
        if found >= least and found > 3 * lost:
            return f"UTF-8 read as {encoding}"
    if _ACCENTS.search(text) and re.search("[а-яё]{4,}", _bytes(text, "cp1252").decode("cp1251", "replace"), re.I):
        return "cp1251 read as cp1252"
    return None


def told(raw: ir.Table, columns: Sequence[str], *, examples: bool = True) -> list[str]:
    """What the reader should know of garbled texts: file, column, how many values, an example and the likely cause.

    Looks at the first `LOOKED_AT` lines of each file, and at each different value once.

    Parameters
    ----------
    raw : from `readers.read`.
    columns : raw columns; those that are no text are left out.
    examples : whether a value may be shown; not where they are names of persons.
    """
    names = [name for name in dict.fromkeys(columns) if raw[name].type().is_string()]
    if not names:
        return []
    rows = raw.filter(raw[readers.LINE] <= LOOKED_AT).select(readers.FILE, *names)
    with readers.plain_errors():
        beyond_ascii = rows.filter(reduce(or_, [rows[name].re_search(r"[^\x00-\x7f]") for name in names])).to_pandas()
    made = []
    for name in names:
        counts = beyond_ascii.groupby([readers.FILE, name]).size().rename("values").reset_index()
        counts["cause"] = counts[name].map(cause)
        for (file, why), found in counts.dropna().groupby([readers.FILE, "cause"]):
            example = f", e.g. {found.nlargest(1, 'values')[name].iloc[0][:60]!r}" if examples else ""
            made.append(
                f"{file}, column {name!r}: {found['values'].sum():,} values in the first {LOOKED_AT:,} lines look "
                f"garbled{example} ({why}). They stay as they are: export the file anew."
            )
    return made


def _bytes(text: str, encoding: str) -> bytes:
    """The bytes that a text was read from; what the encoding leaves open as latin-1 has it, and nothing where it can't be."""
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        pass
    made = bytearray()
    for letter in text:
        try:
            made += letter.encode(encoding)
        except UnicodeEncodeError:
            if ord(letter) > 0xFF:
                return b""
            made.append(ord(letter))
    return bytes(made)
