"""Texts that look alike are one: characters that nobody sees left out, blanks made plain, letters in one form; no text where a word says so.

Sources: Unicode Standard Annex #15 (NFC); The Unicode Standard, chapter 5.21 (default ignorable code points).
"""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

_UNSEEN = (
    r"\x00-\x08\x0e-\x1f\x7f\u0080-\u0084\u0086-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    r"\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
)
_BLANKS = r"\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_COMBINED = (
    r"\u0300-\u036f\u0653-\u0655\u3099\u309a\u1161-\u11ff\u2126\u212a\u212b\uf900-\ufaff"  # what NFC writes otherwise
)
_WORDS = r"[#]?[nN][uU][lL][lL][!]?|[nN][oO][nN][eE]|[nN][aA][nN]|[#]?[nN]/[aA]|[#](?:NV|N/D|\u041d/\u0414)|[(<](?:[bB][lL][aA][nN][kK]|[nN][uU][lL][lL]|[eE][mM][pP][tT][yY])[)>]|\\N|[-–—]+"


def _literal(pattern: str) -> str:
    """The characters themselves for ``\\u00ad``, which every engine writes otherwise."""
    return pattern.encode("latin-1", "backslashreplace").decode("raw_unicode_escape")


_RARE = _literal(rf"^(?:{_WORDS})$|[{_UNSEEN}{_BLANKS}{_COMBINED}]")
_SPACE = _literal(f"[{_BLANKS}]")
_HIDDEN = _literal(f"[{_UNSEEN}]")
_MISSING = _literal(rf"^(?:{_WORDS})?$")


def plain(text: ir.StringValue) -> ir.StringValue:
    """A key or a trait as a person reads it; missing where it is a word for that: NULL, None, nan, N/A, (blank), \\N, -.

    Spark does not bring letters into one form: it has no function for that.

    Parameters
    ----------
    text : a column of texts.
    """
    seen = text.re_replace(_HIDDEN, "").re_replace(_SPACE, " ").strip()
    composed = _composed(seen)
    return ibis.ifelse(text.re_search(_RARE), ibis.ifelse(composed.re_search(_MISSING), None, composed), text)


def _composed(text: ir.StringValue) -> Any:
    """Letters and their accents as one character each (NFC)."""
    called = {"duckdb": "nfc_normalize", "postgres": "normalize"}.get(ibis.get_backend(text).name)
    if called is None:
        return text

    def normalize(text: ir.StringValue) -> Any:
        """The engine's own."""

    return ibis.udf.scalar.builtin(normalize, name=called, signature=(("string",), "string"))(text)
