"""The same order lines on DuckDB, PostgreSQL and Spark: every cleaning rule and every fact is equal, money exactly.

Oracle: the engines know nothing of each other; what they agree on is not an accident of one of them.
"""

from __future__ import annotations

import math
import random
import shutil
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from kamlib import facts
from kamlib.churn import losses
from kamlib.errors import InputError
from kamlib.intake import cleaning, pipeline
from kamlib.io import engines
from kamlib.measures import trade_claims
from kamlib.segments import crosstabs
from kamlib.study.model import Study
from kamlib.study.sources import Engine, Source

AS_OF = (date(2025, 12, 31), date(2026, 3, 31), date(2026, 6, 30))
HOSTILE = 'select"; drop table x --'
COLUMNS = {"order_id": "Invoice no", "account_id": HOSTILE, "amount": "Net"}
MONEY = pa.decimal128(18, 4)
LINES = 1_600
STRANGE = ('O\'Hare \\ "$1"', "'); drop table x --", "Ёлка\n%_", "ẞ é 🙂")  # accounts that nobody knows


@pytest.fixture(scope="module")
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
    kinds = {"Net": MONEY, "cost": MONEY, "date": pa.timestamp("us"), "quantity": pa.float64()}
    return pa.table({name: pa.array([row[name] for row in rows], kinds.get(name, pa.string())) for name in rows[0]})


def study(folder: Path, engine: dict[str, str], orders: dict[str, Any]) -> Study:
    (folder / "accounts.csv").write_text(
        "account_id,parent_id\n" + "".join(f"{n:05},{n - 1:05}\n" if n % 7 == 1 else f"{n:05},\n" for n in range(55))
    )
    tree = {
        "name": "engines",
        "title": "Engines",
        "as_of": "2026-06-30",
        "start": "2023-02-01",
        "rates": {"USD": 0.9},
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


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, lines: pa.Table) -> Path:
    made = tmp_path_factory.mktemp("engines")
    pq.write_table(lines, made / "orders.parquet")
    return made


@pytest.fixture(scope="module")
def embedded(folder: Path) -> pipeline.Clean:
    return pipeline.collect(study(folder, {}, {"files": "orders.parquet"}))


@pytest.fixture(scope="module")
def on_postgres(postgres: str, folder: Path, lines: pa.Table) -> Study:
    """Read by a role that may do nothing but read this one table."""
    import ibis
    import psycopg

    with psycopg.connect(postgres, autocommit=True) as server:
        server.execute("CREATE SCHEMA erp")
        ibis.postgres.from_connection(server).create_table("order lines", lines, database="erp")
        server.execute("CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA erp TO reader")
        server.execute('GRANT SELECT ON erp."order lines" TO reader; REVOKE TEMP ON DATABASE postgres FROM public')
    return study(folder, {"url": postgres.replace("//kam@", "//reader@")}, {"table": "erp.order lines"})


@pytest.fixture(scope="module")
def on_spark(folder: Path) -> Study:
    pytest.importorskip("pyspark")
    if not shutil.which("java"):
        pytest.skip("needs Java for Spark")
    engine = {"url": "local[2]", "memory": "2GB", "spill": str(folder / "steps")}
    made = study(folder, engine, {"files": str(folder / "orders.parquet")})
    with pytest.MonkeyPatch.context() as patch:  # little data: Java spends less on its own compiler
        patch.setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        engines.connect(made.engine)
    return made


@pytest.fixture(
    scope="module",
    params=[pytest.param("postgres", marks=pytest.mark.server), pytest.param("spark", marks=pytest.mark.jvm)],
)
def other(request: pytest.FixtureRequest) -> Study:
    return request.getfixturevalue(f"on_{request.param}")


@pytest.fixture(scope="module")
def clean(other: Study) -> pipeline.Clean:
    return pipeline.collect(other)


def same(left: pd.DataFrame, right: pd.DataFrame, keys: list[str]) -> None:
    tables = [table.sort_values(keys, ignore_index=True)[list(left.columns)] for table in (left, right)]
    pd.testing.assert_frame_equal(*tables, check_dtype=False, rtol=0, atol=1e-9)


def test_the_ledgers_are_equal_to_the_row_and_the_cent(embedded, clean):
    hit = embedded.ledger[embedded.ledger["table"] == "orders"].set_index("rule")["matched_rows"]
    expected = ["total_row", "no_account", "bad_amount", "bad_date", "before_start", "test_row", "not_goods", "no_rate"]
    expected += ["repeated_key", "overlap", "currency_spelling", "return_without_purchase", "cancelled_pair"]
    expected += ["cancellation", "cancellation_without_order", "negative_not_cancelled", "unknown_account"]
    assert not [rule for rule in expected if not hit[rule]]
    pd.testing.assert_frame_equal(embedded.ledger, clean.ledger)


