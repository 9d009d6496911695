"""Oracle: `mapping.mapped`, by which the engine reads the same cells row by row."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

from kamlib.intake import different_values, reading
from kamlib.intake.mapping import original
from kamlib.io import readers
from kamlib.study.dictionary import INPUTS

ORDERS = "order_id,account_id,date,amount\n1,a,2026-01-01,5\n"
INVOICES = """Number;Customer;issued;due;amount;paid;note
1,0; a ;31.12.2025;01.02.2026;1.234,50;;"=1"
02;a\N{NO-BREAK SPACE};31.12.2025;29.02.2026;(5);31.02.2026;
;NULL;;x;12 €;01.01.1900;"a ""b"" c"
7;b;31.12.2025;01.02.2026;1,5;03.02.2026;too;many
8;'=b;01.02.2026;01.02.2026;1e3;1.2.26;
"""
INTERACTIONS = """account_id,date,kind,hours,cost,outcome
a,2026-01-05 10:00,Визит,1.5,10,'-x
b,2026-01-05,VISIT,,,\N{SPACE}
b,soon,nap,two,-,N/A
"""
ACCOUNTS = """account_id,name,employees,size
a,Ａ\u200b,12.0,1
b,-,12.5,big
"""


def both_ways(study, tmp_path):
    """By table: its rows as they are read here, and as the engine reads them."""
    con = readers.engine()
    pieces = [
        piece
        for name in study.sources
        if name != "orders"
        for piece in reading.pieces(con, study, name, tmp_path / "scratch", [])
    ]
    rows = different_values.mapped(con, [(piece, different_values.fetched(piece)) for piece in pieces])
    for piece, here in zip(pieces, rows, strict=True):
        names = [*INPUTS[piece.name].names, "unreadable", "broken", "source_file", "source_line"]
        there = piece.rows.order_by("source_file", "source_line")
        there = there.select(*names, original=original(there)).to_pyarrow().to_pylist()
        money = {column.name for column in INPUTS[piece.name].columns if column.type == "money"}
        yield (
            piece.name,
            here.to_pylist(),
            [
                {name: float(value) if name in money and value is not None else value for name, value in row.items()}
                for row in there
            ],
        )


def test_each_value_is_read_as_the_engine_reads_it_in_its_row(make_study, tmp_path):
    study = make_study(
        {"orders.csv": ORDERS, "inv.csv": INVOICES, "interactions.csv": INTERACTIONS, "accounts.csv": ACCOUNTS},
        sources={
            "orders": {"files": "orders.csv"},
            "invoices": {
                "files": "inv.csv",
                "columns": {"invoice_id": "Number", "account_id": "Customer"},
                "dialect": {"decimal": ",", "thousands": ".", "date_format": "%d.%m.%Y", "whole_ids": True},
            },
            "interactions": {"files": "interactions.csv", "values": {"kind": {"визит": "visit"}}},
            "accounts": {"files": "accounts.csv"},
        },
    )
    found = {name: (here, there) for name, here, there in both_ways(study, tmp_path)}
    for name, (here, there) in found.items():
        assert [dict(sorted(row.items())) for row in here] == [dict(sorted(row.items())) for row in there], name
    invoices = found["invoices"][0]
    assert [row["invoice_id"] for row in invoices] == ["1", "02", None, None, "8"]
    assert [row["amount"] for row in invoices] == [1234.5, -5.0, 12.0, None, 1000.0]
    assert [row["broken"] for row in invoices] == [False, False, False, True, False]
    assert [row["employees"] for row in found["accounts"][0]] == [12, None]


def test_columns_that_have_types_keep_them(make_study, tmp_path):
    study = make_study(
        {"orders.csv": ORDERS, "proposals.parquet": b""},
        sources={"orders": {"files": "orders.csv"}, "proposals": {"files": "proposals.parquet"}},
    )
    columns = {
        "proposal_id": pa.array([1.0, 2.5, None]),
        "account_id": pa.array([["a"], ["b", "c"], None]),
        "date": pa.array([datetime(2026, 1, 1, 9), None, datetime(2026, 1, 2)]),
        "value": pa.array([Decimal("1.25"), None, Decimal("-3.10")]),
        "outcome": pa.array(["won", "WON", "?"]).dictionary_encode(),
        "decided": pa.array([date(2026, 2, 1), None, date(2026, 2, 2)]),
        "single_supplier": pa.array([True, None, False]),
    }
    pq.write_table(pa.table(columns), study.folder / "proposals.parquet")
    ((_, here, there),) = both_ways(study, tmp_path)
    assert [dict(sorted(row.items())) for row in here] == [dict(sorted(row.items())) for row in there]
    assert [row["proposal_id"] for row in here] == ["1", "2.5", None]
    assert [row["outcome"] for row in here] == ["won", "won", "?"]


def test_a_table_without_rows_has_all_its_columns(make_study, tmp_path):
    study = make_study({"orders.csv": ORDERS, "notes.csv": "account_id,date,topic,text\n"})
    ((name, here, there),) = both_ways(study, tmp_path)
    assert (name, here, there) == ("notes", [], [])


def test_rows_come_by_file_and_line_whatever_the_order_of_the_files(make_study, tmp_path):
    head = "account_id,date,kind,score\n"
    study = make_study(
        {
            "orders.csv": ORDERS,
            "b.csv": head + "x,2026-01-01,nps,1\nx,2026-01-02,nps,2\n",
            "a.csv": head + "x,2026-01-03,nps,3\n",
        },
        sources={"orders": {"files": "orders.csv"}, "surveys": {"files": ["b.csv", "a.csv"]}},
    )
    ((_, here, _),) = both_ways(study, tmp_path)
    assert [(row["source_file"], row["source_line"], row["score"]) for row in here] == [
        ("a.csv", 2, 3.0),
        ("b.csv", 2, 1.0),
        ("b.csv", 3, 2.0),
    ]
