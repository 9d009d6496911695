"""The words of personal life as patterns. Oracle: words and near misses typed by hand, matched by Python and the engine."""

from __future__ import annotations

import re

import duckdb
import pytest

from kamlib.intake import screen_words

KINDS = {
    "age",
    "family",
    "pets",
    "cars",
    "intimate life",
    "health",
    "religion",
    "politics",
    "sex",
    "ethnicity",
    "passport",
}


def test_names_of_columns_have_their_kinds_of_personal_life():
    found = screen_words.columns()
    assert set(found) >= KINDS
    assert found["religion"].search("religion of the owner") and not found["religion"].search("interfaith")


def test_what_means_business_is_a_pattern_of_its_own():
    assert screen_words.business_columns().sub(" ", "product family").strip() == ""


def test_there_is_a_pair_of_words_and_persons_for_each_language():
    pairs = screen_words.pairs()
    assert len(pairs) >= 5
    assert any(re.search(topic, " depression ") and re.search(person, " his ") for topic, person in pairs)


@pytest.mark.parametrize("part", ["strong", "people", "work", "business"])
def test_the_engine_reads_every_pattern_and_finds_whole_words_only(part):
    for pattern in screen_words.patterns(part):
        assert "{" not in re.sub(r"\{\d+(,\d*)?\}", "", pattern), "every list is put in its place"
        found = duckdb.execute("SELECT regexp_matches(' ', ?), regexp_matches('', ?)", [pattern, pattern]).fetchone()
        assert found == (False, False)


def test_a_list_of_words_is_put_where_its_name_stands(monkeypatch):
    words = {"lists": {"kin": "son\ndaughter"}, "strong": "his {kin}\nher {kin}s?", "weak": []}
    monkeypatch.setattr(screen_words, "_words", lambda: words)
    (pattern,) = screen_words.patterns("strong")
    assert re.search(pattern, " about her daughters today ") and re.search(pattern, " his son ")
    assert not re.search(pattern, " this son ") and not re.search(pattern, " his sony ")
