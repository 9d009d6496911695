"""Notebooks as steps: what each needs and makes, their order, and a strict run of one through papermill.

papermill only warns of an unknown parameter, overrides silently where the tag is missing and turns tuples into
strings; here each of these is refused before a kernel starts.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from typing import Any
from weakref import WeakSet

from kamlib.errors import InputError, some

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "notebooks"
_KERNELS: WeakSet[Popen[bytes]] = WeakSet()


class StepError(RuntimeError):
    """A notebook failed for a reason that is not the user's input: names the notebook, the cell and the cause.

    `log` is the file with the details, once a run wrote one.
    """

    log: Path | None = None

    def __init__(self, notebook: str, cell: int | None, cause: str, trace: str = "") -> None:
        self.notebook, self.cell, self.cause, self.trace = notebook, cell, cause, trace
        where = f"{notebook}, cell {cell}" if cell is not None else notebook
        super().__init__(f"{where}: {cause}")


@dataclass(frozen=True)
class Step:
    """One notebook of the study: its file, short title, the question it opens with, the tables it needs and makes."""

    path: Path
    title: str
    question: str
    needs: tuple[str, ...]
    makes: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.path.stem


def notebook_steps(folder: Path = FOLDER) -> list[Step]:
    """The numbered notebooks of `folder`, each after those that make what it needs, else in reading order.

    Raises
    ------
    InputError
        If there are none, a notebook declares nothing, a needed table is made by none, or they wait for each other.
    """
    import nbformat

    found = []
    for path in sorted(folder.glob("[0-9][0-9]_*.ipynb")):
        book = nbformat.read(path, as_version=4)
        declared = book.metadata.get("kam")
        if not declared:
            raise InputError(
                "the notebook does not declare what it needs and makes", file=path, remedy="Add `kam` to its metadata."
            )
        question = next(
            (cell.source.splitlines()[0] for cell in book.cells if cell.source.startswith("# ")), ""
        ).lstrip("# ")
        found.append(Step(path, declared["title"], question, tuple(declared["needs"]), tuple(declared["makes"])))
    if not found:
        raise InputError(
            "no notebooks of the study", file=folder, remedy="Install kam from its folder: pip install -e ."
        )
    made = {table for step in found for table in step.makes}
    if missing := sorted({table for step in found for table in step.needs} - made):
        raise InputError(f"no notebook makes {some(missing)}", file=folder)
    ordered: list[Step] = []
    ready: set[str] = set()
    while len(ordered) < len(found):
        step = next((s for s in found if s not in ordered and ready.issuperset(s.needs)), None)
        if step is None:
            waiting = [s.name for s in found if s not in ordered]
            raise InputError(f"the notebooks {some(waiting)} wait for each other", file=folder)
        ordered.append(step)
        ready.update(step.makes)
    return ordered


def execute(notebook: Path, out: Path, parameters: Mapping[str, Any]) -> None:
    """Run `notebook` with `parameters` and keep the executed copy at `out`.

    Raises
    ------
    InputError
        If no cell is tagged `parameters`, a parameter is not declared there, or a value would change its type on
        the way; or if the notebook itself refused its input, with the same message.
    StepError
        If it failed in any other way.
    """
    import papermill
    from papermill.exceptions import PapermillExecutionError

    logging.getLogger("papermill").setLevel(logging.CRITICAL)  # what it tells is in the error
    _refuse(notebook, parameters)
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        papermill.execute_notebook(
            str(notebook),
            str(out),
            dict(parameters),
            kernel_name="python3",
            progress_bar=False,
            cwd=str(notebook.parent),
            extra_arguments=["--log-level=CRITICAL"],  # kernels tell of their transport and shutdown
            kernel_manager_class=_manager(),
        )
    except PapermillExecutionError as error:
        if error.ename == "InputError":
            raise InputError(error.evalue) from None
        trace = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(error.traceback))
        cell = error.cell_index + 1 - bool(parameters)  # counted from 1, without the cell that papermill puts in
        raise StepError(notebook.name, cell, f"{error.ename}: {error.evalue}", trace) from None
    except Exception as error:  # a kernel that dies, runs out of memory or never starts
        raise StepError(notebook.name, None, f"{type(error).__name__}: {error}") from error


def stop_kernels() -> None:
    """End the kernels of all notebooks that run now, in whatever thread; each of these fails with a StepError."""
    for process in [*_KERNELS]:
        process.kill()


def _manager() -> type:
    """A manager of kernels that keeps their processes in sight; a kernel does not hear a Ctrl-C by itself."""
    from jupyter_client.manager import AsyncKernelManager

    class Manager(AsyncKernelManager):
        async def start_kernel(self, **options: Any) -> None:  # type: ignore[override]
            await super().start_kernel(**options)
            if process := getattr(self.provisioner, "process", None):
                _KERNELS.add(process)

    return Manager


def _refuse(notebook: Path, parameters: Mapping[str, Any]) -> None:
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
