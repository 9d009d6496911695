"""Months as columns. Oracle: names that a person reads as months."""

from __future__ import annotations

from kamlib.init.cells import Contents, Numbers
from kamlib.init.shapes import months

NUMBERS = Contents(9, 9, 9, 5, {}, {(".", ""): Numbers(9, 9, 0, 1, 9)}, ("5", "7"))
WORDS = Contents(9, 9, 9, 5, {}, {}, ("a", "b"))
DASHES = Contents(9, 9, 1, 1, {}, {}, ("-",))


def test_three_months_of_numbers_are_a_table_of_months():
    table = {"Клиент": WORDS, "янв 2024": NUMBERS, "фев 2024": DASHES, "мар 2024": NUMBERS, "Итого": NUMBERS}
    assert months(table) == ["янв 2024", "фев 2024", "мар 2024"]


def test_two_months_words_and_a_month_twice_are_none():
    assert months({"2024-01": NUMBERS, "2024-02": NUMBERS, "c": WORDS}) == []
    assert months({"2024-01": NUMBERS, "2024-02": NUMBERS, "2024-03": WORDS}) == []
    assert months({"2024-01": NUMBERS, "Jan-24": NUMBERS, "2024-02": NUMBERS}) == []


def test_months_of_which_most_customers_have_a_dash_are_months():
    few = Contents(25, 25, 4, 8, {}, {(",", "."): Numbers(3, 0, 0, 1, 9)}, ("-", "1.204,50", "88,10", "640,00"))
    assert months({"2024-01": few, "2024-02": NUMBERS, "2024-03": few}) == ["2024-01", "2024-02", "2024-03"]
