"""A process that has imported what notebooks need, and forks a kernel of itself for each: ``python -m kamlib.run.notebook.warm``.

It reads a line of JSON for each kernel (``argv``, ``env``, ``cwd``) and writes lines: ``{"started": pid}``, ``{"ready": pid}`` once
the kernel listens, ``{"ended": pid, "exit": status}``; or ``{"failed": why}``. With its input it ends, and all kernels with it.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import select
import signal
from contextlib import suppress
from importlib import import_module
from typing import Any

#: what the first notebook needs, and what the others need besides: that is imported while the first one runs
FIRST = (
    "ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.zmqshell", "ipykernel.debugger", "matplotlib_inline.backend_inline",
    "ibis.backends.duckdb", "matplotlib.pyplot", "pyarrow.parquet", "kamlib.intake", "kamlib.entities", "kamlib.facts",
    "kamlib.report.figures", "kamlib.report.readings", "kamlib.run",
)  # fmt: skip
THEN = (
    "scipy.stats", "lifelines", "sklearn.mixture", "kamlib.segments", "kamlib.churn", "kamlib.scoring", "kamlib.measures",
    "kamlib.risk", "kamlib.plan",
)  # fmt: skip
POLL = 0.02
RARELY = 50_000  # objects until garbage is looked for; at Python's 700 a tenth of a kernel's time goes into that


def main() -> None:
    """Fork kernels until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for the run, which then closes the input
    gc.disable()
    answers = os.dup(1)
    os.dup2(2, 1)
    try:
        for name in FIRST:
            import_module(name)
        _serve(answers, [*THEN])
    except (ImportError, MemoryError) as error:
        _tell(answers, failed=f"{type(error).__name__}: {error}")


def _serve(answers: int, later: list[str]) -> None:
    """Fork a kernel for each line; between them import what is to come later."""
    kernels: set[int] = set()
    asked = b""
    while True:
        waits = None if not kernels else 0 if later else POLL
        readable, _, _ = select.select([0], [], [], waits)
        if kernels and later and not readable:
            import_module(later.pop(0))
        for pid in [*kernels]:
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                kernels.remove(pid)
                _tell(answers, ended=pid, exit=os.waitstatus_to_exitcode(status))
        if not readable:
            continue
        read = os.read(0, 1 << 20)
        if not read:
            break
        *lines, asked = (asked + read).split(b"\n")
        for line in lines:
            gc.freeze()  # what is imported is no garbage: it stays shared, and no kernel looks through it
            pid = os.fork()
            if pid == 0:
                _kernel(answers, **json.loads(line))
                atexit._run_exitfuncs()
                os._exit(0)  # what libraries end at exit are threads of the parent, which a fork does not have
            kernels.add(pid)
            _tell(answers, started=pid)
    for pid in kernels:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _kernel(answers: int, argv: list[str], env: dict[str, str], cwd: str) -> None:
    from ipykernel.kernelapp import IPKernelApp

    gc.enable()
    gc.set_threshold(RARELY)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    app = IPKernelApp.instance(parent_handle=os.getppid())
    app.initialize(argv)  # type: ignore[no-untyped-call]
    _tell(answers, ready=os.getpid())
    os.close(answers)
    app.start()  # type: ignore[no-untyped-call]


def _tell(answers: int, **facts: Any) -> None:
    os.write(answers, json.dumps(facts).encode() + b"\n")


if __name__ == "__main__":
    main()
