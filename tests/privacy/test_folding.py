"""Letters and digits alone. Oracle: readings written by hand, and the engine against Python on the same texts."""

from __future__ import annotations

import unicodedata

import ibis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamlib.io import readers
from kamlib.privacy.folding import folded, in_engine, letters, odd, part

READ = {
    "Zoë Łukasik": "zoelukasik", "Алёна Й": "аленаи", "O’Brien's": "obriens", "a_b-c.d": "abcd", "Straße": "strasse", "Ⅷ": "viii",
    "ＡＢ１２": "ab12", "ﬁn": "fin", "٣٤": "34", "Lu\u00adk\u200bas": "lukas", "Søren Æ": "sorenae", "": "", "?!": "",
}  # fmt: skip


@pytest.mark.parametrize("text", READ)
def test_letters_and_digits_are_read_and_nothing_else(text):
    assert letters(text) == letters(unicodedata.normalize("NFD", text)) == READ[text]


def test_what_may_be_two_letters_has_a_second_reading():
    assert folded("Müller") == ("muller", "mueller") and folded("Muller") == ("muller",)


def test_the_engine_reads_as_python_does_or_says_that_it_can_not():
    con = readers.engine()
    texts = [form for text in READ for form in (text, unicodedata.normalize("NFD", text), text.upper())] + [
        "Müller",
        "MÜLLER",
    ]
    table = con.create_table("texts", ibis.memtable({"text": texts}, schema={"text": "string"}), temp=True)
    rows = table.select(
        table.text, short=in_engine(table.text, False), long=in_engine(table.text, True), odd=odd(table.text)
    ).execute()
    wrong = [row.text for row in rows.itertuples() if not row.odd and letters(row.text) not in (row.short, row.long)]
    assert wrong == [] and {text for text in READ if rows.loc[rows["text"] == text, "odd"].all()} == {
        "ＡＢ１２",
        "ﬁn",
        "٣٤",
        "Ⅷ",
    }
    assert rows.set_index("text").loc["MÜLLER", "long"] == "mueller"


@given(st.text(max_size=12), st.text(max_size=12))
def test_a_part_is_found_where_it_stands_whatever_is_around(before, after):
    text = f"{before} Müller {after}"
    for way, reading in enumerate(folded(text)):
        name = ("muller", "mueller")[way]
        start = reading.index(name, len(folded(f"{before} ü")[way]) - len(("u", "ue")[way]) - 1)
        assert text[slice(*part(text, way, start, start + len(name)))] == "Müller"


def test_the_marks_of_a_last_letter_belong_to_it():
    text = unicodedata.normalize("NFD", "x Ivé y")
    assert unicodedata.normalize("NFC", text[slice(*part(text, 0, 2, 5))]) == "Ivé"
