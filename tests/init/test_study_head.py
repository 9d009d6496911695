"""Name, date, currency and language of a proposed study. Oracle: files made by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from kamlib.init import study_head
from kamlib.study.model import Study


def lines(amount="Amount", before="", day="2026-{:02d}-28", order="Order", customer="Customer", date="Date"):
    """An order line a month, from January to June."""
    head = f"{order},{customer},{date},{amount}\n"
    return head + "".join(f"{i},{i % 2},{day.format(i)},{before}{i}.50\n" for i in range(1, 7))


@pytest.mark.slow
def test_lines_in_another_currency_are_set_aside_in_plain_sight_until_there_are_rates(
    kam, agrees, tmp_path, rows, write, lines
):
    swiss = lambda i: "CHF" if i % 20 == 0 else "EUR"  # noqa: E731
    write(tmp_path / "a.csv", ["Order", "Customer", "Date", "Net", "Currency"], rows("%Y-%m-%d", str, swiss))
    assert kam("init", "a.csv")[0] == 0
    assert "without rates the lines in 'CHF' are set aside" in Path("study.yaml").read_text(encoding="utf-8")
    study = Study.read("study.yaml")
    assert (study.currency, study.cleaning.rules) == ("EUR", {"no_rate": "set_aside"})
    abroad = [line for i, line in enumerate(lines) if i % 20 == 0]
    agrees(
        len(lines) - len(abroad), sum(line[3] for line in lines) - sum(line[3] for line in abroad), aside=len(abroad)
    )


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("Our Shop!", "our_shop"),
        ("Продажи 2025", "prodazhi_2025"),
        ("drafts", "study"),  # the folder of drafts
        ("***", "study"),
        ("-a-", "a"),
        ("x" * 80, "x" * 64),
    ],
)
def test_any_name_becomes_one_that_a_folder_can_have(name, folder):
    assert study_head.slug(name) == folder


@pytest.mark.parametrize(
    ("given", "code", "doubt"),
    [
        ({"amount": "Amount GBP"}, "GBP", ""),
        ({"before": "€"}, "EUR", ""),
        ({"before": "$"}, "USD", "there are dollars of several countries"),
        ({"amount": "Amount USD"}, "USD", ""),
        ({}, "", "nothing in the order lines names a currency: write its three letters"),
    ],
)
def test_the_currency_is_told_by_names_and_signs_and_what_they_leave_open_is_asked(drafted, given, code, doubt):
    found = study_head.currency(drafted(a=lines(**given))[0]["orders"])
    assert (found.value, found.doubt, found.question) == (code, doubt, doubt != "")


def test_of_several_currencies_the_most_frequent_is_that_of_the_study(drafted):
    text = lines(amount="Amount,Currency").replace(".50\n", ".50,chf\n", 2).replace(".50\n", ".50,EUR\n")
    orders = drafted(a=text)[0]["orders"]
    assert study_head.currencies(orders) == ["EUR", "CHF"]
    assert study_head.currency(orders).doubt == "some lines are in 'CHF': give rates for them"


def test_the_language_is_that_of_most_columns(drafted):
    german = lines(amount="Nettobetrag", order="Belegnr", customer="Kundennr", date="Belegdatum")
    assert study_head.language(drafted(a=german)[0]).value == "de"
    assert study_head.language({}).value == "en"


def test_the_date_is_the_last_whole_quarter_and_the_unit_the_account_without_parents(drafted):
    sources = drafted(a=lines())[0]
    made = study_head.head(sources, "north_shop")
    assert list(made) == ["name", "title", "as_of", "currency", "unit", "language"]
    told = (made["as_of"].value, made["unit"].value, made["title"].value)
    assert told == ("2026Q2", "account", "Key accounts: north shop")


def test_with_parents_the_group_is_counted(drafted):
    firms = "Customer ID,Name,Parent account\n0,A,\n1,B,0\n"
    assert study_head.head(drafted(a=lines(), firms=firms)[0], "x")["unit"].value == "group"


def test_days_of_two_readings_leave_the_date_in_doubt(drafted):
    """Read day first, these are the first of each month to June; month first, the first six days of January."""
    days = lines(day="01/{:02d}/2026")
    assert "date_format" in study_head.head(drafted(a=days)[0], "x")["as_of"].doubt
