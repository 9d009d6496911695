"""The contenders of `bench.intake`, each run as a process: reads and checks the file, prints seconds, memory, ledger."""

from __future__ import annotations

import csv
import json
import resource
import sys
import time
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from bench.intake import MAKE

COLUMNS = [
    "order_id",
    "account_id",
    "date",
    "amount",
    "quantity",
    "price",
    "product",
    "category",
    "currency",
    "channel",
    "manager",
]
# In the order of the kit's rules, with what is done to the line.
RULES = {
    "repeated_header": ("set_aside", "date IS NULL AND order_id = 'order_id' AND account_id = 'account_id'"),
    "total_row": (
        "set_aside",
        "CASE WHEN order_id IS NULL OR account_id IS NULL OR date IS NULL THEN regexp_matches(concat_ws(' ', order_id, "
        "account_id, product, category, channel, manager), '(?i)(^| )(sub|grand ?)?total( |:|$)') ELSE false END",
    ),
    "no_account": ("set_aside", "account_id IS NULL"),
    "bad_amount": ("set_aside", "amount IS NULL AND (currency IS NULL OR currency = 'EUR')"),
    "bad_date": ("set_aside", "date IS NULL"),
    "after_as_of": ("set_aside", "date > DATE '2026-06-30'"),
    "before_start": ("set_aside", "date < DATE '2021-01-01'"),
    "not_goods": ("set_aside", "product = 'FREIGHT'"),
    "no_rate": ("set_aside", "currency != 'EUR'"),
    "zero_price": ("mark", "price = 0"),
    "negative_price": ("mark", "price < 0"),
    "absurd_price": ("mark", "price > 4990"),
    "unreadable": ("mark", "(bad_quantity OR bad_price) AND amount IS NOT NULL AND date IS NOT NULL"),
}
# Blanks are rare: a look at both ends is cheaper than trimming every value.
TIDY = r"""
CREATE MACRO tidy(x) AS nullif(CASE WHEN x < '!' OR suffix(x, ' ') OR suffix(x, chr(9)) OR suffix(x, chr(10))
    OR suffix(x, chr(13)) OR contains(x, chr(160)) THEN trim(replace(x, chr(160), ' '), E' \t\n\r') ELSE x END, '')
"""
CHECKED = """
CREATE TEMP TABLE checked AS
WITH tidied AS (SELECT {tidied}, {original} AS original, rowid + 2 AS line FROM raw),
typed AS (
    SELECT * REPLACE (CAST(try_cast(date AS TIMESTAMP) AS DATE) AS date,
        CASE WHEN currency IS NULL OR upper(currency) = 'EUR' THEN try_cast(amount AS DECIMAL(18, 4)) END AS amount,
        try_cast(quantity AS DOUBLE) AS quantity, try_cast(price AS DOUBLE) AS price, upper(currency) AS currency),
        quantity IS NOT NULL AND try_cast(quantity AS DOUBLE) IS NULL AS bad_quantity,
        price IS NOT NULL AND try_cast(price AS DOUBLE) IS NULL AS bad_price
    FROM tidied
), flagged AS (SELECT *, {flags} AS flags FROM typed)
SELECT * EXCLUDE (bad_quantity, bad_price) REPLACE (CASE WHEN flags & {aside} != 0 THEN original END AS original)
FROM flagged
"""


def make(folder: Path, rows: int) -> None:
    """Write the file."""
    import duckdb

    duckdb.execute(MAKE.format(rows=rows, path=folder / "orders.csv"))


def kit(folder: Path, rows: int) -> dict[str, list]:
    from kamlib.intake.pipeline import collect
    from kamlib.study.model import Study

    ledger = collect(Study.read(folder / "study.yaml")).ledger
    hit = ledger[ledger["matched_rows"] > 0]
    return {r.rule: [r.matched_rows, r.rows, str(r.matched_amount), str(r.amount)] for r in hit.itertuples()}


def sql(folder: Path, rows: int) -> dict[str, list]:
    import duckdb

    con = duckdb.connect()
    con.execute(TIDY)
    con.execute(f"CREATE TEMP TABLE raw AS SELECT * FROM read_csv('{folder / 'orders.csv'}', all_varchar = true)")
    hits = [f"CASE WHEN {test} THEN {1 << place} ELSE 0 END" for place, (_, test) in enumerate(RULES.values())]
    con.execute(
        CHECKED.format(
            tidied=", ".join(f"tidy({name}) AS {name}" for name in COLUMNS),
            original=" || ',' || ".join(f"""'"' || coalesce({name}, '') || '"'""" for name in COLUMNS),
            flags=" + ".join(hits),
            aside=sum(1 << place for place, (action, _) in enumerate(RULES.values()) if action == "set_aside"),
        )
    )
    con.execute("DROP TABLE raw")
    return _ledger(con.execute("SELECT flags, count(*), sum(amount) FROM checked GROUP BY flags").fetchall())


