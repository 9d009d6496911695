"""The bridge, price and volume, and cohorts from millions of order lines: the kit beside SQL by hand, in turn, with the same figures."""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import duckdb
import numpy as np
import pandas as pd

from bench.facts_peers import AS_OF, PLENTY, make
from kamlib.io.duckdb_backend import engine
from kamlib.measures import by_article, quarters_of_relation, year_pairs
from kamlib.measures.bridge import bridge
from kamlib.measures.cohorts import cohorts, first_quarters
from kamlib.measures.noise import change
from kamlib.measures.retention import retention

LINES = (1_000_000, 10_000_000)
TURNS = 3
FIRST = pd.Timestamp("2023-01-01")
#: what the lines of `bench.facts` lack: an article and its units
VIEW = "SELECT *, category AS product, (1 + abs(amount)::BIGINT % 9)::DOUBLE AS quantity FROM read_parquet('{path}')"
BRIDGE = """
WITH sums AS (
    SELECT customer_id, sum(amount) FILTER (date > DATE '2023-12-31' AND date <= DATE '2024-12-31') AS before,
           sum(amount) FILTER (date > DATE '2024-12-31') AS now, min(date) FILTER (amount > 0) AS first
    FROM lines WHERE date <= DATE '2025-12-31' GROUP BY customer_id
),
steps AS (
    SELECT coalesce(now, 0) - coalesce(before, 0) AS gap, CASE
        WHEN before IS NULL AND first > DATE '2024-12-31' THEN 'new' WHEN before IS NULL THEN 'returned' WHEN first > DATE '2023-12-31' THEN 'joined'
        WHEN now IS NULL THEN 'lost' WHEN now > before THEN 'grown' WHEN now < before THEN 'shrunk' ELSE 'unchanged' END AS step
    FROM sums WHERE before IS NOT NULL OR now IS NOT NULL
)
SELECT step, count(*) AS customers, sum(gap)::DOUBLE AS amount FROM steps GROUP BY step
"""
ARTICLES = """
WITH pairs AS (
    SELECT customer_id, product, date > DATE '2024-12-31' AS now, sum(amount)::DOUBLE AS money, sum(quantity) AS units
    FROM lines WHERE date > DATE '2023-12-31' AND date <= DATE '2025-12-31' AND product IS NOT NULL GROUP BY ALL
),
wide AS (
    SELECT sum(money) FILTER (NOT now) AS m0, sum(money) FILTER (now) AS m1, sum(units) FILTER (NOT now) AS q0, sum(units) FILTER (now) AS q1
    FROM pairs GROUP BY customer_id, product
)
SELECT sum(m1 - m0 / q0 * q1) FILTER (q0 > 0 AND q1 > 0) AS price, sum((q1 - q0) * m0 / q0) FILTER (q0 > 0 AND q1 > 0) AS volume,
       sum(m1) FILTER (NOT coalesce(q0 > 0 AND q1 > 0, false)) AS begun, -sum(m0) FILTER (NOT coalesce(q0 > 0 AND q1 > 0, false)) AS ended
FROM wide
"""
COHORTS = """
WITH first AS (SELECT customer_id, min(date) FILTER (amount > 0) AS first FROM lines WHERE date <= DATE '2025-12-31' GROUP BY customer_id)
SELECT customer_id, first,
       (12 * (year(date) - year(first)) + month(date) - month(first) - (day(first) > day(date) AND month(date) = month(date + 1))::INTEGER) // 3 AS quarter,
       sum(amount)::DOUBLE AS revenue, bool_or(amount > 0) AS bought
FROM lines JOIN first USING (customer_id) WHERE date >= first AND date <= DATE '2025-12-31' GROUP BY ALL
"""


