"""What a spreadsheet takes for the beginning of a formula, and the apostrophe that keeps it a text."""

from __future__ import annotations

FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""Beginnings of a text that a spreadsheet runs, where no apostrophe stands before it; full-width ones too."""


def guarded(text: str, also: tuple[str, ...] = ()) -> str:
    """A text with an apostrophe before it where it would be run as a formula, or begins with one of `also`."""
    return f"'{text}" if text.startswith((*FORMULA, *also)) else text