def test_the_clean_lines_are_equal(embedded, clean):
    columns = [name for name in cleaning.ORDER_COLUMNS if not name.startswith("source_")]
    tables = [part.orders.select(*columns).to_pandas().astype(object) for part in (embedded, clean)]
    tables = [table.where(table.notna(), None).map(str) for table in tables]
    left, right = (sorted(table.itertuples(index=False, name=None)) for table in tables)
    assert left == right


def test_the_quarantines_are_equal(embedded, clean):
    columns = ["table", "reason", "date", "amount", "original"]
    tables = [part.quarantine.select(*columns).to_pandas().astype(object) for part in (embedded, clean)]
    kinds = [table.groupby("reason").size().to_dict() for table in tables]
    assert kinds[0] == kinds[1]
    sums = [table.groupby("reason")["amount"].sum().to_dict() for table in tables]
    assert sums[0] == sums[1]


def test_all_facts_are_equal(embedded, clean):
    pairs = [facts.account_facts(part.orders, AS_OF) for part in (embedded, clean)]
    same(*pairs, ["as_of", "customer_id"])
    assert len(pairs[0]) > 150


def test_facts_of_order_lines_of_ones_own_are_equal(other, lines):
    named = {"account_id": HOSTILE, "amount": "Net", "order_id": "Invoice no"}
    there = engines.orders(engines.connect(other.engine), other.there())
    whole = [table.drop_null([HOSTILE, "date", "Net"], how="any") for table in (ibis.memtable(lines), there)]
    same(*(facts.account_facts(facts.orders(table, **named), AS_OF[-1]) for table in whole), ["customer_id"])


def test_months_days_and_next_orders_are_equal(embedded, clean):
    for make, keys in (
        (lambda orders: facts.account_months(orders, AS_OF[-1]), ["customer_id", "month"]),
        (lambda orders: facts.account_days(orders, AS_OF[-1]), ["customer_id", "date"]),
        (lambda orders: facts.next_orders(orders, AS_OF[:2], AS_OF[-1]), ["customer_id", "as_of"]),
        (lambda orders: cleaning.by_month(orders, embedded.quarantine), ["month", "reason"]),
    ):
        same(make(embedded.orders), make(clean.orders), keys)


def test_sums_of_the_cross_tables_are_equal(embedded, clean):
    pd.testing.assert_frame_equal(*(crosstabs.line_sums(part.orders, AS_OF[-1], 24) for part in (embedded, clean)))


def test_losses_first_years_and_managers_are_equal(embedded, clean):
    ended = pd.Timestamp("2026-02-01")
    firms = pd.DataFrame(
        {"customer_id": ["00008", "00022"], "closed_on": [ended, pd.NaT], "contract_end": [pd.NaT, ended]}
    )
    firms["account_id"] = firms["customer_id"]
    for make, keys in (
        (
            lambda orders: losses.loss_episodes(orders, AS_OF[-1], horizon_days=40, accounts=firms),
            ["customer_id", "lost_on"],
        ),
        (lambda orders: trade_claims.first_years(orders, AS_OF[-1]), ["customer_id"]),
        (lambda orders: trade_claims.managers_before(orders, AS_OF[-1]).reset_index(), ["customer_id"]),
    ):
        left, right = make(embedded.orders), make(clean.orders)
        assert len(left) > 20
        same(left, right, keys)


def test_the_clean_lines_stay_where_they_are_and_a_run_finds_them_again(clean, other, tmp_path):
    from kamlib.run.store import Run

    run = Run(other, tmp_path / "study.yaml", tmp_path, {})
    (tmp_path / "tables").mkdir()
    run.save("orders", clean.orders)
    assert run.holds("orders")
    assert sum(path.stat().st_size for path in (tmp_path / "tables").iterdir()) < 1_000
    assert run.load("orders").amount.sum().execute() == clean.orders.amount.sum().execute()


def test_a_table_that_changed_changes_the_key_of_the_run(on_postgres, postgres):
    import psycopg

    source = on_postgres.sources["orders"]
    before = engines.content(on_postgres.engine, source)
    assert before == engines.content(on_postgres.engine, source) and before["rows"] == LINES
    with psycopg.connect(postgres, autocommit=True) as server:
        server.execute('UPDATE erp."order lines" SET quantity = quantity + 1 WHERE "Invoice no" = \'S1\'')
        assert engines.content(on_postgres.engine, source)["sha256"] != before["sha256"]
        server.execute('UPDATE erp."order lines" SET quantity = quantity - 1 WHERE "Invoice no" = \'S1\'')