def section(sizes: Sequence[int] = LINES) -> str:
    """Seconds and ratios, medians of turns, and what the account side takes."""
    with tempfile.TemporaryDirectory(prefix="kam-bench-") as folder:
        rows = [row for lines in sizes for row in _rows(Path(folder, f"{lines}.parquet"), lines)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return "\n".join(
        [
            "## Measures: bridge, price and volume, cohorts",
            "",
            "Order lines of three years as in *Facts of accounts*, a hundredth as many customers; from a Parquet file. SQL by hand tells the same and no more: of the bridge",
            "its steps, where the kit has revenue and margin of each customer. Figures are equal to the cent. Median of three, in turn. *Account side* is the bridge of both moneys, retention with its",
            f"intervals, the noise rule and the cohorts, from the tables of customers. Memory at the peak of this process, all together: {peak:.2f} GB.",
            "",
            "| order lines | | kit, s | SQL by hand, s | ratio | aim |",
            "|---:|---|---:|---:|---:|---|",
            *rows,
        ]
    )


def _rows(path: Path, lines: int) -> list[str]:
    make(path, lines, lines // 100)()
    con = engine(path.parent, memory=PLENTY)
    orders = con.sql(VIEW.format(path=path))
    hand = duckdb.connect(config={"memory_limit": PLENTY, "temp_directory": str(path.parent / "spill")})
    hand.execute("SET enable_progress_bar = false")
    hand.execute(f"CREATE VIEW lines AS {VIEW.format(path=path)}")
    calls: dict[str, tuple[Callable[[], pd.DataFrame], str]] = {
        "bridge": (lambda: bridge(year_pairs(orders, AS_OF, FIRST)), BRIDGE),
        "price and volume": (lambda: by_article(orders, AS_OF), ARTICLES),
        "cohorts": (lambda: quarters_of_relation(orders, AS_OF), COHORTS),
    }
    rows = []
    for name, (kit, query) in calls.items():
        turns = []
        for _ in range(TURNS):
            ours, found = _timed(kit)
            theirs, told = _timed(lambda query=query: hand.execute(query).df())
            turns.append((ours, theirs, ours / theirs))
        _compare(name, found, told)
        ours, theirs, ratio = (median(column) for column in zip(*turns, strict=True))
        aim = "at most 1.3" if lines >= 10_000_000 else ""
        rows.append(f"| {lines:,} | {name} | {ours:.2f} | {theirs:.2f} | {ratio:.2f} | {aim} |")
    pairs, quarters = year_pairs(orders, AS_OF, FIRST), quarters_of_relation(orders, AS_OF)
    seconds, _ = _timed(lambda: _account_side(pairs, quarters))
    return [*rows, f"| {lines:,} | account side, {pairs['customer_id'].nunique():,} customers | {seconds:.2f} | | | |"]


def _account_side(pairs: pd.DataFrame, quarters: pd.DataFrame) -> None:
    for measure in ("revenue", "margin"):
        bridge(pairs, measure)
    retention(pairs)
    now = pairs.set_index("customer_id")
    change(now["revenue_before"], now["revenue_now"])
    cohorts(quarters, first_quarters(quarters, FIRST))


def _compare(name: str, found: pd.DataFrame, told: pd.DataFrame) -> None:
    """Raise unless the kit and the query say the same."""
    if name == "cohorts":
        ours = found.groupby("quarter")["revenue"].sum()
        whole = told.merge(found[["customer_id", "over"]].drop_duplicates(), on="customer_id")
        theirs = whole[whole["quarter"] < whole["over"]].groupby("quarter")["revenue"].sum()
        np.testing.assert_allclose(ours, theirs.reindex(ours.index), rtol=1e-9)
        return
    ours = found.set_index("step")["amount"]
    theirs = told.set_index("step")["amount"] if name == "bridge" else told.iloc[0]
    np.testing.assert_allclose(ours.reindex(theirs.index), theirs, rtol=1e-9, atol=0.005)


def _timed(call: Callable[[], pd.DataFrame | None]) -> tuple[float, pd.DataFrame]:
    began = time.perf_counter()
    found = call()
    return time.perf_counter() - began, found


if __name__ == "__main__":
    print(section([int(lines) for lines in sys.argv[1:]] or LINES))
