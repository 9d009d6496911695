"""The values of a YAML file, checked whole: a mistake is named with its line, its key, what was found and what to do."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from kamlib.errors import InputError
from kamlib.study.mistakes.spelling import keys_at
from kamlib.study.mistakes.words import words

M = TypeVar("M", bound=BaseModel)


def checked(
    model: type[M], raw: dict[Any, Any], tree: yaml.Node, *, file: Path, what: str, given: Collection[str] = ()
) -> M:
    """The values of a file as `model`.

    Parameters
    ----------
    raw, tree : from `yaml_lines.load`.
    file, what : the file, and what it is in words, e.g. "study".
    given : dotted keys that were not read from the file but given as parameters, so that no line is theirs.

    Raises
    ------
    InputError
        If a rule is broken or a key stands twice: all mistakes in the order of their lines, those as given last.
    """
    wrong = [(float(line), f"line {line}: {key}: stands twice; keep one") for key, line in _repeated(tree)]
    try:
        made = model.model_validate(raw)
    except ValidationError as error:
        wrong += [_mistake(item, tree, model, given) for item in error.errors()]
    if wrong:
        lines = [line for _, line in sorted(dict.fromkeys(wrong), key=lambda mistake: mistake[0])]
        head = f"{len(lines)} mistakes in the {what}" if len(lines) > 1 else f"a mistake in the {what}"
        raise InputError(head + "".join(f"\n  {line}" for line in lines), file=file)
    return made


def in_words(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """Each mistake that was found in values which stand in no file: its dotted key, what is wrong, what was found."""
    return [f"{_key(item)}: {_words(item, model)}" for item in error.errors()]


def _mistake(item: Any, tree: yaml.Node, model: type[BaseModel], given: Collection[str]) -> tuple[float, str]:
    """The line of a mistake, and its words; one that was given stands behind all lines."""
    where = _key(item)
    line, whole = _line(tree, item["loc"])
    by_parameter = any(
        f"{where}.".startswith(f"{key}.") or (not whole and key.startswith(f"{where}.")) for key in given if where
    )
    place = f"{'as given' if by_parameter else f'line {line}'}: {where or 'the whole'}"
    return float("inf") if by_parameter else line, f"{place}: {_words(item, model)}"


def _key(item: Any) -> str:
    return ".".join(str(part) for part in item["loc"] if part != "[key]")


def _words(item: Any, model: type[BaseModel]) -> str:
    sections = {name: inside for name in keys_at(model, ()) if (inside := keys_at(model, [name]))}
    return words(item, keys_at(model, item["loc"][:-1]), sections)


def _line(node: yaml.Node | None, loc: tuple[int | str, ...]) -> tuple[int, bool]:
    """The line of a key path, or of the nearest part of it that stands in the file; and whether all of it does."""
    line = node.start_mark.line + 1 if node else 1
    for part in loc:
        if isinstance(node, yaml.MappingNode):
            pairs = [(key, value) for key, value in node.value if key.value == str(part)]
            if not pairs:
                return line, False
            key, node = pairs[-1]
            line = key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            return line, False
    return line, True


def _repeated(tree: yaml.Node | None) -> list[tuple[str, int]]:
    """The dotted keys that stand twice in one mapping, and the line of each. Each node is met once, whatever its aliases."""
    waiting, met, found = [("", tree)], set[int](), list[tuple[str, int]]()
    while waiting:
        path, node = waiting.pop()
        if id(node) in met:
            continue
        met.add(id(node))
        if isinstance(node, yaml.MappingNode):
            seen = set[str]()
            for key, value in node.value:
                name = f"{path}{key.value}" if isinstance(key.value, str) else path
                if name in seen:
                    found.append((name, key.start_mark.line + 1))
                seen.add(name)
                waiting.append((f"{name}.", value))
        elif isinstance(node, yaml.SequenceNode):
            waiting += [(f"{path}{place}.", value) for place, value in enumerate(node.value)]
    return found
