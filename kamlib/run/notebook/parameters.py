"""Parameters of notebooks: wrong ones are refused before a kernel starts, and in the kernel where papermill let them through."""

from __future__ import annotations

import ast
import math
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from kamlib.errors import InputError, some
from kamlib.passwords import shows
from kamlib.run.notebook.steps import notebook_steps


def refuse(notebook: Path, parameters: Mapping[str, Any]) -> None:
    """Raise unless a notebook declares every parameter in its tagged cell, and each value keeps its type on the way.

    Raises
    ------
    InputError
        Naming the notebook, the parameter and what it takes.
    """
    import nbformat
    import papermill

    if not notebook.is_file():
        raise InputError("no such notebook", file=notebook)
    cells = nbformat.read(notebook, as_version=4).cells
    if not any("parameters" in cell.metadata.get("tags", ()) for cell in cells):
        raise InputError(
            "no cell is tagged 'parameters'", file=notebook, remedy="Tag the cell that holds the defaults."
        )
    declared = papermill.inspect_notebook(str(notebook))
    if unknown := sorted(set(parameters) - set(declared)):
        raise InputError(
            f"unknown parameters {some(unknown)}", file=notebook, remedy=f"It takes {', '.join(sorted(declared))}."
        )
    for name, value in parameters.items():
        if shows(str(value)):
            raise InputError(f"the parameter {name!r} shows a password, and a notebook keeps it", file=notebook)
        if not _survives(value):
            raise InputError(
                f"the parameter {name!r} would lose its type on the way to the notebook",
                file=notebook,
                found=f"{value!r} ({type(value).__name__})",
                remedy="Give text, a number, true, false, nothing, or lists and keys of these.",
            )


def _survives(value: object) -> bool:
    if isinstance(value, list):
        return all(_survives(item) for item in value)
    if isinstance(value, dict):
        return all(isinstance(key, str) and _survives(item) for key, item in value.items())
    return value is None or type(value) in (bool, int, float, str)


def undeclared() -> list[str]:
    """The names that papermill put into the notebook which runs here, and that its own cell of parameters does not have.

    papermill only warns of them; without a notebook there are none.
    """
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    cells = shell.user_ns.get("In", []) if shell else []
    if len(cells) < 3 or not cells[2].startswith("# Parameters\n"):  # the first is empty, the second the notebook's own
        return []
    return sorted(_assigned(cells[2]) - _assigned(cells[1]))


def own() -> dict[str, tuple[Any, Any]]:
    """Value and default of each parameter of the notebook which runs here that has a default of its own, not that of the study.

    The default is that of the kit's notebook with these parameters, whatever a reader wrote into the cell before it ran; in
    another notebook, the first value. Without a cell that gives `study` there are none.

    Raises
    ------
    InputError
        If a value is none of those that stand beside its line.
    """
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    cells = shell.user_ns.get("In", []) if shell else []
    here = [cell for cell in cells if "study" in _assigned(cell)]
    kit = [step.code for step in notebook_steps()]
    source = next((one for one in kit if any(_literals(one).keys() <= _assigned(cell) for cell in here)), None)
    source = source or next(iter(here), "")
    beside = dict(re.findall(r"^(\w+) = .+?  # (.+)$", source, re.M))
    found = {name: (shell.user_ns[name], default) for name, default in _literals(source).items() if default is not None}  # type: ignore[union-attr]
    for name, (value, default) in found.items():
        if not _allowed(value, default, beside.get(name, "")):
            takes = beside.get(name, f"a value such as {default!r}")
            raise InputError(f"the parameter {name} can't be that", found=value, remedy=f"It takes {takes}.")
    return found


def _allowed(value: object, default: object, beside: str) -> bool:
    """Whether a value is of the kind of the default, and one of those told by the words beside it, such as "0 to 1" or "net or drop"."""
    if isinstance(default, list):
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    if isinstance(default, str):
        choices = re.split(", | or ", beside)
        return isinstance(value, str) and (value in choices or len(choices) == 1)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    bounds = [float(bound.replace(",", "")) for bound in re.findall(r"\d[\d,.]*\b", beside)]
    low, high = bounds[0] if bounds else -math.inf, bounds[1] if len(bounds) > 1 else math.inf
    return low < value <= high if "above" in beside else low <= value <= high


def _assigned(source: str) -> set[str]:
    try:
        found = (node.targets for node in ast.parse(source).body if isinstance(node, ast.Assign))
        return {target.id for targets in found for target in targets if isinstance(target, ast.Name)}
    except SyntaxError:  # a line that the reader had not got right yet, or that is not of Python
        return set()


def _literals(source: str) -> dict[str, Any]:
    """Names and values of the assignments that code begins with, those of calculated values left out."""
    found: dict[str, Any] = {}
    for node in ast.parse(source).body:
        if not isinstance(node, ast.Assign):
            break
        with suppress(ValueError):
            found |= {ast.unparse(target): ast.literal_eval(node.value) for target in node.targets}
    return found
