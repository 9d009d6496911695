"""Months as columns. Oracle: the cells of the table, added up by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kamlib.errors import InputError
from kamlib.intake.pipeline import collect

PIVOT = "Customer;Manager;{};Total\nA;M1;10,5;;0;-;10,5\nB;M2;;1.000;-5;7;1.002\nC;M1;;;;;0\nTotal;;10,5;1.000;-5;7;1.012,5\n"
NAMES = {
    "iso": ["2024-01", "2024-02", "2024-03", "2024-12"],
    "English": ["Jan-24", "Feb-24", "Mar-24", "Dec-24"],
    "German": ["Januar 2024", "Februar 2024", "März 2024", "Dezember 2024"],
    "Spanish": ["ene 2024", "feb 2024", "mar 2024", "dic 2024"],
    "Catalan": ["gener de 2024", "febrer de 2024", "març de 2024", "desembre de 2024"],
    "Russian": ["янв 2024", "фев 2024", "мар 2024", "дек 2024"],
    "figures": ["01.2024", "02.2024", "03.2024", "12.2024"],
    "first days": ["2024-01-01", "2024-02-01", "2024-03-01", "2024-12-01"],
}


@pytest.fixture
def pivot(make_study):
    def of(content, months, **source):
        source = {"columns": {"account_id": "Customer", "manager": "Manager"}} | source
        dialect = {"delimiter": ";", "decimal": ",", "thousands": "."}
        orders = {"files": "p.csv", "months": months, "dialect": dialect} | source
        return collect(make_study({"p.csv": content}, sources={"orders": orders}))

    return of


@pytest.mark.parametrize("names", NAMES.values(), ids=NAMES)
def test_each_amount_is_an_order_of_the_last_day_of_its_month(pivot, names):
    clean = pivot(PIVOT.format(";".join(names)), names)
    found = clean.orders.to_pandas().sort_values(["account_id", "date"])
    lines = list(
        zip(
            found["account_id"],
            found["date"].dt.date,
            found["amount"],
            found["manager"],
            found["source_line"],
            strict=True,
        )
    )
    assert lines == [
        ("A", date(2024, 1, 31), Decimal("10.5"), "M1", 2),
        ("B", date(2024, 2, 29), Decimal(1000), "M2", 3),
        ("B", date(2024, 3, 31), Decimal(-5), "M2", 3),
        ("B", date(2024, 12, 31), Decimal(7), "M2", 3),
    ]
    assert found["order_id"].nunique() == 4
    assert found["source_file"].tolist() == [f"p.csv / {names[place]}" for place in (0, 1, 2, 3)]
    aside = clean.ledger.set_index("rule")["rows"]
    assert aside["total_row"] == 4, "the row of totals is in the ledger"
    assert any("how often customers order within a month is not known" in note for note in clean.notes)


def test_months_that_are_left_out_are_told(pivot):
    clean = pivot(PIVOT.format(";".join(NAMES["iso"])), NAMES["iso"][:3])
    assert [note for note in clean.notes if "look like months" in note] == [
        "p.csv: columns look like months, but sources.orders.months leaves them out: '2024-12'."
    ]
    assert len(clean.orders.to_pandas()) == 3


def test_a_cell_that_is_no_amount_is_set_aside_with_its_month(pivot, lines):
    clean = pivot("Customer;Manager;2024-01;2024-02\nA;M;5;x\n", ["2024-01", "2024-02"])
    assert lines(clean, "bad_amount")["rows"] == 1
    row = clean.quarantine.to_pandas().iloc[0]
    assert (row["source_file"], row["source_line"], str(row["date"])[:10]) == ("p.csv / 2024-02", 2, "2024-02-29")


def test_two_tables_that_share_a_month_count_it_once(make_study):
    files = {
        "a.csv": "Customer,2024-01,2024-02,Total\nA,5,6,11\n",
        "b.csv": "Customer,2024-02,2024-03,Total\nA,6,7,13\n",
    }
    sources = [
        {"files": name, "columns": {"account_id": "Customer"}, "months": content.split("\n")[0].split(",")[1:3]}
        for name, content in files.items()
    ]
    clean = collect(make_study(files, sources={"orders": sources}))
    assert clean.orders.amount.sum().to_pyarrow().as_py() == 18


@pytest.mark.parametrize(
    ("months", "columns", "words"),
    [
        (["2024-01", "2024-07"], {}, "no column '2024-07', which the study names in months"),
        (["2024-01", "Total"], {}, "months names 'Total', which is no month"),
        (["2024-01", "Jan 2024"], {}, "the same month; found '2024-01', 'Jan 2024'"),
        (["2024-01"], {"amount": "Total"}, "columns maps 'amount', which come from months"),
    ],
)
def test_what_is_no_month_is_an_error(pivot, months, columns, words):
    content = "Customer;2024-01;Jan 2024;Total\nA;5;6;11\n"
    with pytest.raises(InputError, match=words):
        pivot(content, months, columns={"account_id": "Customer"} | columns)


def test_typed_columns_of_numbers_stay_exact(make_study, tmp_path):
    columns = {
        "Customer": ["A", "B"],
        "2024-01": [1, 0],
        "2024-02": [0.1, None],
        "2024-03": [Decimal("2.3333"), Decimal(0)],
    }
    pq.write_table(pa.table(columns), tmp_path / "p.parquet")
    orders = {"files": "p.parquet", "columns": {"account_id": "Customer"}, "months": list(columns)[1:]}
    found = collect(make_study({}, sources={"orders": orders})).orders.to_pandas()
    assert sorted(zip(found["account_id"], found["amount"], strict=True)) == [
        ("A", Decimal("0.1")), ("A", Decimal(1)), ("A", Decimal("2.3333"))
    ]  # fmt: skip
