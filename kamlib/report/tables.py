"""Tables in a notebook: rounded, escaped, with what is missing as "unknown"."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from html import escape
from typing import Any

import pandas as pd

from kamlib.errors import InputError, some
from kamlib.report.language import heads as heads_of
from kamlib.report.language import listed, marked, value_word
from kamlib.report.text import digits, is_number, number_or_text, tidy
from kamlib.report.words import sentence, tell, with_words, word_if_known
from kamlib.stats.reasons import Reason, waits_for
from kamlib.study.columns import Column
from kamlib.study.run_tables import column
from kamlib.study.run_tables import columns as described

CUSTOMER = ("customer_id", "account_id", "name")
"""Columns that say which customer a row is of; the pages of a report lead from their cells to what is known of it."""
HELD = 1_000
"""Rows that a table holds at most: a notebook shows the first of them, a page opens the rest."""


def table(
    frame: pd.DataFrame,
    /,
    caption: str | None = None,
    *,
    index: bool | None = None,
    most: int = 30,
    of: str | None = None,
    **formats: str,
) -> None:
    """Display a plain, rounded table: numbers right, texts escaped, what is missing as "unknown", reasons and codes in words.

    A table without rows that says what it waits for (`kamlib.stats.reasons.waiting`) shows that sentence instead.

    Parameters
    ----------
    frame : DataFrame
        Shown in its own order.
    caption : what the table holds, with unit and period.
    index : whether to show the index; None: when it is named or not just 0, 1, 2...
    most : rows shown at most; the rest is counted below the table, and held (`HELD`) for the page to open.
    of : of a cross table, the column of the dictionary that its cells hold: all its numbers are written as that one. Default: what
        the table says of itself, as ``frame.attrs["of"]``.
    **formats
        Format spec by column, e.g. ``lost=".0%"``, where the dictionary (`kamlib.study.run_tables`) doesn't have the column or means
        something else by its name. Default: as the dictionary says, else ``,.2f`` for floats and ``,`` for whole numbers.

    Raises
    ------
    InputError
        If a format names a column that is not there, or does not fit; if the dictionary doesn't have `of`.
    """
    from IPython.display import display

    if (waits := waits_for(frame)) is not None:
        tell(waits)
        return
    heads, rows, right = cells(
        frame, index=index, most=max(most, HELD), of=of or frame.attrs.get("of"), formats=formats
    )
    names = {head_of(known.head) for known in described(CUSTOMER) if known}
    who = [head in names for head in heads]
    display(
        {
            "text/html": _as_html(heads, rows, right, who, caption, most, len(frame)),
            "text/plain": _as_text(heads, rows[:most], right, caption, len(frame) - most),
        },
        raw=True,
    )


def cells(
    frame: pd.DataFrame,
    *,
    index: bool | None = None,
    most: int | None = None,
    of: str | None = None,
    formats: Mapping[str, str] | None = None,
) -> tuple[list[str], list[list[str]], list[bool]]:
    """Heads, rows of written cells (not yet escaped) and which columns stand right."""
    frame, formats = with_words(frame), dict(formats or {})
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
    if of is not None and column(of) is None:
        raise InputError(
            "the dictionary has no such column", found=of, remedy="Name one of kamlib/study/run_tables.yaml."
        )
    said = described(str(name) for name, _ in columns)
    heads, written, right = [], [], []
    cell = column(of) if of is not None else None
    for (name, values), known in zip(columns, said, strict=True):
        like = cell if cell and any(map(is_number, values)) else known
        words = " / ".join(str(part) for part in name if str(part)) if isinstance(name, tuple) else str(name)
        heads.append(head_of(known.head if known else tidy(words).replace("_", " ")))
        own = formats.get(str(name))
        spec = own or _spec(like, whole=pd.api.types.is_integer_dtype(values))
        kind = like.format.kind if like and like.format and not own else "text"
        code = kind == "code" or (values.dtype == object and any(map(is_number, values)))
        if code or not pd.api.types.is_numeric_dtype(values):
            values = values.map(partial(_in_words, str(name), code))
        written.append([_cell(value, spec if own or is_number(value) else "", kind) for value in values])
        right.append(
            (pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)) or _all_numbers(values)
        )
    return heads, [list(row) for row in zip(*written, strict=True)] if written else [], right


def _in_words(name: str, code: bool, value: Any) -> Any:
    """A value of the kit's own as it is called in the column `name`; anything else as it is."""
    if not isinstance(value, str) or (own := value_word(name, value)) != value:
        return own if isinstance(value, str) else value
    return word_if_known(value) if code else value


