"""Currencies, their signs and words: each means one."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from kamlib.io import currencies
from kamlib.io.currencies import BESIDE, CODES, NAMES, SIGNS


def test_codes_are_of_three_capitals_and_stand_once():
    codes = CODES.split()
    assert all(len(code) == 3 and code.isupper() and code.isascii() for code in codes)
    assert len(codes) == len(set(codes)) > 150


def test_a_word_or_sign_means_one_currency_that_has_a_code():
    told = Counter(name for names in (NAMES, BESIDE) for words in names.values() for name in words)
    assert set(told.values()) == {1}
    assert {*NAMES, *BESIDE} <= set(CODES.split())
    assert all(name == name.casefold() for name in told)


def test_the_sign_of_two_countries_names_none():
    assert "¥" in SIGNS and not any("¥" in names for names in NAMES.values())


def test_every_spelling_of_a_currency_means_a_code_of_three_letters():
    assert all(len(code) == 3 and code.isupper() and code.isascii() for code in currencies.MEANT.values())
    assert (currencies.MEANT["₽"], currencies.MEANT["US$"], currencies.MEANT["EUROS"]) == ("RUB", "USD", "EUR")


def test_amounts_are_converted_exactly_and_what_has_no_rate_is_missing():
    """2.675 by 10 is 26.75; 0.00125 by 0.1 rounds away from zero at the fourth place; -100 by 0.9."""
    amounts, rates = pd.Series([2.675, 0.0005, -100, 7, None]), pd.Series([10, 0.1, 0.9, None, 2])
    found = currencies.converted(amounts, rates)
    assert found[:3].tolist() == [26.75, 0.0001, -90] and found[3:].isna().all()


def test_a_sign_that_several_share_is_that_of_the_study_else_of_the_only_one_with_a_rate():
    assert currencies.codes("SEK", ["NOK"])["KR"] == "SEK" and currencies.codes("EUR", ["NOK"])["KR"] == "NOK"
    assert "KR" not in currencies.codes("EUR", ["NOK", "DKK"]) and currencies.codes("EUR", [])["€"] == "EUR"
