"""The warm process by itself: lines in, lines out."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kamlib.run.notebook import kernels, warm

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.skipif(not kernels.FORKS, reason="kernels are forked on Linux only")


@pytest.mark.kernel
def test_it_tells_of_each_kernel_as_it_starts_listens_and_ends_and_ends_with_its_input(tmp_path):
    """Half a line is waited for; a Ctrl-C is not for it; with its input all kernels end."""

    def asked(name: str) -> bytes:
        line = {"argv": ["-f", str(tmp_path / f"{name}.json")], "env": {**os.environ, "A": name}, "cwd": str(tmp_path)}
        return json.dumps(line).encode() + b"\n"

    def answer() -> dict[str, int]:
        return json.loads(process.stdout.readline())

    command = [sys.executable, "-m", "kamlib.run.notebook.warm"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        try:
            process.stdin.write(asked("one") + asked("other")[:20])
            process.stdin.flush()
            one = answer()["started"]
            assert answer() == {"ready": one} and (tmp_path / "one.json").exists()
            process.stdin.write(asked("other")[20:])
            process.stdin.flush()
            other = answer()["started"]
            assert answer() == {"ready": other}
            process.send_signal(signal.SIGINT)
            os.kill(one, signal.SIGKILL)
            assert answer() == {"ended": one, "exit": -signal.SIGKILL}
            assert Path(f"/proc/{other}/cwd").resolve() == tmp_path
        finally:
            process.stdin.close()
        assert process.wait(60) == 0
        until = time.monotonic() + 3
        while Path(f"/proc/{other}/cwd").exists() and time.monotonic() < until:
            time.sleep(0.05)
        assert not Path(f"/proc/{other}/cwd").exists()


def test_it_imports_each_package_of_the_kit_that_a_notebook_uses():
    """Else each kernel would import it again, and no kernel would be slower than it must be."""
    from kamlib.run.notebook.code import _imported
    from kamlib.run.notebook.steps import notebook_steps

    used = {name for step in notebook_steps() for name in _imported(step.code) if name.count(".") == 1}
    packages = {name for name in used if (ROOT / name.replace(".", "/")).is_dir()} - {
        "kamlib.report",
        "kamlib.study",
        "kamlib.run",
    }
    assert packages <= {*warm.FIRST, *warm.THEN}
