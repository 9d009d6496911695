"""Every analysis of accounts at 250,000 and at a million: seconds, memory, and how the seconds grow.

``python -m bench.accounts 10000 20000`` measures fewer accounts.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

from bench.accounts_calls import Row
from bench.churn_scale import ROWS

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
        ]
    )


def _measured(accounts: int) -> list[Row]:
    command = [sys.executable, "-m", "bench.accounts_calls", str(accounts)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).resolve().parents[1])
    if done.returncode:
        raise RuntimeError(f"{accounts:,} accounts failed: {done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    print(section(*(int(argument) for argument in sys.argv[1:])))
