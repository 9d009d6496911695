"""Order heads beside their lines. Oracle: files of a few lines, joined by hand."""

from __future__ import annotations

import sqlite3

import openpyxl
import pytest

from kamlib.errors import InputError
from kamlib.intake.pipeline import collect

HEADS = "No,client,day,total\n1,a,2026-01-05,30\n2,b,2026-01-06,7\n3,a,2026-01-07,9\n"
LINES = "No,sku,qty,price\n1,p,2,10\n1,q,1,10\n2,p,1,7\n"
COLUMNS = {
    "order_id": "No",
    "account_id": "client",
    "date": "day",
    "quantity": "qty",
    "price": "price",
    "product": "sku",
}
WANTED = [("1", "a", "2026-01-05", 20), ("1", "a", "2026-01-05", 10), ("2", "b", "2026-01-06", 7)]


def source(**more):
    return {
        "files": "lines.csv",
        "columns": COLUMNS,
        "heads": {"files": "heads.csv", "key": "No"} | more.pop("heads", {}),
    } | more


def rows(clean):
    table = clean.orders.to_pandas().sort_values("source_line")
    found = zip(
        table["order_id"], table["account_id"], table["date"].astype(str).str[:10], table["amount"], strict=True
    )
    return [(order, account, day, int(amount)) for order, account, day, amount in found]


@pytest.fixture
def collected(make_study):
    def of(orders, **files):
        texts = {f"{name}.csv": text for name, text in ({"heads": HEADS, "lines": LINES} | files).items()}
        return collect(make_study(texts, sources={"orders": orders}))

    return of


@pytest.mark.slow
@pytest.mark.parametrize(
    ("orders", "files"),
    [
        ({}, {}),
        ({"heads": {"key": {"No": "id"}}}, {"heads": HEADS.replace("No", "id")}),
        ({"heads": {"key": "No", "dialect": {"date_format": "%d.%m.%Y"}}}, {
            "heads": "No;client;day\n1;a;05.01.2026\n2;b;06.01.2026\n".encode("utf-16")}),
        ({"dialect": {"date_format": "%d.%m.%Y", "header": 2}}, {
            "heads": "No\tclient\tday\n1\ta\t05.01.2026\n 2\tb\t06.01.2026\n", "lines": "Order lines,,,\n" + LINES}),
        ({"dialect": {"whole_ids": True}}, {"heads": HEADS.replace("\n1,", "\n1.0,").replace("\n2,", "\n2.0,")}),
        ({"heads": {"key": {"No": "No", "year": "year"}}}, {
            "heads": "No,year,client,day\n1,25,x,2026-01-01\n1,26,a,2026-01-05\n2,26,b,2026-01-06\n",
            "lines": "No,year,sku,qty,price\n1,26,p,2,10\n1,26,q,1,10\n2,26,p,1,7\n"}),
    ],
    ids=["plain", "another name", "a dialect of its own", "the marks of the lines", "ids of a spreadsheet", "two columns"],
)  # fmt: skip
def test_each_line_has_the_columns_of_its_head(collected, orders, files):
    assert rows(collected(source(**orders), **files)) == WANTED


@pytest.mark.slow
def test_a_column_of_both_is_that_of_the_lines_and_the_other_says_that_it_is_of_the_heads(collected):
    lines = "No,day,amount\n1,2026-02-01,20\n1,2026-02-02,10\n2,2026-02-03,7\n"
    columns = {"order_id": "No", "account_id": "client", "date": "day"}
    own, of_heads = (
        collected(source(columns=columns | {"date": day}), lines=lines) for day in ("day", "Day (heads)".lower())
    )
    assert [day for _, _, day, _ in rows(own)] == ["2026-02-01", "2026-02-02", "2026-02-03"]
    assert [day for _, _, day, _ in rows(of_heads)] == ["2026-01-05", "2026-01-05", "2026-01-06"]


@pytest.mark.slow
def test_a_line_without_a_head_is_set_aside_with_its_money_and_heads_without_lines_are_told(collected, lines, reasons):
    clean = collected(source(), lines=LINES + "9,p,5,100\n,p,1,1\n")
    assert rows(clean) == WANTED and reasons(clean) == {5: "no_account", 6: "no_account"}
    assert lines(clean, "no_account")["amount"] == 501 and lines(clean, "came in")["amount"] == 538
    told = " ".join(clean.notes)
    assert "2 order lines have no head" in told and "1 heads have no order line" in told


@pytest.mark.parametrize("heads", [HEADS + "1,b,2026-01-09,1\n", HEADS + " 1 ,a,2026-01-05,30\n"])
def test_a_key_that_names_two_heads_is_an_error_and_never_doubles_money(collected, heads):
    with pytest.raises(
        InputError, match=r"heads\.csv, column 'No': the key of the heads names 1 orders twice.*found '1'"
    ):
        collected(source(), heads=heads)


@pytest.mark.parametrize(("key", "place"), [({"Nr": "No"}, "lines.csv"), ({"No": "Nr"}, "heads.csv")])
def test_a_key_that_is_not_there_is_named_with_its_file(collected, key, place):
    orders = source()
    orders["heads"]["key"] = key
    with pytest.raises(InputError, match=rf"{place}.*no column 'Nr', which the study names as heads\.key"):
        collected(orders)


@pytest.mark.slow
def test_heads_may_be_another_sheet_of_the_workbook(make_study, tmp_path):
    book = openpyxl.Workbook()
    for name, text in (("Lines", LINES), ("Heads", HEADS)):
        sheet = book.create_sheet(name)
        for row in text.splitlines():
            sheet.append([int(cell) if cell.isdigit() else cell for cell in row.split(",")])
    book.save(tmp_path / "book.xlsx")
    heads = {"files": "book.xlsx", "key": "No", "dialect": {"sheet": "Heads"}}
    orders = {"files": "book.xlsx", "dialect": {"sheet": "Lines"}, "columns": COLUMNS, "heads": heads}
    assert rows(collect(make_study({}, sources={"orders": orders}))) == WANTED


@pytest.mark.slow
def test_heads_may_be_another_table_of_the_database(make_study, tmp_path):
    base = sqlite3.connect(tmp_path / "shop.db")
    base.executescript(
        "CREATE TABLE heads (No INTEGER, client TEXT, day TEXT); CREATE TABLE lines (No INTEGER, sku TEXT, qty REAL, price REAL);"
        "INSERT INTO heads VALUES (1, 'a', '2026-01-05'), (2, 'b', '2026-01-06');"
        "INSERT INTO lines VALUES (1, 'p', 2, 10), (1, 'q', 1, 10), (2, 'p', 1, 7);"
    )
    base.close()
    orders = {
        "url": "sqlite:///shop.db",
        "table": "lines",
        "columns": COLUMNS,
        "heads": {"table": "heads", "key": "No"},
    }
    assert rows(collect(make_study({}, sources={"orders": orders}))) == WANTED
