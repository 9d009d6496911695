"""Pieces of one table as a source. Oracle: files written here, put together by a person."""

from __future__ import annotations

HEAD = "Order,Customer,Date,Amount\n"
JANUARY = HEAD + "".join(f"{i},{i % 3},{i + 12}.01.2026,{i}.50\n" for i in range(1, 9))
FEBRUARY = HEAD + "".join(f"{i},{i % 3},{i + 12}.02.2026,{i}.50\n" for i in range(9, 17))


def test_files_of_the_same_columns_formats_and_marks_are_one_source(drafted):
    orders = drafted(a=JANUARY, b=FEBRUARY)[0]["orders"]
    assert [piece.label for piece in orders.pieces] == ["a.csv", "b.csv"]
    assert (orders.rows, orders.more) == (16, ())


def test_the_same_columns_in_another_date_format_are_a_source_of_their_own(drafted):
    other = HEAD + "".join(f"{i},{i % 3},02/{i + 12}/2026,{i}.50\n" for i in range(9, 17))
    orders = drafted(a=JANUARY, b=other)[0]["orders"]
    assert [one.dialect["date_format"].value for one in (orders, *orders.more)] == ["%d.%m.%Y", "%m/%d/%Y"]


def test_amounts_that_can_be_read_in_two_ways_wait_for_a_person_and_thousands_come_first(drafted):
    text = HEAD.replace(",", ";") + "".join(f"{i};{i % 3};{i + 12}.01.2026;{i},137\n" for i in range(1, 9))
    decimal = drafted(a=text)[0]["orders"].dialect["decimal"]
    assert decimal.question
    assert (decimal.value, decimal.other) == (".", ",")


def test_arithmetic_decides_amounts_that_can_be_read_in_two_ways(drafted):
    text = "Order;Customer;Date;Qty;Price;Amount\n" + "".join(
        f"{i};{i % 3};{i + 12}.01.2026;{i + 1};{100 + i};{(i + 1) * (100 + i) // 1000 or 1},{(i + 1) * (100 + i) % 1000:03}\n"
        for i in range(9, 18)
    )
    dialect = drafted(a=text)[0]["orders"].dialect
    assert not dialect["decimal"].question
    assert (dialect["decimal"].value, dialect["thousands"].value) == (".", ",")
