"""Reading and checking order lines: the kit, hand-written SQL on a bare DuckDB, and pandas with pandera.

``python -m bench.intake 1000000`` measures a smaller file. All give the same ledger, or there are no figures.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from bench.apart import measured

ROWS = 10_000_000
TURNS = 5  # pandas has one: it is far behind
WORDS = {"kit": "kam", "sql": "DuckDB, SQL by hand", "pandas": "pandas + pandera"}
STUDY = """\
{name: bench, title: Bench, as_of: 2026-06-30, start: 2021-01-01, sources: {orders: {files: orders.csv}},
 cleaning: {not_goods: ^FREIGHT$, highest_price: 4990, rules: {no_rate: set_aside}}}
"""
# A line in a thousand has each fault; two accounts in a thousand stand between blanks.
MAKE = """
COPY (
    SELECT 'S' || i // 3 AS order_id,
        CASE WHEN h1 % 1000 = 0 THEN '' WHEN h1 % 1000 < 3 THEN ' ' || account || ' ' ELSE account END AS account_id,
        CASE h1 // 1000 % 1000 WHEN 0 THEN 'soon' WHEN 1 THEN '2026-07-15' WHEN 2 THEN '2020-12-31'
            ELSE CAST(DATE '2021-01-01' + CAST(i * 2000 // {rows} AS INTEGER) AS VARCHAR) END AS date,
        CASE WHEN h2 % 1000 = 0 THEN '?' ELSE CAST(h2 % 9999991 * 0.01 AS VARCHAR) END AS amount,
        CASE WHEN h3 % 1000 = 0 THEN 'two' ELSE CAST(1 + h3 % 40 AS VARCHAR) END AS quantity,
        CAST(h4 % 500000 * 0.01 AS VARCHAR) AS price,
        CASE WHEN h3 // 1000 % 1000 = 0 THEN 'FREIGHT' ELSE 'P' || lpad(CAST(h4 % 2999 AS VARCHAR), 4, '0') END AS product,
        'category ' || h4 % 11 AS category, CASE WHEN h3 // 1000000 % 1000 = 0 THEN 'USD' ELSE 'EUR' END AS currency,
        CASE h4 % 3 WHEN 0 THEN 'web' WHEN 1 THEN 'edi' ELSE 'sales' END AS channel,
        'M' || lpad(CAST(h2 % 29 AS VARCHAR), 2, '0') AS manager
    FROM (
        SELECT i, hash(i, 1) AS h1, hash(i, 2) AS h2, hash(i, 3) AS h3, hash(i, 4) AS h4,
            'K.' || lpad(CAST(hash(i, 5) % 20000 AS VARCHAR), 5, '0') AS account FROM range({rows}) AS lines(i)
    )
) TO '{path}' (HEADER)
"""


def section(rows: int = ROWS, turns: int = TURNS) -> str:
    """Seconds, memory and ratios; medians of runs that take turns, each in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="kam-bench-") as folder:
        Path(folder, "study.yaml").write_text(STUDY, encoding="utf-8")
        measured("intake_peers", "make", folder, rows)
        size = Path(folder, "orders.csv").stat().st_size
        runs: dict[str, list[dict[str, Any]]] = {name: [] for name in WORDS}
        for turn in range(turns):
            for name in list(WORDS)[: 2 if turn else None]:
                runs[name].append(measured("intake_peers", name, folder, rows))
    ledger = runs["kit"][0]["ledger"]
    for name, found in runs.items():
        for run in found:
            if run["ledger"] != ledger:
                raise AssertionError(f"the ledgers differ: the kit {ledger}, {name} {run['ledger']}")
    seconds = {name: median(run["seconds"] for run in found) for name, found in runs.items()}
    lines = [
        f"## Reading and checking {rows:,} order lines",
        "",
        f"A CSV file of {size / 1e6:,.0f} MB. All count {ledger['came in'][0]:,} lines and {ledger['came in'][2]} EUR, and "
        f"keep {ledger['kept'][0]:,} lines and {ledger['kept'][2]} EUR, with equal ledgers. Every run is a process of its "
        "own; imports are not counted.",
        "",
        "| | seconds (median) | from | to | processor seconds | memory at its peak, GB |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, found in runs.items():
        all_seconds = [run["seconds"] for run in found]
        peak = max(run["peak"] for run in found) / 2**30
        lines.append(
            f"| {WORDS[name]} | {seconds[name]:.1f} | {min(all_seconds):.1f} | {max(all_seconds):.1f} "
            f"| {median(run['cpu'] for run in found):.1f} | {peak:.2f} |"
        )
    ratios = sorted(kit["seconds"] / sql["seconds"] for kit, sql in zip(runs["kit"], runs["sql"], strict=True))
    lines += [
        "",
        f"The kit takes {seconds['kit'] / seconds['sql']:.2f} times the hand-written SQL (turn by turn "
        f"{ratios[0]:.2f} to {ratios[-1]:.2f}); pandas takes {seconds['pandas'] / seconds['kit']:.1f} times the kit.",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(section(*map(int, sys.argv[1:])))
