"""Texts whose letters were garbled before they came to us (``Ã¼`` for ü, ``РћРћРћ`` for ООО): found and told, never repaired.

Sources: The Unicode Standard, chapter 3.9 (UTF-8); WHATWG Encoding Standard (windows-1251, windows-1252).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import reduce
from operator import or_

import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kamlib.errors import short
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


def beyond_ascii(raw: ir.Table, columns: Sequence[str]) -> pd.DataFrame:
    """The lines of a raw table that hold a letter beyond ASCII, of the first `LOOKED_AT` of each file: the file and `columns`.

    Parameters
    ----------
    raw : from `readers.read`.
    columns : raw columns of text.
    """
    if not columns:
        return pd.DataFrame()
    rows = raw.filter(raw[readers.LINE] <= LOOKED_AT).select(readers.FILE, *columns)
    with readers.plain_errors():
        found: pd.DataFrame = rows.filter(
            reduce(or_, [rows[name].re_search(r"[^\x00-\x7f]") for name in columns])
        ).to_pandas()
    return found


def of_fetched(rows: pa.Table) -> pd.DataFrame:
    """The same of a table that is in memory.

    Parameters
    ----------
    rows : the file and columns of text, of the first `LOOKED_AT` lines of each file.
    """
    beyond = [pc.fill_null(pc.invert(pc.string_is_ascii(text)), False) for text in rows.columns[1:]]
    return rows.filter(reduce(pc.or_, beyond)).to_pandas() if beyond else pd.DataFrame()


def told(beyond_ascii: pd.DataFrame, *, examples: bool = True) -> list[str]:
    """What the reader should know of garbled texts: file, column, how many values, an example and the likely cause.

    Each different value is looked at once.

    Parameters
    ----------
    beyond_ascii : from `beyond_ascii` or `of_fetched`.
    examples : whether a value may be shown; not where they are names of persons.
    """
    made = list[str]()
    if beyond_ascii.empty:
        return made
    for name in beyond_ascii.columns.drop(readers.FILE, errors="ignore"):
        counts = beyond_ascii.groupby([readers.FILE, name]).size().rename("values").reset_index()
        counts["cause"] = counts[name].map(cause)
        for (file, why), found in counts.dropna().groupby([readers.FILE, "cause"]):
            example = f", e.g. {short(found.nlargest(1, 'values')[name].iloc[0], 60)!r}" if examples else ""
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
