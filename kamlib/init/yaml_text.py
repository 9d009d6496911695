"""Values and remarks as they can stand on a line of YAML, whatever they hold."""

from __future__ import annotations

import re
from typing import Any

import yaml


def scalar(value: Any) -> str:
    """A value on one line of YAML, whatever stands in it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(key)}: {scalar(below)}" for key, below in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(scalar, value)) + "]"
    style = '"' if isinstance(value, str) and not re.fullmatch(r"[^\W\d_][\w .%-]*[\w%.]|\w|\d{4}Q\d", value) else None
    made = yaml.safe_dump(value, default_style=style, allow_unicode=True, width=1 << 30, default_flow_style=True)
    return made.removesuffix("\n").removesuffix("\n...").replace("\n", " ")


def comment(words: str, most: int = 120) -> str:
    """Words that can stand in a comment: on one line, of letters that a file of YAML may hold."""
    plain = " ".join("".join(c if c.isprintable() and c not in "\ufeff" else " " for c in words).split())
    return plain if len(plain) <= most else plain[: most - 1] + "…"
