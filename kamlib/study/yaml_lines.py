"""A YAML file → plain values and the tree of its lines, so that a mistake is named where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from kamlib.errors import InputError
from kamlib.passwords import INSTEAD, PASSWORD, shows


def of_the_kit(path: Path) -> Any:
    """What a YAML file of the kit holds."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


class _Loader(yaml.SafeLoader):
    """Safe YAML in which a day, the words on, off, yes and no, and 1:30 or 0x5A stay text: the model decides what they are."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [rule for rule in rules if not rule[0].endswith((":timestamp", ":bool", ":int"))]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})$"), list("-+0123456789")
)


_LARGEST = 2_000_000
_REMEDY = "Check indents, quotes and brackets there, and in the line above."
_REMEDIES = {
    "'\\t'": "Indent by blanks, not by tabs.",
    "mapping values are not allowed": "Keys of one section begin in one column; put text that holds ': ' in quotes.",
    "undefined alias": "Put text that begins with * or & in quotes.",
    "cannot start any token": "Put text that begins with such a mark in quotes.",
    "could not determine a constructor": "Take the tag away; put text that begins with ! in quotes.",
}


def load(path: Path, what: str, remedy: str) -> tuple[dict[Any, Any], yaml.Node]:
    """The keys and values of a YAML file, and its tree of nodes for `mistakes.checked`.

    Parameters
    ----------
    path : path of the file.
    what : what the file is, in words, e.g. "study file".
    remedy : what to do where there is none, or an empty one.

    Raises
    ------
    InputError
        If the file is missing, is a folder, is larger than anybody writes, is no UTF-8, is no YAML, holds no keys, or shows a password
        anywhere.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise _no_yaml(path, f"the {what} is larger than 2 MB, so it is hardly one", remedy)
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(f"no {what}", file=path, remedy=remedy) from None
    except UnicodeDecodeError as error:
        raise _no_yaml(path, f"the {what} is not UTF-8", "Save it as UTF-8.", found=str(error)) from None
    except OSError as error:
        if path.is_dir():
            inside = next((f" Give the file in it: {file}" for file in sorted(path.glob("*.y*ml"))), "")
            raise InputError(f"a folder, and no {what}", file=path, remedy=inside.strip() or remedy) from None
        raise InputError(f"the {what} can't be read", file=path, found=error.strerror) from None
    try:
        loader = _Loader(text)
        tree = loader.get_single_node()
        secret = _password(tree)
        raw = loader.construct_document(tree) if tree else None
    except yaml.YAMLError as error:
        mark, place = getattr(error, "problem_mark", None), getattr(error, "position", 0)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
        raise _no_yaml(
            path,
            f"the {what} is no valid YAML",
            next((told for words, told in _REMEDIES.items() if words in problem), _REMEDY),
            line=mark.line + 1 if mark else text.count("\n", 0, place) + 1,
            found=problem,
        ) from None
    except RecursionError:
        raise InputError(f"the {what} is nested too deeply", file=path) from None
    if tree is None or not isinstance(raw, dict):
        raise _no_yaml(path, f"the {what} holds no keys", remedy, line=1)
    if secret:
        raise InputError(f"{secret[0]}: {PASSWORD}", file=path, line=secret[1], remedy=INSTEAD)
    return raw, tree


def _no_yaml(path: Path, problem: str, remedy: str, **more: Any) -> InputError:
    """The error for a file that can't be read as YAML; what is called otherwise is likely a table."""
    if path.suffix.lower() not in (".yaml", ".yml"):
        remedy = f"If it holds a table, propose a study from it: kam init {path}"
    return InputError(problem, file=path, remedy=remedy, **more)


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
