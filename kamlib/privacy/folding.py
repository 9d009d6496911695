"""Texts by their letters and digits alone, so that one name written in many ways reads as one."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Final

import ibis
import ibis.expr.types as ir

_OTHERS: Final = {
    "ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "ð": "d", "ŋ": "n", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th",
}  # fmt: skip
_LONG: Final = {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"}
_APOSTROPHES: Final = "'’‘ʼ`´′＇"
_COMPATIBLE = r"[\x{0660}-\x{0669}\x{06F0}-\x{06F9}\x{2070}-\x{209C}\x{2100}-\x{218F}\x{2460}-\x{24FF}\x{FB00}-\x{FB06}\x{FF00}-\x{FFEF}\x{1D400}-\x{1D7FF}]"


class _Signs(dict[int, str]):
    """For `str.translate`: what a sign reads as, worked out when it is first met."""

    def __init__(self, long: bool) -> None:
        self.long = long

    def __missing__(self, code: int) -> str:
        self[code] = made = _read(chr(code), self.long)
        return made


_SHORT_SIGNS, _LONG_SIGNS = _Signs(False), _Signs(True)


def _read(sign: str, long: bool) -> str:
    if sign in _APOSTROPHES:
        return ""
    small = sign.lower()
    small = (_LONG.get(small) if long else None) or _OTHERS.get(small, sign)
    return "".join(map(_letter, unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", small).casefold())))


def _letter(sign: str) -> str:
    kind = unicodedata.category(sign)
    if kind[0] == "M" or kind == "Cf":
        return ""
    if (digit := unicodedata.digit(sign, None)) is not None:
        return str(digit)
    return _OTHERS.get(sign, sign) if sign.isalnum() else " "


def folded(text: str) -> tuple[str, ...]:
    """Small letters without accents, digits, and a blank for each other sign; a second reading where ü may be ue.

    Full width, ligatures and the like read as plain ones, ё as е and й as и; marks, apostrophes and signs without a width
    read as nothing.
    """
    short, long = text.translate(_SHORT_SIGNS), text.translate(_LONG_SIGNS)
    return (short,) if short == long else (short, long)


def part(text: str, reading: int, start: int, end: int) -> tuple[int, int]:
    """Where a part of a reading (its number in `folded`) stands in the text, with the marks that belong to its last sign."""
    signs = _LONG_SIGNS if reading else _SHORT_SIGNS
    origin = [at for at, sign in enumerate(text) for _ in signs[ord(sign)]]
    first, last = origin[start], origin[end - 1] + 1
    while last < len(text) and unicodedata.category(text[last])[0] in "MC" and not signs[ord(text[last])]:
        last += 1
    return first, last


@cache
def letters(text: str) -> str:
    """Letters and digits of a text, without anything between."""
    return folded(text)[0].replace(" ", "")


def in_engine(text: ir.StringValue, long: bool) -> ir.StringValue:
    """The `letters` of a column, nearly: what is written in compatible forms (see `odd`) is left as it stands.

    Parameters
    ----------
    text : a column of texts.
    long : whether ü is to read as ue.
    """
    small = text.lower()
    for sign, read in (_LONG if long else {}).items():
        small = small.replace(sign, read)
    for sign, read in _OTHERS.items():
        small = small.replace(sign, read)
    return _stripped(small).re_replace(r"[^\p{L}\p{N}]+", "")


def odd(text: ir.StringValue) -> ir.BooleanValue:
    """Whether a column holds letters or digits in compatible forms, which the engine does not read."""
    return text.re_search(_COMPATIBLE)


def _stripped(text: ir.StringValue) -> ir.StringValue:
    def strip_accents(text: ir.StringValue) -> ir.StringValue:
        """The engine's own."""

    made: ir.StringValue = ibis.udf.scalar.builtin(strip_accents, signature=(("string",), "string"))(text)
    return made
