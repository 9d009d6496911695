"""How fast dependence, a year of losses, delays of payment and quiet lines are told: against the same by hand, in turn.

``python -m bench.risk 100`` measures a hundredth as many customers, invoices and order lines.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

from bench.apart import measured

MILLION = 1_000_000
#: the kit's call, that by hand, how many, of what, turns, the aim
CALLS = [
    ("losses", "losses, bare", MILLION, "customers", 1, "at most 2, 2 GB"),
    ("concentration", "concentration, bare", MILLION, "customers", 3, ""),
    ("delays", "delays, lifelines", MILLION, "invoices", 1, "at most 3"),
    ("delays", "all, lifelines", MILLION, "invoices", 3, ""),
    ("late", "", MILLION, "invoices", 3, ""),
]
LINES = [
    ("blocks", "blocks, sql", 100 * MILLION, "order lines", 1, "at most 1.3"),
    ("statistic", "", 100 * MILLION, "order lines", 1, "at most 60 s"),
]
WORDS = {
    "losses": "a year of losses in 10,000 draws",
    "losses, bare": "bare NumPy",
    "concentration": "concentration",
    "concentration, bare": "bare NumPy: sort and sums",
    "delays": "invoices to the table of delays",
    "delays, lifelines": "bare lifelines, a curve a customer",
    "all, lifelines": "bare lifelines, one curve for all",
    "late": "chance that an invoice is late, by customer",
    "blocks": "order days of customers and categories",
    "blocks, sql": "DuckDB, SQL by hand",
    "statistic": "quiet lines of them",
}
HOW = (
    "Every run is a process of its own; imports, the start of the engine and what is drawn or read before are not counted. User seconds are the",
    "program's own; the ratio is theirs, for what else ran on the machine at the time weighs on the clock. Memory is the most that the process",
    "held, its input included.",
)
HEAD = (
    "",
    "| call | of | s | user s | GB | by hand | s | user s | GB | ratio of user s | aim |",
    "|---|---|---:|---:|---:|---|---:|---:|---:|---:|---|",
)
Runs = list[dict[str, Any]]


def section(part: int = 1) -> str:
    """Seconds, memory and ratios; each call in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="kam-bench-") as folder:
        rows = [_row(folder, ours, hand, size // part, *more) for ours, hand, size, *more in CALLS]
    return "\n".join(
        [
            "## Risk: dependence, a year of losses, delays of payment",
            "",
            *HOW,
            "Customers by hand: the same normal numbers in single precision, in blocks of 256. The table of delays has a curve for each of",
            f"{MILLION // part // 50:,} customers; so has lifelines, and beside it once one curve for all invoices.",
            *HEAD,
            *rows,
        ]
    )


def lines(part: int = 1) -> str:
    """The same of what is counted from order lines."""
    with tempfile.TemporaryDirectory(prefix="kam-bench-") as folder:
        measured("risk_peers", "make", folder, 100 * MILLION // part)
        rows = [_row(folder, ours, hand, size // part, *more) for ours, hand, size, *more in LINES]
    return "\n".join(
        [
            "## Risk: product lines that go quiet",
            "",
            *HOW,
            f"Order lines are of {MILLION // part:,} accounts and 20 categories; the engine may hold 8 GB on both sides. The tables of both are equal.",
            *HEAD,
            *rows,
        ]
    )


def _row(folder: str, ours: str, hand: str, size: int, of: str, turns: int, aim: str) -> str:
    runs: dict[str, Runs] = {name: [] for name in (ours, hand) if name}
    for _ in range(turns):
        for name, found in runs.items():
            found.append(measured("risk_peers", name, folder, size))
    if ours == "blocks":
        one, other = (pd.read_parquet(Path(folder, f"{name}.parquet")) for name in (ours, hand))
        for name in one:
            np.testing.assert_array_equal(one[name].to_numpy(), other[name].to_numpy(), err_msg=name)
    told = [_figures(runs[name]) if name else " | | " for name in (ours, hand)]
    ratio = f"{median(a['user'] / b['user'] for a, b in zip(runs[ours], runs[hand], strict=True)):.2f}" if hand else ""
    return f"| {WORDS[ours]} | {size:,} {of} | {told[0]} | {WORDS.get(hand, '')} | {told[1]} | {ratio} | {aim} |"


def _figures(runs: Runs) -> str:
    seconds, user = (median(run[unit] for run in runs) for unit in ("seconds", "user"))
    return f"{seconds:.2f} | {user:.2f} | {max(run['peak'] for run in runs):.2f}"


if __name__ == "__main__":
    print(section(*map(int, sys.argv[1:])), lines(*map(int, sys.argv[1:])), sep="\n\n")
