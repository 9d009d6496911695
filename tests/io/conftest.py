"""Files read by the embedded engine, tables of databases, and the same order lines on PostgreSQL and Spark."""

from __future__ import annotations

import math
import random
import shutil
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from kamlib.io import engines, readers
from kamlib.study.model import Study
from kamlib.study.sources import Source


@pytest.fixture(scope="module")
def con():
    """The embedded engine."""
    return readers.engine()


@pytest.fixture
def read(con, tmp_path):
    """Read files (path: content) as one source; a list of rows without FILE, LINE and PART unless asked for."""

    def of(files: dict[str, bytes], added: bool = False, **source):
        for name, content in files.items():
            (tmp_path / name).write_bytes(content)
        paths = [tmp_path / name for name in files]
        given = Source(files=list(files), **source)
        table = readers.store(con, readers.read(con, given, paths, tmp_path / "scratch")).to_pandas()
        table = table if added else table.drop(columns=list(readers.ADDED))
        return table.astype(object).where(table.notna(), None)

    return of


@pytest.fixture
def file(tmp_path):
    """Writes one text file; gives its path."""

    def make(content):
        path = tmp_path / "x.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return make


@pytest.fixture
def read_table(tmp_path):
    """The table of a source as a list of dicts, without what the reader adds unless asked for."""

    def of(url, table, added=False):
        study = Study.model_construct(sources={"orders": (Source(url=url, table=table),)})
        study._path = tmp_path / "study.yaml"
        con = readers.engine()
        raw = readers.read(con, study.sources["orders"][0], study.paths("orders"), tmp_path / "scratch")
        assert not list((tmp_path / "scratch").glob("*")), "nothing stays in the scratch folder"
        found = readers.store(con, raw if added else raw.drop(*(name for name in readers.ADDED if name in raw.columns)))
        return found.to_pyarrow().to_pylist()

    return of


@pytest.fixture
def sqlite(tmp_path):
    """A connection to the SQLite file ``shop.db``."""
    base = sqlite3.connect(tmp_path / "shop.db")
    yield base
    base.close()


HOSTILE = 'select"; drop table x --'
COLUMNS = {"order_id": "Invoice no", "account_id": HOSTILE, "amount": "Net"}
MONEY = pa.decimal128(18, 4)
LINES = 1_600
STRANGE = ('O\'Hare \\ "$1"', "'); drop table x --", "Ёлка\n%_", "ẞ é 🙂")  # accounts that nobody knows


