"""Facts from 1, 10 and 100 million order lines: the kit, SQL by hand, lifetimes and pandas.

``python -m bench.facts 1000000`` measures fewer lines. Contenders take turns, each in a process of its own; their tables must be
equal, row by row, or there are no figures.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

from bench.apart import measured

LINES = (1_000_000, 10_000_000, 100_000_000)
WORDS = {
    "kit": "kam, all facts",
    "kit in 2 GB": "kam, all facts, engine limited to 2 GB",
    "kit, six dates": "kam, all facts at six dates",
    "sql": "DuckDB, SQL by hand, all facts",
    "pandas": "pandas, all facts",
    "kit, summary": "kam, what lifetimes computes",
    "lifetimes": "lifetimes",
    "pandas, summary": "pandas, what lifetimes computes",
}
TURNS = 3
LARGE = ("kit", "sql", "kit in 2 GB")  # what 100 million lines fit
RATIOS = {  # top, bottom: the aim, and from how many lines on it stands
    ("kit", "sql"): ("at most 1.15", 10_000_000),
    ("kit in 2 GB", "kit"): ("at most 1.3", 100_000_000),
    ("kit, six dates", "kit"): ("", 0),
    ("pandas", "kit"): ("at least 4", 10_000_000),
    ("lifetimes", "kit, summary"): ("at least 8", 10_000_000),
    ("pandas, summary", "kit, summary"): ("", 0),
}
Runs = dict[str, list[dict[str, Any]]]


def section(sizes: Sequence[int] = LINES) -> str:
    """Seconds, memory and ratios by size, and how the tables were compared."""
    with tempfile.TemporaryDirectory(prefix="kam-bench-") as folder:
        runs, checks = {}, []
        for lines in sizes:
            measured("facts_peers", "make", folder, lines)
            runs[lines] = _turns(folder, lines)
            checks += [_compared(folder, lines, *pair) for pair in (("kit", "sql"), ("kit", "kit in 2 GB"))]
            if "pandas" in runs[lines]:
                pairs = (("kit", "pandas"), ("kit, summary", "lifetimes"), ("kit, summary", "pandas, summary"))
                checks += [_compared(folder, lines, *pair) for pair in pairs]
            Path(folder, f"{lines}.parquet").unlink()
        denser = _denser(folder, *sizes[-2:], runs) if len(sizes) > 1 else []
    return "\n".join(
        [
            "## Facts of accounts",
            "",
            "Order lines of three years, a hundredth as many accounts, most of them small; from a Parquet file to a pandas table. Every run is a "
            "process of its own; imports and the start of the engine are not counted. What lifetimes computes: frequency, recency, T and "
            "monetary value, the first purchase included; the kit is then asked for those facts only.",
            "",
            "| order lines | | runs | seconds (median) | from | to | user seconds | memory at its peak, GB |",
            "|---:|---|---:|---:|---:|---:|---:|---:|",
            *(_row(lines, name, found) for lines in sizes for name, found in runs[lines].items()),
            "",
            "Ratios are medians of turns, so what else ran on the machine at the time weighs on both sides. User seconds are the program's own, "
            "without what the system takes to hand out memory, which on a virtual machine is much where gigabytes are new.",
            "",
            "| order lines | ratio | seconds | user seconds | aim |",
            "|---:|---|---:|---:|---|",
            *(
                _ratio(lines, runs[lines], *pair)
                for lines in sizes
                for pair in RATIOS
                if set(pair) <= runs[lines].keys()
            ),
            *(_growth(small, large, runs[large]["kit"], runs[small]["kit"]) for small, large in pairwise(sizes)),
            *denser,
            "",
            *checks,
        ]
    )


def _turns(folder: str, lines: int) -> Runs:
    names = LARGE if lines > 10_000_000 else tuple(WORDS)
    runs: Runs = {name: [] for name in WORDS if name in names}
    for _ in range(TURNS):
        for name, found in runs.items():
            found.append(measured("facts_peers", name, folder, lines))
    return runs


def _denser(folder: str, small: int, large: int, runs: dict[int, Runs]) -> list[str]:
    """How the time grows where the accounts stay as many: a longer or denser history, not a larger base."""
    measured("facts_peers", "make", folder, large, small // 100)
    found = [measured("facts_peers", "kit", folder, large) for _ in range(TURNS)]
    return [_growth(small, large, found, runs[small]["kit"], f" of {small // 100:,} accounts too")]


def _row(lines: int, name: str, found: list[dict[str, Any]]) -> str:
    seconds = [run["seconds"] for run in found]
    peak = max(run["peak"] for run in found) / 2**30
    user = median(run["user"] for run in found)
    figures = f"{median(seconds):.2f} | {min(seconds):.2f} | {max(seconds):.2f} | {user:.2f} | {peak:.2f}"
    return f"| {lines:,} | {WORDS[name]} | {len(found)} | {figures} |"


def _ratio(lines: int, runs: Runs, top: str, bottom: str) -> str:
    ratios = {
        unit: median(a[unit] / b[unit] for a, b in zip(runs[top], runs[bottom], strict=True))
        for unit in ("seconds", "user")
    }
    aim, least = RATIOS[top, bottom]
    words = f"{WORDS[top]} / {WORDS[bottom]}"
    return f"| {lines:,} | {words} | {ratios['seconds']:.2f} | {ratios['user']:.2f} | {aim if lines >= least else ''} |"


def _growth(small: int, large: int, now: list[dict[str, Any]], before: list[dict[str, Any]], words: str = "") -> str:
    times = [median(run[unit] for run in now) / median(run[unit] for run in before) for unit in ("seconds", "user")]
    aim = f"at most {large / small:g}" if large > 10_000_000 else ""
    return f"| {large:,}{words} | {WORDS['kit']} / the same with {small:,} | {times[0]:.2f} | {times[1]:.2f} | {aim} |"


def _compared(folder: str, lines: int, one: str, other: str) -> str:
    """Says how two tables were found equal; dates, counts and text exactly, the rest to 1e-9."""
    a, b = (
        pd.read_parquet(Path(folder, f"{name}.{lines}.parquet"))
        .astype({"customer_id": str})
        .sort_values("customer_id", ignore_index=True)
        for name in (one, other)
    )
    if set(a) - set(b) or len(a) != len(b):
        raise AssertionError(f"{one} and {other} differ: {sorted(set(a) - set(b))}, {len(a)} and {len(b)} rows")
    exact = 0
    for name in a:
        x, y = a[name], b[name]
        if pd.api.types.is_numeric_dtype(x):
            x, y = x.to_numpy(float, na_value=np.nan), y.to_numpy(float, na_value=np.nan)
            np.testing.assert_allclose(x, y, rtol=1e-9, atol=1e-9, err_msg=f"{name}: {one} and {other}")
            exact += np.array_equal(x, y, equal_nan=True)
        else:
            if not (x.eq(y) | (x.isna() & y.isna())).all():
                raise AssertionError(f"{name} differs between {one} and {other}")
            exact += 1
    words = f"{WORDS[one]} and {WORDS[other]}"
    return f"- {lines:,} lines, {words}: {len(a):,} rows equal, {exact} of {a.shape[1]} columns to the last bit, the rest to 1e-9."


if __name__ == "__main__":
    print(section([int(lines) for lines in sys.argv[1:]] or LINES))
