"""From order lines to the call list of a large base: the kit, against facts by hand-written SQL and a bare lifelines fit.

``python -m bench.churn_scale 100000`` measures fewer accounts. Both make the same facts, or there are no figures.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from math import isclose
from pathlib import Path
from statistics import median
from typing import Any

ACCOUNTS, TURNS, H = 1_000_000, 2, 180
AS_OF = date(2026, 6, 29)
DAYS = [AS_OF - timedelta(days=H * back) for back in range(5, -1, -1)]  # six landmarks
ROWS = 1_000_000  # landmark rows the model learns from, at most
# Accounts join over two years, order in a rhythm of their own (8 to 96 days, with jitter) and leave at a rate: about 39 lines each.
MAKE = """
COPY (
    WITH account AS (
        SELECT i, 'A' || lpad(CAST(i AS VARCHAR), 7, '0') AS customer_id, CAST(floor(700 * u1) AS INTEGER) AS joined,
            least(1095, 700 * u1 - 600 * ln(1 - u2)) AS ends, 8 * exp(ln(12) * u3) AS gap, exp(3 + 2 * u4) AS size
        FROM (SELECT i, hash(i, 1) % 1000003 / 1000003 AS u1, hash(i, 2) % 1000003 / 1000003 AS u2,
            hash(i, 3) % 1000003 / 1000003 AS u3, hash(i, 4) % 1000003 / 1000003 AS u4 FROM range({accounts}) AS t(i))
    ), bought AS (
        SELECT i, k, customer_id, size,
            DATE '2023-07-01' + CAST(joined + floor((k + hash(i, k) % 1000 / 1000) * gap) AS INTEGER) AS date
        FROM account, range(150) AS r(k) WHERE k * gap < ends - joined AND joined + (k + 1) * gap < 1095
    )
    SELECT 'O' || i || '-' || k AS order_id, customer_id, date,
        CAST(CASE WHEN hash(i, k, l, 1) % 40 = 0 THEN -1 ELSE 1 END * size * (0.5 + hash(i, k, l, 2) % 1000 / 1000)
            AS DECIMAL(18, 4)) AS amount,
        CAST(size * (0.1 + hash(i, k, l, 3) % 1000 / 4000) AS DECIMAL(18, 4)) AS margin,
        'category ' || hash(i, k, l, 4) % 10 AS category, 'M' || hash(i + k // 10, 5) % 50 AS manager
    FROM bought, range(3) AS s(l) WHERE l <= hash(i, k, 6) % 3
) TO '{path}' (FORMAT parquet)
"""
AGO = {"3m": (3, 0), "6m": (6, 0), "12m": (12, 0), "24m": (24, 0), "prev_6m": (12, 6), "prev_12m": (24, 12),
       "6m_year_ago": (18, 12)}  # fmt: skip
SAME = [
    "order_days",
    "orders",
    "lines",
    "revenue",
    "margin",
    "gaps",
    "gap_median",
    "gap_p95",
    "categories",
    "revenue_6m",
]


def section(accounts: int = ACCOUNTS) -> str:
    """Seconds, memory and ratio; medians of runs that take turns, each in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="kam-bench-") as folder:
        lines = _measured("make", folder, accounts)["lines"]
        pairs = []
        for _ in range(TURNS):
            pairs.append((_measured("kit", folder, accounts), _measured("bare", folder, accounts)))
            _same(*(one["facts"] for one in pairs[-1]))
    seconds = {name: median(kit["seconds"][name] for kit, _ in pairs) for name in pairs[0][0]["seconds"]}
    parts = {name: median(bare["seconds"][name] for _, bare in pairs) for name in pairs[0][1]["seconds"]}
    kit = pairs[0][0]
    ratio = median(sum(a["seconds"].values()) / sum(b["seconds"].values()) for a, b in pairs)
    memory = max(a["memory"] for a, _ in pairs)
    return "\n".join(
        [
            f"## The call list of {accounts:,} accounts: {lines:,} order lines, {len(DAYS)} landmarks",
            "",
            f"The model learns from {kit['rows']:,} landmark rows of {kit['drawn']:,} accounts, drawn at random; all {kit['listed']:,} at risk",
            f"are scored. Hand-written SQL makes the same facts of the same accounts; lifelines fits the same rows. Mean of {TURNS} turns.",
            "",
            f"**Ratio {ratio:.2f}; memory of the kit {memory:.2f} GB at most.**",
            "",
            "| kit | s |",
            "|---|---:|",
            *(f"| {name} | {value:.1f} |" for name, value in seconds.items()),
            f"| sum | {sum(seconds.values()):.1f} |",
            "",
            "| by hand | s |",
            "|---|---:|",
            *(f"| {name} | {value:.1f} |" for name, value in parts.items()),
            f"| sum | {sum(parts.values()):.1f} |",
        ]
    )


