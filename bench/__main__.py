"""Measures what tests don't assert, and writes the figures to RESULTS.md: ``python -m bench``.

``python -m bench smaa clusters`` measures these sections again and keeps the others as they stand.
"""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench import (
    accounts,
    churn,
    churn_landmarks,
    churn_scale,
    clusters,
    facts,
    first_minutes,
    intake,
    measures,
    risk,
    runs,
    scorecard,
    smaa,
    value,
)

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "RESULTS.md"
DATA = Path(os.environ.get("KAM_REFERENCE_DATA", HERE.parents[1] / "shared" / "data")) / "online_retail_ii.parquet"
SECTIONS: dict[str, Callable[[], str]] = {
    "runs": partial(runs.section, DATA),
    "intake": intake.section,
    "first_minutes": first_minutes.section,
    "facts": facts.section,
    "accounts": accounts.section,
    "smaa": partial(smaa.section, DATA),
    "clusters": partial(clusters.section, DATA),
    "churn": partial(churn.section, DATA),
    "churn_landmarks": partial(churn_landmarks.section, DATA),
    "value": partial(value.section, DATA),
    "churn_scale": churn_scale.section,
    "risk": risk.section,
    "quiet_lines": risk.lines,
    "measures": measures.section,
    "scorecard": partial(scorecard.section, DATA),
}


def measure(names: list[str]) -> None:
    """Measure sections and write each into RESULTS.md as soon as it is there."""
    kept = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
    found = dict(re.findall(r"^<!-- (\w+) -->\n(.*?)\n(?=\n<!-- |\Z)", kept, re.S | re.M))
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}."
    for name in names:
        found[name] = f"{SECTIONS[name]()}\n\nMeasured on {machine}"
        print(found[name], flush=True)
        parts = [f"<!-- {one} -->\n{found[one]}\n" for one in SECTIONS if one in found]
        RESULTS.write_text("\n".join(["# Results\n\nWritten by `make proof`.\n", *parts]), encoding="utf-8")


if __name__ == "__main__":
    if unknown := set(sys.argv[1:]) - set(SECTIONS):
        sys.exit(f"no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    measure(sys.argv[1:] or list(SECTIONS))
