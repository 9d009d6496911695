"""Names taken apart. Oracles: the same firm written by hand in several ways."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamlib.entities.firm_names import FIRST, FORMS, take_apart


@pytest.mark.parametrize(
    "spellings",
    [
        ["ООО «Ромашка»", "Romashka LLC", "Romaschka GmbH", "ROMASHKA, S.L.", "romaška d.o.o.", '"Ромашка", ООО'],
        ["ЗАО Ёлка", "Елка АО", "Yolka JSC"],
        ["Хлеб", "Khleb", "Hleb"],
        ["Цех", "Tsekh", "Ceh"],
        ["Юла", "Yula", "Jula"],
        ["Щука", "Shchuka", "Schuka"],
        ["Müller & Söhne OHG", "Mueller und Soehne", "MULLER + SOHNE"],
        ["Weiß KG", "Weiss Kommanditgesellschaft"],
        ["Núñez S.A.", "Nunez, Sociedad Anónima", "NÚÑEZ SA"],
        ["Puig i Fills S.L.", "Puig y Fills, Sociedad Limitada", "Puig & Fills S. L."],
        ["J. P. Hartley Ltd", "JP Hartley Limited", "J.P.HARTLEY"],
        ["Fabrik GmbH & Co. KG", "Fabrik GmbH u. Co KG", "Fabrik Gesellschaft mbH & Co.KG"],
        ["Школа № 05", "Shkola no. 5", "ШКОЛА 5"],
        ["Фонд II", "Fond 2"],
    ],
    ids=lambda spellings: spellings[0],
)
def test_one_name_in_many_spellings_is_one(spellings):
    assert len({take_apart(name).core for name in spellings}) == 1


WRITTEN = (
    "ООО, ЗАО, ОАО, ПАО, АО, ИП, НКО, LLC, Ltd, Limited, Inc, Corp, PLC, Co, GmbH, AG, KG, OHG, UG, e.K., S.A., S.L., "
    "S.L.U., S.A.U., SAS, SARL, B.V., LLP, S.C.C.L., d.o.o., GmbH & Co. KG, Sociedad Limitada, Societat Limitada, "
    "Gesellschaft mit beschränkter Haftung, Sp. z o.o."
)


@pytest.mark.parametrize("form", WRITTEN.split(", "))
def test_every_legal_form_is_taken_off(form):
    assert take_apart(f"Vamitan {form}").words == ("vamitan",)
    assert take_apart(f"Vamitan, {form.upper()}").words == ("vamitan",)


def test_a_form_before_the_name_is_taken_off_only_where_it_may_stand_there():
    assert take_apart("ООО Заря").words == take_apart("Заря").words
    assert take_apart("SE Consulting Ltd").words == ("se", "konsulting")


def test_a_name_that_is_only_a_legal_form_stays():
    assert take_apart("GmbH").words == ("gmbh",)
    assert take_apart("???").core == take_apart("").core == ""


def test_initials_of_a_sole_trader_are_no_legal_form():
    assert take_apart("ИП Иванов А. Б.").words == ("ivanov", "ab")


def test_numbers_stand_apart_without_leading_zeros():
    assert take_apart("Завод №007 ООО").numbers == ("7",)
    assert take_apart("3M Nord").numbers == ("3",) and take_apart("3M Nord").words == ("m", "nord")


def test_forms_that_may_stand_first_are_forms():
    every = {form for text in FORMS.values() for form in text.split(", ")}
    assert every >= FIRST
    assert all(form == form.lower() and form.isascii() for form in every)


@given(st.text(max_size=30))
def test_any_text_can_be_taken_apart_and_case_does_not_matter(text):
    found = take_apart(text)
    assert found.given == text
    assert all(word.isascii() and word.isalpha() and word == word.lower() for word in found.words)
    assert take_apart(text.casefold()).core == found.core
