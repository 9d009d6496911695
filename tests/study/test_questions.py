"""What waits for a person. Oracle: study files written here, with the lines counted by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from kamlib.errors import InputError
from kamlib.study.model import Study
from kamlib.study.questions import asked

TEXT = """name: shop
title: "? is our shop well"
as_of: 2026Q2
currency: "?"
sources:
  orders:
    files: a.csv
    columns: {order_id: Order, amount: "? Total"}
    dialect:
      date_format: "? %d/%m/%Y or %m/%d/%Y"
cleaning:
  only:
    Status: ["? Shipped", Done]
"""


@pytest.fixture
def read(tmp_path: Path):
    def study(text: str, **more) -> Study:
        (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
        return Study.read(tmp_path / "study.yaml", **more)

    return study


def test_a_study_with_open_questions_is_refused_with_all_of_them_and_their_lines(read):
    with pytest.raises(InputError) as error:
        read(TEXT)
    told = str(error.value)
    assert "4 questions are open" in told
    for line in (
        "line 4: currency: ?",
        "line 8: sources.orders.columns.amount: ? Total",
        "line 10: sources.orders.dialect.date_format: ? %d/%m/%Y or %m/%d/%Y",
        "line 13: cleaning.only.Status: ? Shipped",
    ):
        assert line in told
    assert told.index("Take the") > told.index("line 13"), "the remedy comes last"


def test_an_answered_study_is_read(read):
    answered = TEXT.replace('"?"', "EUR").replace('"? Total"', "Total").replace('"? Shipped"', "Shipped")
    study = read(answered.replace('"? %d/%m/%Y or %m/%d/%Y"', '"%d/%m/%Y"'))
    assert study.title == "? is our shop well", "a title may be a question"
    assert study.cleaning.only == {"Status": ["Shipped", "Done"]}


def test_a_value_that_is_given_answers_the_question_of_the_file(read):
    text = TEXT.partition("cleaning:")[0].replace('"? Total"', "Total").replace('"? %d/%m/%Y or %m/%d/%Y"', '"%d"')
    with pytest.raises(InputError, match="1 question is open"):
        read(text.replace('"%d"', '"%Y-%m-%d"'))
    assert read(text.replace('"%d"', '"%Y-%m-%d"'), values={"currency": "CHF"}).currency == "CHF"


@pytest.mark.parametrize("value", ["?x", "what?", "", 3, None])
def test_what_only_holds_such_a_mark_is_no_question(value):
    assert not asked(value)
