"""The code of an earlier commit, to measure beside this one."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BEFORE_HOUSE = "e8b0832"


@contextmanager
def tree(commit: str = BEFORE_HOUSE) -> Iterator[Path]:
    """A folder with the files of a commit; gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True).stdout
        subprocess.run(["tar", "-x", "-C", folder], input=packed, check=True)
        yield Path(folder)