def _measured(name: str, folder: str, accounts: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.churn_scale", name, folder, str(accounts)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def make(folder: Path, accounts: int) -> dict[str, Any]:
    """Write the order lines."""
    import duckdb

    path = folder / "orders.parquet"
    with duckdb.connect() as con:
        con.execute(MAKE.format(accounts=accounts, path=path))
        return {"lines": con.execute(f"SELECT count(*) FROM '{path}'").fetchone()[0]}


def kit(folder: Path, accounts: int) -> dict[str, Any]:
    """The way of notebook 05, without the choices and the test: table, fit, P(no order) with reasons, next order, value."""
    import pandas as pd

    from kamlib.churn import models, next_order, probabilities
    from kamlib.churn.evaluation.holdout import Verdict
    from kamlib.churn.landmark_history import at_risk_history, some_accounts
    from kamlib.facts import blocks
    from kamlib.io.duckdb_backend import engine
    from kamlib.measures.lifetime import block_margins, lifetime_value
    from kamlib.stats import Reason

    con, watch = engine(memory="1GB"), _Watch()
    orders = con.create_table("lines", con.read_parquet(folder / "orders.parquet"), temp=True)
    watch("read the lines")
    some = some_accounts(orders, ROWS // (len(DAYS) - 1))
    table = at_risk_history(orders, DAYS, some=some, horizon_days=H)
    watch("landmark table")
    model = models.fit(table, AS_OF, horizon_days=H, most_rows=ROWS, robust_rows=0)
    watch("fit")
    verdict = Verdict("model", "silence_alone", Reason("model_better"), 0, None)
    listed = probabilities.silent_probabilities(table, AS_OF, verdict, model, horizon_days=H)
    listed = listed.assign(customer_id=table["customer_id"])
    listed = listed.merge(next_order.next_order_days(table, AS_OF, model, horizon_days=H), on="customer_id")
    watch("P(no order), reasons, next order")
    n = lifetime_value.blocks(H)
    later = blocks.later_blocks(some, DAYS[:-1], AS_OF, horizon_days=H, n_blocks=n)
    past = table["as_of"] < pd.Timestamp(AS_OF)
    losses = lifetime_value.block_losses(later, table[past], AS_OF, horizon_days=H, n_blocks=n)
    margins = block_margins.block_margins(
        blocks.past_blocks(orders, AS_OF, horizon_days=H), table[~past], horizon_days=H
    )
    worth = lifetime_value.lifetime_values(listed, margins, losses, horizon_days=H)
    listed = listed.merge(worth[["customer_id", "stake"]], on="customer_id")
    listed = listed.sort_values("stake", ascending=False)
    watch("value, margin at stake, list")
    seconds, memory = watch.seconds, _memory()
    some.select("customer_id").distinct().to_parquet(folder / "drawn.parquet")
    from kamlib.churn.landmarks import outcomes
    from kamlib.churn.models.cox import cox_data

    train = table[past]
    came = outcomes(train, AS_OF, horizon_days=H)
    cox_data(model.scale.of(train), train, came).drop(columns="_account").to_parquet(folder / "rows.parquet")
    return {"seconds": seconds, "memory": memory, "facts": _sums(table), "rows": model.rows, "drawn": model.accounts,
            "listed": len(listed)}  # fmt: skip


def bare(folder: Path, accounts: int) -> dict[str, Any]:
    """Facts by SQL on a bare DuckDB with the same memory, and lifelines' own Cox fit."""
    import duckdb
    import pandas as pd
    from lifelines import CoxPHFitter

    con, watch = duckdb.connect(config={"memory_limit": "1GB", "temp_directory": str(folder)}), _Watch()
    con.execute(f"CREATE TEMP TABLE lines AS FROM '{folder / 'orders.parquet'}'")
    con.execute(f"CREATE TEMP TABLE drawn AS FROM '{folder / 'drawn.parquet'}'")
    con.execute("CREATE TEMP TABLE learnt AS FROM lines SEMI JOIN drawn USING (customer_id)")
    watch("read the lines")
    table = pd.concat([con.execute(_facts("learnt", DAYS[:-1])).df(), con.execute(_facts("lines", DAYS[-1:])).df()])
    watch("facts by SQL")
    rows = pd.read_parquet(folder / "rows.parquet")
    watch.began = time.perf_counter()
    CoxPHFitter(penalizer=0.01).fit(rows, "_duration", "_event", strata=["_landmark"])
    watch("lifelines' fit")
    at_risk = table["last_order"].notna() & ((table["as_of"] - table["last_order"]).dt.days <= 365)
    return {"seconds": watch.seconds, "memory": _memory(), "facts": _sums(table[at_risk])}


def _facts(lines: str, days: list[date]) -> str:
    """The facts of `kamlib.facts.account_facts` and the next order, in one query."""
    marks = ", ".join(f"(DATE '{day}')" for day in days)
    of = {
        name: f"date > as_of - INTERVAL {far} MONTH AND date <= as_of - INTERVAL {near} MONTH"
        for name, (far, near) in AGO.items()
    }
    sums = [f"CAST(sum(revenue) FILTER ({where}) AS DOUBLE) AS revenue_{name}" for name, where in of.items()]
    sums += [f"CAST(sum(margin) FILTER ({of[name]}) AS DOUBLE) AS margin_{name}" for name in ("6m", "12m", "24m")]
    sums += [f"count(*) FILTER (bought > 0 AND {of[name]}) AS order_days_{name}" for name in ("12m", "24m")]
    sums += [f"CAST(sum(returned) FILTER ({of[name]}) AS DOUBLE) AS returns_{name}" for name in ("12m", "24m")]
    kinds = [f"count(DISTINCT category) FILTER ({of[name]}) AS categories_{name}" for name in ("12m", "24m")]
    return f"""
        WITH marks(as_of) AS (VALUES {marks}), day AS MATERIALIZED (
            SELECT *, CASE WHEN bought > 0 THEN date - lag(date) OVER (PARTITION BY customer_id, bought > 0 ORDER BY date) END AS gap,
                dense_rank() OVER (PARTITION BY customer_id, bought > 0 ORDER BY date) - 1 AS days_before
            FROM (
                SELECT customer_id, date, count(DISTINCT order_id) FILTER (amount > 0) AS orders, count(*) AS lines,
                    sum(amount) AS revenue, sum(margin) AS margin, coalesce(sum(amount) FILTER (amount > 0), 0) AS bought,
                    coalesce(-sum(amount) FILTER (amount < 0), 0) AS returned
                FROM {lines} WHERE date <= DATE '{AS_OF}' GROUP BY customer_id, date
            )
        ), facts AS (
            SELECT customer_id, as_of, min(date) FILTER (bought > 0) AS first_order, max(date) FILTER (bought > 0) AS last_order,
                count(*) FILTER (bought > 0) AS order_days, CAST(sum(orders) AS BIGINT) AS orders,
                CAST(sum(lines) AS BIGINT) AS lines, CAST(sum(revenue) AS DOUBLE) AS revenue,
                CAST(sum(margin) AS DOUBLE) AS margin, CAST(sum(bought) AS DOUBLE) AS bought,
                CAST(sum(returned) AS DOUBLE) AS returns, count(gap) AS gaps, median(gap) AS gap_median, avg(gap) AS gap_mean,
                stddev_samp(gap) AS gap_sd, quantile_cont(gap, 0.95) AS gap_p95,
                max(date) FILTER (gap > {H}) AS long_gap_ended,
                arg_max(gap, date) FILTER (gap > {H}) AS long_gap_days,
                arg_max(days_before, date) FILTER (gap > {H}) AS long_gap_orders, {", ".join(sums)}
            FROM day JOIN marks ON date <= as_of GROUP BY customer_id, as_of
        ), breadth AS (
            SELECT customer_id, as_of, count(DISTINCT category) AS categories, count(DISTINCT manager) AS managers,
                count(DISTINCT manager) FILTER ({of["24m"]}) AS managers_24m, {", ".join(kinds)}
            FROM (SELECT DISTINCT customer_id, date, category, manager FROM {lines} WHERE amount > 0 AND date <= DATE '{AS_OF}')
            JOIN marks ON date <= as_of GROUP BY customer_id, as_of
        ), later AS (
            SELECT customer_id, as_of, min(date) AS next_order
            FROM day JOIN marks ON date > as_of WHERE bought > 0 GROUP BY customer_id, as_of
        )
        FROM facts LEFT JOIN breadth USING (customer_id, as_of) LEFT JOIN later USING (customer_id, as_of)
    """


def _sums(table: Any) -> dict[str, Any]:
    return {"rows": len(table), **{name: float(table[name].sum()) for name in SAME}}


def _same(kit: dict[str, float], bare: dict[str, float]) -> None:
    """Sums of the facts of both ways, equal to 1e-9; floats are added in another order."""
    if apart := [name for name in kit if not isclose(kit[name], bare[name], rel_tol=1e-9)]:
        raise AssertionError(f"the facts differ in {apart}: {kit} {bare}")


class _Watch:
    """Seconds since the last call, by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.began = time.perf_counter()

    def __call__(self, name: str) -> None:
        now = time.perf_counter()
        self.seconds[name] = now - self.began
        self.began = now


def _memory() -> float:
    """The most memory that this process held, GB."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in ("make", "kit", "bare"):
        steps = {"make": make, "kit": kit, "bare": bare}
        print(json.dumps(steps[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))))
    else:
        print(section(*(int(argument) for argument in sys.argv[1:])))
