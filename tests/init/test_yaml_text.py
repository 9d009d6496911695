"""Values as YAML. Oracle: the kit's own reader gives back what was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamlib.init.yaml_text import comment, scalar
from kamlib.study.yaml_lines import value

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@given(TEXTS)
def test_any_text_comes_back_as_it_was(words):
    assert "\n" not in scalar(words)
    assert value(scalar(words)) == words


@given(st.one_of(st.integers(-(10**9), 10**9), st.floats(-1e9, 1e9), st.lists(TEXTS, max_size=4)))
def test_numbers_and_lists_come_back_as_they_were(thing):
    assert value(scalar(thing)) == thing


@pytest.mark.parametrize(
    "words", ["2026Q2", "no", "on", "null", "1e5", "007", "2025-01-01", "- x", "a: b", "# x", "{y}", "*", ""]
)
def test_words_that_look_like_something_else_stay_words(words):
    assert value(scalar(words)) == words


@given(TEXTS)
def test_any_text_can_stand_in_a_comment(words):
    assert value(f"{{a: 1}}  # {comment(words)}") == {"a": 1}


def test_a_mapping_is_one_line():
    assert value(scalar({"Stage: x": ["? won", "b"], "c": 1})) == {"Stage: x": ["? won", "b"], "c": 1}