def test_files_that_changed_change_the_key_of_a_run_on_spark(on_spark, lines, tmp_path):
    def found(table: pa.Table) -> dict[str, Any]:
        pq.write_table(table, tmp_path / "orders.parquet")
        return engines.content(on_spark.engine, Source(files=[str(tmp_path / "orders.parquet")]))

    before = found(lines)
    assert before["rows"] == LINES
    assert found(lines.take(list(range(LINES))[::-1])) == before, "the order of rows does not count"
    assert found(lines.set_column(0, "Invoice no", [["S0"] * LINES])) != before
    text = pa.string()
    moved = [pa.table({"a": pa.array([a], text), "b": pa.array([b], text)}) for a, b in (("x", None), (None, "x"))]
    assert found(moved[0]) != found(moved[1]), "a value in another column is another row"


def test_files_that_are_no_parquet_are_named_with_the_root_of_the_error(on_spark, tmp_path):
    (tmp_path / "orders.csv").write_text("a,b\n1,2\n")
    for name, words in (("orders.csv", "is not a Parquet file"), ("none.parquet", "Path does not exist")):
        with pytest.raises(InputError, match=rf"can't be read in the engine.*{words}"):
            engines.orders(engines.connect(on_spark.engine), Source(files=[str(tmp_path / name)]))


def test_a_second_master_in_one_process_is_refused(on_spark):
    with pytest.raises(InputError, match=r"Spark session of another engine.*local\[2\]"):
        engines.connect(Engine(url="local[1]"))


def test_a_step_on_spark_keeps_its_types_and_names_in_files_of_the_spill_folder(on_spark, tmp_path):
    con = engines.connect(on_spark.engine)
    names = [HOSTILE, "a;,{}()=\n`b", "Date", "date"]
    values = [Decimal("-99999999999999.9999"), "00012", date(1900, 1, 1), None]
    step = pa.table([pa.array([value]) for value in values[:3]] + [pa.array([None], pa.float64())], names=names)
    pq.write_table(step, tmp_path / "step.parquet")
    kept = engines.store(con, con.read_parquet(tmp_path / "step.parquet"))
    assert kept.columns == tuple(names)
    assert [column[0].as_py() for column in kept.to_pyarrow().columns] == values
    assert list(Path(str(on_spark.engine.spill)).glob("kam-*/kam_*/*.parquet"))


def test_amounts_that_are_texts_are_refused_with_the_remedy(on_postgres, postgres, folder):
    import psycopg

    with psycopg.connect(postgres, autocommit=True) as server:
        server.execute('CREATE VIEW erp.texts AS SELECT "Invoice no", "Net"::text AS "Net" FROM erp."order lines"')
        server.execute("GRANT SELECT ON erp.texts TO reader")
    source = Source(table="erp.texts", columns={"amount": "Net", "account_id": "Invoice no"})
    with pytest.raises(InputError, match=r"'Net'.*holds texts.*Give a view that casts it"):
        engines.orders(engines.connect(on_postgres.engine), source)


def test_a_missing_table_and_a_missing_server_are_named_without_the_password(on_postgres, monkeypatch):
    source = on_postgres.sources["orders"].model_copy(update={"table": "erp.nothing"})
    with pytest.raises(InputError, match=r"can't be read in the engine"):
        engines.orders(engines.connect(on_postgres.engine), source)
    monkeypatch.setenv("SECRET", "hunter2")
    with pytest.raises(InputError) as told:
        engines.connect(Engine(url="postgresql://kam:${SECRET}@127.0.0.1:1/nothing"))
    assert "hunter2" not in str(told.value) and "${SECRET}" in str(told.value)


@pytest.mark.parametrize(
    "url", ["mysql://x", "postgresql://kam:secret@host/db", "spark:", "http://x", "local[0]", "DuckDB"]
)
def test_an_engine_that_is_none_or_shows_a_password_is_refused(tmp_path, url):
    with pytest.raises(InputError, match=r"expected|password") as told:
        study(tmp_path, {"url": url}, {"table": "x"})
    assert "secret" not in str(told.value)


def test_orders_of_an_engine_are_a_table_of_it(tmp_path):
    with pytest.raises(InputError, match=r"sources\.orders: expected table"):
        study(tmp_path, {"url": "postgresql://kam@host/db"}, {"files": "orders.parquet"})
    with pytest.raises(InputError, match=r"sources\.orders: expected url beside table"):
        study(tmp_path, {}, {"table": "lines"})
    with pytest.raises(InputError, match=r"spill: expected a folder that every machine of the cluster reaches"):
        study(tmp_path, {"url": "spark://host:7077"}, {"files": "s3a://bucket/orders"})


def test_a_small_table_is_the_same_on_every_engine(other):
    con = engines.connect(other.engine)
    columns = {"a": ["x", "'; drop table x --", "é\n"], "b": ["1", None, "2"]}
    found = engines.small(con, columns).to_pandas().sort_values("a", ignore_index=True)
    assert found["a"].tolist() == sorted(columns["a"])
    assert set(found["b"].dropna()) == {"1", "2"} and found["b"].isna().sum() == 1
