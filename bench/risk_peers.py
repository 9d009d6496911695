"""One contender of `bench.risk` in a process of its own: ``python -m bench.risk_peers NAME FOLDER SIZE``.

What is read or drawn before the call, imports and the start of the engine are not counted.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

AS_OF = date(2025, 12, 31)
DRAWS, INDUSTRIES, RHO, SPREAD, BLOCK = 10_000, 12, 0.1, 0.4, 256
CATEGORIES, INVOICES_EACH, LINES_EACH = 20, 50, 100
Run = Callable[[], Any]

# An account is drawn with a weight that falls as 1 / rank, a category alike; 1,000 days, 4 % credit notes.
MAKE = """
COPY (
    SELECT 'C' || lpad((a * 7368787 % 1000000007)::VARCHAR, 10, '0') AS customer_id,
           DATE '{as_of}' - (h % 1000)::INTEGER AS date, 'category ' || h // 1000 % {categories} AS category,
           (CASE WHEN h % 25 = 0 THEN -1 ELSE 1 END * (1 + h // 7 % 100000) / 100)::DECIMAL(18, 4) AS amount,
           CASE WHEN h % 97 > 0 THEN ((h // 11 % 30000) / 100)::DECIMAL(18, 4) END AS margin
    FROM (SELECT hash(i, 2) % 1000000007 AS h,
                 least(floor({accounts} / 1000 * (pow(1001, hash(i, 1) % 1000000007 / 1000000007) - 1)), {accounts} - 1)::BIGINT AS a
          FROM range({lines}) AS t(i))
) TO '{path}' (FORMAT parquet)
"""
BLOCKS = """
    WITH days AS (
        SELECT customer_id, category, date, bool_or(amount > 0) AS bought,
               sum(amount) FILTER (DATE '{as_of}' - date BETWEEN 270 AND 634) AS amount,
               sum(margin) FILTER (DATE '{as_of}' - date BETWEEN 270 AND 634) AS margin
        FROM '{path}'
        WHERE date <= DATE '{as_of}' AND DATE '{as_of}' - date < 1000 AND category IS NOT NULL
        GROUP BY ALL
    )
    SELECT customer_id, category, min(date) FILTER (bought) AS first_order, max(date) FILTER (bought) AS last_order, {blocks},
           count(*) FILTER (bought AND back >= 270) AS base_days, count(*) FILTER (bought AND back < 365) AS order_days_12m,
           coalesce(sum(amount)::DOUBLE, 0) AS amount_a_year, sum(margin)::DOUBLE AS margin_a_year
    FROM (SELECT *, DATE '{as_of}' - date AS back FROM days) GROUP BY customer_id, category HAVING last_order IS NOT NULL ORDER BY customer_id, category
"""


def people(n: int) -> pd.DataFrame:
    rng = np.random.default_rng(n)
    rows = {"industry": rng.integers(INDUSTRIES, size=n).astype(str), "p_year": rng.uniform(0.02, 0.5, n)}
    return pd.DataFrame({"customer_id": np.arange(n).astype(str)} | rows).assign(contribution=rng.lognormal(7, 2, n))


def losses(folder: Path, n: int) -> Run:
    from kamlib.risk.loss_distribution import Draws, loss_draws

    table = people(n)
    return lambda: loss_draws(table, Draws(RHO, SPREAD, DRAWS))


def losses_bare(folder: Path, n: int) -> Run:
    """The same normal numbers in single precision, in blocks of customers, and the sums of each draw."""
    from scipy.special import ndtri

    table = people(n)
    p, money, code = table["p_year"].to_numpy(), table["contribution"].to_numpy(), pd.factorize(table["industry"])[0]

    def run() -> np.ndarray:
        rng, lost = np.random.default_rng(1), np.zeros(DRAWS)
        common = rng.standard_normal((INDUSTRIES, DRAWS), dtype=np.float32) * np.float32(RHO**0.5)
        limit = ndtri(p).astype(np.float32)
        for start in range(0, n, BLOCK):
            part = slice(start, start + BLOCK)
            own = rng.standard_normal((len(p[part]), DRAWS), dtype=np.float32) * np.float32((1 - RHO) ** 0.5)
            who, draw = np.nonzero(own + common[code[part]] < limit[part, None])
            size = rng.random(len(who)) * np.exp(SPREAD * rng.standard_normal(len(who)) - SPREAD**2 / 2)
            lost += np.bincount(draw, weights=money[part][who] * size, minlength=DRAWS)
        return lost

    return run


def concentrated(folder: Path, n: int) -> Run:
    from kamlib.risk.concentration import concentration

    money = people(n)["contribution"]
    return lambda: concentration(money)


def concentrated_bare(folder: Path, n: int) -> Run:
    money = people(n)["contribution"].to_numpy()

    def run() -> tuple[float, float]:
        share = np.sort(money)[::-1] / money.sum()
        return float((share**2).sum()), float(1 + 1 / n - 2 * (share * np.arange(1, n + 1)).sum() / n)

    return run


def invoices(n: int) -> pd.DataFrame:
    """Of as many customers as there are fifties of invoices, some with many and most with few; 3 % are credit notes."""
    rng, customers, day = np.random.default_rng(n), n // INVOICES_EACH, pd.Timestamp(AS_OF)
    ids = np.array([f"C{k:07}" for k in range(customers)], dtype=object)
    issued = day - pd.to_timedelta(pd.Series(rng.integers(0, 1000, n)), unit="D")
    due = issued + pd.Timedelta(days=30)
    paid = due + pd.to_timedelta(pd.Series(rng.gamma(2, 12, n).astype(int) - 10), unit="D")
    amount = rng.lognormal(6, 1, n) * np.where(rng.random(n) < 0.03, -1, 1)
    rows = {"customer_id": ids[(customers * rng.random(n) ** 2).astype(int)], "issued": issued, "due": due}
    return pd.DataFrame({"invoice_id": np.arange(n)} | rows | {"amount": amount, "paid": paid.where(paid <= day)})


def delays(folder: Path, n: int) -> Run:
    from kamlib.facts.payment import delay_curves
    from kamlib.facts.payment.bills import bills
    from kamlib.facts.payment.payment_delays import payment_delays

    given = invoices(n)

    def run() -> pd.DataFrame:
        known = bills(given, AS_OF)
        return payment_delays(known, delay_curves(known))

    return run


def late(folder: Path, n: int) -> Run:
    from kamlib.facts.payment import late_chances
    from kamlib.facts.payment.bills import bills

    known = bills(invoices(n), AS_OF)
    return lambda: late_chances(known)


def delays_lifelines(folder: Path, n: int) -> Run:
    """A curve for each customer, and its median."""
    from lifelines import KaplanMeierFitter

    rows = _waited(n)

    def run() -> dict[str, float]:
        return {
            who: KaplanMeierFitter().fit(own["late"] + 120, ~own["open"]).median_survival_time_
            for who, own in rows.groupby("customer_id")
        }

    return run


def all_lifelines(folder: Path, n: int) -> Run:
    """One curve for all."""
    from lifelines import KaplanMeierFitter

    rows = _waited(n)
    return lambda: KaplanMeierFitter().fit(rows["late"] + 120, ~rows["open"]).median_survival_time_


def _waited(n: int) -> pd.DataFrame:
    from kamlib.facts.payment.bills import bills

    known = bills(invoices(n), AS_OF)
    return known[known["amount"] > 0]


def make(folder: Path, lines: int) -> Run:
    import duckdb

    accounts = lines // LINES_EACH
    text = MAKE.format(
        as_of=AS_OF, categories=CATEGORIES, accounts=accounts, lines=lines, path=folder / "lines.parquet"
    )
    return lambda: duckdb.connect().execute(text).fetchall()


def blocks(folder: Path, lines: int) -> Run:
    from kamlib.io.duckdb_backend import engine
    from kamlib.risk import category_blocks

    con = engine(folder, memory="8GB")
    return lambda: category_blocks(con.read_parquet(folder / "lines.parquet"), AS_OF)


def blocks_sql(folder: Path, lines: int) -> Run:
    import duckdb

    counts = [f"count(*) FILTER (bought AND back BETWEEN {30 * b} AND {30 * b + 29}) AS block_{b}" for b in range(9)]
    query = BLOCKS.format(as_of=AS_OF, path=folder / "lines.parquet", blocks=", ".join(counts))
    con = duckdb.connect(config={"temp_directory": str(folder / "spill"), "memory_limit": "8GB"})
    con.execute("SET enable_progress_bar = false")
    return lambda: con.execute(query).df()


def statistic(folder: Path, lines: int) -> Run:
    from kamlib.risk.quiet_lines import quiet_lines

    pairs = pd.read_parquet(folder / "blocks.parquet")
    return lambda: quiet_lines(pairs, AS_OF)


CONTENDERS: dict[str, Callable[[Path, int], Run]] = {
    "losses": losses,
    "losses, bare": losses_bare,
    "concentration": concentrated,
    "concentration, bare": concentrated_bare,
    "delays": delays,
    "delays, lifelines": delays_lifelines,
    "all, lifelines": all_lifelines,
    "late": late,
    "make": make,
    "blocks": blocks,
    "blocks, sql": blocks_sql,
    "statistic": statistic,
}


def main(name: str, folder: str, size: int) -> None:
    run = CONTENDERS[name](Path(folder), size)
    Path("/proc/self/clear_refs").write_text("5")  # forgets the peak so far
    began, user = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_utime
    found = run()
    seconds, user = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_utime - user
    (peak,) = (line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
    if isinstance(found, pd.DataFrame):
        found.to_parquet(Path(folder, f"{name}.parquet"))
    print(json.dumps({"seconds": seconds, "user": user, "peak": int(peak) / 1e6}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
