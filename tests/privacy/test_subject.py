"""One person listed and erased. Oracles: a person planted by hand in files of several kinds, looked for in their bytes."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import yaml
from openpyxl import Workbook, load_workbook

from kamlib.errors import InputError
from kamlib.privacy import erasure, subject
from kamlib.study.model import Study

ORDERS = "order_id,account_id,date,amount,manager\r\n1,a,2026-06-01,10.00,M1\r\n2,b,2026-06-02,20,M2\r\n"
CONTACTS = (
    "contact_id,account_id,role,name,work_channel\n"
    "c1,a,buyer,Katja Memikov,k.memikov@a.example\n"
    'c2,a,owner,"Anna ""Ann"" Vito",+49 30 555 0199\n'
    "c3,b,buyer,Katja Roden,k@b.example\n"
)
NOTES = (
    'account_id,date,topic,text\na,2026-01-05,needs,"Ms Memikov, Katja wants\nsteel"\n'
    "a,2026-01-06,needs,Katja called twice\nb,2026-01-07,needs,Katja called once\n"
    "b,2026-01-08,needs,write to K.MEMIKOV@a.example\nb,2026-01-09,history,asked for memikovite ore\n"
)
INTERACTIONS = (
    "account_id;date;kind;contact_id;hours\na;2026-02-01;call;c1;1,5\na;2026-02-02;call;c2;2\nb;2026-02-03;call;c11;3\n"
)


@pytest.fixture
def make(tmp_path):
    def study(files: dict[str, str | bytes], **sources) -> Study:
        for name, content in files.items():
            (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        tree = {"name": "t", "title": "T", "as_of": "2026-06-30"}
        tree["sources"] = {Path(name).stem: {"files": name} for name in files if name.endswith("csv")} | sources
        (tmp_path / "study.yaml").write_text(yaml.safe_dump(tree, allow_unicode=True), encoding="utf-8")
        return Study.read(tmp_path / "study.yaml")

    return study


@pytest.fixture
def study(make):
    files = {"orders.csv": ORDERS, "contacts.csv": CONTACTS, "notes.csv": NOTES, "interactions.csv": INTERACTIONS}
    return make(files)


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


def test_a_telephone_is_found_in_other_spellings(make):
    notes = "account_id,date,topic,text\nb,2026-01-05,needs,ring 0049-30-5550199 or +49 (30) 555-0199\nb,2026-01-05,needs,555 0198\n"
    study = make({"orders.csv": ORDERS, "contacts.csv": CONTACTS, "notes.csv": notes})
    assert ("notes", 2, "text", "values") in found(study, "c2") and len(found(study, "c2")) == 2


def test_a_russian_name_is_found_in_its_cases(make):
    contacts = "contact_id,account_id,role,name\nc1,a,buyer,Елена Мемикова\n"
    notes = "account_id,date,topic,text\nb,2026-01-05,needs,Говорил с Еленой Мемиковой\na,2026-01-05,needs,Мемикову не звать\nb,2026-01-05,needs,Мемиков завод\n"
    study = make({"orders.csv": ORDERS, "contacts.csv": contacts, "notes.csv": notes})
    assert {place[:2] for place in found(study, "c1")} == {("contacts", 2), ("notes", 2), ("notes", 3)}


def test_someone_who_is_no_contact_is_found_by_the_whole_name(make):
    study = make({"orders.csv": ORDERS.replace("M1", "Olga Petrova"), "contacts.csv": CONTACTS})
    assert found(study, "Olga Petrova") == {("orders", 2, "manager", "values")}
    assert found(study, "Nobody Atall") == set()


def test_two_contacts_of_one_name_are_not_mixed(make):
    study = make({"orders.csv": ORDERS, "contacts.csv": CONTACTS.replace("Katja Roden", "Katja Memikov")})
    with pytest.raises(InputError, match=r"several contacts .*'c1', 'c3'. Give the contact_id"):
        subject.identify(study, "Katja Memikov")


def test_erasing_leaves_every_other_byte(study, tmp_path):
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    out = tmp_path / "out"
    table = erasure.erase(study, subject.identify(study, "c1"), out)
    copies = {path.name: path.read_bytes().decode() for path in out.iterdir()}
    assert len(table) == len(KATJA) and copies["changes.csv"].count("\n") == 1 + len(KATJA)
    assert copies["orders.csv"] == ORDERS
    assert copies["contacts.csv"] == CONTACTS.replace("c1,a,buyer,Katja Memikov,k.memikov@a.example\n", "")
    assert copies["interactions.csv"] == INTERACTIONS.replace(";c1;", ";;")
    assert copies["notes.csv"] == (
        NOTES.replace("Memikov, Katja wants", "[erased] wants")
        .replace("Katja called twice", "[erased] called twice")
        .replace("K.MEMIKOV@a.example", "[erased]")
    )
    for planted in ("Katja Memikov", "k.memikov@", "MEMIKOV@"):
        assert all(planted not in text for text in copies.values())
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1251"])
def test_erasing_keeps_the_encoding_and_its_mark(make, tmp_path, encoding):
    text = "contact_id;account_id;role;name\r\nc1;a;закупки;Елена Мемикова\r\nc2;a;склад;Юлия Ротан\r\n"
    study = make({"orders.csv": ORDERS, "contacts.csv": text.encode(encoding)})
    erasure.erase(study, subject.identify(study, "c1"), tmp_path / "out")
    wanted = text.replace("c1;a;закупки;Елена Мемикова\r\n", "").encode(encoding)
    assert (tmp_path / "out" / "contacts.csv").read_bytes() == wanted


def test_erasing_finds_the_columns_below_a_title(make, tmp_path):
    study = make({"orders.csv": ORDERS, "contacts.csv": "List of contacts\n\n" + CONTACTS})
    erasure.erase(study, subject.identify(study, "c1"), tmp_path / "out")
    copy = (tmp_path / "out" / "contacts.csv").read_text()
    assert copy == "List of contacts\n\n" + CONTACTS.replace("c1,a,buyer,Katja Memikov,k.memikov@a.example\n", "")


def test_a_workbook_loses_the_person_and_keeps_the_rest(make, tmp_path):
    book = Workbook()
    book.active.title = "People"
    for row in (
        ["Nr", "account_id", "role", "name"],
        ["c1", "a", "buyer", "Katja Memikov"],
        ["c2", "a", "owner", "Ann Vito"],
    ):
        book.active.append(row)
    other = book.create_sheet("Log")
    for row in (
        ["account_id", "date", "topic", "text"],
        ["a", "2026-01-05", "needs", "Katja Memikov called"],
        ["b", "2026-01-06", "needs", "=1+1"],
    ):
        other.append(row)
    book.save(tmp_path / "crm.xlsx")
    sources = {
        "contacts": {"files": "crm.xlsx", "columns": {"contact_id": "Nr"}, "dialect": {"sheet": "People"}},
        "notes": {"files": "crm.xlsx", "dialect": {"sheet": "Log"}},
    }
    study = make({"orders.csv": ORDERS}, **sources)
    erasure.erase(study, subject.identify(study, "c1"), tmp_path / "out")
    copy = load_workbook(tmp_path / "out" / "crm.xlsx")
    assert [[cell.value for cell in row] for row in copy["People"]] == [
        ["Nr", "account_id", "role", "name"],
        ["c2", "a", "owner", "Ann Vito"],
    ]
    assert [row[3].value for row in copy["Log"]] == ["text", "[erased] called", "=1+1"]
    with zipfile.ZipFile(tmp_path / "out" / "crm.xlsx") as archive:
        assert all(b"Memikov" not in archive.read(name) for name in archive.namelist())


def test_a_file_that_cannot_be_written_anew_stops_the_erasing(make, tmp_path):
    import pandas as pd

    pd.DataFrame({"contact_id": ["c1"], "account_id": ["a"], "role": ["x"], "name": ["Katja Memikov"]}).to_parquet(
        tmp_path / "c.parquet"
    )
    study = make({"orders.csv": ORDERS}, contacts={"files": "c.parquet"})
    with pytest.raises(InputError, match=r"c\.parquet: this kind of file can't be written anew"):
        erasure.erase(study, subject.identify(study, "c1"), tmp_path / "out")


def test_nothing_is_written_over_and_nobody_is_erased_by_mistake(study, tmp_path):
    person = subject.identify(study, "c1")
    with pytest.raises(InputError, match="not empty"):
        erasure.erase(study, person, tmp_path)
    with pytest.raises(InputError, match="hold nothing about this person"):
        erasure.erase(study, subject.identify(study, "Nobody Atall"), tmp_path / "out")
    with pytest.raises(InputError, match="WHO is empty"):
        subject.identify(study, "  ")
    assert not (tmp_path / "out").exists()
