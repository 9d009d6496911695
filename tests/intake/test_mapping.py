"""Oracles: values worked out by hand, Python's decimals, and what a person would read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.errors import InputError
from kamlib.intake import mapping, readers
from kamlib.study import Dialect, Source


def column(values, kind="string"):
    """A trimmed column, in both ways of trimming."""
    x = ibis.memtable(pa.table({"x": pa.array(values, kind)})).x
    return mapping.trimmed(x, long=len(values) % 2 == 0)


def money(values, **dialect):
    return mapping.as_money(column(values), Dialect(**dialect)).to_pyarrow().to_pylist()


def raw(**columns):
    size = len(next(iter(columns.values())))
    added = {readers.FILE: ["f.csv"] * size, readers.LINE: list(range(2, size + 2)), readers.PART: ["f.csv"] * size}
    return ibis.memtable(pa.table({name: pa.array(values) for name, values in (columns | added).items()}))


def orders(source=None, **columns):
    source = source or Source(files="f.csv")
    return mapping.mapped(raw(**columns), "orders", source).to_pyarrow().to_pylist()


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
    found = mapping.as_day(column(["2026-01-31", "2026-01-31 23:59:59", " 2026-1-5 ", "31.01.2026", "x"]), Dialect())
    assert found.to_pyarrow().to_pylist() == [date(2026, 1, 31), date(2026, 1, 31), date(2026, 1, 5), None, None]
    given = mapping.as_day(column(["31.01.2026", "2026-01-31", "32.01.2026"]), Dialect(date_format="%d.%m.%Y"))
    assert given.to_pyarrow().to_pylist() == [date(2026, 1, 31), None, None]


@pytest.mark.parametrize("text", ["infinity", "0001-01-01", "9999-12-31", "2026-02-30"])
def test_days_that_no_business_has_are_missing(text):
    assert mapping.as_day(column([text]), Dialect()).to_pyarrow().to_pylist() == [None]


def test_numbers_are_written_out_as_ids():
    assert mapping.as_text(column([12346.0, 1.5, None], "float64")).to_pyarrow().to_pylist() == ["12346", "1.5", None]
    assert mapping.as_text(column([12346, -1], "int64")).to_pyarrow().to_pylist() == ["12346", "-1"]


@pytest.mark.parametrize("long", [True, False])
def test_blanks_around_a_value_are_taken_away(long):
    texts = [" K.01\t", "\N{NO-BREAK SPACE}00123", " ", "\n", "a b", "x\r", "y", None]
    x = ibis.memtable(pa.table({"x": texts})).x
    assert mapping.trimmed(x, long=long).to_pyarrow().to_pylist() == [
        "K.01",
        "00123",
        None,
        None,
        "a b",
        "x",
        "y",
        None,
    ]


def test_amount_is_quantity_times_price_exactly():
    """3 * 0.1 is 0.3 in decimals and 0.30000000000000004 in floats; 7 * 0.0125 = 0.0875."""
    source = Source(files="f.csv", columns={"quantity": "q", "price": "p"})
    base = {"order_id": ["1", "2"], "account_id": ["a", "a"], "date": ["2026-01-01"] * 2}
    for q, p in ((["3", "7"], ["0.1", "0.0125"]), ([3.0, 7.0], [0.1, 0.0125])):
        rows = orders(source, **base, q=q, p=p)
        assert [row["amount"] for row in rows] == [Decimal("0.3"), Decimal("0.0875")]


def test_margin_is_amount_less_cost_where_only_cost_is_given():
    base = {"order_id": ["1"], "account_id": ["a"], "date": ["2026-01-01"], "amount": ["10.00"], "cost": ["7.5"]}
    assert orders(**base)[0]["margin"] == Decimal("2.5")
    assert orders(**base, margin=["9"])[0]["margin"] == Decimal(9)
    assert orders(**base, margin=[""])[0]["margin"] == Decimal("2.5"), "also on the single line without a margin"


def test_columns_are_taken_by_the_map_then_by_their_own_name():
    source = Source(files="f.csv", columns={"account_id": "Customer", "amount": "category"})
    found = mapping.columns(
        raw(order_id=["1"], Customer=["a"], date=["2026-01-01"], category=["1"], channel=["web"]), "orders", source
    )
    assert found == {
        "order_id": "order_id", "account_id": "Customer", "date": "date", "amount": "category", "channel": "channel"
    }  # fmt: skip


def test_a_missing_column_is_named_with_what_was_found():
    source = Source(files="f.csv", columns={"account_id": "Customer"})
    with pytest.raises(InputError, match=r"f\.csv, line 1, column 'Customer'.*'order_id', 'customer'"):
        mapping.columns(raw(order_id=["1"], customer=["a"]), "orders", source)
    with pytest.raises(InputError, match="'amount'"):
        mapping.columns(raw(order_id=["1"], account_id=["a"], date=["x"], price=["1"]), "orders", Source(files="f"))


def test_a_name_that_stands_twice_is_refused_only_where_it_is_used():
    """`readers` calls the second column "sum (2)"; nobody can say which of the two was meant."""
    table = raw(order_id=["1"], account_id=["a"], date=["2026-01-01"], Sum=["1"], **{"sum (2)": ["2"], "amount": ["3"]})
    with pytest.raises(InputError, match=r"f\.csv, line 1, column 'Sum': two columns have this name"):
        mapping.columns(table, "orders", Source(files="f.csv", columns={"amount": "Sum"}))
    assert mapping.columns(table, "orders", Source(files="f.csv"))["amount"] == "amount"


def test_a_missing_column_is_named_without_reading_a_broken_file(tmp_path):
    (tmp_path / "x.csv").write_text("order_id,account_id\n1,a\n2,b,c,d\n")
    with pytest.raises(
        InputError, match=r"x\.csv, line 1, column 'date': no column 'date', which the table 'orders' needs"
    ):
        con = readers.engine()
        mapping.columns(
            readers.read(con, Source(files="x.csv"), [tmp_path / "x.csv"], tmp_path), "orders", Source(files="x.csv")
        )


def test_an_unreadable_value_is_missing_and_said_to_be():
    base = {"order_id": ["1"] * 3, "account_id": ["a"] * 3, "date": ["2026-01-01"] * 3, "amount": ["1"] * 3}
    rows = orders(**base, quantity=["two", "2", ""])
    assert [(row["quantity"], row["unreadable"]) for row in rows] == [(None, True), (2.0, False), (None, False)]


def test_flags_integers_and_choices_of_other_tables_are_read():
    base = {"proposal_id": ["1", "2", "3"], "account_id": ["a"] * 3, "date": ["2026-01-01"] * 3, "value": ["1"] * 3}
    table = raw(**base, outcome=["WON ", "lost", ""], single_supplier=["Yes", "0", "maybe"])
    rows = mapping.mapped(table, "proposals", Source(files="f")).to_pyarrow().to_pylist()
    assert [row["outcome"] for row in rows] == ["won", "lost", None]
    assert [row["single_supplier"] for row in rows] == [True, False, None]
    assert [row["unreadable"] for row in rows] == [False, False, True]
    answers = raw(account_id=["a"] * 2, date=["2026-01-01"] * 2, kind=["nps"] * 2, score=["9", "9.5"])
    rows = mapping.mapped(answers, "surveys", Source(files="f")).to_pyarrow().to_pylist()
    assert [row["score"] for row in rows] == [9, None]


def test_the_original_row_tells_apart_what_differs():
    """Without quotes doubled, both rows would read ``"a","b"``."""
    table = raw(order_id=['a","b', "a"], account_id=["", "b"], date=["", ""], amount=["", ""])
    lines = mapping.mapped(table, "orders", Source(files="f"))
    found = lines.select(text=mapping.original(lines)).to_pyarrow().to_pydict()["text"]
    assert found == ['"a"",""b","","",""', '"a","b","",""']
