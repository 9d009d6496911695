"""`kam init` on exports as they come from five countries: what it proposes is what was planted, and `kam check` agrees.

Oracle: one list of order lines, made by hand, that every file holds in its own language and dialect; its rows and its
sum must come back to the cent.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from kamlib import cli
from kamlib.intake import collect
from kamlib.study import Study

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"


def _amount(i: int) -> Decimal:
    return Decimal((i * 7919) % 350_000 + 105) / 100 * (-1 if i % 29 == 0 else 1)


# (order, account, day, amount): 180 lines of two years, four in five days later than the twelfth of a month
LINES = [
    (f"{5000 + i}", f"{101 + i % 13:05d}", date(2024, 1, 9) + timedelta(days=4 * i + i % 3), _amount(i))
    for i in range(1, 181)
]
ROWS, TOTAL = len(LINES), sum(line[3] for line in LINES)


def european(amount: Decimal, thousands: str) -> str:
    return f"{amount:,.2f}".replace(",", "x").replace(".", ",").replace("x", thousands)


def rows(day: str, money: Callable[[Decimal], str], *more: Callable[[int], str]) -> list[list[str]]:
    """The lines as cells: order, account, day, amount, and what `more` gives for the number of the line."""
    return [
        [order, account, when.strftime(day), money(amount), *[extra(i) for extra in more]]
        for i, (order, account, when, amount) in enumerate(LINES)
    ]


def write(
    path: Path, header: list[str], lines: list[list[str]], *, mark=",", encoding="utf-8", above=(), below=(), end="\n"
):
    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if any(c in text for c in (mark, '"', "\n")) else text

    made = [mark.join(map(cell, line)) for line in (*above, header, *lines, *below)]
    path.write_bytes((end.join(made) + end).encode(encoding))


@pytest.fixture
def kam(tmp_path, monkeypatch, capsys):
    """Runs the command line in a folder of its own: (exit status, printed, complained)."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["kam", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return run


@pytest.fixture
def agrees(kam):
    """Whether `kam check` keeps so many order lines of so much money, and nothing is set aside besides `aside` rows."""

    def check(rows: int = ROWS, total: Decimal = TOTAL, aside: int = 0) -> None:
        status, out, err = kam("check", "study.yaml")
        assert status == 0, err
        ledger = [line.split() for line in out.splitlines() if line.startswith("orders ")]
        kept, came = (
            next(line for line in ledger if " ".join(line).startswith(f"orders {what}")) for what in ("kept", "came in")
        )
        assert kept[-2:] == [f"{rows:,}", f"{total:,.2f}"]
        assert came[-2] == f"{rows + aside:,}"

    return check


def russian(folder: Path) -> None:
    write(
        folder / "Продажи 2025.csv",
        ["Номер заказа", "Код контрагента", "Дата реализации", "Сумма без НДС, руб.", "Кол-во", "Номенклатура", "Менеджер", "Склад"],
        rows("%d.%m.%Y", lambda a: european(a, "\u00a0"), lambda i: str(i % 7 + 1), lambda i: f"Подшипник {i % 9}", lambda i: "Иванова", lambda i: "Север"),
        mark=";", encoding="cp1251", end="\r\n",
        above=[["Отчёт о продажах за 2024-2025"], ["Организация: ООО «Ромашка»"], [""]],
    )  # fmt: skip


def german(folder: Path) -> None:
    write(
        folder / "umsatz.csv",
        ["Belegnr", "KdNr", "Belegdatum", "Nettobetrag", "Menge", "Einzelpreis", "Warengruppe", "Währung"],
        rows("%d.%m.%Y", lambda a: european(a, "."), lambda i: f"{i % 4 + 1},5", lambda i: "1,25", lambda i: f"WG{i % 5}", lambda i: "EUR"),
        mark=";", encoding="cp1252",
    )  # fmt: skip


def american(folder: Path) -> None:
    dollars = lambda a: f"(${-a:,.2f})" if a < 0 else f"${a:,.2f}"  # noqa: E731
    write(
        folder / "orders.csv",
        ["Order No", "Customer ID", "Order Date", "Net Amount", "Gross Amount", "SKU", "Sales Rep"],
        rows("%m/%d/%Y", dollars, lambda i: "$9.00", lambda i: f"S-{i % 8}", lambda i: "Ann"),
    )


