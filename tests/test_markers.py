"""`make quick` starts no kernel, server, JVM or browser: what would start one has a marker, and quick leaves it out."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
STARTING = ("kernel", "server", "jvm", "browser")


@pytest.mark.parametrize(
    "command",
    [
        [sys.executable, "-m", "ipykernel_launcher", "-f", "none.json"],
        [sys.executable, "-m", "papermill", "a.ipynb", "b.ipynb"],
        ["/usr/lib/postgresql/15/bin/initdb", "--version"],
        "spark-submit --version",
        ["java", "-version"],
        [Path("playwright") / "driver" / "node", "--version"],
    ],
    ids=lambda command: Path(str(command[-3:][0])).name if isinstance(command, list) else command.split()[0],
)
def test_nothing_is_started_by_a_test_without_its_marker(command):
    with pytest.raises(pytest.fail.Exception, match=r"mark it with @pytest\.mark\.(kernel|server|jvm|browser)"):
        subprocess.Popen(command)


@pytest.mark.kernel
def test_a_test_with_the_marker_may_start_it():
    done = subprocess.run([sys.executable, "-m", "papermill", "--version"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_quick_leaves_out_every_marker_that_is_declared():
    (told,) = re.findall(r"^NOT_QUICK := (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]["ini_options"]
    markers = {line.partition(":")[0] for line in declared["markers"]}
    assert set(told.split()) - {"or"} == markers > set(STARTING)
