"""Oracles: what the databases' own drivers wrote, row by row; PostgreSQL's own words for what it refuses."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from decimal import Decimal

import duckdb
import pytest

from kamlib.errors import InputError
from kamlib.intake.pipeline import collect
from kamlib.run.opened import Run
from kamlib.study.model import Study

ROWS = [("00123", "a", "2026-01-31", "10.50"), ("K.01", "b", "2026-02-01", "0.1"), ("3", None, "2026-02-02", "7")]
HOSTILE = 'select"; drop table orders; --'


def test_duckdb_keeps_types_and_a_view_is_a_table(read_table, tmp_path):
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as base:
        base.execute("CREATE SCHEMA sales")
        base.execute(
            "CREATE TABLE sales.orders AS SELECT '00123' AS id, 12.3456::DECIMAL(12, 4) AS m, DATE '2026-01-31' AS d, true AS f,"
            " 7 AS n, 0.5::DOUBLE AS x, 'big'::ENUM('big', 'small') AS e, [1, 2] AS l, TIMESTAMP '2026-01-31 23:59:00' AS t"
        )
        base.execute("CREATE VIEW recent AS SELECT id FROM sales.orders")
    before = path.read_bytes()
    assert read_table("duckdb:///shop.duckdb", "sales.orders") == [
        {
            "id": "00123", "m": Decimal("12.3456"), "d": dt.date(2026, 1, 31), "f": True, "n": 7, "x": 0.5, "e": "big",
            "l": "[1, 2]", "t": dt.datetime(2026, 1, 31, 23, 59),
        }
    ]  # fmt: skip
    assert read_table(f"duckdb:///{path}", "recent") == [{"id": "00123"}], "an absolute path"
    assert path.read_bytes() == before


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_hostile_names_are_names(read_table, tmp_path, kind):
    path = tmp_path / "shop.db"
    base = sqlite3.connect(path) if kind == "sqlite" else duckdb.connect(str(path))
    column, table = HOSTILE.replace('"', '""'), 'a.b"c'
    base.execute(f'CREATE TABLE "{table.replace(chr(34), chr(34) * 2)}" ("{column}" TEXT, "kam:line" TEXT)')
    base.execute(f"INSERT INTO \"{table.replace(chr(34), chr(34) * 2)}\" VALUES ('x', 'y')")
    base.commit()
    base.close()
    assert read_table(f"{kind}:///shop.db", '"a.b""c"') == [{HOSTILE: "x", "kam:line (2)": "y"}]
    with pytest.raises(InputError, match="can't be read"):
        read_table(f"{kind}:///shop.db", "t; DROP TABLE t")


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_a_missing_or_broken_database_is_named(read_table, tmp_path, kind):
    with pytest.raises(InputError, match=r"gone\.db: no such database"):
        read_table(f"{kind}:///gone.db", "t")
    assert not (tmp_path / "gone.db").exists(), "and not made"
    (tmp_path / "pdf.db").write_bytes(b"%PDF-1.4 nothing else" * 100)
    with pytest.raises(InputError, match=rf"{kind}:///pdf\.db: the table 't' can't be read"):
        read_table(f"{kind}:///pdf.db", "t")


@pytest.fixture
def database(request, tmp_path):
    """A function that writes order lines to a table of a new database, and its URL."""
    kind = request.param
    if kind == "postgresql":
        import psycopg

        url = request.getfixturevalue("postgres")
        base = psycopg.connect(url, autocommit=True)
        mark = "%s"
    else:
        url, mark = f"{kind}:///shop.db", "?"
        base = sqlite3.connect(tmp_path / "shop.db") if kind == "sqlite" else duckdb.connect(str(tmp_path / "shop.db"))
    base.execute("CREATE TABLE orders (order_id TEXT, account_id TEXT, date TEXT, amount TEXT)")

    def write(rows):
        cursor = base.cursor()
        cursor.executemany(f"INSERT INTO orders VALUES ({mark}, {mark}, {mark}, {mark})", rows)
        base.commit()
        if kind == "duckdb":
            base.close()

    yield write, url
    if kind == "postgresql":
        base.execute("DROP TABLE orders")
    base.close()


@pytest.mark.parametrize(
    "database", ["sqlite", "duckdb", pytest.param("postgresql", marks=pytest.mark.server)], indirect=True
)
def test_a_study_of_a_database_gives_the_ledger_of_a_study_of_files(make_study, database):
    """10.50 + 0.1 = 10.6 kept; the third line names no account."""
    write, url = database
    write(ROWS)
    study = make_study({}, sources={"orders": {"url": url, "table": "orders"}})
    clean = collect(study)
    ledger = clean.ledger.set_index("rule")
    assert ledger.loc["came in", ["rows", "amount"]].tolist() == [3, Decimal("17.6")]
    assert ledger.loc["kept", ["rows", "amount"]].tolist() == [2, Decimal("10.6")]
    aside = clean.quarantine.to_pandas().iloc[0]
    assert (aside["source_file"], aside["source_line"], aside["reason"]) == ("orders", 3, "no_account")
    assert sorted(clean.orders.order_id.to_pyarrow().to_pylist()) == ["00123", "K.01"]


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.server)], indirect=True)
def test_a_run_depends_on_what_the_table_holds(make_study, database, tmp_path):
    write, url = database
    write(ROWS)
    study = make_study({}, sources={"orders": {"url": url, "table": "orders"}})

    def opened():
        return Run.open(str(tmp_path / "study.yaml"), run_dir=str(tmp_path / "run"))

    first = opened()
    assert opened().present.inputs == first.present.inputs
    assert all(len(row["sha256"]) == 64 for row in first.present.inputs)
    write([("4", "a", "2026-02-03", "1")])
    assert opened().present.inputs != first.present.inputs
    # the copy of the study that a notebook gets
    copy = tmp_path / "elsewhere" / "study.yaml"
    copy.parent.mkdir()
    copy.write_text(study.to_yaml(), encoding="utf-8")
    again = Study.read(copy)
    assert again.paths("orders") == study.paths("orders") and again.fingerprint() == study.fingerprint()
    assert collect(again).ledger.iloc[0]["rows"] == 4


def test_two_tables_of_one_file_are_two_studies(make_study, sqlite):
    sqlite.execute("CREATE TABLE a (n)")
    sqlite.commit()
    one, two = (make_study({}, sources={"orders": {"url": "sqlite:///shop.db", "table": name}}) for name in "ab")
    assert one.fingerprint() != two.fingerprint()


SECRET = "p@ss/w:rd 1%"


def test_a_password_comes_from_the_environment_and_is_in_no_message_and_no_file(
    make_study, postgres, monkeypatch, tmp_path
):
    """A server with trust takes any password; `nowhere` is no database; a port that is no number is echoed by the driver."""
    monkeypatch.setenv("KAM_TEST_SECRET", SECRET)
    host = postgres.partition("host=")[2]
    url = f"postgresql://kam:${{KAM_TEST_SECRET}}@/postgres?host={host}"
    import psycopg

    with psycopg.connect(postgres, autocommit=True) as base:
        base.execute(
            "CREATE TABLE secret_orders AS SELECT '1' AS order_id, 'a' AS account_id, DATE '2026-01-01' AS date, 5 AS amount"
        )
    study = make_study({}, sources={"orders": {"url": url, "table": "secret_orders"}})
    clean = collect(study)
    assert clean.ledger.iloc[0]["amount"] == 5
    run = Run.open(str(tmp_path / "study.yaml"), run_dir=str(tmp_path / "run"))
    kept = (
        json.dumps(run.present.inputs)
        + run.record().to_csv()
        + study.to_yaml()
        + str(clean.quarantine.to_pandas())
        + str(clean.notes)
    )
    bad = [url.replace("/postgres?", "/nowhere?"), "postgresql://kam@localhost:${KAM_TEST_SECRET}/x"]
    for broken in bad:
        with pytest.raises(InputError) as error:
            collect(make_study({}, sources={"orders": {"url": broken, "table": "t"}}))
        assert "can't be read" in str(error.value) and "${KAM_TEST_SECRET}" in str(error.value)
        kept += str(error.value)
    for form in (SECRET, "p%40ss", "p@ss"):
        assert form not in kept
    monkeypatch.delenv("KAM_TEST_SECRET")
    with pytest.raises(InputError, match=r"the environment has no KAM_TEST_SECRET"):
        collect(study)
