"""Parameters of notebooks: wrong ones are refused before a kernel starts, and in the kernel where papermill let them through."""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kamlib.errors import InputError, some
from kamlib.passwords import shows


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

    Without a notebook, or a first cell that gives its `study`, there are none.
    """
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    cells = shell.user_ns.get("In", []) if shell else []
    if shell is None or len(cells) < 2 or "study" not in _assigned(cells[1]):
        return {}
    defaults = {
        target.id: node.value.value
        for node in ast.parse(cells[1]).body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return {name: (shell.user_ns[name], default) for name, default in defaults.items() if default is not None}


def _assigned(source: str) -> set[str]:
    found = (node.targets for node in ast.parse(source).body if isinstance(node, ast.Assign))
    return {target.id for targets in found for target in targets if isinstance(target, ast.Name)}
