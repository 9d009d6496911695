"""Sentences: values written as asked, and names that can do no harm."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from nbconvert.filters import markdown2html

from kamlib.errors import InputError
from kamlib.report.text import LONGEST, as_cell, fill, markdown, number_or_text, say, shortened, tidy

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "![x](https://e.com/a.png)",
    "https://e.com/a",
    "www.e.com",
    "me@e.com",
    "a | b",
    "*a* _b_ **c** ~~d~~",
    "`code` and ``more``",
    "$x_1$ and $$y$$",
    r"\(x\) \[y\]",
    "# heading",
    "- item",
    "1. item",
    "1) item",
    "> quote",
    "&lt;b&gt; &amp;",
    "---",
    "[^1]: note",
]


def rendered(text: str) -> BeautifulSoup:
    return BeautifulSoup(markdown2html(text), "html.parser")


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("template", ["{name}", "The account **{name}** leads.", "| a |\n|---|\n| {name} |"])
def test_a_hostile_name_reads_as_it_is_written_and_does_nothing(name, template):
    page, plain = rendered(fill(template, name=name)), rendered(template.format(name="NAME"))
    assert page.get_text().strip() == plain.get_text().strip().replace("NAME", name)
    inner = {tag.name for tag in page.find_all(True)} - {"span"}
    assert inner == {tag.name for tag in plain.find_all(True)} - {"span"}


@pytest.mark.slow
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=30))
def test_no_text_whatever_makes_an_element(name):
    page = rendered(f"x {markdown(name)} y")
    assert {tag.name for tag in page.find_all(True)} <= {"p", "span"}
    assert all(not tag.attrs for tag in page.find_all("span"))


def test_two_dollars_never_enclose_a_formula():
    """Between them stands the end of an element, which no reader of formulas steps over."""
    assert "$" not in fill("{a} and {b}", a="$1", b="$2")


def test_marks_that_turn_the_direction_of_writing_are_left_out():
    assert tidy("a\u202egpj.exe\u2066\x00\x1b[31m") == "agpj.exe[31m"
    assert tidy(" two\nlines\tand\u00a0more ") == "two lines and more"


@pytest.mark.parametrize(
    ("name", "told"),
    [("Nuts Ltd", "Nuts Ltd"), ("Nuts & Bolts", "Nuts & B…"), ("Bolted Nuts", "Bolted N…"), ("Nuts of Bolts", "Nuts of…"), ("Nuts\n\tLtd", "Nuts Ltd")],
)  # fmt: skip
def test_a_name_that_is_too_long_ends_in_a_letter_and_a_mark(name, told):
    assert shortened(name, 9) == told


def test_numbers_follow_their_format():
    assert fill("{s:.0%} of {r:,.0f}", s=0.123, r=np.float64(1234567.8)) == "12% of 1,234,568"
    assert fill("{a} {b} {c}", a=1234, b=1234.5, c=Decimal("1234567.8912")) == "1,234 1,234.50 1,234,567.89"
    assert fill("{flag}", flag=np.bool_(True)) == "yes"


@pytest.mark.parametrize("value", [None, float("nan"), np.nan, pd.NaT, pd.NA, np.float32("nan"), Decimal("nan")])
@pytest.mark.parametrize("spec", ["", ":.0%", ":,.2f"])
def test_what_is_missing_is_unknown_and_never_zero(value, spec):
    assert fill(f"{{x{spec}}}", x=value) == "unknown"


def test_minus_zero_is_zero_and_infinity_has_a_word():
    assert number_or_text(-0.001, ".1f") == "0.0"
    assert number_or_text(-0.0004, ".0%") == "0%"
    assert number_or_text(-1.0, ".0f") == "-1"
    assert number_or_text(np.inf) == "infinite"


def test_a_million_is_written_out():
    assert number_or_text(1_000_000, ",.6g") == number_or_text(999_999.7, ",.6g") == "1,000,000"
    assert number_or_text(-24_656_796.16, ",.4g") == "-24,660,000" and number_or_text(12_345.6, ",.6g") == "12,345.6"


def test_days_are_written_as_iso_dates():
    for value in (dt.date(2026, 9, 30), pd.Timestamp("2026-09-30"), np.datetime64("2026-09-30")):
        assert number_or_text(value) == "2026-09-30"
    assert fill("{d:%d.%m.%Y}", d=dt.date(2026, 9, 30)) == "30&#46;09&#46;2026"
    assert number_or_text(pd.Timestamp("2026-09-30 07:45")) == "2026-09-30T07:45:00"


def test_lists_read_as_prose():
    assert fill("{x}", x=["a"]) == "a"
    assert fill("{x}", x=pd.Series(["a", "b|", "c"])) == "a, b&#124; and c"
    assert fill("{x:.0%}", x=[0.1, 0.25]) == "10% and 25%"
    assert fill("{x}", x=[]) == "none"


def test_a_sentence_that_names_what_was_not_given_is_refused():
    with pytest.raises(InputError, match="'shares'"):
        say("{shares:.0%}", share=0.1)
    with pytest.raises(InputError, match="does not fit"):
        say("{name:.0%}", name="A")


def test_say_displays_markdown_and_plain_text(shown):
    say("**{name}** leads", name="A|B")
    assert shown == [{"text/markdown": "**A&#124;B** leads", "text/plain": "**A|B** leads"}]


def test_a_cell_of_a_spreadsheet_holds_a_text_as_it_is_but_for_what_no_file_may_hold():
    assert as_cell("=1+1") == "=1+1" and as_cell("a\nb\tc «ж»") == "a\nb\tc «ж»"
    assert as_cell("a\x07b\ufffec\ud800d") == "abcd" and len(as_cell("y" * 40_000)) == LONGEST
    assert as_cell("<r><t>x</t></r>") == "<r><t>x</t></r> ", "else the library takes it for marks of its own"
    assert len(as_cell("<r>" + "y" * 40_000 + "</r>")) == LONGEST
