"""One person listed. Oracle: a person planted by hand in the files of a study."""

from __future__ import annotations

import pytest

from kamlib.errors import InputError
from kamlib.privacy import subject
from kamlib.study.model import Study


def found(study: Study, who: str) -> set[tuple]:
    table = subject.places(study, subject.identify(study, who))
    return set(table[["table", "line", "columns", "held"]].itertuples(index=False, name=None))


EVERY = ("contact_id, account_id, role, name, work_channel", "row")
KATJA = {
    ("contacts", 2, *EVERY), ("notes", 2, "text", "values"), ("notes", 3, "text", "values"), ("notes", 5, "text", "values"),
    ("interactions", 2, "contact_id", "values"),
}  # fmt: skip


@pytest.mark.parametrize("who", ["c1", "Katja Memikov", "katja  memikov", "k.memikov@a.example"])
def test_a_person_is_found_by_id_name_and_channel_wherever_they_stand(study, who):
    """Not: another Katja of another firm, the contact c11, the ore. The note of two lines is one record."""
    assert found(study, who) == KATJA


@pytest.mark.slow
def test_a_telephone_is_found_in_other_spellings(make, texts):
    notes = "account_id,date,topic,text\nb,2026-01-05,needs,ring 0049-30-5550199 or +49 (30) 555-0199\nb,2026-01-05,needs,555 0198\n"
    study = make({"orders.csv": texts["orders.csv"], "contacts.csv": texts["contacts.csv"], "notes.csv": notes})
    assert ("notes", 2, "text", "values") in found(study, "c2") and len(found(study, "c2")) == 2


def test_a_russian_name_is_found_in_its_cases(make, texts):
    contacts = "contact_id,account_id,role,name\nc1,a,buyer,Елена Мемикова\n"
    notes = "account_id,date,topic,text\nb,2026-01-05,needs,Говорил с Еленой Мемиковой\na,2026-01-05,needs,Мемикову не звать\nb,2026-01-05,needs,Мемиков завод\n"
    study = make({"orders.csv": texts["orders.csv"], "contacts.csv": contacts, "notes.csv": notes})
    assert {place[:2] for place in found(study, "c1")} == {("contacts", 2), ("notes", 2), ("notes", 3)}


def test_someone_who_is_no_contact_is_found_by_the_whole_name(make, texts):
    study = make(
        {"orders.csv": texts["orders.csv"].replace("M1", "Olga Petrova"), "contacts.csv": texts["contacts.csv"]}
    )
    assert found(study, "Olga Petrova") == {("orders", 2, "manager", "values")}
    assert found(study, "Nobody Atall") == set()


def test_two_contacts_of_one_name_are_not_mixed(make, texts):
    study = make(
        {
            "orders.csv": texts["orders.csv"],
            "contacts.csv": texts["contacts.csv"].replace("Katja Roden", "Katja Memikov"),
        }
    )
    with pytest.raises(InputError, match=r"several contacts .*'c1', 'c3'. Give the contact_id"):
        subject.identify(study, "Katja Memikov")
