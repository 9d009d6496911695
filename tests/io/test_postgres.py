"""Tables of PostgreSQL. Oracles: what its own driver wrote, and its own words for what it refuses."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from kamlib.errors import InputError
from kamlib.io import engines
from kamlib.study.sources import Engine, Source

HOSTILE = 'select"; drop table orders; --'


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


def test_postgresql_keeps_types_and_days_are_those_of_its_time_zone(read_table, shop):
    """22:30 in London is half past one of the next day in Moscow."""
    first, second = read_table(shop, '"My Shop".Orders')
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


def test_without_the_driver_the_remedy_is_named(read_table, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    with pytest.raises(InputError, match=r"psycopg is not installed.*pip install 'kamlib\[postgres\]'"):
        read_table("postgresql://kam@localhost/x", "t")


def test_a_table_that_changed_changes_the_key_of_the_run(on_postgres, postgres, lines):
    import psycopg

    source = on_postgres.sources["orders"][0]
    before = engines.content(on_postgres.engine, source)
    assert before == engines.content(on_postgres.engine, source) and before["rows"] == lines.num_rows
    with psycopg.connect(postgres, autocommit=True) as server:
        server.execute('UPDATE erp."order lines" SET quantity = quantity + 1 WHERE "Invoice no" = \'S1\'')
        assert engines.content(on_postgres.engine, source)["sha256"] != before["sha256"]
        server.execute('UPDATE erp."order lines" SET quantity = quantity - 1 WHERE "Invoice no" = \'S1\'')


def test_amounts_that_are_texts_are_refused_with_the_remedy(on_postgres, postgres, orders_of):
    import psycopg

    with psycopg.connect(postgres, autocommit=True) as server:
        server.execute('CREATE VIEW erp.texts AS SELECT "Invoice no", "Net"::text AS "Net" FROM erp."order lines"')
        server.execute("GRANT SELECT ON erp.texts TO reader")
    source = Source(table="erp.texts", columns={"amount": "Net", "account_id": "Invoice no"})
    with pytest.raises(InputError, match=r"'Net'.*holds texts.*Give a view that casts it"):
        orders_of(on_postgres.engine, source)


def test_a_missing_table_and_a_missing_server_are_named_without_the_password(on_postgres, monkeypatch, orders_of):
    source = on_postgres.sources["orders"][0].model_copy(update={"table": "erp.nothing"})
    with pytest.raises(InputError, match=r"can't be read in the engine"):
        orders_of(on_postgres.engine, source)
    monkeypatch.setenv("SECRET", "hunter2")
    with pytest.raises(InputError) as told:
        engines.connect(Engine(url="postgresql://kam:${SECRET}@127.0.0.1:1/nothing"))
    assert "hunter2" not in str(told.value) and "${SECRET}" in str(told.value)
