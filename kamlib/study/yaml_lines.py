"""A YAML file → plain values and the line of each, so that a mistake is named where it stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from kamlib.errors import InputError
from kamlib.passwords import INSTEAD, PASSWORD, shows


class _Loader(yaml.SafeLoader):
    """Safe YAML in which a day and the words on, off, yes and no stay text: the model decides what they are."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [rule for rule in rules if not rule[0].endswith((":timestamp", ":bool"))]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def load(path: Path, what: str, remedy: str) -> tuple[dict[Any, Any], yaml.Node]:
    """The keys and values of a YAML file, and its tree of nodes for `mistakes`.

    Parameters
    ----------
    path : path of the file.
    what : what the file is, in words, e.g. "study file".
    remedy : what to do where there is none, or an empty one.

    Raises
    ------
    InputError
        If the file is missing, is no UTF-8, is no YAML, holds no keys, holds a key twice, or shows a password anywhere.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(f"no {what}", file=path, remedy=remedy) from None
    except UnicodeDecodeError as error:
        raise InputError(f"the {what} is not UTF-8", file=path, found=str(error), remedy="Save it as UTF-8.") from None
    except OSError as error:
        raise InputError(f"the {what} can't be read", file=path, found=error.strerror) from None
    try:
        loader = _Loader(text)
        tree = loader.get_single_node()
        double, secret = _repeated_key(tree), _password(tree)
        raw = loader.construct_document(tree) if tree else None
    except yaml.YAMLError as error:
        mark, place = getattr(error, "problem_mark", None), getattr(error, "position", 0)
        raise InputError(
            f"the {what} is no valid YAML",
            file=path,
            line=mark.line + 1 if mark else text.count("\n", 0, place) + 1,
            found=getattr(error, "problem", None) or getattr(error, "reason", None) or str(error),
        ) from None
    except RecursionError:
        raise InputError(f"the {what} is nested too deeply", file=path) from None
    if tree is None or not isinstance(raw, dict):
        raise InputError(f"the {what} holds no keys", file=path, line=1, remedy=remedy)
    if secret:
        raise InputError(f"{secret[0]}: {PASSWORD}", file=path, line=secret[1], remedy=INSTEAD)
    if double:
        raise InputError(f"the key {double[0]!r} stands twice", file=path, line=double[1], remedy="Keep one.")
    return raw, tree


def value(text: str) -> Any:
    """One value as it would be read from a file, e.g. from the command line.

    Raises
    ------
    InputError
        If `text` is no YAML.
    """
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise InputError(
            "the value is no YAML", found=text, remedy=f"{getattr(error, 'problem', None) or error}."
        ) from None


def given(pairs: Iterable[str]) -> dict[str, Any]:
    """Values of a study as the command line gives them, ``key=value`` each.

    Raises
    ------
    InputError
        Naming --set, for one without a key or with a value that is no YAML.
    """
    values = {}
    for pair in pairs:
        key, mark, text = pair.partition("=")
        if not (key and mark):
            raise InputError("--set needs key=value", found=pair, remedy="For example --set churn.horizon_days=90.")
        try:
            values[key] = value(text)
        except InputError as error:
            raise InputError(f"--set {key}: {error.problem}", found=text, remedy=error.remedy) from None
    return values


def put(raw: dict[Any, Any], key: str, value: object) -> None:
    """Set the value at a dotted key in the values of a file, in place; sections that are not there are made.

    Raises
    ------
    InputError
        If the key leads through something that holds no keys, or the value shows a password.
    """
    if shows(key) or shows(str(value)):
        raise InputError(PASSWORD, remedy=INSTEAD)
    *path, last = key.split(".")
    for name in path:
        if raw.get(name) is None:
            raw[name] = {}
        raw = raw[name]
        if not isinstance(raw, dict):
            raise InputError(f"the key {key!r} leads through {name!r}, which holds no keys", found=raw)
    raw[last] = value


def mistakes(error: ValidationError, tree: yaml.Node, given: Collection[str] = ()) -> list[str]:
    """Each mistake in words: the line of the file, the dotted key, what is wrong and what was found.

    Parameters
    ----------
    error : what pydantic found in the values of the file.
    tree : from `load`.
    given : dotted keys that were not read from the file but given as parameters, so that no line is theirs.
    """
    return [_mistake(item, tree, given) for item in error.errors()]


def _mistake(item: Any, tree: yaml.Node, given: Collection[str]) -> str:
    where = ".".join(str(part) for part in item["loc"] if part != "[key]")
    line, whole = _line(tree, item["loc"])
    by_parameter = any(
        f"{where}.".startswith(f"{key}.") or (not whole and key.startswith(f"{where}.")) for key in given if where
    )
    place = f"{'as given' if by_parameter else f'line {line}'}: {where or 'the whole'}"
    if item["type"] == "missing":
        return f"{place}: missing, and it has no default"
    if item["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        message = "unknown key; remove it or mend its spelling"
    elif item["type"] == "model_type":
        message = "expected keys and values below it"
    else:
        message = item["msg"].removeprefix("Value error, ")
    found = item.get("input")
    hidden = item["type"] == "extra_forbidden" or isinstance(found, dict | list | BaseModel)  # it may be a password
    shown = "" if hidden else f"; found {found!r}"
    return f"{place}: {message}{shown}"


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


def _password(tree: yaml.Node | None) -> tuple[str, int] | None:
    """The dotted key of the first value that shows a password, and its line."""
    waiting, met = [("", tree)], set()
    while waiting:
        where, node = waiting.pop()
        if id(node) in met:
            continue
        met.add(id(node))
        if isinstance(node, yaml.ScalarNode) and shows(node.value):
            return where or "the whole", node.start_mark.line + 1
        if isinstance(node, yaml.SequenceNode):
            waiting += [(where, item) for item in reversed(node.value)]
        elif isinstance(node, yaml.MappingNode):
            for key, value in reversed(node.value):
                named = key.value if isinstance(key, yaml.ScalarNode) else ""
                waiting += [(f"{where}.{named}".removeprefix("."), value), (where, key)]
    return None


def _repeated_key(tree: yaml.Node | None) -> tuple[str, int] | None:
    """The first key that stands twice in one mapping, and its line. Each node is met once, whatever its aliases."""
    waiting, met = [tree], set()
    while waiting:
        node = waiting.pop()
        if id(node) in met:
            continue
        met.add(id(node))
        if isinstance(node, yaml.MappingNode):
            seen = set()
            for key, value in node.value:
                if str(key.value) in seen:
                    return str(key.value), key.start_mark.line + 1
                seen.add(str(key.value))
                waiting.append(value)
        elif isinstance(node, yaml.SequenceNode):
            waiting += node.value
    return None
