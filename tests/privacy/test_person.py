"""The forms in which a person stands in texts. Oracle: sentences written by hand, with their near misses."""

from __future__ import annotations

import pytest

from kamlib.privacy.person import MASK, Person
from kamlib.study.sources import Source

NOTES = Source(files="notes.csv", columns={"text": "Remark"})
KATJA = Person(frozenset({"c1"}), frozenset({"Katja Memikov"}), frozenset({"k@a.example"}), frozenset({"a"}))


@pytest.mark.parametrize(
    "text",
    ["Katja Memikov", "Memikov, Katja", "KATJA MEMIKOV's", "K. Memikov", "K Memikov", "Memikov, K", "K@A.example"],
)
def test_a_name_stands_in_any_order_with_initials_and_in_any_case(text):
    assert KATJA.without(text) == MASK and KATJA.without(f"x: {text}, y") == f"x: {MASK}, y"


@pytest.mark.parametrize("text", ["Katja Roden", "Memikova Katja", "T. Memikov", "memikovite", "xk@a.example", "Katja"])
def test_another_person_is_not_this_one(text):
    assert KATJA.without(text) == text


@pytest.mark.parametrize("digits", ["+49 30 555 0199", "0049"])
def test_a_telephone_is_its_digits_and_a_short_number_is_a_text(digits):
    person = Person(frozenset(), frozenset(), frozenset({digits}), frozenset())
    assert person.in_text("call +49 (30) 555-0199 now") == (digits != "0049")
    assert person.in_text(f"ext {digits}.")


@pytest.mark.parametrize("name", ["Erased", "[erased]", "Er Ased"])
def test_a_person_called_as_the_mask_ends_the_search(name):
    person = Person(frozenset(), frozenset({name}), frozenset(), frozenset())
    assert MASK in person.without(f"met {name} today")


def test_a_part_of_the_name_counts_only_in_texts_of_the_persons_own_account():
    row = {"account_id": "a", "topic": "needs", "Remark": "Katja called"}
    assert KATJA.changed(row, "notes", NOTES) == {"Remark": f"{MASK} called"}
    assert KATJA.changed(row | {"account_id": "b"}, "notes", NOTES) == {}


def test_an_id_is_blanked_as_a_whole_and_never_inside_another():
    events = Source(files="interactions.csv")
    assert KATJA.changed({"account_id": "b", "contact_id": " c1 "}, "interactions", events) == {"contact_id": ""}
    assert KATJA.changed({"account_id": "b", "contact_id": "c11"}, "interactions", events) == {}


def test_the_row_of_a_person_is_told_by_the_id_and_without_one_by_the_name():
    contacts = Source(files="contacts.csv", columns={"contact_id": "Nr"})
    other = {"Nr": "c9", "name": "Katja Memikov"}
    assert KATJA.is_row_of({"Nr": "c1", "name": "x"}, "contacts", contacts)
    assert not KATJA.is_row_of(other, "contacts", contacts)
    assert Person(frozenset(), KATJA.names, frozenset(), frozenset()).is_row_of(other, "contacts", contacts)
    assert not KATJA.is_row_of({"Nr": "c1"}, "notes", contacts)


def test_a_needle_stands_in_every_text_that_holds_the_name():
    assert KATJA.needles() == ["aexample", "katj", "memi"]
    assert Person(frozenset(), frozenset({"Li"}), frozenset(), frozenset()).needles() == ["li"]


def test_nobody_is_found_in_no_text():
    nobody = Person(frozenset(), frozenset(), frozenset(), frozenset())
    assert not nobody.in_text("Katja Memikov") and nobody.needles() == []
    assert not Person(frozenset(), frozenset({"?!"}), frozenset(), frozenset()).in_text("what?!")