def catalan(folder: Path) -> None:
    write(
        folder / "vendes.csv",
        ["Núm. comanda", "Codi client", "Data", "Import net", "Quantitat", "Família"],
        rows("%d/%m/%Y", lambda a: f"{european(a, '.')} €", lambda i: str(i % 6 + 1), lambda i: f"F{i % 4}"),
        mark="\t", encoding="utf-8-sig",
    )  # fmt: skip


def spanish(folder: Path) -> None:
    write(
        folder / "ventas.csv",
        ["Nº pedido", "Código de cliente", "Fecha", "Importe", "Artículo", "Vendedor"],
        rows("%d/%m/%Y %H:%M", lambda a: european(a, ""), lambda i: f"AR{i % 9}", lambda i: "Peña"),
        mark="|", encoding="latin-1",
    )  # fmt: skip


COUNTRIES = {
    "ru": (russian, {"order_id": "Номер заказа", "account_id": "Код контрагента", "date": "Дата реализации", "amount": "Сумма без НДС, руб.", "quantity": "Кол-во", "product": "Номенклатура", "manager": "Менеджер"},
           {"encoding": "cp1251", "delimiter": ";", "decimal": ",", "thousands": " ", "date_format": "%d.%m.%Y"}, "RUB"),
    "de": (german, {"order_id": "Belegnr", "account_id": "KdNr", "date": "Belegdatum", "amount": "Nettobetrag", "quantity": "Menge", "price": "Einzelpreis", "category": "Warengruppe", "currency": "Währung"},
           {"encoding": "cp1252", "delimiter": ";", "decimal": ",", "thousands": ".", "date_format": "%d.%m.%Y"}, "EUR"),
    "en": (american, {"order_id": "Order No", "account_id": "Customer ID", "date": "Order Date", "amount": "Net Amount", "product": "SKU", "manager": "Sales Rep"},
           {"encoding": "utf-8", "delimiter": ",", "decimal": ".", "thousands": ",", "date_format": "%m/%d/%Y"}, "USD"),
    "ca": (catalan, {"order_id": "Núm. comanda", "account_id": "Codi client", "date": "Data", "amount": "Import net", "quantity": "Quantitat", "category": "Família"},
           {"encoding": "utf-8-sig", "delimiter": "\t", "decimal": ",", "thousands": ".", "date_format": "%d/%m/%Y"}, "EUR"),
    "es": (spanish, {"order_id": "Nº pedido", "account_id": "Código de cliente", "date": "Fecha", "amount": "Importe", "product": "Artículo", "manager": "Vendedor"},
           {"encoding": ("cp1252", "latin-1"), "delimiter": "|", "decimal": ",", "thousands": "", "date_format": "%d/%m/%Y %H:%M"}, "EUR"),
}  # fmt: skip


@pytest.mark.parametrize("country", COUNTRIES)
def test_an_export_of_each_country_is_read_as_it_was_meant_and_to_the_cent(kam, agrees, tmp_path, country):
    make, columns, dialect, currency = COUNTRIES[country]
    make(tmp_path)
    (file,) = tmp_path.glob("*.csv")
    status, out, err = kam("init", file)
    assert status == 0, err
    assert "kam check" in out
    study = Study.read("study.yaml")
    source = study.sources["orders"]
    assert source.columns == columns
    for key, expected in dialect.items():
        assert getattr(source.dialect, key) in (expected if isinstance(expected, tuple) else (expected,)), key
    assert (study.currency, study.language, study.as_of) == (currency, country, date(2025, 12, 31))
    agrees()


def test_what_is_not_used_is_named_with_its_reason(kam, tmp_path):
    american(tmp_path)
    status, out, _ = kam("init", "orders.csv")
    made = (tmp_path / "study.yaml").read_text(encoding="utf-8")
    assert status == 0
    assert "Gross Amount" in made.split("# not used")[1]
    assert "also possible: 'Gross Amount'" in made
    assert "sources.orders.columns.amount" in out.split("unsure:")[1]


