"""How long a whole study takes, by step: the sample, and Online Retail II where it is present."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

from kamlib.run.publish import run_study
from kamlib.run.store import SAMPLE

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "online_retail_ii" / "study.yaml"


def section(data: Path) -> str:
    """A table of seconds: a column a study, a row a step; steps run two at a time, so the whole is less than their sum."""
    columns = {"sample": _seconds(SAMPLE, {})}
    if data.is_file():
        columns["Online Retail II"] = _seconds(EXAMPLE, {"sources.orders.files": str(data.resolve())})
    steps = list(dict.fromkeys(step for column in columns.values() for step in column))
    rows = [f"| {step} | " + " | ".join(f"{column[step]:.1f}" for column in columns.values()) + " |" for step in steps]
    head = [f"| seconds | {' | '.join(columns)} |", "|---|" + "---:|" * len(columns)]
    return "\n".join(["## A whole run", "", *head, *rows])


def _seconds(study: Path, values: dict) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as out:
        began = time.perf_counter()
        index = run_study(study, out=out, values=values)
        whole = time.perf_counter() - began
        steps = json.loads((index.parent / "run.json").read_text())["seconds"]
    return {**dict(sorted(steps.items())), "whole run": whole}