def head_of(name: str) -> str:
    """A head of a column in the language that is spoken; the English one where it has no other."""
    return heads_of().get(name, name)


def _cell(value: Any, spec: str, kind: str) -> str:
    """A value as it is written; a share that is neither nothing nor all is not written as such."""
    text = number_or_text(value, spec)
    if kind == "share" and spec.endswith("%") and is_number(value) and 0 < value < 1:
        step, plain = 10.0 ** -(int(spec.strip("+.%") or 0) + 2), float(digits(value, spec).rstrip("%"))
        if plain in (0, 100):
            bound = marked(digits(step if plain == 0 else 1 - step, spec))
            return sentence(Reason("under" if plain == 0 else "over", {"value": bound}))
    return text


def _spec(known: Column | None, *, whole: bool) -> str:
    """How the dictionary wants numbers to be written, as a format spec; whole ones have no decimals and are no shares."""
    if known is None or known.format is None or (whole and known.type == "number"):
        return ""
    return "+" * known.format.signed + _SPECS.get(known.format.kind, "").format(known.format.digits)


#: format spec by kind of `kamlib.study.run_tables.KINDS`
_SPECS = {"share": ".{}%", "rate": ".{}%", "place": ".0f", "figures": ",.{}g"}
_SPECS |= dict.fromkeys(("money", "days", "count", "points", "number", "interval"), ",.{}f")


def _as_html(
    heads: list[str], rows: list[list[str]], right: list[bool], who: list[bool], caption: str | None, most: int, of: int
) -> str:
    side = ["right" if flag else "left" for flag in right]
    kind = [' class="who"' if flag else "" for flag in who]
    head = "".join(
        f'<th scope="col" style="text-align: {s}">{escape(h)}</th>' for h, s in zip(heads, side, strict=True)
    )
    lines = [
        "<tr>"
        + "".join(f'<td{k} style="text-align: {s}">{escape(c)}</td>' for c, s, k in zip(row, side, kind, strict=True))
        + "</tr>"
        for row in rows
    ]
    title = f'<caption style="text-align: left">{escape(tidy(caption))}</caption>\n' if caption else ""
    parts = [f"<thead><tr>{head}</tr></thead>", _body(lines[:most])]
    if unseen := lines[most:]:  # by a notebook; a page opens them and drops the foot
        foot = f'<td colspan="{len(heads)}"><small>{sentence(Reason("more_rows", {"n": of - most}))}</small></td>'
        parts += [_body(unseen, " hidden"), f"<tfoot><tr>{foot}</tr></tfoot>"]
    held = sentence(Reason("rows_held", {"n": len(rows), "of": of})) if len(rows) < of else ""
    note = held or ("" if rows else listed([]))
    below = f"\n<p><small>{note}</small></p>" if note else ""
    return f'<table class="kam">\n{title}{chr(10).join(parts)}\n</table>{below}'


def _body(lines: list[str], kind: str = "") -> str:
    return "\n".join([f"<tbody{kind}>", *lines, "</tbody>"])


def _as_text(heads: list[str], rows: list[list[str]], right: list[bool], caption: str | None, left_out: int) -> str:
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    lines = [
        "  ".join(c.rjust(w) if r else c.ljust(w) for c, w, r in zip(row, widths, right, strict=True)).rstrip()
        for row in [heads, *rows]
    ]
    left = _left(rows, left_out)
    return "\n".join(([tidy(caption)] if caption else []) + lines + ([left] if left else []))


def _left(rows: list[list[str]], left_out: int) -> str:
    """What stands below a table that has no rows, or shows not all of them."""
    return listed([]) if not rows else sentence(Reason("more_rows", {"n": left_out})) if left_out > 0 else ""


def _all_numbers(values: pd.Series) -> bool:
    """A column of objects that are all numbers, such as exact decimals, or bounds of numbers such as ``> 180``."""
    filled = values.dropna()
    numbers = [is_number(value) for value in filled]
    bounds = [isinstance(value, str) and value[:2] in ("> ", "< ") for value in filled]
    return filled.dtype == object and any(numbers) and all(map(max, numbers, bounds))