def pandas(folder: Path, rows: int) -> dict[str, list]:
    import pandas as pd
    import pandera.pandas as pa

    raw = pd.read_csv(folder / "orders.csv", dtype=str, keep_default_na=False)
    table = pd.DataFrame({"line": raw.index + 2})
    for name in COLUMNS:
        text = raw[name].str.replace("\N{NO-BREAK SPACE}", " ").str.strip()
        table[name] = text.mask(text == "")
    given = table[["quantity", "price"]].notna()
    table["date"] = pd.to_datetime(table["date"], errors="coerce", format="ISO8601")
    for name in ("quantity", "price"):
        table[name] = pd.to_numeric(table[name], errors="coerce")
    table["amount"] = table["amount"].map(_exact, na_action="ignore")
    table["currency"] = table["currency"].str.upper()
    table["amount"] = table["amount"].where(table["currency"].isna() | (table["currency"] == "EUR"))
    table["no_amount"] = table["amount"].isna() & (table["currency"].isna() | (table["currency"] == "EUR"))
    unread = (given & table[["quantity", "price"]].isna()).any(axis=1)
    table["unread"] = unread & table["amount"].notna() & table["date"].notna()
    check = pa.Check
    schema = pa.DataFrameSchema(
        {
            **{name: pa.Column(str, nullable=True) for name in ("order_id", "category", "channel", "manager")},
            "account_id": pa.Column(str, nullable=False),
            "quantity": pa.Column(float, nullable=True),
            "no_amount": pa.Column(bool, check.eq(False)),
            "date": pa.Column(
                "datetime64[ns]",
                [check.le(pd.Timestamp("2026-06-30")), check.ge(pd.Timestamp("2021-01-01"))],
                nullable=False,
            ),
            "product": pa.Column(str, check.ne("FREIGHT"), nullable=True),
            "price": pa.Column(float, [check.ne(0), check.ge(0), check.le(4990)], nullable=True),
            "currency": pa.Column(str, check.eq("EUR"), nullable=True),
            "unread": pa.Column(bool, check.eq(False)),
        }
    )
    named = {
        ("account_id", "not_nullable"): "no_account",
        ("no_amount", "equal_to(False)"): "bad_amount",
        ("currency", "equal_to(EUR)"): "no_rate",
        ("date", "not_nullable"): "bad_date",
        ("date", "less_than_or_equal_to(2026-06-30 00:00:00)"): "after_as_of",
        ("date", "greater_than_or_equal_to(2021-01-01 00:00:00)"): "before_start",
        ("product", "not_equal_to(FREIGHT)"): "not_goods",
        ("price", "not_equal_to(0)"): "zero_price",
        ("price", "greater_than_or_equal_to(0)"): "negative_price",
        ("price", "less_than_or_equal_to(4990)"): "absurd_price",
        ("unread", "equal_to(False)"): "unreadable",
    }
    flags = pd.Series(0, index=table.index)
    try:
        schema.validate(table, lazy=True)
    except pa.errors.SchemaErrors as error:
        for (column, rule), cases in error.failure_cases.groupby(["column", "check"]):
            flags.loc[cases["index"].astype(int)] |= 1 << list(RULES).index(named[column, rule])
    aside = sum(1 << place for place, (action, _) in enumerate(RULES.values()) if action == "set_aside")
    originals = raw.loc[flags & aside != 0, COLUMNS].to_csv(None, header=False, index=False, quoting=csv.QUOTE_ALL)
    table["flags"], table["original"] = flags, None
    table.loc[flags & aside != 0, "original"] = originals.splitlines()
    groups = table["amount"].groupby(flags)
    return _ledger((bits, len(amounts), sum(amounts.dropna(), Decimal(0))) for bits, amounts in groups)


def _exact(text: str) -> Decimal | None:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return amount.quantize(Decimal("0.0001")) if amount.is_finite() else None


def _ledger(groups: Iterable[tuple[int, int, Decimal | None]]) -> dict[str, list]:
    """Rule: rows and money that it hits, rows and money that it is the first to set aside."""
    sums = [(int(flags), int(rows), money or Decimal(0)) for flags, rows, money in groups]

    def total(wanted: Callable[[int], Any]) -> tuple[int, Decimal]:
        chosen = [(rows, money) for flags, rows, money in sums if wanted(flags)]
        return sum(rows for rows, _ in chosen), sum((money for _, money in chosen), Decimal("0.0000"))

    made, before = {}, 0

    def put(name: str, hit: tuple[int, Decimal], gone: tuple[int, Decimal]) -> None:
        made[name] = [hit[0], gone[0], str(hit[1]), str(gone[1])]

    everything = total(lambda flags: True)
    put("came in", everything, everything)
    for place, (name, (action, _)) in enumerate(RULES.items()):
        bit, earlier = 1 << place, before
        first = total(lambda flags, bit=bit, earlier=earlier: flags & bit and not flags & earlier)
        put(name, total(lambda flags, bit=bit: flags & bit), first if action == "set_aside" else total(lambda flags: 0))
        before |= bit if action == "set_aside" else 0
    kept = total(lambda flags: not flags & before)
    put("kept", kept, kept)
    return {name: lines for name, lines in made.items() if lines[0]}


if __name__ == "__main__":
    import importlib

    contender, folder, rows = sys.argv[1:]
    for module in {"kit": ["ibis", "pandas", "kamlib.intake"], "sql": ["duckdb"], "pandas": ["pandera.pandas"]}.get(
        contender, []
    ):
        importlib.import_module(module)
    began, worked = time.perf_counter(), time.process_time()
    ledger = globals()[contender](Path(folder), int(rows))
    seconds, cpu = time.perf_counter() - began, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak": peak, "ledger": ledger}))
