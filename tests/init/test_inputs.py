"""What `kam init` is given, in pieces. Oracle: files and databases of a few rows, written here."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pandas as pd
import pytest

from kamlib.init import inputs
from kamlib.io import databases, readers
from kamlib.study.sources import Source, database_url


@pytest.fixture
def looked(tmp_path, monkeypatch):
    """``looked(file, ...)``: the pieces by label, and what is none of them; in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    con = readers.engine()

    def look(*given):
        found, unread = inputs.look(con, given, tmp_path / "scratch")
        return {piece.label: piece for piece in found}, unread

    yield look
    con.disconnect()


def test_a_text_file_says_how_it_is_written(looked, tmp_path):
    text = "Bericht\r\n\r\nKunde;Betrag\r\nMüller;1,5\r\nGroß;2,5\r\n"
    (tmp_path / "a.csv").write_bytes(text.encode("cp1252"))
    (tmp_path / "b.csv").write_bytes(b"x,y\n1,2\n")
    found, unread = looked(Path("a.csv"), Path("b.csv"))
    assert found["a.csv"].written == {"encoding": "cp1252", "delimiter": ";", "header": 3}
    assert (found["a.csv"].rows, list(found["a.csv"].contents)) == (2, ["Kunde", "Betrag"])
    assert found["b.csv"].written == {"encoding": "utf-8", "delimiter": ",", "header": None}
    assert not unread


def test_sheets_are_pieces_of_their_own_and_a_lone_one_needs_no_name(looked, tmp_path):
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    frame.to_excel(tmp_path / "one.xlsx", index=False)
    with pd.ExcelWriter(tmp_path / "two.xlsx") as book:
        frame.to_excel(book, sheet_name="first", index=False)
        frame.head(1).to_excel(book, sheet_name="second", index=False)
        pd.DataFrame().to_excel(book, sheet_name="empty", index=False)
    found, unread = looked(Path("one.xlsx"), Path("two.xlsx"))
    assert {label: (piece.sheet, piece.rows) for label, piece in found.items()} == {
        "one.xlsx": (None, 2), "two.xlsx / first": ("first", 2), "two.xlsx / second": ("second", 1)
    }  # fmt: skip
    assert list(unread) == ["two.xlsx / empty"]


def test_what_cannot_be_read_is_told_and_the_rest_is_looked_into(looked, tmp_path):
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "letter.pdf").write_bytes(b"%PDF-1.4")
    (tmp_path / "good.csv").write_bytes(b"a,b\n1,2\n")
    given = [Path(name) for name in ("broken.xlsx", "empty.csv", "letter.pdf", "gone.csv", "good.csv", "good.csv")]
    found, unread = looked(*given, "mysql://host/base")
    assert list(found) == ["good.csv"]
    assert set(unread) == {"broken.xlsx", "empty.csv", "letter.pdf", "gone.csv", "base"}
    assert "unknown kind of file" in unread["letter.pdf"]
    assert "postgresql" in unread["base"]


NAMES = ["orders", "Заказы", "a.b", 'quote"d', "two words"]


def _sqlite(path: Path) -> None:
    with sqlite3.connect(path) as base:
        for name in NAMES:
            base.execute(f'CREATE TABLE "{name.replace(chr(34), chr(34) * 2)}" (x INTEGER)')
    base.close()


def _duckdb(path: Path) -> None:
    import duckdb

    with duckdb.connect(str(path)) as base:
        for name in NAMES:
            base.execute(f'CREATE TABLE "{name.replace(chr(34), chr(34) * 2)}" (x INTEGER)')
        base.execute("CREATE SCHEMA other; CREATE VIEW other.seen AS SELECT 1 AS x")


@pytest.mark.parametrize(("kind", "make", "more"), [("sqlite", _sqlite, 0), ("duckdb", _duckdb, 1)])
def test_every_table_of_a_file_is_listed_by_a_name_that_reads_it(tmp_path, kind, make, more):
    make(tmp_path / "base.db")
    url = f"{kind}:///base.db"
    found = databases.tables(url, tmp_path)
    assert len(found) == len(NAMES) + more
    con = readers.engine()
    for name in found:
        paths = database_url.files(url, tmp_path)
        assert "x" in readers.read(con, Source(url=url, table=name), paths, tmp_path / "scratch").columns


def test_tables_of_a_server_are_listed_with_their_schema(looked, postgres):
    import psycopg

    with psycopg.connect(postgres, autocommit=True) as base:
        base.execute('CREATE SCHEMA "Shop.1"')
        base.execute('CREATE TABLE "Shop.1".lines (order_no text, betrag numeric(10, 2))')
        base.execute("INSERT INTO \"Shop.1\".lines VALUES ('007', 12.5)")
        try:
            found, unread = looked(postgres)
        finally:
            base.execute('DROP SCHEMA "Shop.1" CASCADE')
    assert not unread
    piece = found['postgres / "Shop.1".lines']
    assert (piece.url, piece.table, piece.rows) == (postgres, '"Shop.1".lines', 1)
    assert piece.contents["order_no"].examples == ("007",)
    assert piece.contents["betrag"].number_share == 1


def test_a_secret_of_a_url_is_not_told(looked, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", "geheim")
    found, unread = looked("postgresql://me:${SHOP_PASSWORD}@127.0.0.1:1/shop")
    assert not found
    assert "geheim" not in str(unread)
