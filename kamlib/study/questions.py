"""Questions: values of a study file that begin with ``? `` and wait for a person, as nothing in the files decides them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import yaml

from kamlib.errors import InputError

MARK = "? "
_ASKING = ("as_of", "currency", "sources", "cleaning")  # a title may be a question


def asked(value: object) -> bool:
    """Whether a value is one that a person has to decide."""
    return isinstance(value, str) and (value + " ").startswith(MARK)


def refuse(path: Path, tree: yaml.Node, given: Collection[str] = ()) -> None:
    """Raise while a question is open.

    Parameters
    ----------
    path : of the study file, for the message.
    tree : from `yaml_lines.load`.
    given : dotted keys that were given as parameters: they answer what the file asks there.

    Raises
    ------
    InputError
        Naming every question with its line.
    """
    found = [(line, key, value) for line, key, value in _questions(tree, "", set()) if key not in given]
    if not found:
        return
    head = "1 question is open" if len(found) == 1 else f"{len(found)} questions are open"
    lines = "".join(f"\n  line {line}: {key}: {value}" for line, key, value in found)
    told = 'Take the "? " away where the value is right, or write another; the comment beside it says what else may be.'
    raise InputError(f"{head} in the study{lines}", file=path, remedy=told)


def _questions(node: yaml.Node, key: str, met: set[int]) -> Iterator[tuple[int, str, str]]:
    """Line, dotted key and value of each, in the order of the file; each node is met once, whatever its aliases."""
    if id(node) in met:
        return
    met.add(id(node))
    if isinstance(node, yaml.MappingNode):
        for name, below in node.value:
            if key or name.value in _ASKING:
                yield from _questions(below, f"{key}.{name.value}" if key else str(name.value), met)
    elif isinstance(node, yaml.SequenceNode):
        for below in node.value:
            yield from _questions(below, key, met)
    elif asked(node.value):
        yield node.start_mark.line + 1, key, node.value
