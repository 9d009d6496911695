"""Oracle: what a person sees; Python's unicodedata for the form of letters."""

from __future__ import annotations

import unicodedata

import ibis
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamlib.io.letters import plain_text


def plain(*texts):
    table = ibis.memtable(pa.table({"text": pa.array(texts, pa.string())}))
    return table.select(made=plain_text.plain(table.text)).to_pyarrow()["made"].to_pylist()


@pytest.mark.parametrize(
    "hidden",
    [
        *"\u200b\u200c\u200d\ufeff\u200e\u200f\u202a\u202c\u2060\u2066\u2069\u00ad\u034f\u180e\ufe0f\u0001\u001a\u007f\u0090\u3164"
    ],
    ids=ascii,
)
def test_a_character_that_nobody_sees_tells_no_ids_apart(hidden):
    assert plain(f"C1{hidden}", f"{hidden}C1", f"C{hidden}1", hidden) == ["C1", "C1", "C1", None]


@pytest.mark.parametrize(
    "blank", [*"\t\n\u000b\f\r \u0085\u00a0\u1680\u2000\u2003\u2009\u200a\u2028\u2029\u202f\u205f\u3000"], ids=ascii
)
def test_every_kind_of_blank_is_trimmed_and_one_beyond_ascii_is_plain_inside(blank):
    assert plain(f"C1{blank}\u200b", f"\u200b{blank}C1{blank}\u200b") == ["C1", "C1"]
    assert blank.isascii() or plain(f"C{blank}1") == ["C 1"]


@given(
    st.text(st.sampled_from("Caeo\u0301\u0308\u0327\u0438\u0306\u041a\u212b\u1112\u1161\u11ab\u304b\u3099"), min_size=1)
)
def test_letters_are_in_one_form(text):
    assert plain(text) == [unicodedata.normalize("NFC", text)]


@pytest.mark.parametrize(
    "word",
    ["NULL", "null", "Null", "#NULL!", "None", "nan", "NaN", "N/A", "n/a", "#N/A", "#Н/Д", "(blank)", "(null)", "<null>", "\\N", "-", "--", "–", "—", "\u200bNULL", "\u2003-"],
)  # fmt: skip
def test_a_word_for_missing_is_missing(word):
    assert plain(word) == [None]


def test_what_only_holds_such_a_word_is_a_text():
    names = [
        "NA",
        "Nullmeier",
        "Nan Goldin",
        "A-1",
        "-1",
        "0",
        "N/A-17",
        "none such",
        "ab1",
        "AB1",
        "00123",
        "123",
        "Größe",
        "ё",
        "𝔘",
    ]
    assert plain(*names) == names
