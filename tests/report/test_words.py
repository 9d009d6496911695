"""Codes are put into words by the catalogue, and by it alone."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pandas as pd
import pytest

import kamlib
from kamlib.errors import InputError
from kamlib.intake.rules import ORDERS
from kamlib.intake.side_tables import WORDS
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


def test_several_readings_of_one_kind_are_told_one_after_the_other(own, shown):
    tell([Reason("pays"), None, Reason("pays")], None, Reason("pays"))
    assert [one["text/plain"] for one in shown] == ["pays later"] * 3


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


#: beginnings of codes that are put together from a name
MADE = (
    *(
        "policy_",
        "terms_",
        "share_of_",
        "corridor_",
        "sign_",
        "step_",
        "cause_",
        "spread_",
        "above_",
        "keeping_",
        "managing_",
        "outcome_",
        "head_",
        "strip_",
        "forecast_of_",
        "sheet_",
        "holds_",
        "block_",
        "unit_",
        "about_",
        "row_",
        "table_",
        "section_",
        "promised_",
        "by_way_",
        "figure_at_stake_",
        "figure_expected_",
        "page_held_",
        "page_cell_",
        "page_support_",
        "page_influence_",
        "page_change_",
        "page_cause_",
        "page_status_",
        "page_plan_",
        "page_12_months_",
        "page_at_stake_",
        "term_",
        "means_",
    ),
    *("margin_", "amount_", "told_", "answers_", "no_share_of_wallet", "no_penetration"),
)
SOURCES = [
    *Path(kamlib.__file__).parent.rglob("*.py"),
    *(Path(kamlib.__file__).parent / "study").glob("*.yaml"),
    *(Path(kamlib.__file__).parent / "report" / "templates").glob("*.j2"),
]


def literals() -> set[str]:
    """Every text that stands in the code, joined ones cut at their marks."""
    texts = (path.read_text(encoding="utf-8") for path in SOURCES)
    return {word for text in texts for word in re.findall(r"[a-z0-9_]+", text)}


def test_every_reason_that_the_code_gives_has_words():
    given = {
        node.args[0].value
        for path in SOURCES
        if path.suffix == ".py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Reason", "said")
        if node.args and isinstance(node.args[0], ast.Constant)
    }
    assert len(given) > 50 and not given - set(catalogue())


def test_names_of_rules_are_no_codes_of_sentences():
    names = {rule.name for rule in ORDERS} | set(WORDS) | {"kept", "came in"}
    assert not names & set(catalogue()), "a table would put the name into the words of something else"


def test_no_entry_of_the_catalogue_is_left_over():
    known = literals()
    unused = [code for code in catalogue() if code.removesuffix("_1") not in known and not code.startswith(MADE)]
    assert unused == []
