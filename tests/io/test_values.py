"""Oracles: values worked out by hand, Python's decimals, and what a person would read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import ibis
import pyarrow as pa
import pytest

from kamlib.io import values
from kamlib.study.columns import Column
from kamlib.study.sources import Dialect


def column(found, kind="string"):
    """A trimmed column, in both ways of trimming."""
    x = ibis.memtable(pa.table({"x": pa.array(found, kind)})).x
    return values.trimmed(x, long=len(found) % 2 == 0)


def money(found, **dialect):
    return values.as_money(column(found), Dialect(**dialect)).to_pyarrow().to_pylist()


def test_amounts_are_exact_decimals_of_four_places():
    assert money(["0.1", "-12.34567", " 7 ", "1e3", "\N{NO-BREAK SPACE}5"]) == [
        Decimal("0.1"), Decimal("-12.3457"), Decimal(7), Decimal(1000), Decimal(5)
    ]  # fmt: skip


def test_the_currency_around_an_amount_is_named_by_its_code():
    found = {
        "12": None, "-12.5": None, "(12)": None, "$12": "USD", "12 €": "EUR", "12 ₽": "RUB", "(12 руб.)": "RUB", "12 р.": "RUB",
        "eur 12": "EUR", "chf 12": "CHF", "US$ 12": "USD", "12 zł": "PLN", "12 kr": "KR", "¥12": "¥", "R$ 12": "BRL", "C$12": "CAD", "HK$12": "HKD", "12 pcs": None, "EUR": None,
    }  # fmt: skip
    text = column(list(found))
    assert values.as_currency(text, values.as_money(text, Dialect()), Dialect()).to_pyarrow().to_pylist() == list(
        found.values()
    )
    native = column([12.5], "float64")
    assert values.as_currency(native, native, Dialect()).to_pyarrow().as_py() is None


def test_days_are_read_as_iso_or_by_the_format():
    found = values.as_day(column(["2026-01-31", "2026-01-31 23:59:59", " 2026-1-5 ", "31.01.2026", "x"]), Dialect())
    assert found.to_pyarrow().to_pylist() == [date(2026, 1, 31), date(2026, 1, 31), date(2026, 1, 5), None, None]
    given = values.as_day(column(["31.01.2026", "2026-01-31", "32.01.2026"]), Dialect(date_format="%d.%m.%Y"))
    assert given.to_pyarrow().to_pylist() == [date(2026, 1, 31), None, None]


def test_a_format_reads_days_with_and_without_a_time():
    texts = [
        "31.01.2026",
        "31.01.2026 14:05",
        "31.01.2026 23:59:59",
        "31.1.2026 9:05",
        "31.01.2026T10:00:00",
        "31.01.2026 2:00 PM",
    ]
    for form in ("%d.%m.%Y", "%d.%m.%Y %H:%M:%S"):
        found = values.as_day(column([*texts, "31.01.2026 x"]), Dialect(date_format=form)).to_pyarrow().to_pylist()
        assert found == [date(2026, 1, 31)] * len(texts) + [None]


def test_day_and_month_are_told_apart_by_the_format_alone():
    assert values.as_day(column(["1/2/2026"]), Dialect(date_format="%d/%m/%Y")).to_pyarrow().to_pylist() == [
        date(2026, 2, 1)
    ]
    assert values.as_day(column(["1/2/2026"]), Dialect(date_format="%m/%d/%Y")).to_pyarrow().to_pylist() == [
        date(2026, 1, 2)
    ]


def test_two_digits_of_a_year_are_read_by_an_explicit_format_only():
    texts = ["31.01.26", "31.01.2026", "26-01-31"]
    assert values.as_day(column(texts), Dialect(date_format="%d.%m.%y")).to_pyarrow().to_pylist() == [
        date(2026, 1, 31),
        None,
        None,
    ]
    assert values.as_day(column(texts), Dialect(date_format="%d.%m.%Y")).to_pyarrow().to_pylist() == [
        None,
        date(2026, 1, 31),
        None,
    ]
    assert values.as_day(column(texts), Dialect()).to_pyarrow().to_pylist() == [None, None, None]


def test_serial_days_count_from_the_end_of_1899():
    """45292 is 1 January 2024 in every spreadsheet; 61 is the first serial that the invented 29 February 1900 leaves right."""
    serials = {
        "45292": date(2024, 1, 1),
        "45292.99": date(2024, 1, 1),
        "61": date(1900, 3, 1),
        "132219": date(2261, 12, 31),
    }
    wrong = ["60", "1", "0", "-5", "132220", "1e9", "x", "2026-01-01", ""]
    found = values.as_day(column([*serials, *wrong]), Dialect(date_format="excel")).to_pyarrow().to_pylist()
    assert found == [*serials.values(), *[None] * len(wrong)]
    assert values.as_day(column([45292.75], "float64"), Dialect(date_format="excel")).to_pyarrow().to_pylist() == [
        date(2024, 1, 1)
    ]
    found = values.as_day(column(["45292,75"]), Dialect(date_format="excel", decimal=",")).to_pyarrow().to_pylist()
    assert found == [date(2024, 1, 1)]


def test_ids_that_a_spreadsheet_made_fractions_are_mended_only_where_the_study_says_so():
    texts = ["12346.0", "00123", "007.0", "12346,00", "1.5", "K.0", ".0", "12346.01"]
    ids = Column("account_id", "text", "")
    assert values.as_type(column(texts), ids, Dialect()).to_pyarrow().to_pylist() == texts
    found = values.as_type(column(texts), ids, Dialect(whole_ids=True)).to_pyarrow().to_pylist()
    assert found == ["12346", "00123", "007", "12346", "1.5", "K.0", ".0", "12346.01"]
    other = values.as_type(column(texts), Column("category", "text", ""), Dialect(whole_ids=True))
    assert other.to_pyarrow().to_pylist() == texts


def test_native_numbers_that_do_not_fit_are_missing():
    found = [1e13, 1e14, -1e300, float("inf"), float("nan"), 0.125, None]
    assert values.as_money(column(found, "float64"), Dialect()).to_pyarrow().to_pylist() == [
        Decimal(10**13), None, None, None, None, Decimal("0.125"), None
    ]  # fmt: skip
    assert values.as_money(column([date(2026, 1, 1)], "date32"), Dialect()).to_pyarrow().as_py() is None
    score = Column("score", "integer", "")
    assert values.as_type(column([9.0, 9.5, 1e300], "float64"), score, Dialect()).to_pyarrow().to_pylist() == [
        9,
        None,
        None,
    ]
    assert values.as_text(column([1e300], "float64")).to_pyarrow().to_pylist() == ["1e+300"]


@pytest.mark.parametrize("text", ["infinity", "0001-01-01", "9999-12-31", "2026-02-30"])
def test_days_that_no_business_has_are_missing(text):
    assert values.as_day(column([text]), Dialect()).to_pyarrow().to_pylist() == [None]


def test_numbers_are_written_out_as_ids():
    assert values.as_text(column([12346.0, 1.5, None], "float64")).to_pyarrow().to_pylist() == ["12346", "1.5", None]
    assert values.as_text(column([12346, -1], "int64")).to_pyarrow().to_pylist() == ["12346", "-1"]


@pytest.mark.parametrize("long", [True, False])
def test_blanks_around_a_value_are_taken_away(long):
    texts = [" K.01\t", "\N{NO-BREAK SPACE}00123", " ", "\n", "a b", "x\r", "y", None]
    x = ibis.memtable(pa.table({"x": texts})).x
    assert values.trimmed(x, long=long).to_pyarrow().to_pylist() == [
        "K.01",
        "00123",
        None,
        None,
        "a b",
        "x",
        "y",
        None,
    ]


def test_a_share_is_read_exactly_and_what_is_beyond_0_and_1_is_none():
    texts = column(["0.05", "5%", "5 %", "1", "0", "1.5", "-0.1", "5", "none", "0.0500000007450581"])
    assert values.as_share(texts, Dialect()).to_pyarrow().to_pylist() == [
        *map(Decimal, ("0.05", "0.05", "0.05", "1", "0")), None, None, None, None, Decimal("0.05")
    ]  # fmt: skip
    percents = values.as_share(column(["5", "12,5", "100", "101", "7 %"]), Dialect(discount="percent", decimal=","))
    assert percents.to_pyarrow().to_pylist() == [*map(Decimal, ("0.05", "0.125", "1")), None, Decimal("0.07")]
    numbers = column([0.05, 1.0, 2.0], "float64")
    assert values.as_share(numbers, Dialect()).to_pyarrow().to_pylist() == [Decimal("0.05"), Decimal(1), None]


@pytest.mark.parametrize(
    ("form", "text", "day"),
    [
        ("unix", "1735689599", date(2024, 12, 31)),
        ("unix", "1735689600", date(2025, 1, 1)),
        ("unix", "1735689600123", date(2025, 1, 1)),
        ("%G-W%V", "2025-W01", date(2024, 12, 30)),
        ("%Y%j", "2026123", date(2026, 5, 3)),
        ("%m.%Y", "03.2025", date(2025, 3, 1)),
        ("%b %Y", "мар 2025", date(2025, 3, 1)),
        (None, "2025-01-01 00:30:00 +0200", date(2025, 1, 1)),
        (None, "2025-01-01T23:30+02:00", date(2025, 1, 1)),
        (None, "2025-01-01T23:30:00-0500", date(2025, 1, 1)),
    ],
)
def test_seconds_weeks_days_of_the_year_months_and_zones_are_read_as_days(form, text, day):
    assert values.as_day(column([text]), Dialect(date_format=form)).to_pyarrow().to_pylist() == [day]
