"""Which table a file is and which column is which. Oracle: headers of real exports, read by a person."""

from __future__ import annotations

from pathlib import Path

import ibis
import pandas as pd
import pytest

from kamlib.init.cells.profile_columns import profile
from kamlib.init.match_columns import propose
from kamlib.study.dictionary import INPUTS

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
N = 40
IDS = [f"{1000 + i}" for i in range(N)]
CUSTOMERS = [f"{i % 12:05d}" for i in range(N)]
DAYS = [f"{1 + i % 28:02d}.{1 + i % 12:02d}.2025" for i in range(N)]
LATER = [f"{1 + i % 28:02d}.{1 + i % 12:02d}.2026" for i in range(N)]
MONEY = [f"{i}.5{i % 10}" for i in range(N)]
FEW = [str(1 + i % 5) for i in range(N)]
WORDS = [f"text {i}" for i in range(N)]


@pytest.fixture(scope="module")
def proposed(engine):
    """``proposed({"Kunde": [...]}, name)``: the proposals, the best first."""

    def make(columns, name="export"):
        table = pd.DataFrame(columns, dtype="object")
        return propose(profile(engine, engine.create_table(ibis.util.gen_name("raw"), table, temp=True)), name)

    return make


@pytest.mark.slow
@pytest.mark.parametrize("table", INPUTS)
def test_each_table_of_the_sample_is_itself(proposed, table):
    frame = pd.read_csv(SAMPLE / f"{table}.csv", dtype=str, nrows=2000)
    best = proposed(frame.to_dict("list"), table)[0]
    assert best.table == table
    asked = {"score": "answer"} if table == "surveys" else {}
    assert {ours: c.theirs for ours, c in best.columns.items()} == {
        c: asked.get(c, c) for c in INPUTS[table].names if asked.get(c, c) in frame
    }
    assert not any(choice.doubts for ours, choice in best.columns.items())
    assert not best.missing and not best.weak
    assert not set(best.unused) & set(INPUTS[table].names)


def test_online_retail_ii_is_read_as_it_came(proposed):
    best = proposed(
        {
            "Invoice": IDS[:30] + [f"C{i}" for i in IDS[30:]], "StockCode": ["85123A", "22752"] * 20, "Description": WORDS,
            "Quantity": FEW, "InvoiceDate": ["2009-12-01 07:45:00"] * N, "Price": MONEY, "Customer ID": CUSTOMERS,
            "Country": ["United Kingdom", "EIRE"] * 20,
        }
    )[0]  # fmt: skip
    assert best.table == "orders"
    assert {ours: choice.theirs for ours, choice in best.columns.items()} == {
        "order_id": "Invoice", "product": "StockCode", "quantity": "Quantity", "date": "InvoiceDate", "price": "Price",
        "account_id": "Customer ID",
    }  # fmt: skip
    assert not best.missing, "amount is quantity * price"
    assert set(best.unused) == {"Description", "Country"}


