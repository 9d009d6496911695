"""Oracles: what the databases' own drivers wrote, row by row; PostgreSQL's own words for what it refuses."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from decimal import Decimal

import duckdb
import pytest
import yaml

from kamlib.errors import InputError
from kamlib.intake.pipeline import collect
from kamlib.io import readers
from kamlib.run.store import Run
from kamlib.study.model import Study
from kamlib.study.sources import Source

ROWS = [("00123", "a", "2026-01-31", "10.50"), ("K.01", "b", "2026-02-01", "0.1"), ("3", None, "2026-02-02", "7")]
HOSTILE = 'select"; drop table orders; --'


@pytest.fixture
def read(tmp_path):
    """The table of a source as a list of dicts, without what the reader adds unless asked for."""

    def of(url, table, added=False):
        study = Study.model_construct(sources={"orders": Source(url=url, table=table)})
        study._folder = tmp_path
        con = readers.engine()
        raw = readers.read(con, study.sources["orders"], study.paths("orders"), tmp_path / "scratch")
        assert not list((tmp_path / "scratch").glob("*")), "nothing stays in the scratch folder"
        found = readers.store(con, raw if added else raw.drop(*(name for name in readers.ADDED if name in raw.columns)))
        return found.to_pyarrow().to_pylist()

    return of


@pytest.fixture
def sqlite(tmp_path):
    base = sqlite3.connect(tmp_path / "shop.db")
    yield base
    base.close()


def test_sqlite_keeps_ids_numbers_and_text(read, sqlite):
    sqlite.execute("CREATE TABLE orders (id TEXT, n INTEGER, x REAL, mixed, whole, blob BLOB, none)")
    sqlite.executemany(
        "INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?)",
        [("00123", 2**53 + 1, 0.1, "1,5", 1, b"\x01\xff", None), ("ж", None, 1e300, 7, 2.5, None, None)],
    )
    sqlite.commit()
    assert read("sqlite:///shop.db", "orders") == [
        {"id": "00123", "n": 2**53 + 1, "x": 0.1, "mixed": "1,5", "whole": 1.0, "blob": "01FF", "none": None},
        {"id": "ж", "n": None, "x": 1e300, "mixed": "7", "whole": 2.5, "blob": None, "none": None},
    ]


def test_sqlite_streams_in_batches_and_counts_its_rows(read, sqlite, monkeypatch):
    monkeypatch.setattr("kamlib.io.sqlite.BATCH", 7)
    sqlite.execute("CREATE TABLE t (n)")
    sqlite.executemany("INSERT INTO t VALUES (?)", [(number,) for number in range(1, 51)])
    sqlite.commit()
    rows = read("sqlite:///shop.db", "t", added=True)
    assert [row["n"] for row in rows] == [row[readers.LINE] for row in rows] == list(range(1, 51))
    assert {row[readers.FILE] for row in rows} == {"t"}


def test_what_was_written_last_to_sqlite_is_read(read, sqlite, tmp_path):
    """In its write-ahead mode the rows lie in a log beside the file until someone tidies up."""
    sqlite.execute("PRAGMA journal_mode=wal")
    sqlite.execute("CREATE TABLE t (n)")
    sqlite.commit()
    source = Source(url="sqlite:///shop.db", table="t")
    study = Study(name="t", title="T", as_of="2026-06-30", sources={"orders": source})
    study._folder = tmp_path
    before = {path.name: path.read_bytes() for path in study.paths("orders")}
    sqlite.execute("INSERT INTO t VALUES (1)")
    sqlite.commit()
    assert read("sqlite:///shop.db", "t") == [{"n": 1}]
    assert {path.name: path.read_bytes() for path in study.paths("orders")} != before


def test_duckdb_keeps_types_and_a_view_is_a_table(read, tmp_path):
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as base:
        base.execute("CREATE SCHEMA sales")
        base.execute(
            "CREATE TABLE sales.orders AS SELECT '00123' AS id, 12.3456::DECIMAL(12, 4) AS m, DATE '2026-01-31' AS d, true AS f,"
            " 7 AS n, 0.5::DOUBLE AS x, 'big'::ENUM('big', 'small') AS e, [1, 2] AS l, TIMESTAMP '2026-01-31 23:59:00' AS t"
        )
        base.execute("CREATE VIEW recent AS SELECT id FROM sales.orders")
    before = path.read_bytes()
    assert read("duckdb:///shop.duckdb", "sales.orders") == [
        {
            "id": "00123", "m": Decimal("12.3456"), "d": dt.date(2026, 1, 31), "f": True, "n": 7, "x": 0.5, "e": "big",
            "l": "[1, 2]", "t": dt.datetime(2026, 1, 31, 23, 59),
        }
    ]  # fmt: skip
    assert read(f"duckdb:///{path}", "recent") == [{"id": "00123"}], "an absolute path"
    assert path.read_bytes() == before


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_hostile_names_are_names(read, tmp_path, kind):
    path = tmp_path / "shop.db"
    base = sqlite3.connect(path) if kind == "sqlite" else duckdb.connect(str(path))
    column, table = HOSTILE.replace('"', '""'), 'a.b"c'
    base.execute(f'CREATE TABLE "{table.replace(chr(34), chr(34) * 2)}" ("{column}" TEXT, "kam:line" TEXT)')
    base.execute(f"INSERT INTO \"{table.replace(chr(34), chr(34) * 2)}\" VALUES ('x', 'y')")
    base.commit()
    base.close()
    assert read(f"{kind}:///shop.db", '"a.b""c"') == [{HOSTILE: "x", "kam:line (2)": "y"}]
    with pytest.raises(InputError, match="can't be read"):
        read(f"{kind}:///shop.db", "t; DROP TABLE t")


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_a_missing_or_broken_database_is_named(read, tmp_path, kind):
    with pytest.raises(InputError, match=r"gone\.db: no such database"):
        read(f"{kind}:///gone.db", "t")
    assert not (tmp_path / "gone.db").exists(), "and not made"
    (tmp_path / "pdf.db").write_bytes(b"%PDF-1.4 nothing else" * 100)
    with pytest.raises(InputError, match=rf"{kind}:///pdf\.db: the table 't' can't be read"):
        read(f"{kind}:///pdf.db", "t")


POSTGRES = """
CREATE SCHEMA "My Shop";
CREATE TYPE size AS ENUM ('big', 'small');
CREATE TABLE "My Shop"."Orders" (
    id text, n bigint, m numeric(12, 4), free numeric, d date, t timestamp, z timestamptz, f boolean, x float8, e size, j jsonb,
    "select""; drop table orders; --" text
);
INSERT INTO "My Shop"."Orders" VALUES
    ('00123', 9007199254740993, 12.3456, 1234567890123.125, '2026-01-31', '2026-01-31 23:59:00', '2026-01-31 22:30:00+00', true,
     0.1, 'big', '{"a": 1}', E'a,"b"\\nc'),
    (NULL, NULL, NULL, 'NaN', NULL, NULL, NULL, NULL, 'NaN', NULL, NULL, '');
