"""A day that stands inside a text: ``Invoice 17 of 31.12.2025 12:00``."""

from __future__ import annotations

import re

import ibis.expr.types as ir

_FORM = re.compile(r"\*?(?P<ahead>[^%]*)(?P<day>.*%[a-zA-Z])(?P<behind>[^%*]*)\*?")


def inside(form: str) -> bool:
    """Whether a date format says that other words stand before or behind the day: it begins or ends in ``*``."""
    return "*" in (form[:1], form[-1:])


def cut_out(text: ir.StringValue, form: str) -> tuple[ir.StringValue, str]:
    """The part of a text in which the day stands ('' where there is none), and the strptime format of that part.

    Parameters
    ----------
    text : e.g. ``Invoice 17 of 31.12.2025 12:00``.
    form : e.g. ``* of %d.%m.%Y*``; a star stands for any words, also none.
    """
    found = _FORM.fullmatch(form)
    assert found is not None, form
    figures = re.sub("%-?[bB]", "[^0-9 ]+", re.sub("%-?Y", "[0-9]{4}", re.escape(found["day"])))
    figures = re.sub("%-?[a-zA-Z]", "[0-9]{1,2}", figures)
    left = ("" if form[0] == "*" else "^") + re.escape(found["ahead"]) or "(?:^|[^0-9])"
    right = re.escape(found["behind"]) + ("" if form[-1] == "*" else "$") or "(?:[^0-9]|$)"
    return text.re_extract(f"{left}({figures}){right}", 1), found["day"]
