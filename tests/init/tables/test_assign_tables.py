"""Which table each file is, in one source or none. Oracle: files made by hand, and what a person would do with them."""

from __future__ import annotations

import sqlite3

import pandas as pd
import pytest

from kamlib.errors import InputError
from kamlib.study.model import Study

LINES = "Order,Customer,Date,Amount\n" + "".join(f"{i},{i % 3},2026-01-{i:02d},{i}.50\n" for i in range(1, 9))
FIRMS = "Customer ID,Name,Industry\n" + "".join(f"{i},Firm {i},food\n" for i in range(5))


@pytest.mark.slow
def test_sheets_of_a_workbook_are_sorted_into_tables(kam, agrees, tmp_path, lines):
    frame = pd.DataFrame(
        [(int(order), account, pd.Timestamp(when), float(amount)) for order, account, when, amount in lines],
        columns=["Заказ", "Клиент", "Дата", "Сумма"],
    )
    firms = pd.DataFrame({"Код клиента": sorted({line[1] for line in lines})}).assign(Наименование="ООО", Регион="Урал")
    firms["Наименование"] += firms["Код клиента"]
    with pd.ExcelWriter(tmp_path / "база.xlsx") as book:
        frame[frame["Дата"] < "2025"].to_excel(book, sheet_name="2024", index=False)
        frame[frame["Дата"] >= "2025"].to_excel(book, sheet_name="2025", index=False)
        firms.to_excel(book, sheet_name="Клиенты", index=False)
        pd.DataFrame({"Курс": [1.5, 2.5], "Прогноз": ["a", "b"]}).to_excel(book, sheet_name="Прочее", index=False)
    status, out, err = kam("init", "база.xlsx")
    assert status == 0, err
    study = Study.read("study.yaml", values={"currency": "EUR"})
    assert study.sources["orders"][0].dialect.sheet == ["2024", "2025"]
    assert study.sources["accounts"][0].dialect.sheet == "Клиенты"
    assert study.sources["accounts"][0].columns == {
        "account_id": "Код клиента",
        "name": "Наименование",
        "region": "Регион",
    }
    assert "Прочее" in out.split("not used:")[1]
    agrees()


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["sqlite", "duckdb"])
def test_every_table_of_a_database_is_looked_into(kam, agrees, tmp_path, scheme, rows):
    import duckdb

    lines = pd.DataFrame(rows("%Y-%m-%d", str), columns=["Auftrag", "Kunde", "Datum", "Betrag"])
    firms = pd.DataFrame({"Kundennr": sorted(set(lines["Kunde"])), "Name": "AG", "Branche": "Bau"})
    (tmp_path / "data").mkdir()
    base = sqlite3.connect("data/shop.db") if scheme == "sqlite" else None
    for name, frame in (("auftraege", lines), ("kunden", firms), ("log.old", pd.DataFrame({"x": ["1"]}))):
        if base:
            frame.to_sql(name, base, index=False)
        else:
            with duckdb.connect("data/shop.db") as other:
                other.register("frame", frame).execute(f'CREATE TABLE "{name}" AS SELECT * FROM frame')
    if base:
        base.close()
    status, out, err = kam("init", f"{scheme}:///data/shop.db")
    assert status == 0, err
    study = Study.read("study.yaml", values={"currency": "EUR"})
    assert study.name == "shop"
    assert {name: source.table for name, (source,) in study.sources.items()} == {
        "orders": "auftraege",
        "accounts": "kunden",
    }
    assert study.sources["orders"][0].url == f"{scheme}:///data/shop.db"
    assert "log.old" in out.split("not used:")[1]
    agrees()


@pytest.mark.slow
def test_files_of_several_years_are_one_source(kam, agrees, tmp_path, rows, write):
    lines = rows("%Y-%m-%d", str)
    header = ["Order", "Customer", "Date", "Amount"]
    write(tmp_path / "2024.csv", header, [line for line in lines if line[2] < "2025"])
    write(tmp_path / "2025.csv", header, [line for line in lines if line[2] >= "2025"])
    assert kam("init", "2025.csv", "2024.csv", "--name", "Our Shop!")[0] == 0
    study = Study.read("study.yaml", values={"currency": "EUR"})
    assert study.sources["orders"][0].files == ["2024.csv", "2025.csv"]
    assert study.name == "our_shop"
    agrees()


def test_each_file_is_the_table_that_it_looks_most_like(drafted):
    sources, unused = drafted(umsatz=LINES, kunden=FIRMS)
    assert {name: [piece.label for piece in source.pieces] for name, source in sources.items()} == {
        "orders": ["umsatz.csv"], "accounts": ["kunden.csv"]
    }  # fmt: skip
    assert (sources["orders"].rows, sources["accounts"].rows, unused) == (8, 5, {})


OTHER = LINES.replace("Order,Customer,Date,Amount", "Invoice,Client,Day,Net")


def test_files_of_other_days_each_keep_their_own_names_and_formats(drafted):
    later = "Invoice;Client;Day;Net\n" + "".join(f"{i};{i % 3};{i + 12}.02.2026;{i},50\n" for i in range(1, 9))
    sources, unused = drafted(a=LINES, b=later)
    orders = sources["orders"]
    assert not unused and not orders.question
    assert [one.pieces[0].label for one in (orders, *orders.more)] == ["a.csv", "b.csv"]
    assert orders.more[0].found.columns["date"].theirs == "Day"
    assert (orders.more[0].dialect["date_format"].value, orders.more[0].dialect["decimal"].value) == ("%d.%m.%Y", ",")
    assert "date_format" not in orders.dialect


def test_two_files_of_orders_of_the_same_days_are_a_question(drafted):
    sources, unused = drafted(a=LINES + "9,1,2026-01-09,1.50\n", b=OTHER)
    assert [piece.label for piece in sources["orders"].pieces] == ["a.csv"]
    assert sources["orders"].question == "b.csv holds orders of the same days too"
    assert "of the same days as a.csv" in unused["b.csv"]


def test_a_file_without_rows_and_one_of_no_table_are_told(drafted):
    _, unused = drafted(a=LINES, none="Forecast,Rate\n", odd="Forecast,Rate\nx,y\n")
    assert unused["none.csv"] == "it has no rows"
    assert "odd.csv" in unused


def test_files_among_which_no_order_lines_are_stop_it_with_their_columns(drafted):
    with pytest.raises(InputError, match=r"order lines \(order id.*odd\.csv: columns 'Forecast', 'Rate'"):
        drafted(odd="Forecast,Rate\nx,y\n")


def test_a_column_of_sheets_says_which_part_a_row_is_from(drafted):
    parts = LINES.replace("Amount", "Amount,Sheet").replace(".50\n", ".50,A\n", 4).replace(".50\n", ".50,B\n")
    assert drafted(a=parts)[0]["orders"].part.value == "Sheet"
    assert drafted(a=parts.replace(",B\n", ",A\n"))[0]["orders"].part is None, "one part is none"


def test_ids_that_a_spreadsheet_made_fractions_are_marked(drafted):
    lines = LINES.replace("Customer,", "Customer ID,")
    assert "whole_ids" not in drafted(a=lines)[0]["orders"].dialect
    floats = "".join(f"{i},1234{i % 3}.0,2026-01-{i:02d},{i}.50\n" for i in range(1, 9))
    assert drafted(b=lines.partition("\n")[0] + "\n" + floats)[0]["orders"].dialect["whole_ids"].value is True
