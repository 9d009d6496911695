"""Measures what tests don't assert, and writes the figures to RESULTS.md: ``python -m bench``.

``python -m bench 1000000`` measures the facts of accounts from so many order lines only.
"""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

from bench import accounts, churn, churn_scale, clusters, facts, intake, runs, smaa

HERE = Path(__file__).resolve().parent
DATA = Path(os.environ.get("KAM_REFERENCE_DATA", HERE.parents[1] / "shared" / "data")) / "online_retail_ii.parquet"

if __name__ == "__main__":
    machine = (
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}. Written by `make proof`."
    )
    sections = [
        "# Results",
        machine,
        runs.section(DATA),
        intake.section(),
        facts.section([int(lines) for lines in sys.argv[1:]] or facts.LINES),
        smaa.section(DATA),
        clusters.section(DATA),
        churn.section(DATA),
        churn_scale.section(),
        accounts.section(),
    ]
    (HERE / "RESULTS.md").write_text("\n\n".join(sections) + "\n", encoding="utf-8")
    print("\n\n".join(sections))
