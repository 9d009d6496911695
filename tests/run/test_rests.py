"""What a table rests on: each difference in words, what is short as it is, a text and back. Oracle: words written here."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamlib.run.rests import SHOWN, Rests, digest, values_at

BASE = Rests(
    code="c1",
    notebook="n1",
    values={"churn.horizon_days": "180", "unit": '"group"'},
    inputs={"orders a.csv": "s1", "orders b.csv": "s2"},
    tables={"facts": "t1"},
)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, ""),
        ({"code": "c2"}, "the code of the kit is another"),
        ({"notebook": "n2"}, "the notebook is another"),
        ({"values": {"churn.horizon_days": "90", "unit": '"group"'}}, "churn.horizon_days was 180, is 90"),
        ({"values": {"unit": '"group"'}}, "churn.horizon_days was 180, is none"),
        (
            {"values": {"churn.horizon_days": "90", "unit": '"account"'}},
            "churn.horizon_days was 180, is 90 (1 more values are others)",
        ),
        ({"inputs": {**BASE.inputs, "orders a.csv": "x"}}, "the input 'orders a.csv' is another"),
        ({"inputs": {}}, "the input 'orders a.csv', 'orders b.csv' is another"),
        ({"tables": {"facts": "t2"}}, "the table 'facts' is another"),
        ({"tables": {}}, "the table 'facts' is another"),
        # the first of several, from what the user does to what the kit does
        ({"code": "c2", "notebook": "n2", "tables": {}}, "the table 'facts' is another"),
        ({"code": "c2", "notebook": "n2"}, "the notebook is another"),
    ],
)
def test_each_kind_of_difference_is_told_in_words(change, words):
    assert BASE.against(replace(BASE, **change)) == words
    assert (BASE.key == replace(BASE, **change).key) == (not change)


@pytest.mark.parametrize("kind", ["values", "inputs", "tables"])
def test_what_came_besides_and_was_not_read_is_no_difference(kind):
    assert BASE.against(replace(BASE, **{kind: {**getattr(BASE, kind), "new": "1"}})) == ""


def test_values_stand_as_json_where_they_are_short_else_by_their_hash():
    edge = "x" * (SHOWN - 2)  # two quotation marks around it
    tree = {"a": {"b": 1.5, "none": None, "words": [edge + "x"]}, "edge": edge, "city": "Köln", "on": True}
    found = values_at(
        tree, ["on", "a.b", "edge", "a.none", "city", "a.words", "a.missing", "missing", "a.b.c", "city.x"]
    )
    assert found == {
        "a.b": "1.5",
        "a.none": "null",
        "a.words": hashlib.sha256(json.dumps([edge + "x"]).encode()).hexdigest()[:16],
        "city": '"Köln"',
        "edge": json.dumps(edge),
        "on": "true",
    }
    assert list(found) == sorted(found)


def test_the_order_of_keys_in_a_value_is_no_difference():
    one, other = {"v": {"a": 1, "b": 2}}, {"v": {"b": 2, "a": 1}}
    assert values_at(one, ["v"]) == values_at(other, ["v"])


NAMES = st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=3)


@given(st.builds(Rests, code=st.text(), notebook=st.text(), values=NAMES, inputs=NAMES, tables=NAMES))
def test_a_text_and_back_is_the_same(rests):
    back = Rests.kept(json.loads(rests.text()))
    assert back == rests and back.key == rests.key and rests.against(back) == ""


def test_a_hash_has_16_hexadecimal_digits():
    assert digest("") == hashlib.sha256(b"").hexdigest()[:16] == "e3b0c44298fc1c14"
