"""Numbers as people write them. Oracles: values worked out by hand, Python's decimals, and what a person would read."""

from __future__ import annotations

from decimal import Decimal

import ibis
import pyarrow as pa
import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.errors import InputError
from kamlib.intake.pipeline import collect
from kamlib.io import values
from kamlib.study.sources import Dialect


def money(found, **dialect):
    x = ibis.memtable(pa.table({"x": pa.array(found, "string")})).x
    text = values.trimmed(x, long=len(found) % 2 == 0)
    return values.as_money(text, Dialect(**dialect)).to_pyarrow().to_pylist()


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
        (",", " ", "1\N{THIN SPACE}234\N{NARROW NO-BREAK SPACE}567\N{NO-BREAK SPACE}890 123", "1234567890123"),
        (",", " ", ",5", "0.5"),
        (".", ",", "12345.5", "12345.5"),
        (",", "", "1e-3", "0.001"),
        (".", ",", "12,34,567.5", "1234567.5"),
        (".", ",", "-₹1,00,00,000", "-10000000"),
    ],
)
def test_marks_of_thousands_and_decimals_are_read_by_the_dialect(decimal, thousands, text, value):
    assert money([text], decimal=decimal, thousands=thousands) == [Decimal(value)]


@pytest.mark.parametrize(
    ("decimal", "thousands", "text"),
    [
        (".", ",", "1,5"), (",", ".", "1.5"), (",", "", "1.5"), (".", ",", "12,345,67"), (".", ",", "123,45,678"), (".", ",", "0,123"),
        (".", "", "1,234.56"), (".", "", "1 234"), (",", " ", "1 23"), (",", " ", "1234 567"), (",", " ", "1  234"),
        (".", ",", "1,2345"), (".", ",", ",123"), (".", ",", "1.234,5"), (",", ".", "1.234.5"), (".", "'", "1'23"),
        (",", " ", "1,5,6"), (",", ".", "$1.5"), (".", ",", "(1,5)"),
    ],
)  # fmt: skip
def test_a_mark_in_the_wrong_place_is_no_number(decimal, thousands, text):
    """Read without looking, ``1,5`` would become fifteen, and ``0,123`` one hundred and twenty-three."""
    assert money([text], decimal=decimal, thousands=thousands) == [None]


BELOW_ZERO = ["-12.50", "−12.50", "12.50-", "12.50−", "(12.50)", "( 12.50 )", "- 12.50", "-12.5"]


DRESSED = [
    *(
        "$12.50",
        "$ 12.50",
        "12.50 ₽",
        "12.50\N{NO-BREAK SPACE}€",
        "EUR 12.50",
        "eur12.50",
        "12.50 руб.",
        "12.50руб",
        "руб. 12.50",
        "руб.12.50",
    ),
    *("12.50 р.", "12.50 zł", "US$12.50", "$12.50 USD", "CHF 12.50", "12.50 kr", "12.5 euros", "+12.50", "+ $12.50"),
]


BOTH = ["-$12.50", "$-12.50", "($12.50)", "$(12.50)", "(12.50 €)", "(12.50) €", "12.50- €", "−12.50 ₽", "- EUR 12.50"]


@pytest.mark.parametrize(("texts", "value"), [(BELOW_ZERO, "-12.5"), (DRESSED, "12.5"), (BOTH, "-12.5")])
def test_signs_and_currencies_around_an_amount_are_read(texts, value):
    assert dict(zip(texts, money(texts), strict=True)) == dict.fromkeys(texts, Decimal(value))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "12%",
            "12 %",
            "12 шт.",
            "12 pcs",
            "12 kg",
            "12 EURX",
            "X12",
            "(-12)",
            "-(12)",
            "-12-",
            "(12",
            "12)",
            "()",
            "-",
            "$",
        ),
        *("12 - 5", "1-2", "(1)(2)", "12+", "12..5", "12 34", "EUR", "12 CR", "01.02.2026", "12:30", "--12", "−-12"),
    ],
)
def test_what_only_holds_a_number_is_no_amount(text):
    assert money([text]) == [None]


