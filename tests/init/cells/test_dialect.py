"""How a source is written. Oracle: what a person would say of a few columns, and the ambiguity that nobody can solve."""

from __future__ import annotations

from kamlib.init.cells.column_contents import Contents, Days, Numbers
from kamlib.init.cells.dialect import date_format, near_day, number_form


def column(filled=100, days=None, numbers=None, examples=("03/04/2025",)) -> Contents:
    return Contents(filled, filled, filled, 10, days or {}, numbers or {}, tuple(examples))


def test_the_marks_that_read_most_of_all_columns_are_taken():
    amount = column(numbers={(",", "."): Numbers(100, 0, 0, 1, 9000)})
    quantity = column(numbers={(".", ""): Numbers(100, 100, 0, 1, 50)})
    assert number_form([amount, quantity]).value == (",", ".")
    assert not number_form([amount, quantity]).doubt


def test_whole_numbers_alone_need_no_marks_and_raise_no_doubt():
    assert number_form([column(numbers={(".", ""): Numbers(100, 100, 0, 1, 50)})]).value == (".", "")
    assert number_form([]).value == (".", "")


def test_a_number_that_can_be_read_in_two_ways_is_a_doubt():
    two = {(".", ""): Numbers(100, 10, 0, 1.2, 12), (",", "."): Numbers(100, 100, 0, 12, 2500)}
    found = number_form([column(numbers=two, examples=["12", "1.234"])])
    assert "1.234" in found.doubt
    assert found.value == (",", "."), "three digits behind every mark are mostly thousands"
    other = column(numbers={(",", "."): Numbers(100, 0, 0, 1, 9000)})
    assert number_form([column(numbers=two), other]).value == (",", ".")
    assert not number_form([column(numbers=two), other]).doubt


def test_iso_days_need_no_format():
    assert date_format([column(days={"": Days(100)})]).value is None
    assert date_format([]).value is None


def test_the_format_that_reads_all_days_is_sure():
    found = date_format([column(days={"%d/%m/%Y": Days(100), "%m/%d/%Y": Days(40)})])
    assert (found.value, found.doubt) == ("%d/%m/%Y", "")


def test_another_column_of_the_table_can_decide():
    either = column(days={"%d/%m/%Y": Days(100), "%m/%d/%Y": Days(100)})
    due = column(days={"%d/%m/%Y": Days(30), "%m/%d/%Y": Days(100)})
    assert date_format([either, due]).value == "%m/%d/%Y"


def test_days_that_nothing_decides_are_a_question():
    found = date_format([column(days={"%d/%m/%Y": Days(100), "%m/%d/%Y": Days(100)})])
    assert found.doubt
    assert found.question
    assert {found.value, found.other} == {"%d/%m/%Y", "%m/%d/%Y"}


def test_a_few_days_that_decide_are_a_doubt():
    found = date_format([column(days={"%d/%m/%Y": Days(100), "%m/%d/%Y": Days(98)})])
    assert found.value == "%d/%m/%Y"
    assert "only 2 of 100" in found.doubt


def test_two_ways_of_writing_a_month_are_no_ambiguity():
    found = date_format([column(days={"%d %b %Y": Days(100), "%d %B %Y": Days(100)})])
    assert (found.value, found.doubt) == ("%d %b %Y", "")


def test_a_year_of_two_figures_inside_texts_is_a_question():
    texts = column(days={"*%d.%m.%y*": Days(100)}, examples=["Order 1 from 05.03.24"])
    found = date_format([texts])
    assert found.question and found.value == "*%d.%m.%y*" and "Order 1 from 05.03.24" in found.doubt
    assert not date_format([column(days={"*%d.%m.%Y*": Days(100)})]).question


def test_of_a_long_text_the_part_around_its_day_is_shown():
    long = "Sale of goods and services by contract 17, warehouse no. 2, of 31.12.2025 12:00:00, not paid"
    assert near_day(long) == "…se no. 2, of 31.12.2025 12:00:00, not pa…"
    assert near_day("Order 1 of 31.12.2025") == "Order 1 of 31.12.2025"
    assert len(near_day("word " * 30)) <= 40
