"""A strict run of one notebook through papermill.

papermill only warns of an unknown parameter, overrides silently where the tag is missing, turns tuples into strings and
changes the directory of the whole process; here each of these is refused or avoided.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from kamlib.errors import InputError, StepError
from kamlib.run.notebook.kernels import manager
from kamlib.run.notebook.parameters import refuse

SYSTEM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EMFILE, errno.ENFILE)
NOT_STARTED = "Kernel died before replying"


def execute(notebook: Path, out: Path, parameters: Mapping[str, Any], step: str = "") -> None:
    """Run `notebook` with `parameters` and keep the executed copy at `out`; its kernel works beside the notebook.

    Where it is a `step` of a run, its kernel knows the name (as KAM_STEP) and keeps beside `out` what the page rests on.

    Raises
    ------
    InputError
        If no cell is tagged `parameters`, a parameter is not declared there, or a value would change its type on
        the way; or if the notebook itself refused its input, with the same message.
    OSError
        If the disk is full or can't be written to, or no more files may be opened.
    StepError
        If it failed in any other way.
    """
    import papermill
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    logging.getLogger("papermill").setLevel(logging.CRITICAL)  # what it tells is in the error
    refuse(notebook, parameters)
    out.parent.mkdir(parents=True, exist_ok=True)
    run = partial(
        papermill.execute_notebook,
        str(notebook),
        str(out),
        dict(parameters),
        kernel_name="python3",
        progress_bar=False,
        request_save_on_cell_execute=False,  # each time the whole, pictures and all
        autosave_cell_every=0,
        extra_arguments=["--log-level=CRITICAL"],  # kernels tell of their transport and shutdown
        kernel_manager_class=manager(notebook.resolve().parent, {"KAM_STEP": step}, out),
    )
    try:
        try:
            run()
        except RuntimeError as error:
            if NOT_STARTED not in str(error):
                raise
            run()  # most often another process took its port in between; no cell has run yet
    except PapermillExecutionError as error:
        if error.ename == "InputError":
            raise InputError(error.evalue) from None
        _of_the_system(error.evalue)
        trace = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(error.traceback))
        cell = error.cell_index + 1 - bool(parameters)  # counted from 1, without the cell that papermill puts in
        raise StepError(notebook.name, cell, f"{error.ename}: {error.evalue}", trace) from None
    except DeadKernelError:
        cause = "its process ended before it was done; most often memory ran out: close other programs, or use a larger machine"
        raise StepError(notebook.name, None, cause) from None
    except Exception as error:  # a kernel that never starts
        _of_the_system(str(error))
        raise StepError(notebook.name, None, f"{type(error).__name__}: {error}") from error


def _of_the_system(told: str) -> None:
    """Raise the error of the system that a message tells of: no space, a file system that takes nothing, no more open files."""
    for number in SYSTEM:
        if os.strerror(number) in told:
            raise OSError(number, os.strerror(number)) from None


def show_parameters(executed: Path, parameters: Mapping[str, Any]) -> None:
    """Let an executed notebook show other parameters than it ran with: those by which it can be run again where it lies now."""
    book = json.loads(executed.read_text(encoding="utf-8"))
    for cell in book["cells"]:
        if "injected-parameters" in cell["metadata"].get("tags", ()):
            lines = ["# Parameters", *(f"{name} = {value!r}" for name, value in parameters.items())]
            cell["id"] = "given"  # papermill draws one
            cell["source"] = "\n".join(lines).splitlines(keepends=True)
    book["metadata"]["papermill"] |= {
        "parameters": dict(parameters),
        "input_path": executed.name,
        "output_path": executed.name,
    }
    executed.write_text(json.dumps(book, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
