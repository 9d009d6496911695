"""Oracles: values worked out by hand, Python's decimals, and what a person would read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.intake import values
from kamlib.study import Dialect


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


@pytest.mark.parametrize("text", ["", "abc", "1,5", "nan", "inf", "1e400", "12.3.4", "--1", "0x10"])
def test_what_is_no_amount_is_missing(text):
    assert money([text]) == [None]


@pytest.mark.parametrize(
    ("decimal", "thousands", "text", "value"),
    [
        (",", " ", "1 234,56", "1234.56"),
        (",", " ", "1\N{NO-BREAK SPACE}234\N{NARROW NO-BREAK SPACE}567,5", "1234567.5"),
        (",", ".", "-1.234,56", "-1234.56"),
        (".", ",", "1,234.56", "1234.56"),
        (".", "'", "1'234.5", "1234.5"),
        (".", "'", "1’234.5", "1234.5"),
        (",", "", "12,5", "12.5"),
        (",", ".", "1234,5", "1234.5"),
    ],
)
def test_marks_of_thousands_and_decimals_are_read_by_the_dialect(decimal, thousands, text, value):
    assert money([text], decimal=decimal, thousands=thousands) == [Decimal(value)]


@pytest.mark.parametrize(
    ("decimal", "thousands", "text"), [(".", ",", "1,5"), (",", ".", "1.5"), (",", "", "1.5"), (".", ",", "12,34,567")]
)
def test_a_mark_in_the_wrong_place_is_no_number(decimal, thousands, text):
    """Read without looking, ``1,5`` would become fifteen."""
    assert money([text], decimal=decimal, thousands=thousands) == [None]


@settings(max_examples=80)
@given(
    st.decimals(min_value=-(10**12), max_value=10**12, places=4, allow_nan=False),
    st.sampled_from([(".", ","), (",", "."), (",", " "), (".", "'"), (".", ""), (",", "")]),
)
def test_amounts_written_in_a_dialect_are_read_back_equal(value, marks):
    decimal, thousands = marks
    text = f"{value:,.4f}".translate(str.maketrans({",": thousands, ".": decimal}))
    assert money([text], decimal=decimal, thousands=thousands) == [value]


def test_days_are_read_as_iso_or_by_the_format():
    found = values.as_day(column(["2026-01-31", "2026-01-31 23:59:59", " 2026-1-5 ", "31.01.2026", "x"]), Dialect())
    assert found.to_pyarrow().to_pylist() == [date(2026, 1, 31), date(2026, 1, 31), date(2026, 1, 5), None, None]
    given = values.as_day(column(["31.01.2026", "2026-01-31", "32.01.2026"]), Dialect(date_format="%d.%m.%Y"))
    assert given.to_pyarrow().to_pylist() == [date(2026, 1, 31), None, None]


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
