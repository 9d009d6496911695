"""`kam init` on exports as they come from five countries: what it proposes is what was planted, and `kam check` agrees.

Oracle: one list of order lines, made by hand, that every file holds in its own language and dialect; its rows and its
sum must come back to the cent.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from kamlib.study.model import Study


def european(amount: Decimal, thousands: str) -> str:
    return f"{amount:,.2f}".replace(",", "x").replace(".", ",").replace("x", thousands)


def russian(folder: Path, rows: Callable, write: Callable) -> None:
    write(
        folder / "Продажи 2025.csv",
        ["Номер заказа", "Код контрагента", "Дата реализации", "Сумма без НДС, руб.", "Кол-во", "Номенклатура", "Менеджер", "Склад"],
        rows("%d.%m.%Y", lambda a: european(a, "\u00a0"), lambda i: str(i % 7 + 1), lambda i: f"Подшипник {i % 9}", lambda i: "Иванова", lambda i: "Север"),
        mark=";", encoding="cp1251", end="\r\n",
        above=[["Отчёт о продажах за 2024-2025"], ["Организация: ООО «Ромашка»"], [""]],
    )  # fmt: skip


def german(folder: Path, rows: Callable, write: Callable) -> None:
    write(
        folder / "umsatz.csv",
        ["Belegnr", "KdNr", "Belegdatum", "Nettobetrag", "Menge", "Einzelpreis", "Warengruppe", "Währung"],
        rows("%d.%m.%Y", lambda a: european(a, "."), lambda i: f"{i % 4 + 1},5", lambda i: "1,25", lambda i: f"WG{i % 5}", lambda i: "EUR"),
        mark=";", encoding="cp1252",
    )  # fmt: skip


def american(folder: Path, rows: Callable, write: Callable) -> None:
    dollars = lambda a: f"(${-a:,.2f})" if a < 0 else f"${a:,.2f}"  # noqa: E731
    write(
        folder / "orders.csv",
        ["Order No", "Customer ID", "Order Date", "Net Amount", "Gross Amount", "SKU", "Sales Rep"],
        rows("%m/%d/%Y", dollars, lambda i: "$9.00", lambda i: f"S-{i % 8}", lambda i: "Ann"),
    )


def catalan(folder: Path, rows: Callable, write: Callable) -> None:
    write(
        folder / "vendes.csv",
        ["Núm. comanda", "Codi client", "Data", "Import net", "Quantitat", "Família"],
        rows("%d/%m/%Y", lambda a: f"{european(a, '.')} €", lambda i: str(i % 6 + 1), lambda i: f"F{i % 4}"),
        mark="\t", encoding="utf-8-sig",
    )  # fmt: skip


def spanish(folder: Path, rows: Callable, write: Callable) -> None:
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


def answer(currency: str) -> None:
    """Decide what the files leave open: the currency, where nothing names it."""
    path = Path("study.yaml")
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r'^currency: "\?.*?"', f"currency: {currency}", text, flags=re.M), encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("country", COUNTRIES)
def test_an_export_of_each_country_is_read_as_it_was_meant_and_to_the_cent(kam, agrees, rows, write, tmp_path, country):
    make, columns, dialect, currency = COUNTRIES[country]
    make(tmp_path, rows, write)
    (file,) = tmp_path.glob("*.csv")
    status, out, err = kam("init", file)
    assert status == 0, err
    assert "kam check" in out
    answer(currency)
    study = Study.read("study.yaml")
    source = study.sources["orders"][0]
    assert source.columns == columns
    for key, expected in dialect.items():
        assert getattr(source.dialect, key) in (expected if isinstance(expected, tuple) else (expected,)), key
    assert (study.currency, study.language, study.as_of) == (currency, country, date(2025, 12, 31))
    agrees(currency=currency)


@pytest.mark.slow
def test_what_is_not_used_is_named_with_its_reason(kam, rows, write, tmp_path):
    american(tmp_path, rows, write)
    status, out, _ = kam("init", "orders.csv")
    made = (tmp_path / "study.yaml").read_text(encoding="utf-8")
    assert status == 0
    assert "Gross Amount" in made.split("# not used")[1]
    assert "amount: Net Amount" in made and "currency" in out.split("you decide:")[1]