@pytest.fixture(scope="session")
def lines() -> pa.Table:
    """Order lines of 60 accounts with every kind of fault that typed columns can hold."""
    rng = random.Random(7)
    rows: list[dict[str, Any]] = []
    for number in range(LINES):
        account = rng.choice([*[f"{n:05}" for n in range(56)], *STRANGE])
        units = rng.randrange(1, 9)
        row = {
            "Invoice no": f"S{number // 2}",
            HOSTILE: account,
            "date": datetime(2023, 1, 1) + timedelta(days=1_280 * rng.random() ** 0.8),
            "Net": Decimal(units) * Decimal(rng.randrange(100, 9_999)) / 100,
            "cost": Decimal(rng.randrange(1, 999)) / 100 if rng.random() < 0.9 else None,
            "quantity": float(units),
            "product": rng.choice(["P1", "P2", "P3", "FREIGHT", None]),
            "category": rng.choice(["bearings", "belts", "seals", None]),
            "currency": rng.choice(["EUR", "EUR", "USD", "eur", "GBP"]),
            "manager": rng.choice(["M1", "M2"]),
            "part": "a" if number < LINES / 2 else "b",
        }
        fault = rng.random()
        if fault < 0.01:
            row[HOSTILE] = None
        elif fault < 0.02:
            row["Net"] = None
        elif fault < 0.03:
            row["date"] = None
        elif fault < 0.04:
            row["Invoice no"] = "TEST-1"
        elif fault < 0.09 and rows:
            back = rng.choice(rows)
            if back["Net"] and back["date"] and back["Net"] > 0:
                row |= back | {"Invoice no": f"C{number}", "Net": -back["Net"], "quantity": -back["quantity"]}
        elif fault < 0.12:
            row |= {"Net": -row["Net"], "quantity": -row["quantity"]}
        elif fault < 0.14 and rows:
            row = dict(rows[-1])
        elif fault < 0.16 and number > LINES / 2:
            row = rng.choice(rows[: LINES // 2]) | {"part": "b"}
        elif fault < 0.18:
            row |= {
                HOSTILE: f" \t{account}\N{NO-BREAK SPACE}",
                "product": " ",
                "quantity": rng.choice([math.nan, math.inf]),
            }
        elif fault < 0.19:
            row |= {HOSTILE: rng.choice(["ИТОГО:", "Grand Total"]), "date": None}
        rows.append(row)
    for number in range(2):  # products and differences that 18 digits do not hold
        size = Decimal("12345.67") * (number + 1)
        rows[number * 20] |= {
            "Net": size,
            "cost": -size,
            "currency": ("USD", "¥")[number],
            "quantity": 1.0,
            HOSTILE: "00001",
        }
    kinds = {"Net": MONEY, "cost": MONEY, "date": pa.timestamp("us"), "quantity": pa.float64()}
    return pa.table({name: pa.array([row[name] for row in rows], kinds.get(name, pa.string())) for name in rows[0]})


@pytest.fixture(scope="session")
def study_on() -> Callable[[Path, dict[str, str], dict[str, Any]], Study]:
    """``study_on(folder, {"url": …}, {"files": …})``: a study whose orders lie in an engine, with groups, rates and every rule."""
    return _study


def _study(folder: Path, engine: dict[str, str], orders: dict[str, Any]) -> Study:
    (folder / "accounts.csv").write_text(
        "account_id,parent_id\n" + "".join(f"{n:05},{n - 1:05}\n" if n % 7 == 1 else f"{n:05},\n" for n in range(55))
    )
    tree = {
        "name": "engines",
        "title": "Engines",
        "as_of": "2026-06-30",
        "start": "2023-02-01",
        "rates": {"USD": 0.9, "JPY": 0.0061728394506},
        "engine": engine,
        "sources": {"orders": {"columns": COLUMNS, "part": "part"} | orders, "accounts": {"files": "accounts.csv"}},
        "cleaning": {
            "cancelled": "^C",
            "not_goods": "^FREIGHT$",
            "tests": "^TEST",
            "key": ["order_id", "product", "Net"],
            "most_rows": 1,
            "most_amount": 1,
        },
    }
    path = folder / f"{engine.get('url', 'duckdb').partition(':')[0].strip('[]*')}.yaml"
    path.write_text(yaml.safe_dump(tree))
    return Study.read(path)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory, lines: pa.Table) -> Path:
    made = tmp_path_factory.mktemp("engines")
    pq.write_table(lines, made / "orders.parquet")
    return made


@pytest.fixture(scope="session")
def on_postgres(postgres: str, folder: Path, lines: pa.Table) -> Study:
    """Read by a role that may do nothing but read this one table."""
    import psycopg

    with psycopg.connect(postgres, autocommit=True) as server:
        server.execute("CREATE SCHEMA erp")
        ibis.postgres.from_connection(server).create_table("order lines", lines, database="erp")
        server.execute("CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA erp TO reader")
        server.execute('GRANT SELECT ON erp."order lines" TO reader; REVOKE TEMP ON DATABASE postgres FROM public')
    return _study(folder, {"url": postgres.replace("//kam@", "//reader@")}, {"table": "erp.order lines"})


@pytest.fixture(scope="session")
def on_spark(folder: Path) -> Study:
    pytest.importorskip("pyspark")
    if not shutil.which("java"):
        pytest.skip("needs Java for Spark")
    engine = {"url": "local[2]", "memory": "2GB", "spill": str(folder / "steps")}
    made = _study(folder, engine, {"files": str(folder / "orders.parquet")})
    with pytest.MonkeyPatch.context() as patch:  # little data: Java spends less on its own compiler
        patch.setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        engines.connect(made.engine)
    return made


@pytest.fixture(
    scope="session",
    params=[pytest.param("postgres", marks=pytest.mark.server), pytest.param("spark", marks=pytest.mark.jvm)],
)
def other(request: pytest.FixtureRequest) -> Study:
    return request.getfixturevalue(f"on_{request.param}")


@pytest.fixture(scope="session")
def orders_of():
    """The order lines of a source in an engine that is not embedded."""

    def of(engine, source):
        con = engines.connect(engine)
        return engines.orders(con, source, engines.table(con, source))

    return of
