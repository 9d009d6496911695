"""Readings and tables in a notebook: sentences with values put in, and names that can do no harm.

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
from html import escape
from numbers import Integral, Real
from typing import Any

import pandas as pd

from kamlib.errors import InputError, some

UNKNOWN = "unknown"


def say(template: str, /, **values: object) -> None:
    """Display a sentence in Markdown, with values put in.

    The template is ours and may hold Markdown; values are data: texts in them are escaped, numbers are written by
    their format spec, what is missing (None, NaN, NaT) reads "unknown", a list reads "a, b and c".

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

    display({"text/markdown": fill(template, **values), "text/plain": _put(template, values, tidy)}, raw=True)


def fill(template: str, /, **values: object) -> str:
    """The Markdown that `say` displays."""
    return _put(template, values, markdown)


def table(
    frame: pd.DataFrame, /, caption: str | None = None, *, index: bool | None = None, most: int = 30, **formats: str
) -> None:
    """Display a plain, rounded table: numbers right, texts escaped, what is missing as "unknown".

    Parameters
    ----------
    frame : DataFrame
        Shown in its own order.
    caption : what the table holds, with unit and period.
    index : whether to show the index; None: when it is named or not just 0, 1, 2...
    most : rows shown at most; the rest is counted below the table.
    **formats
        Format spec by column, e.g. ``p_lost=".0%"``; default ``,.2f`` for floats and ``,`` for whole numbers.

    Raises
    ------
    InputError
        If a format names a column that is not there, or does not fit.
    """
    from IPython.display import display

    heads, rows, right = cells(frame, index=index, most=most, formats=formats)
    left_out = max(0, len(frame) - most)
    display(
        {
            "text/html": _as_html(heads, rows, right, caption, left_out),
            "text/plain": _as_text(heads, rows, right, caption, left_out),
        },
        raw=True,
    )


def cells(
    frame: pd.DataFrame, *, index: bool | None = None, most: int | None = None, formats: Mapping[str, str] | None = None
) -> tuple[list[str], list[list[str]], list[bool]]:
    """Heads, rows of written cells (not yet escaped) and which columns stand right."""
    formats = dict(formats or {})
    if index is None:
        plain = isinstance(frame.index, pd.RangeIndex) or frame.index.equals(pd.RangeIndex(len(frame)))
        index = not plain or any(name is not None for name in frame.index.names)
    shown = frame if most is None else frame.head(most)
    columns: list[tuple[Any, pd.Series]] = []
    if index:
        for level, name in enumerate(frame.index.names):
            columns.append(("" if name is None else name, pd.Series(shown.index.get_level_values(level))))
    columns += [(name, shown.iloc[:, place]) for place, name in enumerate(shown.columns)]
    if missing := sorted(set(formats) - {str(name) for name, _ in columns}):
        raise InputError(
            f"formats for columns that are not there: {some(missing)}",
            found=", ".join(str(name) for name, _ in columns),
            remedy="Use the table's own column names.",
        )
    heads, written, right = [], [], []
    for name, values in columns:
        words = " / ".join(str(part) for part in name if str(part)) if isinstance(name, tuple) else str(name)
        heads.append(tidy(words).replace("_", " "))
        spec = formats.get(str(name), "")
        written.append([number_or_text(value, spec) for value in values])
        right.append(
            (pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)) or _all_numbers(values)
        )
    return heads, [list(row) for row in zip(*written, strict=True)] if written else [], right


def number_or_text(value: object, spec: str = "") -> str:
    """A value as it is printed, not escaped: numbers by `spec`, days as ISO dates, what is missing as "unknown"."""
    if is_missing(value):
        return UNKNOWN
    if isinstance(value, str):
        return tidy(format(value, spec))
    if _is_flag(value):
        return "yes" if value else "no"
    if isinstance(value, dt.date) and not spec:
        midnight = not isinstance(value, dt.datetime) or value.time() == dt.time()
        return value.date().isoformat() if isinstance(value, dt.datetime) and midnight else value.isoformat()
    if isinstance(value, pd.Period) and not spec:
        return str(value)
    if _is_number(value):
        if math.isinf(float(value)):  # type: ignore[arg-type]
            return "infinite" if float(value) > 0 else "minus infinite"  # type: ignore[arg-type]
        text = format(value, spec or ("," if isinstance(value, Integral) else ",.2f"))
        return re.sub(r"^-(?=[0,. ]*%?$)", "", text)  # no minus zero
    return tidy(format(value, spec))


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
            return _listed([self.format_field(item, format_spec) for item in items])
        try:
            text = number_or_text(value, format_spec)
        except (ValueError, TypeError) as error:
            raise InputError(f"the format {format_spec!r} does not fit", found=repr(value), remedy=str(error)) from None
        return text if _is_number(value) else self.quote(text)


def _put(template: str, values: Mapping[str, object], quote: Any) -> str:
    return _Writer(quote).vformat(template, (), values)


def _listed(items: list[str]) -> str:
    return "none" if not items else items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]


def _as_html(heads: list[str], rows: list[list[str]], right: list[bool], caption: str | None, left_out: int) -> str:
    side = ["right" if flag else "left" for flag in right]
    head = "".join(
        f'<th scope="col" style="text-align: {s}">{escape(h)}</th>' for h, s in zip(heads, side, strict=True)
    )
    body = "\n".join(
        "<tr>"
        + "".join(f'<td style="text-align: {s}">{escape(c)}</td>' for c, s in zip(row, side, strict=True))
        + "</tr>"
        for row in rows
    )
    title = f'<caption style="text-align: left">{escape(tidy(caption))}</caption>\n' if caption else ""
    more = f"\n<p><small>and {left_out:,} more rows</small></p>" if left_out else ""
    return f'<table class="kam">\n{title}<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>{more}'


def _as_text(heads: list[str], rows: list[list[str]], right: list[bool], caption: str | None, left_out: int) -> str:
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    lines = [
        "  ".join(c.rjust(w) if r else c.ljust(w) for c, w, r in zip(row, widths, right, strict=True)).rstrip()
        for row in [heads, *rows]
    ]
    return "\n".join(
        ([tidy(caption)] if caption else []) + lines + ([f"and {left_out:,} more rows"] if left_out else [])
    )


def _is_flag(value: object) -> bool:
    return isinstance(value, bool) or type(value).__name__ in ("bool", "bool_")


def _is_number(value: object) -> bool:
    return isinstance(value, Real | Decimal) and not _is_flag(value)


def _all_numbers(values: pd.Series) -> bool:
    """A column of objects that are all numbers, such as exact decimals."""
    filled = values.dropna()
    return filled.dtype == object and len(filled) > 0 and all(_is_number(value) for value in filled)
