"""Oracle: Python's codecs garble the texts; texts of many languages that are right."""

from __future__ import annotations

import pytest

from kamlib.intake.pipeline import collect
from kamlib.io.letters.garbled import cause

RIGHT = [
    *(
        "Müller & Söhne",
        "Café Peña",
        "São João",
        "Übergrößenträger",
        "ÅÄÖ",
        "naïve créée",
        "Ærøskøbing",
        "Škoda",
        "łódź",
    ),
    *(
        "ООО Ромашка",
        "ЗАО «Сёмга» №5",
        "РСФСР",
        "С№5",
        "Україна",
        "Ёлка — «Рё»",
        "Ελλάδα",
        "日本",
        "— тире",
        "€ 5",
        "plain",
    ),
]
HEAD = "order_id,account_id,date,amount,category\n"


@pytest.mark.parametrize("text", RIGHT)
def test_right_texts_are_left_alone(text):
    assert cause(text) is None


@pytest.mark.parametrize("text", ["Müller", "Café", "ООО Ромашка", "Сёмга №5", "Łódź", "日本", "Ü", "€"])
@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_utf_8_read_as_western_is_found(text, encoding):
    garbled = text.encode().decode(encoding, "replace")
    assert cause(garbled) in ("UTF-8 read as cp1252", "letters that were lost before")


@pytest.mark.parametrize("text", ["ООО", "Ромашка", "Сёмга №5", "Łódź", "日本"])
def test_utf_8_read_as_russian_is_found(text):
    garbled = text.encode().decode("cp1251", "replace")
    assert cause(garbled) in ("UTF-8 read as cp1251", "letters that were lost before")


def test_russian_read_as_western_is_found():
    assert cause("Ромашка".encode("cp1251").decode("cp1252")) == "cp1251 read as cp1252"


@pytest.mark.parametrize("text", ["a\N{REPLACEMENT CHARACTER}b", "ООО пїЅпїЅ", "Mï¿½ller"])
def test_lost_letters_are_found(text):
    assert cause(text) == "letters that were lost before"


@pytest.mark.slow
def test_garbled_names_are_told_with_file_column_count_and_example_and_stay(make_study):
    garbled = "Müller".encode().decode("cp1252")
    files = {
        "orders.csv": HEAD + f"1,a,2026-01-01,1,{garbled}\n2,a,2026-01-02,1,{garbled}\n3,a,2026-01-03,1,Müller\n",
        "accounts.csv": "account_id,name\na,РћРћРћ\n",
    }
    clean = collect(make_study(files))
    found = [note for note in clean.notes if "garbled" in note]
    assert any(
        note.startswith("accounts.csv, column 'name': 1 values") and "UTF-8 read as cp1251" in note for note in found
    )
    assert any(note.startswith("orders.csv, column 'category': 2 values") and repr(garbled) in note for note in found)
    assert len(found) == 2
    assert sorted(clean.orders.category.to_pyarrow().to_pylist()) == sorted([garbled, garbled, "Müller"])


@pytest.mark.slow
def test_names_of_persons_are_not_shown(make_study):
    files = {
        "orders.csv": HEAD + "1,a,2026-01-01,1,\n",
        "contacts.csv": "contact_id,account_id,role,name\n1,a,buyer,MÃ¼ller\n",
    }
    found = [note for note in collect(make_study(files)).notes if "garbled" in note]
    assert len(found) == 1 and "ller" not in found[0]
