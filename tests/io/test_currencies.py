"""Currencies, their signs and words: each means one."""

from __future__ import annotations

from collections import Counter

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
