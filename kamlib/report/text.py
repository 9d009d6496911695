"""Sentences with values put in, and names that can do no harm.

Names come from the user's files. Whatever stands in them (HTML, Markdown, formulas, control characters) is shown
as it is written and never acts.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import string
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

import pandas as pd

from kamlib.errors import InputError, some
from kamlib.report.language import catalogue, infinite, listed, marked, month_and_year, plural, short_day

LONGEST = 32_767
"""Letters of a cell of a spreadsheet."""


def unknown() -> str:
    """What stands where a value is missing."""
    return catalogue()["unknown_value"]


def say(template: str, /, **values: object) -> None:
    """Display a sentence in Markdown, with values put in.

    The template is ours and may hold Markdown; values are data: texts in them are escaped, numbers are written by
    their format spec, what is missing (None, NaN, NaT) reads "unknown", a list reads "a, b and c", and ``{n:|customer|customers}``
    is the form that goes with n.

    Parameters
    ----------
    template : str
        With fields as in `str.format`, e.g. ``"**{name}** gives {share:.0%} of revenue."``
    **values
        One for each field.

    Raises
    ------
    InputError
        If the template names a value that was not given, or a spec does not fit its value.
    """
    from IPython.display import display

    display({"text/markdown": fill(template, **values), "text/plain": plain(template, **values)}, raw=True)


def fill(template: str, /, **values: object) -> str:
    """The Markdown that `say` displays."""
    return _put(template, values, markdown)


def plain(template: str, /, **values: object) -> str:
    """The plain text that `say` displays."""
    return _put(template, values, tidy)


def number_or_text(value: object, spec: str = "") -> str:
    """A value as it is printed, not escaped, in the language that is spoken.

    Numbers are written by `spec`, what is missing as "unknown"; a spec ``|customer|customers`` gives the form of the plural that
    goes with a number, in the order of `kamlib.report.language.plural_tags`.
    """
    if spec.startswith("|"):
        return plural(value, spec[1:].split("|"))
    if is_missing(value):
        return unknown()
    if isinstance(value, str):
        return tidy(format(value, spec))
    if _is_flag(value):
        return catalogue()["yes" if value else "no"]
    if isinstance(value, dt.date) and spec == "%B %Y":
        return month_and_year(value)
    if isinstance(value, dt.date) and not spec:
        midnight = not isinstance(value, dt.datetime) or value.time() == dt.time()
        return short_day(value.date() if isinstance(value, dt.datetime) else value) if midnight else value.isoformat()
    if isinstance(value, pd.Period) and not spec:
        return str(value)
    if is_number(value):
        if math.isinf(float(value)):  # type: ignore[arg-type]
            return infinite(float(value))  # type: ignore[arg-type]
        return marked(digits(value, spec))
    return tidy(format(value, spec))


def digits(value: Any, spec: str = "") -> str:
    """A number by `spec` before the marks of a language; never minus zero, nor with an exponent below 10¹⁵."""
    text = format(value, spec or ("," if isinstance(value, Integral) else ",.2f"))
    if "e+" in text and abs(value) < 1e15:  # more digits than `spec` counts
        text = f"{float(text):,.0f}"
    return re.sub(r"^-(?=[0,. ]*%?$)", "", text)


def is_missing(value: object) -> bool:
    """None, NaN, NaT or NA."""
    if value is None or value is pd.NaT or value is pd.NA:
        return True
    return (isinstance(value, Real) and not isinstance(value, Integral) and math.isnan(value)) or value != value


def tidy(text: str) -> str:
    """One line, without control characters or marks that turn the direction of writing."""
    spaced = "".join(" " if char.isspace() else char for char in text)
    return " ".join(
        "".join(char for char in spaced if unicodedata.category(char) not in _HIDDEN or char in "\u200c\u200d").split()
    )


def shortened(text: str, most: int) -> str:
    """`tidy`, and cut to `most` letters, the last of them "…", where it is longer."""
    words = tidy(text)
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def as_cell(text: str) -> str:
    """A text as a cell of a spreadsheet can hold it: at most `LONGEST` letters, none that XML may not hold.

    xlsxwriter takes a text from <r> to </r> for marks of its own; a blank behind it keeps it a text.
    """
    if text.isascii() and text.isprintable() and len(text) < LONGEST and not text.startswith("<r>"):
        return text  # nearly all are
    held = _NO_XML.sub("", text[:LONGEST])
    return f"{held[: LONGEST - 1]} " if held.startswith("<r>") and held.endswith("</r>") else held


_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
_ACTS = re.compile(r"(?<![0-9A-Za-z])-|-(?![0-9A-Za-z])|[!\"#&()*+./:<=>?@\[\\\]^_`{|}~]")


def markdown(text: str) -> str:
    """A text that reads the same in Markdown and does nothing there: no tags, links, emphasis, lists or formulas."""
    quoted = _ACTS.sub(lambda found: f"&#{ord(found[0])};", tidy(text))
    return quoted.replace("$", "<span>&#36;</span>")  # the span keeps two of them from enclosing a formula


class _Writer(string.Formatter):
    def __init__(self, quote: Any) -> None:
        self.quote = quote

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        if key not in kwargs:
            raise InputError(
                f"the sentence names {str(key)!r}, which was not given", found=some(kwargs), remedy="Give it by name."
            )
        return kwargs[str(key)]

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, list | tuple | set | frozenset | pd.Series | pd.Index):
            items = sorted(value) if isinstance(value, set | frozenset) else list(value)
            return listed([self.format_field(item, format_spec) for item in items])
        try:
            text = number_or_text(value, format_spec)
        except (ValueError, TypeError) as error:
            raise InputError(f"the format {format_spec!r} does not fit", found=repr(value), remedy=str(error)) from None
        return text if is_number(value) or format_spec.startswith("|") else self.quote(text)


def _put(template: str, values: Mapping[str, object], quote: Any) -> str:
    return _Writer(quote).vformat(template, (), values)


def _is_flag(value: object) -> bool:
    return isinstance(value, bool) or type(value).__name__ in ("bool", "bool_")


def is_number(value: object) -> bool:
    """A number, exact decimals among them, and no flag."""
    return isinstance(value, Real | Decimal) and not _is_flag(value)
