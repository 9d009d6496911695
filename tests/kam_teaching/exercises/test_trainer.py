"""What a trainer gets is computed, tells every trap, and asks for nothing from a network."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pandas as pd
import pytest

from kam_teaching.exercises import trainer
from kam_teaching.exercises.edition import cells_of, solutions
from kam_teaching.exercises.feedback import NAMES, tasks

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "teaching" / "guide.md"


@pytest.fixture(scope="module")
def shown():
    books = [path for path in solutions() if path.stem[0] != "0"]
    return {path.stem[2:]: [(cell.kind, cell.text) for cell in cells_of(path)] for path in books}


def test_an_answer_is_told_in_few_words():
    assert trainer.told(1234567.891) == "1,234,567.89" and trainer.told(0.123456) == "0.1235"
    assert trainer.told(frozenset("BA")) == "2: A, B" and trainer.told(frozenset(map(str, range(11)))) == "11 customers"
    assert trainer.told(pd.Series([1.0, 2.0])) == "mean 1.50"


@pytest.mark.slow
def test_the_answers_in_the_guide_are_those_that_come_out():
    assert trainer.answers() in GUIDE.read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_slides_tell_each_trap_with_what_it_gives(shown):
    page = html.unescape(trainer.slides(shown))
    for name in NAMES:
        for task in tasks(name).values():
            for trap in task.traps:
                assert trap.name[1:] in page and trainer.told(trap.answer) in page
    assert page.count("<section>") == page.count("</section>") > 50


def test_a_sheet_asks_and_does_not_answer(shown):
    page = trainer.sheets(shown)
    assert page.count("<section>") == len(NAMES) and "size: A4" in page
    assert "<code>clean" not in page and "With the kit" not in page and "trainer" not in page
    for cells in shown.values():
        assert not [text for kind, text in cells if kind == "answer" and text in page]
        assert page.count('class="line"') >= 2


@pytest.mark.slow
def test_slides_and_sheets_ask_for_nothing_from_a_network(shown):
    for page in (trainer.slides(shown), trainer.sheets(shown)):
        assert not re.search(r"https?://|<script|<link|@import", page)
