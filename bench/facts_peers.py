"""One contender of `bench.facts` in a process of its own: ``python -m bench.facts_peers NAME FOLDER LINES [ACCOUNTS]``.

Each reads the Parquet file and ends with a pandas table; imports and the start of the engine are not counted.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

AS_OF = date(2025, 12, 31)
LANDMARKS = [date(2024, 9, 30), date(2024, 12, 31), date(2025, 3, 31), date(2025, 6, 30), date(2025, 9, 30), AS_OF]
SUMMARY = ["frequency", "recency", "T", "monetary_value"]  # what lifetimes computes
PLENTY, LITTLE = "16GB", "2GB"
Run = Callable[[], pd.DataFrame]

# An order has 1 to 7 lines, 4 in the mean; its account is drawn with a weight that falls as 1 / rank, so a fifth of the
# accounts has three quarters of the orders; 4 % of the lines are credit notes, 1 % are free.
MAKE = """
COPY (
    WITH orders AS (
        SELECT o, DATE '2023-01-01' + (o * 1096 // {orders})::INTEGER AS date,
               least(floor({accounts} / 1000 * (pow(1001, hash(o, 1) % 1000000007 / 1000000007) - 1)), {accounts} - 1)::BIGINT AS a
        FROM range({orders}) AS orders(o)
    ),
    named AS (
        SELECT *, 'O' || lpad(o::VARCHAR, 9, '0') AS order_id,
               'C' || lpad((a * 7368787 % 1000000007)::VARCHAR, 10, '0') AS customer_id,  -- a bijection: far from sorted
               'manager ' || hash(a, date > DATE '2023-01-01' + (hash(a, 2) % 2000)::INTEGER) % 60 AS manager,
               hash(a, 4) % 20 > 0 AS knows_margin
        FROM orders
    ),
    lines AS (SELECT *, unnest(range(1 + (hash(o, 3) % 7)::INTEGER)) AS line FROM named),
    drawn AS (
        SELECT *, (hash(o, line) % 1000000007)::INTEGER AS h,
               0.0001 * CASE WHEN h % 100 < 4 THEN -1 WHEN h % 100 = 4 THEN 0 ELSE 1 END AS unit
        FROM lines
    )
    SELECT order_id, customer_id, date, (unit * (100 + h // 100 % 5000000))::DECIMAL(18, 4) AS amount,
           CASE WHEN knows_margin AND h % 97 > 0 THEN (unit * (h // 7 % 1500000))::DECIMAL(18, 4) END AS margin,
           CASE WHEN h // 11 % 50 > 0 THEN 'category ' || (a * 7 + h // 13 % 6 * 11) % 40 END AS category, manager
    FROM drawn
) TO '{path}' (FORMAT parquet)
"""


def make(path: Path, lines: int, accounts: int) -> Run:
    """About so many lines of three years, in the order of their days."""
    import duckdb

    con = duckdb.connect()
    con.execute("SET enable_progress_bar = false")
    return lambda: con.execute(MAKE.format(orders=lines // 4, accounts=accounts, path=path)).df()


def kit(path: Path, memory: str = PLENTY, as_of: date | list[date] = AS_OF) -> Run:
    from kamlib.facts import account_facts
    from kamlib.io.duckdb_backend import engine

    con = engine(path.parent, memory=memory)
    return lambda: account_facts(con.read_parquet(path), as_of)


def kit_summary(path: Path) -> Run:
    """The kit asked only for what lifetimes computes."""
    from kamlib.facts import account_facts
    from kamlib.io.duckdb_backend import engine

    wanted = ["first_order", "last_order", "tenure_days", "order_days", "revenue", "returns"]
    con = engine(path.parent, memory=PLENTY)

    def run() -> pd.DataFrame:
        facts = account_facts(con.read_parquet(path), AS_OF, columns=wanted)
        facts = facts[facts["order_days"] > 0].set_index("customer_id")
        recency = (facts["last_order"] - facts["first_order"]).dt.days
        mean = (facts["revenue"] + facts["returns"]) / facts["order_days"]
        values = [facts["order_days"], recency, facts["tenure_days"], mean]
        return pd.concat(values, axis=1, keys=SUMMARY).astype(float).reset_index()

    return run


def sql(path: Path, memory: str = PLENTY) -> Run:
    import duckdb

    query = Path(__file__).with_name("facts.sql").read_text(encoding="utf-8").replace(":orders", f"'{path}'")
    con = duckdb.connect(config={"temp_directory": str(path.parent / "spill"), "memory_limit": memory})
    con.execute("SET enable_progress_bar = false")
    return lambda: con.execute(query).df()


def lifetimes(path: Path) -> Run:
    """As its users call it, given what it needs: purchases, days and floats."""
    from lifetimes.utils import summary_data_from_transaction_data

    def run() -> pd.DataFrame:
        lines = _read(path, ["customer_id", "date", "amount"], [])
        found = summary_data_from_transaction_data(
            lines[lines["amount"] > 0],
            "customer_id",
            "date",
            "amount",
            observation_period_end=AS_OF,
            include_first_transaction=True,
        )
        return found[SUMMARY].reset_index()

    return run


def pandas_summary(path: Path) -> Run:
    """What lifetimes computes, in pandas: ids as categories, two group-bys."""

    def run() -> pd.DataFrame:
        lines = _read(path, ["customer_id", "date", "amount"], ["customer_id"])
        lines = lines[lines["amount"] > 0]
        days = lines.groupby(["customer_id", "date"], observed=True, sort=False)["amount"].sum().reset_index()
        found = days.groupby("customer_id", observed=True, sort=False).agg(
            frequency=("date", "size"), first=("date", "min"), last=("date", "max"), monetary_value=("amount", "mean")
        )
        found["recency"] = (found["last"] - found["first"]).dt.days
        found["T"] = (pd.Timestamp(AS_OF) - found["first"]).dt.days
        return found[SUMMARY].astype(float).reset_index()

    return run


def pandas_facts(path: Path) -> Run:
    """All facts in pandas: ids as categories, orders, then days, then accounts; sums in floats."""
    names = ["customer_id", "order_id", "date", "amount", "margin", "category", "manager"]
    how: dict = {"observed": True, "sort": False}

    def run() -> pd.DataFrame:
        as_of = pd.Timestamp(AS_OF)
        lines = _read(path, names, ["customer_id", "order_id", "category", "manager"])
        lines["bought"], lines["returned"] = lines["amount"].clip(lower=0), -lines["amount"].clip(upper=0)
        lines["known"] = lines["amount"].abs().where(lines["margin"].notna(), 0.0)
        lines["has_margin"] = lines["margin"].notna()
        lines["lines"] = 1
        sums = ["lines", "bought", "returned", "margin", "known", "has_margin"]
        orders = lines.groupby(["customer_id", "date", "order_id"], **how)[sums].sum().reset_index()
        orders["orders"] = orders["bought"] > 0
        days = orders.groupby(["customer_id", "date"], observed=True)[[*sums, "orders"]].sum().reset_index()
        days["revenue"], purchase = days["bought"] - days["returned"], days["bought"] > 0
        age = 12 * (as_of.year - days["date"].dt.year) + as_of.month - days["date"].dt.month
        bought = days[purchase]
        gap = bought.groupby("customer_id", **how)["date"].diff().dt.days
        new_month = age[purchase].ne(age[purchase].groupby(bought["customer_id"], **how).shift())
        windows = {"3m": (0, 3), "6m": (0, 6), "12m": (0, 12), "24m": (0, 24)}
        windows |= {"prev_6m": (6, 12), "prev_12m": (12, 24), "6m_year_ago": (12, 18)}
        wide = {"order_days": purchase, "gaps": gap.notna().reindex(days.index, fill_value=False)}
        wide |= {f"revenue_{w}": days["revenue"].where((age >= a) & (age < b), 0.0) for w, (a, b) in windows.items()}
        wide |= {f"margin_{n}m": days["margin"].where(age < n, 0.0) for n in (6, 12, 24)}
        wide |= {f"lines_{n}m": days["lines"].where(age < n, 0) for n in (6, 12, 24)}
        wide |= {f"has_{n}m": days["has_margin"].where(age < n, 0) for n in (6, 12, 24)}
        for n in (6, 12, 24):
            wide |= {f"{name}_{n}m": days[name].where(age < n, 0.0) for name in ("known", "returned")}
        for n in (12, 24):
            wide[f"order_days_{n}m"] = purchase & (age < n)
            wide[f"regularity_{n}m"] = (new_month & (age[purchase] < n)).reindex(days.index, fill_value=False)
            wide[f"tilt_{n}m"] = wide[f"revenue_{n}m"] * (n - 1 - 2 * age)
        wide |= {name: days[name] for name in ("revenue", *sums, "orders")}
        facts = pd.DataFrame(wide).groupby(days["customer_id"], **how).sum()
        dates = bought.groupby("customer_id", **how)["date"]
        gaps = gap.groupby(bought["customer_id"], **how)
        facts["first_order"], facts["last_order"] = dates.min(), dates.max()
        facts["gap_mean"], facts["gap_sd"] = gaps.mean(), gaps.std()
        facts[["gap_median", "gap_p95"]] = gaps.quantile([0.5, 0.95]).unstack()
        long = bought.assign(gap=gap, before=bought.groupby("customer_id", **how).cumcount())[gap > 180]
        last = long.drop_duplicates("customer_id", keep="last").set_index("customer_id")
        facts["long_gap_ended"], facts["long_gap_days"] = last["date"], last["gap"]
        facts["long_gap_orders"] = last["before"]
        kinds = lines[lines["amount"] > 0]
        for column, name in (("category", "categories"), ("manager", "managers")):
            latest = kinds.groupby(["customer_id", column], **how)["date"].max().reset_index()
            for months in (None, 12, 24):
                of = latest if months is None else latest[latest["date"] > as_of - pd.DateOffset(months=months)]
                facts[name + (f"_{months}m" if months else "")] = of.groupby("customer_id", **how).size()
        return _finished(facts, as_of)

    return run


def _finished(facts: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    facts["tenure_days"], facts["silence_days"] = ((as_of - facts[f"{x}_order"]).dt.days for x in ("first", "last"))
    facts["average_order"] = facts["bought"] / facts["orders"].replace(0, np.nan)
    facts["gap_cv"] = facts["gap_sd"] / facts["gap_mean"]
    facts["margin"] = facts["margin"].where(facts["has_margin"] > 0)
    for n in (6, 12, 24):
        empty = facts["margin"].notna() & (facts[f"lines_{n}m"] == 0)
        moved = facts[f"revenue_{n}m"] + 2 * facts[f"returned_{n}m"]
        enough = (facts[f"has_{n}m"] > 0) & (facts[f"known_{n}m"] >= 0.8 * moved)
        facts[f"margin_{n}m"] = facts[f"margin_{n}m"].where(enough | empty)
    facts["margin"] = facts["margin"].where(facts["known"] >= 0.8 * (facts["bought"] + facts["returned"]))
    facts["margin_known"] = facts["known"] / (facts["bought"] + facts["returned"]).replace(0, np.nan)
    for n in (12, 24):
        revenue, returns = facts[f"revenue_{n}m"], facts[f"returned_{n}m"]
        moved = (revenue + 2 * returns).round(4)
        facts[f"margin_known_{n}m"] = facts[f"known_{n}m"] / moved.where(moved > 0)
        whole = facts["first_order"] <= as_of - pd.DateOffset(months=n)
        trend = 6 * facts[f"tilt_{n}m"] / ((n**2 - 1) * revenue.where(revenue.round(4) > 0))
        facts[f"trend_{n}m"], facts[f"regularity_{n}m"] = (
            trend.where(whole),
            (facts[f"regularity_{n}m"] / n).where(whole),
        )
    facts["growth"] = facts["revenue_12m"] / facts["revenue_prev_12m"].where(facts["revenue_prev_12m"].round(4) > 0) - 1
    stub = facts["tenure_days"] + facts["gap_mean"].fillna(0) < 730
    facts["growth"] = facts["growth"].mask(stub & (facts["growth"] > 0))
    for name in ("categories", "categories_12m", "categories_24m", "managers", "managers_24m"):
        days = facts[name.replace("categories", "order_days").replace("managers", "order_days")]
        facts[name] = facts[name].where(days > 0, 0.0)
    revenue = facts["revenue"].round(4)
    positive = revenue.where(revenue > 0)
    facts["share"] = positive / positive.sum()
    facts = facts.rename(columns={"returned": "returns", "returned_12m": "returns_12m", "returned_24m": "returns_24m"})
    facts = facts.reset_index().assign(as_of=as_of).sort_values("share", ascending=False)
    facts["cumulative_share"] = facts["share"].cumsum().groupby(facts["share"]).transform("max")
    return facts


def _read(path: Path, columns: list[str], as_categories: list[str]) -> pd.DataFrame:
    table = pq.read_table(path, columns=columns, read_dictionary=as_categories)
    for place, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type):
            table = table.set_column(place, field.name, table.column(place).cast(pa.float64()))
    return table.to_pandas(date_as_object=False)


CONTENDERS: dict[str, Callable[[Path], Run]] = {
    "kit": kit,
    "kit in 2 GB": lambda path: kit(path, LITTLE),
    "kit, six dates": lambda path: kit(path, as_of=LANDMARKS),
    "kit, summary": kit_summary,
    "sql": sql,
    "lifetimes": lifetimes,
    "pandas, summary": pandas_summary,
    "pandas": pandas_facts,
}


def main(name: str, folder: str, lines: int, accounts: int = 0) -> None:
    path = Path(folder, f"{lines}.parquet")
    run = make(path, lines, accounts or lines // 100) if name == "make" else CONTENDERS[name](path)
    began, user = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_utime
    found = run()
    seconds, user = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_utime - user
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    if name != "make":
        found.to_parquet(Path(folder, f"{name}.{lines}.parquet"))
    print(json.dumps({"seconds": seconds, "user": user, "peak": peak, "rows": len(found)}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))
