"""Exports of systems as they write them, each invented here, from file to order lines. Oracle: the lines that each was written from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from kamlib.intake.pipeline import collect
from kamlib.study.model import Study
from tests.fixtures.order_lines import FIRMS, LINES, Line, d, de


def test_a_report_by_customers_whose_days_stand_in_the_documents_is_read_to_the_cent(kam, tmp_path):
    """As 1C prints its sales: a customer with its sum, its documents below, a sum of all."""
    rows, whole = (
        ["Продажи по контрагентам;", "Период: 01.01.2025 - 31.12.2025;", "Контрагент / Документ;Сумма, руб."],
        0.0,
    )
    for firm, name in enumerate(FIRMS):
        own = [line for line in LINES if line.firm == firm]
        whole += (total := sum(line.net for line in own))
        rows.append(f"{name};{de(total)}")
        rows += [f"Реализация (акт, накладная) 00БП-{x.n:06} от {d(x)} 10:{x.n:02}:00;{de(x.net)}" for x in own]
    (tmp_path / "продажи.csv").write_text("\n".join([*rows, f"Итого;{de(whole)}"]), encoding="cp1251")
    kam("init", tmp_path / "продажи.csv", "--out", tmp_path / "study.yaml")
    clean = collect(Study.read(tmp_path / "study.yaml", as_of="2025-12-31")).orders.to_pandas()
    assert {(r.account_id, f"{r.date:%F}", float(r.amount)) for r in clean.itertuples()} == {
        (FIRMS[x.firm], str(x.day), x.net) for x in LINES
    }


def _of_customers(
    row: Callable[[Line], str], head: Callable[[str], str], total: Callable[[str, float], str]
) -> list[str]:
    """A report by customers: the head of each, its lines, its total."""
    made = []
    for firm, name in enumerate(FIRMS):
        own = [line for line in LINES if line.firm == firm]
        made += [head(name), *map(row, own), total(name, sum(line.net for line in own))]
    return made


def _once(x: Line, *cells: object) -> str:
    """Cells of the first line of an order; empty ones in the others."""
    first = all(other.n >= x.n for other in LINES if other.order == x.order)
    return ";".join(str(cell) if first else "" for cell in cells)


READ = {
    "list-of-sap": [
        "Dynamic List Display",
        rule := "-" * 70,
        names := "|Document|Date      |Sold-to   |Material|       Qty|Net value|Curr.|",
        rule,
        *[
            f"|{x.order:08d}|{d(x)}|{x.firm:010d}|M-{x.item:<6}|{x.quantity:>6},000|{de(x.net):>9}|EUR  |"
            for x in LINES[:30]
        ],
        rule,
        "Dynamic List Display     2",
        names,
        rule,
        *[
            f"|{x.order:08d}|{d(x)}|{x.firm:010d}|M-{x.item:<6}|{x.quantity:>6},000|{de(x.net):>9}|EUR  |"
            for x in LINES[30:]
        ],
        rule,
        f"|*       |          |          |        |          |{de(sum(x.net for x in LINES)):>9}|EUR  |",
        rule,
    ],
    "heads-of-odoo": [
        "Order Reference;Order Date;Customer;Product;Quantity;Unit Price;Subtotal EUR",
        *[
            f"{_once(x, f'S{x.order}', f'{x.day} 08:00:00', FIRMS[x.firm])};P{x.item};{x.quantity};{x.price};{x.net}"
            for x in LINES
        ],
    ],
    "report-of-xero": [
        "Receivable Invoice Detail",
        "Invoice Date;Source;Reference;Description;Quantity;Net (EUR);Tax (EUR);Gross (EUR)",
        *_of_customers(
            lambda x: (
                f"{x.day};Sales Invoice;INV-{x.order};P{x.item};{x.quantity};{x.net};{x.net * 0.2:.2f};{x.net * 1.2:.2f}"
            ),
            lambda name: f"{name};;;;;;;",
            lambda name, total: f"Total {name};;;;;{total:.2f};{total * 0.2:.2f};{total * 1.2:.2f}",
        ),
    ],
    "names-under-groups": [
        "Customer;;Document;;Goods;;Value EUR;",
        "No.;Name;No.;Date;Item;Qty;Net;VAT",
        *[
            f"{500 + x.firm};{FIRMS[x.firm]};{x.order};{d(x)};P{x.item};{x.quantity};{de(x.net)};{de(x.net * 0.19)}"
            for x in LINES
        ],
    ],
    "invoices-in-polish": [
        "Numer;Data wystawienia;Kontrahent;Opis;Wartość netto;VAT;Wartość brutto;Waluta",
        *[
            f"FS {x.n}/2025;{x.day};{FIRMS[x.firm]};P{x.item};{de(x.net)};{de(x.net * 0.23)};{de(x.net * 1.23)};EUR"
            for x in LINES
        ],
    ],
    "seconds-since-1970": [
        "order_id;created_at;customer_id;sku;line_total;currency",
        *[
            f"{x.order};{(x.day - date(1970, 1, 1)).days * 86_400 + 40_000};{x.firm};S{x.item};{x.net};EUR"
            for x in LINES
        ],
    ],
    "deals-without-a-named-customer-that-is-their-number": [
        "Deal - ID;Deal - Title;Deal - Value;Deal - Currency;Deal - Organization;Deal - Closed on",
        *[f"{80 + x.n};Deal {x.n};{x.net};EUR;{FIRMS[x.firm]};{x.day} 10:00:00" for x in LINES],
    ],
}


@pytest.mark.parametrize("system", READ)
def test_an_export_comes_in_to_the_cent_without_a_question(kam, tmp_path, system):
    (tmp_path / "export.csv").write_text("\n".join(READ[system]) + "\n", encoding="utf-8")
    status, out, err = kam("init", tmp_path / "export.csv", "--out", tmp_path / "study.yaml")
    assert status == 0 and "you decide" not in out, out + err
    clean = collect(Study.read(tmp_path / "study.yaml", as_of="2025-12-31")).orders.to_pandas()
    assert sorted(round(float(amount), 2) for amount in clean["amount"]) == sorted(x.net for x in LINES)
    assert clean["customer_id"].nunique() == len(FIRMS)
    assert {f"{day:%F}" for day in clean["date"]} == {str(x.day) for x in LINES}
