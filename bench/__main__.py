"""Measures what tests don't assert, and writes the figures to RESULTS.md: ``python -m bench``."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from bench import churn, runs

HERE = Path(__file__).resolve().parent
DATA = Path(os.environ.get("KAM_REFERENCE_DATA", HERE.parents[1] / "shared" / "data")) / "online_retail_ii.parquet"

if __name__ == "__main__":
    machine = (
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}. Written by `make proof`."
    )
    sections = ["# Results", machine, runs.section(DATA), churn.section(DATA)]
    (HERE / "RESULTS.md").write_text("\n\n".join(sections) + "\n", encoding="utf-8")
    print("\n\n".join(sections))
