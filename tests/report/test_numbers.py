"""Numbers of the study's language; oracles are the CLDR forms, written out by hand."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from kamlib.report.numbers import Numbers, day

NB = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("language", "currency", "written"),
    [
        ("en", "EUR", "€1,234,568"),
        ("en", "JPY", "¥1,234,568"),
        ("de", "EUR", f"1.234.568{NB}€"),
        ("ru", "RUB", f"1{NB}234{NB}568{NB}₽"),
    ],
)
def test_money_is_whole_and_in_the_marks_of_the_language(language, currency, written):
    assert Numbers(language, currency).money(1_234_567.5) == written


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        (0, "€0"),
        (950, "€950"),
        (869.4575033572779, "€869"),
        (-536.35, "-€536"),
        (999.6, "€1,000"),
        (12_340, "€12.3K"),
        (42_100_000, "€42.1M"),
        (123_400_000, "€123M"),
        (-8_400_000, "-€8.4M"),
    ],
)
def test_short_money_keeps_about_three_figures(amount, written):
    assert Numbers().short_money(amount) == written


def test_shares_are_never_rounded_to_a_false_zero_or_a_false_whole():
    write = Numbers()
    assert [write.share(x) for x in (0, 0.003, 0.006, 0.29, 0.994, 0.997, 1)] == [
        *("0%", "under 1%", "1%", "29%", "99%", "over 99%", "100%")
    ]
    assert write.share(0.9999, 1) == "over 99.9%"
    assert Numbers("ru").share(0.295) == f"30{NB}%"


def test_what_is_missing_is_unknown():
    write = Numbers()
    assert {write.money(None), write.short_money(np.nan), write.share(None), write.number(np.nan, 1)} == {"unknown"}


def test_zero_never_carries_a_minus():
    assert Numbers().number(-0.01, 1) == "0.0"
    assert Numbers().money(-0.2) == "€0"


def test_a_day_in_words():
    assert day(dt.date(2026, 9, 30)) == "30 September 2026"
