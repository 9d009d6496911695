"""A call of a bench in a process of its own, so that no other one's memory or imports weigh on it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from bench.earlier import ROOT


def measured(module: str, name: str, *words: object) -> dict[str, Any]:
    """What ``python -m bench.MODULE NAME WORDS…`` prints as JSON."""
    command = [sys.executable, "-m", f"bench.{module}", name, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        raise RuntimeError(f"{name} failed: {done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found
