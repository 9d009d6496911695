"""`kam init` on workbooks and databases: every sheet and table is looked into, and a password never comes out."""

from __future__ import annotations

import sqlite3

import pandas as pd
import pytest

from kamlib.study.model import Study


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
    study = Study.read("study.yaml")
    assert study.sources["orders"].dialect.sheet == ["2024", "2025"]
    assert study.sources["accounts"].dialect.sheet == "Клиенты"
    assert study.sources["accounts"].columns == {
        "account_id": "Код клиента",
        "name": "Наименование",
        "region": "Регион",
    }
    assert "Прочее" in out.split("not used:")[1]
    agrees()


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
    study = Study.read("study.yaml")
    assert study.name == "shop"
    assert {name: source.table for name, source in study.sources.items()} == {
        "orders": "auftraege",
        "accounts": "kunden",
    }
    assert study.sources["orders"].url == f"{scheme}:///data/shop.db"
    assert "log.old" in out.split("not used:")[1]
    agrees()


def test_a_password_in_a_url_is_refused_and_not_repeated(kam, tmp_path):
    status, out, err = kam("init", "postgresql://me:geheim@localhost/shop")
    assert status == 2
    assert "password" in err and "geheim" not in out + err
    assert not (tmp_path / "study.yaml").exists()
