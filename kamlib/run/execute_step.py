"""One notebook of a study, run into a folder of tables, and seen to make what it declares."""

from __future__ import annotations

import tempfile
from pathlib import Path

from kamlib.errors import InputError, StepError, some
from kamlib.run.notebook.execute import execute
from kamlib.run.notebook.steps import Step
from kamlib.run.present import Present, inputs

#: what the drivers of PostgreSQL and Spark call it
CUT = (
    *(
        "OperationalError",
        "AdminShutdown",
        "CrashShutdown",
        "CannotConnectNow",
        "ConnectionException",
        "ConnectionFailure",
    ),
    *("ConnectionDoesNotExist", "IdleSessionTimeout", "Py4JNetworkError"),
)


def execute_step(present: Present, folder: Path, step: Step, *, published: bool = False) -> None:
    """Run `step` for the study of `present` into `folder`: its tables, and the executed notebook in ``notebooks``.

    Parameters
    ----------
    published : whether its page is to be published: what it rests on is kept beside the executed notebook, and it may load
        no table that it does not declare.

    Raises
    ------
    InputError, StepError
        As of `execute`; or where the inputs or the kit changed meanwhile, or a declared table was not saved.
    """
    study, before = present.study, present.inputs
    with tempfile.TemporaryDirectory(dir=folder) as beside:
        as_read = Path(beside) / "study.yaml"  # as it was read: the user's file may be edited meanwhile
        as_read.write_text(study.to_yaml(), encoding="utf-8")
        given = {"study": str(as_read), "as_of": study.as_of.isoformat(), "run_dir": str(folder)}
        try:
            execute(step.path, folder / "notebooks" / step.path.name, given, step.name if published else "")
        except StepError as error:
            if study.embedded or error.cause.partition(":")[0] not in CUT:
                raise
            raise InputError(
                "the connection to the engine was cut",
                file=study.engine.url,
                found=error.cause,
                remedy="Run it again once the server answers.",
            ) from None
    missing = [name for name in step.makes if not present.kept(name)]
    if not missing:
        return
    if any(present.why_not(name) for name in missing) or inputs(study, present.memory) != before:
        raise InputError("the input files, or the kit, changed during the run", remedy="Run it again.")
    raise StepError(step.path.name, None, f"did not save {some(missing)} as it declares")