"""


@pytest.fixture(scope="module")
def shop(postgres):
    import psycopg

    with psycopg.connect(postgres, autocommit=True) as base:
        base.execute("ALTER DATABASE postgres SET timezone = 'Europe/Moscow'")
        base.execute(POSTGRES)
        yield postgres
        base.execute('DROP SCHEMA "My Shop" CASCADE')


def test_postgresql_keeps_types_and_days_are_those_of_its_time_zone(read, shop):
    """22:30 in London is half past one of the next day in Moscow."""
    first, second = read(shop, '"My Shop".Orders')
    assert first == {
        "id": "00123", "n": 2**53 + 1, "m": Decimal("12.3456"), "free": Decimal("1234567890123.125"),
        "d": dt.date(2026, 1, 31), "t": dt.datetime(2026, 1, 31, 23, 59), "z": dt.datetime(2026, 2, 1, 1, 30), "f": True,
        "x": 0.1, "e": "big", "j": '{"a": 1}', HOSTILE: 'a,"b"\nc',
    }  # fmt: skip
    assert {second[name] for name in ("id", "n", "m", "free", "e", HOSTILE)} == {None}


def test_postgresql_is_only_read(shop, monkeypatch):
    """The server itself refuses to write on the connection that the reader uses."""
    import psycopg

    from kamlib.io.postgres import connected

    with (
        connected(shop) as base,
        pytest.raises(psycopg.errors.ReadOnlySqlTransaction, match="cannot execute INSERT in a read-only"),
    ):
        base.execute('INSERT INTO "My Shop"."Orders" (id) VALUES (1)')


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
    assert opened().key == first.key
    assert all(len(row["sha256"]) == 64 for row in first.inputs)
    write([("4", "a", "2026-02-03", "1")])
    assert opened().key != first.key
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
        json.dumps(run.inputs)
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


def test_without_the_driver_the_remedy_is_named(read, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    with pytest.raises(InputError, match=r"psycopg is not installed.*pip install 'kamlib\[postgres\]'"):
        read("postgresql://kam@localhost/x", "t")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({}, "expected either files, or url and table"),
        ({"files": "a.csv", "url": "sqlite:///a.db", "table": "t"}, "expected either files, or url and table"),
        ({"url": "sqlite:///a.db"}, "expected either files, or url and table"),
        ({"files": "a.csv", "table": "t"}, "expected either files, or url and table"),
        ({"url": "mysql://host/db", "table": "t"}, "url: expected postgresql://"),
        ({"url": "postgresql://me:geheim@host/db", "table": "t"}, "a password has no place in a file"),
        ({"url": "postgresql://me:geh/eim@host/db", "table": "t"}, "a password has no place in a file"),
        ({"url": "postgresql://host/db?user=me&password=geheim", "table": "t"}, "a password has no place in a file"),
        ({"url": "postgresql://me:${NAME}geheim@host/db", "table": "t"}, "a password has no place in a file"),
    ],
)
def test_a_mistaken_source_is_named_with_its_line_and_without_its_password(tmp_path, source, words):
    tree = {"name": "t", "title": "T", "as_of": "2026-06-30", "sources": {"orders": source}}
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(tree, sort_keys=False))
    with pytest.raises(InputError, match=r"line 5: sources\.orders: ") as error:
        Study.read(tmp_path / "study.yaml")
    assert words in str(error.value) and "geheim" not in str(error.value)
