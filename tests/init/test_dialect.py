"""How a source is written. Oracle: what a person would say of a few columns, and the ambiguity that nobody can solve."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from kamlib.init.column_contents import Contents, Days, Numbers
from kamlib.init.dialect import date_format, number_form
from kamlib.study.sources import Dialect


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
    assert "1.234" in number_form([column(numbers=two, examples=["12", "1.234"])]).doubt
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


def test_what_nothing_decides_is_no_format_that_a_study_accepts():
    found = date_format([column(days={"%d/%m/%Y": Days(100), "%m/%d/%Y": Days(100)})])
    assert found.doubt
    assert "%d/%m/%Y" in found.value and "%m/%d/%Y" in found.value
    with pytest.raises(ValidationError, match="expected day, month and year"):
        Dialect(date_format=found.value)


def test_a_few_days_that_decide_are_a_doubt():
    found = date_format([column(days={"%d/%m/%Y": Days(100), "%m/%d/%Y": Days(98)})])
    assert found.value == "%d/%m/%Y"
    assert "only 2 of 100" in found.doubt


def test_two_ways_of_writing_a_month_are_no_ambiguity():
    found = date_format([column(days={"%d %b %Y": Days(100), "%d %B %Y": Days(100)})])
    assert (found.value, found.doubt) == ("%d %b %Y", "")
