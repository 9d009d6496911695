"""Names of columns in five languages. Oracle: what a person who speaks the language would say the column is."""

from __future__ import annotations

import pytest

from kamlib.init import headings
from kamlib.study.dictionary import INPUTS


def best(name: str, table: str = "orders") -> str:
    return max(INPUTS[table].names, key=lambda column: headings.likeness(name, table, column).score)


@pytest.mark.parametrize(
    "names",
    [
        ("CódigoCliente", "codigo_cliente", "CODIGO CLIENTE", "Código-Cliente "),
        ("Счёт", "счет", "СЧЁТ"),
        ("Сумма", "summa", "SUMMA"),
        ("Stück", "Stueck", "STÜCK"),
        ("Größe", "Groesse", "groesse"),
        ("CustomerID", "customer_id", "Customer Id", "customerId"),
        ("№ заказа", "No заказа"),
    ],
)
def test_writing_makes_no_difference(names):
    assert len({headings.plain(name) for name in names}) == 1


@pytest.mark.parametrize(
    ("name", "column", "language"),
    [
        ("Order No.", "order_id", "en"),
        ("CustomerID", "account_id", "en"),
        ("Unit Price", "price", "en"),
        ("Net amount (EUR)", "amount", "en"),
        ("Sales rep", "manager", "en"),
        ("Номер заказа", "order_id", "ru"),
        ("Контрагент", "account_id", "ru"),
        ("Дата реализации", "date", "ru"),
        ("Сумма без НДС, руб.", "amount", "ru"),
        ("Кол-во", "quantity", "ru"),
        ("Себестоимость", "cost", "ru"),
        ("Номенклатура", "product", "ru"),
        ("Belegnr", "order_id", "de"),
        ("Kd-Nr", "account_id", "de"),
        ("Nettoumsatz", "amount", "de"),
        ("Stueckzahl", "quantity", "de"),
        ("Warengruppe", "category", "de"),
        ("Nº pedido", "order_id", "es"),
        ("Cód. cliente", "account_id", "es"),
        ("Importe neto", "amount", "es"),
        ("Fecha", "date", "es"),
        ("Vendedor", "manager", "es"),
        ("Núm. comanda", "order_id", "ca"),
        ("Codi de client", "account_id", "ca"),
        ("Import net", "amount", "ca"),
        ("Quantitat", "quantity", "ca"),
        ("Preu unitari", "price", "ca"),
    ],
)
def test_a_name_is_known_in_its_language(name, column, language):
    assert best(name) == column
    found = headings.likeness(name, "orders", column)
    assert found.score >= 0.9
    assert found.language == language


@pytest.mark.parametrize("table", INPUTS)
def test_every_column_of_every_table_has_names_in_every_language_and_is_its_own(table):
    for column in INPUTS[table].columns:
        known = {language for _, language, _ in headings._names("columns").get(f"{table}.{column.name}", [])}
        known |= {language for _, language, _ in headings._names("columns").get(column.name, [])}
        assert known >= set(headings.LANGUAGES), column.name
        assert headings.likeness(column.name, table, column.name).score == 1


def test_a_column_of_another_table_can_have_names_of_its_own():
    assert headings.likeness("Gross amount", "invoices", "amount").score == 1
    assert headings.likeness("Gross amount", "orders", "amount").score < 0.75


@pytest.mark.parametrize("name", ["", "   ", "№", "€", "17", "Feld1", "xyzzy", "\n\x00", "💥", "A" * 5000])
def test_a_name_that_says_nothing_is_like_nothing(name):
    assert max(headings.likeness(name, "orders", column).score for column in INPUTS["orders"].names) < 0.5


def test_a_longer_name_is_a_weaker_sign_than_the_name_itself():
    scores = [
        headings.likeness(name, "orders", "date").score for name in ("Date", "Payment date", "Date of last payment run")
    ]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 3


@pytest.mark.parametrize(
    ("words_", "code"),
    [
        ("Сумма, руб.", "RUB"),
        ("Amount (EUR)", "EUR"),
        ("$1,200.00", "USD"),
        ("12 ₽", "RUB"),
        ("£5", "GBP"),
        ("Europe", None),
    ],
)
def test_a_currency_is_read_from_a_name_or_an_amount(words_, code):
    assert headings.currency(words_) == code


@pytest.mark.parametrize(
    ("table", "column", "meant"),
    [
        ("interactions", "kind", {"Жалоба": "claim", "Besuch": "visit", "trucada": "call", "Entrega": "delivery"}),
        ("proposals", "outcome", {"Gewonnen": "won", "отказ": "lost", "Pendiente": "open", "PERDUT": "lost"}),
        (
            "proposals",
            "outcome",
            {
                "Negotiation": "open",
                "Appointment Scheduled": "open",
                "Переговоры": "open",
                "Closed Lost to Competition": "lost",
            },
        ),
        ("accounts", "size", {"Groß": "large", "gross": "large", "малый": "small", "mediana": "medium"}),
        ("contacts", "support", {"за": "for", "gegen": "against", "neutral": "neutral"}),
    ],
)
def test_choices_are_known_in_five_languages(table, column, meant):
    choices = next(c.choices for c in INPUTS[table].columns if c.name == column)
    assert {word: headings.choice(word, choices) for word in meant} == meant
    assert headings.choice("чаепитие", choices) is None


def test_no_word_means_two_choices_of_one_column_and_every_choice_is_one():
    known = headings._names("values")
    columns = [c.choices or ("yes", "no") for t in INPUTS.values() for c in t.columns if c.choices or c.type == "flag"]
    assert set(known) <= {choice for choices in columns for choice in choices}
    for choices in columns:
        said = [name for choice in choices for name in {name for name, _, _ in known.get(choice, ())}]
        assert len(said) == len(set(said)), choices