def test_dates_that_nothing_decides_are_refused_by_a_clear_word_until_a_person_chooses(kam, agrees, tmp_path):
    few = [line for line in rows("%d/%m/%Y", str) if int(line[2][:2]) <= 12]
    write(tmp_path / "orders.csv", ["Order", "Customer", "Date", "Amount"], few)
    status, out, _ = kam("init", "orders.csv")
    assert status == 0
    assert "nothing tells day and month apart" in out
    status, _, err = kam("check", "study.yaml")
    assert status == 2
    assert "date_format" in err and "line " in err and "%d/%m/%Y or %m/%d/%Y" in err
    made = (tmp_path / "study.yaml").read_text(encoding="utf-8")
    (tmp_path / "study.yaml").write_text(made.replace('"%d/%m/%Y or %m/%d/%Y"', '"%d/%m/%Y"'), encoding="utf-8")
    total = sum(Decimal(line[3]) for line in few)
    late = [line for line in few if line[2].endswith("2026")]
    assert not late
    status, out, err = kam("check", "study.yaml", "--as-of", "2025Q4")
    assert status == 0, err
    assert f"{total:,.2f}" in out


def test_lines_in_another_currency_are_set_aside_in_plain_sight_until_there_are_rates(kam, agrees, tmp_path):
    swiss = lambda i: "CHF" if i % 20 == 0 else "EUR"  # noqa: E731
    write(tmp_path / "a.csv", ["Order", "Customer", "Date", "Net", "Currency"], rows("%Y-%m-%d", str, swiss))
    status, out, _ = kam("init", "a.csv")
    assert status == 0
    assert "without rates the lines in 'CHF' are set aside" in out
    study = Study.read("study.yaml")
    assert (study.currency, study.cleaning.rules) == ("EUR", {"no_rate": "set_aside"})
    abroad = [line for i, line in enumerate(LINES) if i % 20 == 0]
    agrees(ROWS - len(abroad), TOTAL - sum(line[3] for line in abroad), aside=len(abroad))


def test_files_of_several_years_are_one_source(kam, agrees, tmp_path):
    lines = rows("%Y-%m-%d", str)
    header = ["Order", "Customer", "Date", "Amount"]
    write(tmp_path / "2024.csv", header, [line for line in lines if line[2] < "2025"])
    write(tmp_path / "2025.csv", header, [line for line in lines if line[2] >= "2025"])
    assert kam("init", "2025.csv", "2024.csv", "--name", "Our Shop!")[0] == 0
    study = Study.read("study.yaml")
    assert study.sources["orders"].files == ["2024.csv", "2025.csv"]
    assert study.name == "our_shop"
    agrees()


def test_sheets_of_a_workbook_are_sorted_into_tables(kam, agrees, tmp_path):
    frame = pd.DataFrame(
        [(int(order), account, pd.Timestamp(when), float(amount)) for order, account, when, amount in LINES],
        columns=["Заказ", "Клиент", "Дата", "Сумма"],
    )
    firms = pd.DataFrame({"Код клиента": sorted({line[1] for line in LINES})}).assign(Наименование="ООО", Регион="Урал")
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
def test_every_table_of_a_database_is_looked_into(kam, agrees, tmp_path, scheme):
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


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_online_retail_ii_maps_as_the_example_does(kam, tmp_path, kind):
    n = 300
    frame = pd.DataFrame(
        {
            "Invoice": [f"C{490000 + i // 3}" if i % 25 == 0 else f"{489434 + i // 3}" for i in range(n)],
            "StockCode": [("85123A", "22752", "POST")[i % 3] for i in range(n)],
            "Description": [f"GIFT {i % 11}" for i in range(n)],
            "Quantity": [-1 if i % 25 == 0 else 1 + i % 12 for i in range(n)],
            "InvoiceDate": pd.date_range("2010-01-04 08:26:00", periods=n, freq="31h"),
            "Price": [0.85 + i % 7 for i in range(n)],
            "Customer ID": [f"{12346 + i % 21}" if i % 4 else None for i in range(n)],
            "Country": ["United Kingdom"] * n,
        }
    )
    if kind == "csv":
        frame.to_csv(tmp_path / "online_retail_ii.csv", index=False)
    else:
        frame.to_parquet(tmp_path / "online_retail_ii.parquet")
    assert kam("init", f"online_retail_ii.{kind}")[0] == 0
    study = Study.read("study.yaml")
    example = Study.read(Path(__file__).resolve().parents[2] / "examples" / "online_retail_ii" / "study.yaml")
    assert study.sources["orders"].columns == example.sources["orders"].columns
    assert study.cleaning.cancelled == example.cleaning.cancelled == "^C"
    assert study.name == "online_retail_ii"
    assert kam("check", "study.yaml")[0] == 0


