"""Kernels of notebooks: forked warm from a process that has imported everything, or started in the ordinary way."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Protocol
from uuid import uuid4

from kamlib.errors import InputError

LINUX = sys.platform.startswith("linux")
FORKS = LINUX  # a fork of a process with the system's frameworks of macOS is not safe
FILES = 256  # open files that a run needs at least
END = 2.0  # seconds that the warm process may take to end
START = 60.0  # seconds that the imports and the start of a kernel may take


class _Process(Protocol):
    def kill(self) -> None: ...


_RUNNING: dict[_Process, Path] = {}
_STARTING = threading.Lock()
_warm: _Warm | None = None


def warm_up() -> None:
    """From now on fork kernels from a process that has imported everything, where the system has fork.

    Raises
    ------
    InputError
        If the system allows too few open files for that.
    """
    global _warm
    _enough_files()
    with _STARTING:
        if _warm is None and FORKS:
            _warm = _Warm()


def _enough_files() -> None:
    if sys.platform == "win32":
        return
    import resource

    own, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if own != resource.RLIM_INFINITY and own < FILES:
        if most != resource.RLIM_INFINITY and most < FILES:
            raise InputError("the system allows too few open files", found=own, remedy=f"Raise it: ulimit -n {FILES}.")
        resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, most))


def cool_down() -> None:
    """End that process; kernels start in the ordinary way again."""
    global _warm
    if _warm is not None:
        _warm.close()
        _warm = None


def stop_kernels(folder: Path | None = None) -> None:
    """End the kernels of all notebooks that run now, in whatever thread, or of those whose copies come into `folder`; each of
    these fails with a StepError.
    """
    for process, out in [*_RUNNING.items()]:
        if folder is None or out.is_relative_to(folder):
            process.kill()
    if folder is None and _warm:
        for child in [*_warm.kernels.values()]:
            child.kill()


def manager(folder: Path, more: Mapping[str, str], out: Path) -> type:
    """A manager of kernels that work in `folder` with `more` in their environment, and whose processes are kept in sight, as those
    of the executed copy `out`.

    No thread may change the directory of the whole process; and a kernel does not hear a Ctrl-C by itself.
    """
    from jupyter_client.manager import AsyncKernelManager
    from jupyter_client.provisioning.local_provisioner import LocalProvisioner

    class Forked(LocalProvisioner):
        """Asks the warm process for a kernel where the ordinary one starts Python."""

        async def launch_kernel(self, cmd: list[str], **options: Any) -> Any:
            assert _warm is not None
            argv, env = cmd[cmd.index("-f") :], options["env"]
            try:
                child: Any = await asyncio.to_thread(_warm.kernel, argv, env, str(options["cwd"]))
            except RuntimeError:  # then the ordinary way
                return await super().launch_kernel(cmd, **options)
            self.process, self.pid = child, child.pid
            return self.connection_info

    class Manager(AsyncKernelManager):
        _process: Any = None

        async def start_kernel(self, **options: Any) -> None:  # type: ignore[override]
            options |= {"cwd": str(folder), "env": {**os.environ, **more}}
            if LINUX:  # a port that was free may be taken before the kernel binds it; a name of its own, without a file, is not
                self.transport, self.ip = "ipc", f"@kam-{uuid4().hex}"
            if _warm is not None:
                self.kernel_id = "forked"
                self.provisioner = Forked(kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self)
            await super().start_kernel(**options)
            if process := getattr(self.provisioner, "process", None):
                self._process = process
                _RUNNING[process] = out

        async def cleanup_resources(self, restart: bool = False) -> None:  # type: ignore[override]
            await super().cleanup_resources(restart=restart)
            _RUNNING.pop(self._process, None)

    return Manager


class _Warm:
    """The warm process, and what it has told of its kernels."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-Xfrozen_modules=off", "-m", "kamlib.run.notebook.warm"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self._asking = threading.Lock()
        self._started: SimpleQueue[_Child | None] = SimpleQueue()
        self._failed = "its process ended"
        self.kernels: dict[int, _Child] = {}
        threading.Thread(target=self._listen, daemon=True).start()

    def kernel(self, argv: list[str], env: Mapping[str, str], cwd: str) -> _Child:
        """A new kernel that listens already."""
        assert self._process.stdin
        with self._asking:
            with suppress(BrokenPipeError):  # it has ended, and told why
                self._process.stdin.write(json.dumps({"argv": argv, "env": dict(env), "cwd": cwd}).encode() + b"\n")
                self._process.stdin.flush()
            child = self._first_answer()
        if child is None:
            self._started.put(None)  # also for who asks next
            raise RuntimeError(f"no kernel can be started: {self._failed}; most often memory ran out")
        if not child.ready.wait(START) or child.status is not None:
            child.kill()
            raise RuntimeError(f"the kernel did not start (exit status {child.status}); most often memory ran out")
        return child

    def _first_answer(self) -> _Child | None:
        try:
            return self._started.get(timeout=START)
        except Empty:
            self._failed = f"its process gave no answer for {START:.0f} s"
            self._process.kill()
            return None

    def close(self) -> None:
        """End the process; its kernels end with it."""
        assert self._process.stdin
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(END)
        except subprocess.TimeoutExpired:  # it is in the midst of an import
            self._process.kill()
            self._process.wait()

    def _listen(self) -> None:
        assert self._process.stdout
        with self._process.stdout as answers:
            for line in answers:
                told = json.loads(line)
                if pid := told.get("started"):
                    self.kernels[pid] = _Child(pid)
                    self._started.put(self.kernels[pid])
                elif pid := told.get("ready"):
                    self.kernels[pid].ready.set()
                elif "failed" in told:
                    self._failed = told["failed"]
                else:
                    self.kernels.pop(told["ended"]).end(told["exit"])
        for child in self.kernels.values():
            child.end(-signal.SIGKILL)
        self._started.put(None)


class _Child:
    """A forked kernel, as jupyter_client sees a process."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.status: int | None = None
        self.ready, self._ended = threading.Event(), threading.Event()

    def end(self, status: int) -> None:
        self.status = status
        self.ready.set()
        self._ended.set()

    def poll(self) -> int | None:
        return self.status

    def wait(self) -> int | None:
        self._ended.wait()
        return self.status

    def send_signal(self, number: int) -> None:
        if self.status is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)
