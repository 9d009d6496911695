"""Tables of SQLite. Oracle: what Python's own driver wrote, row by row."""

from __future__ import annotations

from kamlib.io import readers
from kamlib.study.model import Study
from kamlib.study.sources import Source


def test_sqlite_keeps_ids_numbers_and_text(read_table, sqlite):
    sqlite.execute("CREATE TABLE orders (id TEXT, n INTEGER, x REAL, mixed, whole, blob BLOB, none)")
    sqlite.executemany(
        "INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?)",
        [("00123", 2**53 + 1, 0.1, "1,5", 1, b"\x01\xff", None), ("ж", None, 1e300, 7, 2.5, None, None)],
    )
    sqlite.commit()
    assert read_table("sqlite:///shop.db", "orders") == [
        {"id": "00123", "n": 2**53 + 1, "x": 0.1, "mixed": "1,5", "whole": 1.0, "blob": "01FF", "none": None},
        {"id": "ж", "n": None, "x": 1e300, "mixed": "7", "whole": 2.5, "blob": None, "none": None},
    ]


def test_sqlite_streams_in_batches_and_counts_its_rows(read_table, sqlite, monkeypatch):
    monkeypatch.setattr("kamlib.io.sqlite.BATCH", 7)
    sqlite.execute("CREATE TABLE t (n)")
    sqlite.executemany("INSERT INTO t VALUES (?)", [(number,) for number in range(1, 51)])
    sqlite.commit()
    rows = read_table("sqlite:///shop.db", "t", added=True)
    assert [row["n"] for row in rows] == [row[readers.LINE] for row in rows] == list(range(1, 51))
    assert {row[readers.FILE] for row in rows} == {"t"}


def test_what_was_written_last_to_sqlite_is_read(read_table, sqlite, tmp_path):
    """In its write-ahead mode the rows lie in a log beside the file until someone tidies up."""
    sqlite.execute("PRAGMA journal_mode=wal")
    sqlite.execute("CREATE TABLE t (n)")
    sqlite.commit()
    source = Source(url="sqlite:///shop.db", table="t")
    study = Study(name="t", title="T", as_of="2026-06-30", sources={"orders": source})
    study._path = tmp_path / "study.yaml"
    before = {path.name: path.read_bytes() for path in study.paths("orders")}
    sqlite.execute("INSERT INTO t VALUES (1)")
    sqlite.commit()
    assert read_table("sqlite:///shop.db", "t") == [{"n": 1}]
    assert {path.name: path.read_bytes() for path in study.paths("orders")} != before
