"""Invented names. Oracle: how firms write themselves in five countries; letters of an alphabet."""

from __future__ import annotations

import re

import numpy as np
import pytest

from kamlib.privacy.invented_names import FIRMS, LATIN_TRADE, OTHER_FORM, firm, other_spelling, people, stems

STEM = ("Varimex", "Варимекс")


def test_stems_differ_and_have_one_sound_in_both_alphabets():
    made = stems(np.random.default_rng(3), 500)
    assert len(set(made)) == 500
    assert all(re.fullmatch("[A-Z][a-z]+", latin) and re.fullmatch("[А-Я][а-я]+", russian) for latin, russian in made)


def test_more_stems_than_there_are_cannot_be_asked_for():
    """16 first, 12 middle and 12 last syllables: 2,304 words."""
    assert len(set(stems(np.random.default_rng(1), 2304))) == 2304
    with pytest.raises(ValueError, match="at most 2304 stems can be made, 2305 were asked for"):
        stems(np.random.default_rng(1), 2305)


def test_a_firm_is_written_as_in_its_country():
    assert firm(STEM, "Germany", 0, 0) == "Varimex Antriebe GmbH"
    assert firm(STEM, "Russia", 0, 1) == "ООО «Варимекс Комбинат»"
    assert firm(STEM, "Russia", 0, 1, latin=True) == "OOO Varimex Kombinat"


@pytest.mark.parametrize("country", FIRMS)
def test_another_clerk_never_writes_a_firm_the_same_way(country):
    forms, trades = FIRMS[country]
    for form in range(len(forms)):
        for trade in range(len(trades)):
            once = firm(STEM, country, form, trade)
            assert all(other_spelling(STEM, country, form, trade, way) != once for way in range(4))


def test_every_legal_form_and_trade_has_its_other_spelling():
    assert {form for country in FIRMS if country != "Russia" for form in FIRMS[country][0]} == set(OTHER_FORM)
    assert set(FIRMS["Russia"][1]) == set(LATIN_TRADE)


def test_a_person_has_two_names_of_one_alphabet():
    names = people(np.random.default_rng(5), np.array([True, False] * 20))
    assert all(re.fullmatch("[А-Я][а-яё]+ [А-Я][а-я]+", name) for name in names[::2])
    assert all(re.fullmatch("[A-Z][a-z]+ [A-Z][a-z]+", name) for name in names[1::2])