def test_the_ten_tables_of_the_sample_map_to_themselves_and_can_be_scored(kam, tmp_path):
    for file in SAMPLE.glob("*.csv"):
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        (tmp_path / file.name).write_text(
            "".join([lines[0], *lines[1 :: max(1, len(lines) // 1500)]]), encoding="utf-8"
        )
    status, out, err = kam("init", "*.csv")
    assert status == 0, err
    study = Study.read("study.yaml")
    planted = Study.read(SAMPLE / "study.yaml")
    assert set(study.sources) == set(planted.sources)
    for table, source in study.sources.items():
        asked = {ours: theirs for ours, theirs in source.columns.items() if ours != theirs}
        assert asked == planted.sources[table].columns
        assert source.files == [f"{table}.csv"]
    assert (study.unit, study.currency) == ("group", "EUR")
    assert "can't be run yet" not in out, out
    assert study.scoring.criteria[0].name == "margin_12m"
    assert sum(criterion.weight for criterion in study.scoring.criteria) == 100
    assert kam("check", "study.yaml")[0] == 0


def test_hostile_names_come_through(kam, agrees, tmp_path):
    names = ['Order: "no" # 1', "Customer\nID", "- Date", "{Amount}, [net]", "💥" * 30, "'", "x" * 3000]
    lines = rows("%Y-%m-%d", str, lambda i: "a", lambda i: "b", lambda i: "c")
    write(tmp_path / "sales #1: 'x', {y}.csv", names, lines)
    status, _, err = kam("init", "sales #1: 'x', {y}.csv")
    assert status == 0, err
    assert Study.read("study.yaml").sources["orders"].columns == dict(
        zip(("order_id", "account_id", "date", "amount"), names, strict=False)
    )
    agrees()


def test_a_study_file_is_never_overwritten_unasked(kam, tmp_path):
    american(tmp_path)
    (tmp_path / "study.yaml").write_text("mine")
    status, _, err = kam("init", "orders.csv")
    assert status == 2
    assert "study.yaml" in err and "--force" in err
    assert (tmp_path / "study.yaml").read_text() == "mine"
    assert kam("init", "orders.csv", "--out", "other.yaml")[0] == 0
    assert kam("init", "orders.csv", "--force")[0] == 0
    assert (tmp_path / "study.yaml").read_text(encoding="utf-8") != "mine"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "no such file"),
        ("", "the file is empty"),
        ("a,b\n1,x\n2,y\n", "order lines"),
        ("Order,Customer,Date,Amount\n", "order lines"),
    ],
    ids=["no-file", "empty", "no-order-lines", "no-rows"],
)
def test_files_without_order_lines_get_one_clear_error(kam, tmp_path, content, says):
    if content is not None:
        (tmp_path / "orders.csv").write_text(content)
    status, _, err = kam("init", "orders.csv")
    assert status == 2
    assert says in err and "Traceback" not in err
    assert not (tmp_path / "study.yaml").exists()


def test_a_needed_column_that_is_not_there_is_said_and_the_check_refuses(kam, tmp_path):
    write(tmp_path / "orders.csv", ["Order", "Customer", "Amount"], [[a, b, d] for a, b, _, d in rows("%d", str)])
    status, out, _ = kam("init", "orders.csv")
    assert status == 0
    assert "sources.orders.columns.date: no column" in out and "can't be run yet" in out
    status, _, err = kam("check", "study.yaml")
    assert status == 2
    assert "as_of" in err


def test_words_of_choices_are_proposed_as_ours_and_read_so(kam, tmp_path):
    day = "%d.%m.%Y"
    money = partial(european, thousands=" ")
    write(tmp_path / "Продажи.csv", ["Номер заказа", "Клиент", "Дата", "Сумма"], rows(day, money), mark=";")
    kinds = ["Звонок", "Встреча", "Жалоба"]
    events = [[account, when.strftime(day), kinds[i % 3]] for i, (_, account, when, _) in enumerate(LINES)]
    write(tmp_path / "События.csv", ["Клиент", "Дата", "Вид события"], events, mark=";")
    kam("init", tmp_path / "*.csv", "--out", tmp_path / "study.yaml")
    study = Study.read(tmp_path / "study.yaml", values={"as_of": "2026-12-31"})
    assert study.sources["interactions"].values == {"kind": {"звонок": "call", "встреча": "meeting", "жалоба": "claim"}}
    touches = collect(study).tables["interactions"]
    assert touches["kind"].value_counts().to_dict() == {"call": 60, "meeting": 60, "claim": 60}
