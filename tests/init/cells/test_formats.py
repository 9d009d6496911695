"""What shapes of values can be meant as. Oracle: dates and numbers a person would write, by hand."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from kamlib.init.cells.formats import ISO, NUMBER_FORMS, date_forms, number_forms


def shapes(*values: str) -> dict[str, int]:
    """As the engine makes them: letters a, four digits Y, one or two N."""
    made: dict[str, int] = {}
    for value in values:
        shape = re.sub("[0-9]{1,2}", "N", re.sub("[0-9]{4}", "Y", re.sub(r"[^\W\d_]+", "a", value)))
        made[shape] = made.get(shape, 0) + 1
    return made


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("31.12.2025", datetime(2025, 12, 31)),
        ("31/12/2025", datetime(2025, 12, 31)),
        ("12/31/2025", datetime(2025, 12, 31)),
        ("31-12-25", datetime(2025, 12, 31)),
        ("1/2/2025 9:05", datetime(2025, 2, 1, 9, 5)),
        ("12/31/2025 9:05 PM", datetime(2025, 12, 31, 21, 5)),
        ("31.12.2025 23:59:58", datetime(2025, 12, 31, 23, 59, 58)),
        ("31.12.2025, 23:59", datetime(2025, 12, 31, 23, 59)),
        ("20251231", datetime(2025, 12, 31)),
        ("2025.12.31", datetime(2025, 12, 31)),
        ("31 Dec 2025", datetime(2025, 12, 31)),
        ("31-Dec-25", datetime(2025, 12, 31)),
        ("December 31, 2025", datetime(2025, 12, 31)),
    ],
)
def test_one_of_the_date_formats_reads_the_day(value, day):
    read = []
    for form in date_forms(shapes(value)):
        try:
            read.append(datetime.strptime(value, form))
        except ValueError:
            continue
    assert day in read


def test_iso_days_need_no_format_and_dots_are_never_month_first():
    assert date_forms(shapes("2025-12-31")) == [ISO]
    assert date_forms(shapes("2025-12-31 10:00:00")) == [ISO]
    assert date_forms(shapes("05.06.2025")) == ["%d.%m.%Y"]
    assert date_forms(shapes("05/06/2025")) == ["%d/%m/%Y", "%m/%d/%Y"]


@pytest.mark.parametrize("value", ["K.0001", "00123", "1.234,50", "ул. Мира 5", "C489449", "1-2", "10:30"])
def test_what_is_no_day_gives_no_format(value):
    assert not [form for form in date_forms(shapes(value)) if "%" in form]


@pytest.mark.parametrize(
    ("values", "forms"),
    [
        (["1 234,50", "7,00"], {(",", " ")}),
        (["1\u00a0234,50"], {(",", " ")}),
        (["1\u202f234,50", "(1 234,50)"], {(",", " ")}),
        (["1.234,56", "-7,5"], {(",", ".")}),
        (["$1,234.56", "$7.00"], {(".", ",")}),
        (["1'234.50"], {(".", "'")}),
        (["12.5", "3.25"], {(".", ""), (".", ","), (".", " "), (".", "'")}),
        (["12,50 ₽", "3,2 руб."], {(",", ""), (",", "."), (",", " "), (",", "'")}),
        (["12", "7", "-3", "5-"], set(NUMBER_FORMS)),
        (["1.234"], {(".", ""), (".", ","), (".", " "), (".", "'"), (",", ".")}),
        (["31.12.2025"], set()),
        (["C489449"], set()),
        (["BL04", "TO01"], set()),
    ],
)
def test_numbers_have_the_marks_that_all_of_them_allow(values, forms):
    assert set(number_forms(shapes(*values))[0]) == forms


def test_a_few_words_among_numbers_are_a_share_that_is_not_read():
    forms, missed = number_forms(shapes("1,5", "2,5", "2,75", "none"))
    assert (",", "") in forms
    assert missed == 0.25


@pytest.mark.parametrize("value", ["from 05.03.24", "Order 17 from 05.03.24", "Order 17 from 05.03.24 12:00"])
def test_a_day_inside_a_text_may_have_two_figures_of_the_year(value):
    assert date_forms(shapes(value)) == ["*%d.%m.%y*"]
    assert date_forms(shapes(value.replace("24", "2024", 1))) == ["*%d.%m.%Y*"]


@pytest.mark.parametrize("value", ["v1.2.3", "M8.8.16", "net 10.1.2.34", "a 1.2.345", "cl. 3.4.5a", "host 10.0.0.1"])
def test_other_figures_between_points_are_no_day_inside_a_text(value):
    assert date_forms(shapes(value)) == []