@pytest.mark.parametrize(
    ("columns", "table", "expected"),
    [
        (
            {"Счёт №": IDS, "Контрагент": CUSTOMERS, "Дата счёта": DAYS, "Срок оплаты": LATER, "Сумма с НДС": MONEY, "Дата оплаты": LATER},
            "invoices",
            {"invoice_id": "Счёт №", "account_id": "Контрагент", "issued": "Дата счёта", "due": "Срок оплаты", "amount": "Сумма с НДС", "paid": "Дата оплаты"},
        ),
        (
            {"Kundennr": IDS, "Name 1": WORDS, "Branche": FEW, "Land": ["DE", "AT"] * 20, "Kunde seit": DAYS, "Konzern": CUSTOMERS},
            "accounts",
            {"account_id": "Kundennr", "name": "Name 1", "industry": "Branche", "country": "Land", "since": "Kunde seit", "parent_id": "Konzern"},
        ),
        (
            {"Núm. oferta": IDS, "Client": CUSTOMERS, "Data": DAYS, "Import ofert": MONEY, "Resultat": ["won", "lost", "open", "won"] * 10},
            "proposals",
            {"proposal_id": "Núm. oferta", "account_id": "Client", "date": "Data", "value": "Import ofert", "outcome": "Resultat"},
        ),
        (
            {"Cliente": CUSTOMERS, "Fecha": DAYS, "Encuesta": ["nps", "csat"] * 20, "Puntuación": FEW},
            "surveys",
            {"account_id": "Cliente", "date": "Fecha", "kind": "Encuesta", "score": "Puntuación"},
        ),
        (
            {"Customer": CUSTOMERS, "Date": DAYS, "What": ["visit", "call", "claim", "meeting"] * 10, "Time spent": FEW},
            "interactions",
            {"account_id": "Customer", "date": "Date", "kind": "What", "hours": "Time spent"},
        ),
    ],
    ids=["ru-invoices", "de-accounts", "ca-proposals", "es-surveys", "en-interactions"],
)  # fmt: skip
def test_exports_in_other_languages_are_known(proposed, columns, table, expected):
    best = proposed(columns)[0]
    assert best.table == table
    assert {ours: choice.theirs for ours, choice in best.columns.items()} == expected


ORDERS = {"Order": IDS, "Customer": CUSTOMERS, "Date": DAYS}


def test_net_goes_before_gross_and_the_choice_is_marked(proposed):
    best = proposed(ORDERS | {"Gross amount": MONEY, "Net amount": MONEY})[0]
    assert best.columns["amount"].theirs == "Net amount"
    assert "also possible: 'Gross amount'" in best.columns["amount"].doubts[0]
    assert proposed(ORDERS | {"Gross amount": MONEY})[0].columns["amount"].doubts


def test_contents_rule_out_what_the_name_says(proposed):
    best = proposed(ORDERS | {"Amount": WORDS, "Total": MONEY})[0]
    assert best.columns["amount"].theirs == "Total"
    assert "holds" in best.unused["Amount"]


def test_contents_decide_where_names_say_nothing_and_the_choice_is_marked(proposed):
    found = proposed({"F1": IDS, "F2": CUSTOMERS, "F3": DAYS, "F4": MONEY})
    orders = next(one for one in found if one.table == "orders")
    assert {ours: c.theirs for ours, c in orders.columns.items()} == {
        "order_id": "F1",
        "account_id": "F2",
        "date": "F3",
        "amount": "F4",
    }
    assert orders.weak
    assert all("contents" in choice.doubts[0] for choice in orders.columns.values())


def test_a_kind_in_other_words_than_ours_is_not_taken_and_what_it_holds_is_told(proposed):
    found = proposed({"Клиент": CUSTOMERS, "Дата": DAYS, "Тип события": ["чаепитие", "обед"] * 20})
    visits = next(one for one in found if one.table == "interactions")
    assert visits.missing == ("kind",)
    assert "чаепитие" in visits.unused["Тип события"] and "meeting" in visits.unused["Тип события"]


def test_personal_columns_are_refused_by_name(proposed):
    best = proposed({"Contact ID": IDS, "Customer": CUSTOMERS, "Role": WORDS, "Religion": WORDS, "Children": FEW})[0]
    assert best.table == "contacts"
    assert "refused" in best.unused["Religion"] and "refused" in best.unused["Children"]


def test_the_key_of_a_table_does_not_repeat(proposed):
    """A list of order lines with the names of customers is no list of customers."""
    lines = {
        "Order": [i[:3] for i in IDS],
        "Customer": CUSTOMERS,
        "Name": WORDS,
        "Country": FEW,
        "Date": DAYS,
        "Net": MONEY,
    }
    assert proposed(lines)[0].table == "orders"


def test_a_name_that_stands_twice_is_marked(proposed):
    best = proposed(ORDERS | {"Amount": MONEY, "Amount (2)": MONEY})[0]
    assert any("rename" in doubt for doubt in best.columns["amount"].doubts)


def test_a_file_without_columns_is_no_table():
    assert all(one.missing for one in propose({}, "nothing"))
