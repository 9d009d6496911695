"""Numbers as people write them in files → numbers: marks of thousands, signs before and behind, currencies around them.

Read are, by the marks of the dialect: ``1234.56``, ``1,234.56``, ``1 234,56`` (any kind of space), ``1.234,56``, ``1'234.50``,
``12,34,567.00``;
below zero ``-12``, ``−12``, ``12-``, ``(12.00)``; with a currency ``$12.00``, ``-$12.00``, ``($12.00)``, ``12 ₽``, ``EUR 12``,
``12 руб.``; whole amounts ``5,-`` and ``5.-``. Marks must stand where they belong: with the decimal comma ``1.5`` is no
number, and ``1,5`` is never fifteen. Percents and units are no amounts.

The plain form costs one try of the engine; only what it refuses is looked at again: ``coalesce`` works out its second
argument for no other value, as long as no part of it stands there twice (such a part is worked out for every row).
"""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from kamlib.io import currencies
from kamlib.study.sources import Dialect

SPACES = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}"
_WORDS = sorted({*currencies.CODES.split(), *filter(str.isalpha, currencies.MEANT), "KR"}, key=len, reverse=True)
_CURRENCY = rf"(?i)[a-z]{{0,2}}[$]|[{currencies.SIGNS[1:]}]|(?:{'|'.join(_WORDS)})[.]?"
_WORN = "¤"  # the general sign of a currency, put for each of them
_DASH = "[-−–—]"  # where the cents would stand it is no minus
_MINUS = r"^\D*[-−(]|\d(?:.*[^\d.,][.,]?)?[-−]"
_GAP = rf"[{SPACES}]*"
_MARKS = {" ": SPACES, "'": "'’", ".": ".", ",": ","}


def number(text: ir.StringValue, kind: str, dialect: Dialect) -> Any:
    """A number of type `kind`, by the marks of `dialect`; missing where the text is none.

    Parameters
    ----------
    text : trimmed.
    kind : the engine's name of a decimal or floating type.
    """
    whole, point = _whole(dialect)
    digits = rf"{whole}(?:{point}\d*)?"
    plain = text
    if (dialect.decimal, dialect.thousands) != (".", ""):
        shape = rf"^[-+]?(?:{digits}|{point}\d+)(?:[eE][-+]?\d+)?$"
        plain = ibis.ifelse(text.re_search(shape), _without_marks(text, dialect), None)
    sign = ibis.ifelse(text.re_search(_MINUS), "-", "")
    bare = text.re_replace(_CURRENCY, "").re_extract(rf"{digits}|{point}\d+", 0)
    holds = text.re_replace(_CURRENCY, _WORN).re_search(_dressed(whole, point))
    dressed = ibis.ifelse(holds, sign + _without_marks(bare, dialect), None)
    return ibis.coalesce(plain.try_cast(kind), dressed.try_cast(kind))


def currency(text: ir.StringValue) -> ir.StringValue:
    """The code of the currency in the text of an amount, missing where none is there; a sign of no one code stays as it is.

    ``$`` is USD; ``¥`` and ``kr`` are of several, and so no money of the study's own until it says which: `currencies.SHARED`.
    """
    return text.re_extract(_CURRENCY, 0).upper().replace(".", "").substitute(currencies.MEANT).nullif("")


def _without_marks(text: ir.StringValue, dialect: Dialect) -> ir.StringValue:
    """A number without marks of thousands, with a decimal point."""
    for mark in _MARKS.get(dialect.thousands, ""):
        text = text.replace(mark, "")
    return text.replace(",", ".") if dialect.decimal == "," else text


def _whole(dialect: Dialect) -> tuple[str, str]:
    """Patterns of a whole number without a sign, and of its decimal mark."""
    point, marks = "[.]" if dialect.decimal == "." else ",", _MARKS.get(dialect.thousands)
    lakh = r"[1-9]\d?(?:,\d\d)+,\d{3}|" if marks == "," else ""
    return rf"(?:[1-9]\d{{0,2}}(?:[{marks}]\d{{3}})+|{lakh}\d+)" if marks else r"\d+", point


def _dressed(whole: str, point: str) -> str:
    """The pattern of a number with its sign and currency, each in one of its places."""
    plain, before, behind = rf"(?:{whole}(?:{point}\d*)?|{point}\d+)", rf"(?:{_WORN}{_GAP})?", rf"(?:{_GAP}{_WORN})?"
    found = rf"(?:{plain}|{whole}{point}{_DASH}|\d+[.,]{_DASH})"
    forms = (
        rf"{before}{found}{behind}",
        rf"{before}[-−+]{_GAP}{before}{found}{behind}",
        rf"{before}{plain}{behind}{_GAP}[-−]{behind}",
        rf"{before}\({_GAP}{before}{found}{behind}{_GAP}\){behind}",
    )
    return rf"^{_GAP}(?:{'|'.join(forms)}){_GAP}$"
