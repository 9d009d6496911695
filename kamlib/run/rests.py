"""What a table or a page rests on: code, values of the study, input files, other tables. It fits while none of these is another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from kamlib.errors import some

SHOWN = 40  # letters of a value that stand as they are; a longer one by its hash


@dataclass(frozen=True)
class Rests:
    """Each thing by its name, with its value or a hash of it."""

    code: str
    notebook: str
    values: Mapping[str, str]
    inputs: Mapping[str, str]
    tables: Mapping[str, str]

    @classmethod
    def kept(cls, tree: object) -> Rests | None:
        """What was kept as JSON, or None where another kit kept it in another shape: then it fits nothing."""
        names = [field.name for field in fields(cls)]
        return cls(**tree) if isinstance(tree, dict) and sorted(tree) == sorted(names) else None

    def text(self) -> str:
        return json.dumps(asdict(self), indent=1, sort_keys=True)

    @property
    def key(self) -> str:
        """16 hexadecimal digits, equal where everything is."""
        return digest(self.text())

    def against(self, now: Rests) -> str:
        """In what `now` is another, in words; empty where nothing of this is."""
        if values := self._others("values", now):
            (first, *more) = values
            told = f"{first} was {self.values[first]}, is {now.values.get(first, 'none')}"
            return told + (f" ({len(more)} more values are others)" if more else "")
        for kind, words in (("inputs", "the input"), ("tables", "the table")):
            if others := self._others(kind, now):
                return f"{words} {some(others)} is another"
        if self.notebook != now.notebook:
            return "the notebook is another"
        return "the code of the kit is another" if self.code != now.code else ""

    def _others(self, kind: str, now: Rests) -> list[str]:
        mine, theirs = getattr(self, kind), getattr(now, kind)
        return [name for name, value in mine.items() if theirs.get(name) != value]


def values_at(tree: Mapping[str, Any], keys: Iterable[str]) -> dict[str, str]:
    """The values of a study at dotted keys, each as JSON where it is short, else as a hash; keys without a value are left out."""
    found = {}
    for key in sorted(keys):
        at: Any = tree
        for name in key.split("."):
            at = at.get(name, ...) if isinstance(at, Mapping) else ...
        if at is not ...:
            text = json.dumps(at, sort_keys=True, ensure_ascii=False)
            found[key] = text if len(text) <= SHOWN else digest(text)
    return found


def digest(text: str) -> str:
    """A hash of a text: 16 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
