"""What a person meant: the keys that a part of a file may hold, and the word that is nearest to a misspelt one."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

from pydantic import BaseModel


def near(word: str, known: Collection[str]) -> str:
    """``; did you mean 'amount'?`` for the nearest of the words that are known, or '' where none is near."""
    plain = {one.lower().replace("-", "_"): one for one in known}
    found = difflib.get_close_matches(word.lower().replace("-", "_").replace(" ", "_"), plain, n=1, cutoff=0.7)
    return f"; did you mean {plain[found[0]]!r}?" if found else ""


def keys_at(model: type[BaseModel], path: Sequence[int | str]) -> dict[str, Any]:
    """The keys that the part of a file at a path may hold, as they are written there, with the types of their values.

    Parameters
    ----------
    model : of the whole file.
    path : keys and places in lists; the tables of `sources` are such keys.
    """
    parts = [model]
    for step in path:
        inside = {name: kind for part in parts for name, kind in _keys(part).items()}
        if step in inside:
            parts = list(_parts(inside[str(step)]))
    return {name: kind for part in parts for name, kind in _keys(part).items()}


def _keys(part: Any) -> dict[str, Any]:
    if issubclass(part, BaseModel):
        return {field.alias or name: field.annotation for name, field in part.model_fields.items()}
    hints = get_type_hints(part)
    return {field.name: hints[field.name] for field in fields(part)}


def _parts(kind: Any) -> Iterator[Any]:
    """The models and data classes in a type such as ``dict[str, tuple[Source, ...]]``."""
    if isinstance(kind, type) and (issubclass(kind, BaseModel) or is_dataclass(kind)):
        yield kind
    for inner in get_args(kind):
        yield from _parts(inner)
