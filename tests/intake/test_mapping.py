"""Oracles: values worked out by hand, Python's decimals, and what a person would read."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.errors import InputError
from kamlib.intake import mapping
from kamlib.io import readers
from kamlib.study.sources import Source


def raw(**columns):
    size = len(next(iter(columns.values())))
    added = {readers.FILE: ["f.csv"] * size, readers.LINE: list(range(2, size + 2)), readers.PART: ["f.csv"] * size}
    added[readers.BROKEN] = pa.nulls(size, pa.string())
    return ibis.memtable(pa.table({name: pa.array(values) for name, values in (columns | added).items()}))


def orders(source=None, **columns):
    source = source or Source(files="f.csv")
    return mapping.mapped(raw(**columns), "orders", source).to_pyarrow().to_pylist()


def test_amount_is_quantity_times_price_exactly():
    """3 * 0.1 is 0.3 in decimals and 0.30000000000000004 in floats; 7 * 0.0125 = 0.0875."""
    source = Source(files="f.csv", columns={"quantity": "q", "price": "p"})
    base = {"order_id": ["1", "2"], "account_id": ["a", "a"], "date": ["2026-01-01"] * 2}
    for q, p in ((["3", "7"], ["0.1", "0.0125"]), ([3.0, 7.0], [0.1, 0.0125])):
        rows = orders(source, **base, q=q, p=p)
        assert [row["amount"] for row in rows] == [Decimal("0.3"), Decimal("0.0875")]


def test_the_users_words_are_read_as_ours_and_others_stay_unreadable():
    source = Source(
        files="f.csv", columns={"kind": "вид"}, values={"kind": {"Жалоба": "claim"}, "outcome": {"ok": "good"}}
    )
    rows = raw(account_id=["a"] * 4, date=["2026-01-01"] * 4, вид=[" жалоба", "ЖАЛОБА", "Call", "чай"])
    found = mapping.mapped(rows, "interactions", source).to_pyarrow().to_pylist()
    assert [row["kind"] for row in found] == ["claim", "claim", "call", "чай"]
    assert [row["raw:вид"] for row in found] == [" жалоба", "ЖАЛОБА", "Call", "чай"]


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


@pytest.mark.parametrize(
    ("written", "dialect", "amounts"),
    [
        (["0.1", "0", "", "0.333333"], {}, ["26.9730", "29.9700", "29.9700", "19.9800"]),
        (["10", "0", "2.5", "5 %"], {"discount": "percent"}, ["26.9730", "29.9700", "29.2208", "28.4715"]),
        (["10%", "5 %", "0,05", "100 %"], {"decimal": ","}, ["26.9730", "28.4715", "28.4715", "0"]),
        (["5", "-0.1", "a lot", "1.01"], {}, [None] * 4),
        ([0.1, 0.0, None, 0.05000000074505806], {}, ["26.9730", "29.9700", "29.9700", "28.4715"]),
    ],
)
def test_the_amount_is_less_the_discount_and_a_discount_that_is_none_leaves_no_amount(written, dialect, amounts):
    """3 pieces at 9.99; 29.97 × 0.975 = 29.22075, rounded once. A percentage taken for a share would be a payment back."""
    columns = {"quantity": "q", "price": "p", "discount": "off"}
    base = {"order_id": list("1234"), "account_id": ["a"] * 4, "date": ["2026-01-01"] * 4}
    mark = dialect.get("decimal", ".")
    found = orders(
        Source(files="f.csv", columns=columns, dialect=dialect),
        **base, q=["3"] * 4, p=[f"9{mark}99"] * 4, off=written,
    )  # fmt: skip
    wanted = [None if amount is None else Decimal(amount) for amount in amounts]
    assert [row["amount"] for row in found] == wanted
    assert [row["unreadable"] for row in found] == [amount is None for amount in wanted]


LINE = (
    st.decimals("-999999", "999999", places=3),
    st.decimals("0", "99999.9999", places=4),
    st.decimals("0", "1", places=4),
)


@given(st.lists(st.tuples(*LINE), min_size=15, max_size=40))
@settings(max_examples=5)
def test_any_amount_with_a_discount_is_the_decimal_product_rounded_once(lines):
    ids = [str(line) for line in range(len(lines))]
    base = {"order_id": ids, "account_id": ["a"] * len(lines), "date": ["2026-01-01"] * len(lines)}
    quantity, price, off = ([f"{value:f}" for value in values] for values in zip(*lines, strict=True))
    found = {row["order_id"]: row["amount"] for row in orders(**base, quantity=quantity, price=price, discount=off)}
    wanted = [(q * p * (1 - d)).quantize(Decimal("0.0001"), ROUND_HALF_UP) for q, p, d in lines]
    assert [found[number] for number in ids] == wanted


def test_a_discount_beside_a_given_amount_changes_nothing():
    base = {"order_id": ["1"], "account_id": ["a"], "date": ["2026-01-01"]}
    assert orders(**base, amount=["10"], quantity=["2"], price=["9"], discount=["0.5"])[0]["amount"] == 10


def test_without_an_order_id_customer_and_day_make_the_order():
    days = ["2026-01-01 08:00", "2026-01-01 17:30", "2026-01-02", "2026-01-01", ""]
    found = orders(account_id=["a", "a", "a", "b", "a"], date=days, amount=["1"] * 5)
    ids = [row["order_id"] for row in found]
    assert ids[0] == ids[1] and len(set(ids)) == 4