def test_signs_and_currencies_go_with_every_pair_of_marks():
    assert money(["(1 234,50)", "1 234,50- ₽", "-$1 234,50"], decimal=",", thousands=" ") == [Decimal("-1234.5")] * 3
    assert money(["-1.234,50 €", "EUR -1.234,50"], decimal=",", thousands=".") == [Decimal("-1234.5")] * 2
    assert money(["CHF 1'234.50", "1’234.50 CHF"], thousands="'") == [Decimal("1234.5")] * 2
    assert money(["$.50", "(.50)"]) == [Decimal("0.5"), Decimal("-0.5")]


@pytest.mark.parametrize(("decimal", "thousands"), [(".", ""), (",", " "), (",", ".")])
def test_no_pattern_stands_twice_in_the_reading_of_an_amount(decimal, thousands):
    """The engine works out a part that stands twice for every row, also for those that the plain cast reads (3 times slower)."""
    text = ibis.memtable(pa.table({"x": ["1"]})).x
    sql = str(ibis.to_sql(values.as_money(text, Dialect(decimal=decimal, thousands=thousands)), dialect="duckdb"))
    found = [node.sql() for node in sqlglot.parse_one(sql, dialect="duckdb").find_all(sqlglot.exp.Func)]
    patterns = [sql for sql in found if sql.startswith("REGEXP")]
    assert len(patterns) == len(set(patterns)) >= 5


@pytest.mark.slow
def test_amounts_in_another_currency_than_the_study_are_not_added_up_as_its_own(make_study):
    """The study counts in EUR and has no rate: 12 dollars are not 12 euros."""
    text = "order_id,account_id,date,amount\n1,a,2026-01-01,12 €\n2,a,2026-01-01,$12\n3,a,2026-01-01,12\n"
    with pytest.raises(InputError, match=r"other currencies than EUR.*'USD'"):
        collect(make_study({"orders.csv": text}))
    clean = collect(make_study({"orders.csv": text}, rates={"USD": 0.5}))
    assert sorted(clean.orders.amount.to_pyarrow().to_pylist()) == [6, 12, 12]


@settings(max_examples=20)
@given(
    st.lists(st.decimals(min_value=-(10**12), max_value=10**12, places=4, allow_nan=False), min_size=2, max_size=20),
    st.sampled_from([(".", ","), (",", "."), (",", " "), (".", "'"), (".", ""), (",", "")]),
)
def test_amounts_written_in_a_dialect_are_read_back_equal(found, marks):
    decimal, thousands = marks
    texts = [f"{value:,.4f}".translate(str.maketrans({",": thousands, ".": decimal})) for value in found]
    assert money(texts, decimal=decimal, thousands=thousands) == found


@pytest.mark.parametrize(
    ("decimal", "thousands", "text", "value"),
    [
        (",", "", "100,-", 100), (",", ".", "1.234,-", 1234), (".", "'", "1'234.-", 1234), (",", "", "5,- €", 5), (",", "", "€ 5,-", 5),
        (".", "", "EUR 5.-", 5), (".", "", "5.- ", 5), (",", "", "5.-", 5), (",", "", "5,–", 5), (".", ",", "1,234.—", 1234),
        (",", "", "-5,-", -5), (",", "", "(5,-)", -5), (",", "", "5-", -5), (",", "", "5,00-", -5), (".", "", "5 руб.-", -5), (",", " ", "1 234,-", 1234),
        (".", "", "1.234,-", None), (".", "", "1.234.-", None), (",", "", "1.234,-", None), (".", "", "5.--", None),
        (",", "", "5,--", None), (".", "", ".-", None), (".", "", "-", None),
    ],
)  # fmt: skip
def test_a_dash_where_the_cents_would_stand_is_no_minus(decimal, thousands, text, value):
    assert money([text], decimal=decimal, thousands=thousands) == [None if value is None else Decimal(value)]
