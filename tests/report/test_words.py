"""Codes are put into words by the catalogue, and by it alone."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.errors import InputError
from kamlib.report import words
from kamlib.report.words import catalogue, in_words, sentence, tell, with_words, word
from kamlib.stats.reasons import Reason


@pytest.fixture
def own(monkeypatch):
    """A catalogue by hand."""
    told = {"quiet": "quiet for {days:,.0f} days", "late": "late: {sign:w}", "pays": "pays later", "by": "by {signs:w}"}
    monkeypatch.setattr(words, "catalogue", lambda: told)


def test_a_code_is_a_sentence_with_its_values_and_unknown_where_one_is_missing(own):
    assert sentence(Reason("quiet", {"days": 1234.4})) == "quiet for 1,234 days"
    assert sentence(Reason("quiet", {"days": None})) == "quiet for unknown days"


def test_a_value_that_is_a_code_is_put_into_words(own):
    assert sentence(Reason("late", {"sign": "pays"})) == "late: pays later" and word("pays") == "pays later"
    assert sentence(Reason("by", {"signs": ["pays", "pays"]})) == "by pays later and pays later"
    assert sentence(Reason("by", {"signs": "pays;pays"})) == "by pays later; pays later", "codes joined in a table"
    assert sentence(Reason("late", {"sign": None})) == "late: unknown"


def test_several_reasons_of_a_row_are_joined_and_none_is_nothing(own):
    codes, values = pd.Series(["quiet;pays", "", None]), pd.Series(['[{"days": 7}, {}]', "{}", None])
    assert in_words(codes, values).tolist() == ["quiet for 7 days; pays later", "", ""]


def test_a_table_shows_words_in_place_of_each_pair_of_codes_and_values(own):
    table = pd.DataFrame({"reason": ["pays"], "reason_values": ["{}"], "x_values": [1], "why": ["as it is"]})
    made = with_words(table)
    assert made.to_dict("records") == [{"reason": "pays later", "x_values": 1, "why": "as it is"}]
    assert "reason_values" in table, "the table given is not changed"


def test_a_name_from_the_data_can_do_no_harm_in_markdown(own, shown, monkeypatch):
    monkeypatch.setattr(words, "catalogue", lambda: {"first": "Start with **{name}**."})
    tell(Reason("first", {"name": "<b>x</b>"}), None)
    assert shown == [
        {
            "text/markdown": "Start with **&#60;b&#62;x&#60;&#47;b&#62;**&#46;".replace("&#46;", "."),
            "text/plain": "Start with **<b>x</b>**.",
        }
    ]


def test_a_code_without_words_is_refused(own):
    with pytest.raises(InputError, match="no words for a code; found 'gone'"):
        sentence(Reason("gone"))


def test_the_catalogue_holds_texts_by_codes_of_small_letters():
    told = catalogue()
    assert told and all(isinstance(text, str) and text for text in told.values())
    assert all(code == code.lower() and " " not in code and ";" not in code for code in told)
