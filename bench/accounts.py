"""Every analysis of accounts at 250,000 and at a million: seconds, memory, how the seconds grow, and both against an earlier kam.

``python -m bench.accounts 10000 20000`` measures fewer accounts; ``python -m bench.accounts 250000`` only against the earlier kam.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path

from bench.accounts_calls import Row
from bench.churn_scale import ROWS
from bench.earlier import BEFORE_HOUSE, ROOT, tree

SIZES = (
    250_000,
    1_000_000,
)  # 100,000 still lie in the cache of the processor, and the step out of it looks steeper than a sort
SLACK = 0.15  # what runs differ by


def section(few: int = SIZES[0], many: int = SIZES[1]) -> str:
    """A table with a row a call, and the calls that grow faster than n log n."""
    small, large = (_measured(accounts) for accounts in (few, many))
    linear = math.log(many / few)
    bound = 1 + math.log(math.log(many) / math.log(few)) / linear
    rows, worse = [], []
    for (words, _, before, _), (_, seconds, after, peak) in zip(small, large, strict=True):
        exponent = math.log(max(after, 1e-3) / max(before, 1e-3)) / linear
        if exponent > bound + SLACK and after > 1:
            worse.append(words)
        rows.append(f"| {words} | {before:.2f} | {after:.2f} | {exponent:.2f} | {seconds:.2f} | {peak:.2f} |")
    sums = [sum(row[2] for row in small), sum(row[2] for row in large), sum(row[1] for row in large)]
    verdict = f"Worse than n log n: {', '.join(worse)}." if worse else "No call is worse than n log n."
    return "\n".join(
        [
            f"## Every analysis: {few:,} and {many:,} accounts",
            "",
            "One process a size, calls in the order of the notebooks; the least of up to three runs. The exponent is 1 where the seconds of the",
            f"program (user time) grow as accounts do, {bound:.2f} where as n log n; runs differ by {SLACK}. Seconds by the clock hold the system's too, which",
            "hands out memory. Memory is the most that the process held during the call, its tables",
            f"included. Models learn from {ROWS:,} landmark rows at most; what needs a sample draws it by itself.",
            "",
            f"**{verdict}**",
            "",
            f"| call | {few:,}, user s | {many:,}, user s | exponent | {many:,}, s | GB |",
            "|---|---:|---:|---:|---:|---:|",
            *rows,
            f"| sum | {sums[0]:.0f} | {sums[1]:.0f} | | {sums[2]:.0f} | {max(row[3] for row in large):.2f} |",
            "",
            against(many, large),
        ]
    )


def against(accounts: int, now: list[Row] | None = None) -> str:
    """A table of the calls that take a second or more: kam, kam at the commit before the house, and the ratio."""
    now = _measured(accounts) if now is None else now
    with tree() as code:
        then = _measured(accounts, code)
    pairs = list(zip(now, then, strict=True))
    clock, user = (tuple(sum(row[at] for row in side) for side in (now, then)) for at in (1, 2))
    memory = tuple(max(row[3] for row in side) for side in (now, then))
    sums = [("sum", clock, user, memory)]
    calls = [(a[0], *((a[at], b[at]) for at in (1, 2, 3))) for a, b in pairs if max(a[1], b[1]) >= 1]
    rows = [
        f"| {words} | "
        + " | ".join(f"{a:.2f} | {b:.2f} | {a / b if b else math.nan:.2f}" for a, b in measures).replace("nan", "")
        + " |"
        for words, *measures in [*calls, *sums]
    ]
    return "\n".join(
        [
            f"### Against kam at {BEFORE_HOUSE}: {accounts:,} accounts",
            "",
            "One process each, one after the other, each with its own calls. Calls of less than a second are in the sums only.",
            "",
            f"**Ratio {clock[0] / clock[1]:.2f} of the seconds, {user[0] / user[1]:.2f} of those of the program, {memory[0] / memory[1]:.2f} of the memory.**",
            "",
            "| call | s | s then | ratio | user s | user s then | ratio | GB | GB then | ratio |",
            "|---|" + "---:|" * 9,
            *rows,
        ]
    )


def _measured(accounts: int, code: Path = ROOT) -> list[Row]:
    command = [sys.executable, "-m", "bench.accounts_calls", str(accounts)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=code, env=os.environ | {"PYTHONPATH": str(code)})
    if done.returncode:
        raise RuntimeError(f"{accounts:,} accounts failed: {done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    sizes = [int(argument) for argument in sys.argv[1:]]
    print(against(*sizes) if len(sizes) == 1 else section(*sizes))
