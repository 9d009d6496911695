"""Every message that refuses what was given, read off the code: what it says, what to do, and where it comes from."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import NamedTuple

import yaml

ROOT = Path(__file__).resolve().parents[2]
HELP = ROOT / "docs" / "messages.yaml"
GAP = re.compile("‹[^›]*›|…")  #: what a message fills in: a name, a number, a file


class Message(NamedTuple):
    """One message: its text and its remedy with gaps, the module, and the line on which it is raised."""

    text: str
    remedy: str
    module: str
    line: int


class _Module:
    """The tree of a module, with what a name stands for in it."""

    def __init__(self, path: Path) -> None:
        self.name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.parent = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    def calls(self, *names: str) -> Iterator[ast.Call]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and (getattr(node.func, "id", "") or getattr(node.func, "attr", "")) in names:
                yield node

    def _function(self, node: ast.AST) -> ast.FunctionDef | None:
        while node in self.parent and not isinstance(node, ast.FunctionDef):
            node = self.parent[node]
        return node if isinstance(node, ast.FunctionDef) else None

    def _behind(self, node: ast.Name) -> Iterator[ast.AST]:
        """What a name may hold: what is assigned to it around it, or what callers in the module give for it."""
        function = self._function(node)
        given = [arg.arg for arg in [*function.args.args, *function.args.kwonlyargs]] if function else []
        if function and node.id in given:
            place = given.index(node.id) - (given[0] == "self")
            for call in self.calls(function.name):
                named = [keyword.value for keyword in call.keywords if keyword.arg == node.id]
                yield from named or call.args[place : place + 1]
        for one in ast.walk(self.tree):
            if isinstance(one, ast.Assign | ast.AugAssign | ast.For | ast.NamedExpr):
                targets = one.targets if isinstance(one, ast.Assign) else [one.target]
                value = one.iter if isinstance(one, ast.For) else one.value
                if self._function(one) not in (function, None):
                    continue
                for target in targets:
                    pairs = [(target, value)]
                    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                        pairs = list(zip(target.elts, value.elts, strict=False))
                    yield from (there for name, there in pairs if getattr(name, "id", "") == node.id)
            elif isinstance(one, ast.ImportFrom) and node.id in [alias.name for alias in one.names]:
                yield from _constants(one.module or "").get(node.id, ())

    def told(self, call: ast.Call) -> Iterator[tuple[ast.AST, ast.AST | None]]:
        """The problem and the remedy of a call, or those that callers give together where both come from them."""
        problem = call.args[0]
        remedy = next((keyword.value for keyword in call.keywords if keyword.arg == "remedy"), None)
        function = self._function(call)
        given = [arg.arg for arg in function.args.args] if function else []
        places = [
            given.index(getattr(node, "id", "")) for node in (problem, remedy) if getattr(node, "id", "") in given
        ]
        if len(places) == 2:
            yield from (
                (c.args[places[0]], c.args[places[1]]) for c in self.calls(function.name) if len(c.args) > max(places)
            )
        else:
            yield problem, remedy

    def texts(self, node: ast.AST | None, depth: int = 0) -> list[str]:
        """The texts that an expression may come to, with gaps for what is known only at work; none where it is all gap."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return [node.value]
        if isinstance(node, ast.IfExp):
            return [*self.texts(node.body, depth), *self.texts(node.orelse, depth)]
        if isinstance(node, ast.BoolOp):
            return [text for value in node.values for text in self.texts(value, depth)]
        if isinstance(node, ast.JoinedStr):
            return _joined([self.texts(part, depth) for part in node.values])
        if isinstance(node, ast.FormattedValue):
            inner = self.texts(node.value, depth) if isinstance(node.value, ast.IfExp) else []
            return inner or [_gap(node.value)]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return _joined([self.texts(side, depth) or [_gap(side)] for side in (node.left, node.right)])
        if isinstance(node, ast.Name) and depth < 4:
            return [text for behind in self._behind(node) for text in self.texts(behind, depth + 1)]
        return []


def _gap(node: ast.AST) -> str:
    """What stands in the place of an expression: its name, if it has a plain one."""
    if isinstance(node, ast.Call) and len(node.args) == 1:
        node = node.args[0]
    name = getattr(node, "id", "") or getattr(node, "attr", "")
    return f"‹{name.strip('_')}›" if name else "…"


def _real(texts: list[str]) -> list[str]:
    """Those texts that say something beside their gaps, once each."""
    return [text.strip() for text in dict.fromkeys(texts) if GAP.sub("", text).strip(" :.\n")]


def _joined(parts: list[list[str]]) -> list[str]:
    return ["".join(chosen) for chosen in product(*parts)]


@cache
def _constants(module: str) -> dict[str, list[ast.AST]]:
    path = ROOT.joinpath(*module.split(".")).with_suffix(".py")
    body = ast.parse(path.read_text(encoding="utf-8")).body if path.is_file() else []
    return {
        node.targets[0].id: [node.value]
        for node in body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }


@cache
def messages() -> tuple[Message, ...]:
    """All messages, by module and line; those that only pass on the message of another error are that one's."""
    found = []
    for path in sorted(path for top in ("kamlib", "kam_teaching") for path in (ROOT / top).rglob("*.py")):
        module = _Module(path)
        refusals = ("InputError", "ValueError") if module.name.startswith("kamlib.study") else ("InputError",)
        for call in sorted(module.calls(*refusals), key=lambda call: call.lineno):
            for problem, remedy in module.told(call):
                told = " Or: ".join(_real(module.texts(remedy)))
                found += [Message(text, told, module.name, call.lineno) for text in _real(module.texts(problem))]
    return tuple(found)


def messages_page() -> str:
    """The page: a table for each package, and what was written by hand below those that puzzle most."""
    helped = yaml.safe_load(HELP.read_text(encoding="utf-8"))
    parts = [helped.pop("head")]
    for package, told in helped.pop("packages").items():
        rows = [one for one in messages() if one.module.split(".")[:2] == package.split(".")]
        lines = ["| message | what to do | raised in |", "|---|---|---|"]
        for text in dict.fromkeys(one.text for one in rows):
            same = [one for one in rows if one.text == text]
            remedy = " Or: ".join(dict.fromkeys(one.remedy for one in same if one.remedy))
            where = ", ".join(dict.fromkeys(f"`{one.module.removeprefix('kamlib.')}`" for one in same))
            lines.append(f"| {_cell(text)} | {_cell(remedy)} | {where} |")
        parts += [f"## {told}", "\n".join(lines)]
        parts += [f"**{_cell(text)}** {words}" for text, words in helped.get(package, {}).items()]
    return "\n\n".join(parts) + "\n"


def _cell(text: str) -> str:
    """A text that stands in a cell of a table as it is."""
    flat = " ".join(text.split())
    return "".join("\\" + letter if letter in "\\|*_[]<>`$" else letter for letter in flat)
