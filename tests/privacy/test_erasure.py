"""One person erased. Oracle: a person planted by hand in files of several kinds, looked for in the bytes of the copies."""

from __future__ import annotations

import zipfile

import pandas as pd
import pytest
import yaml
from openpyxl import Workbook, load_workbook

from kamlib.errors import InputError
from kamlib.privacy import erasure, subject


@pytest.mark.slow
def test_erasing_leaves_every_other_byte(study, tmp_path, texts):
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    out = tmp_path / "out"
    table = erasure.erase(study, subject.identify(study, "c1"), out)
    copies = {path.name: path.read_bytes().decode() for path in out.iterdir()}
    assert len(table) == 5 and copies["changes.csv"].count("\n") == 1 + 5
    assert copies["orders.csv"] == texts["orders.csv"]
    assert copies["contacts.csv"] == texts["contacts.csv"].replace("c1,a,buyer,Katja Memikov,k.memikov@a.example\n", "")
    assert copies["interactions.csv"] == texts["interactions.csv"].replace(";c1;", ";;")
    assert copies["notes.csv"] == (
        texts["notes.csv"]
        .replace("Memikov, Katja wants", "[erased] wants")
        .replace("Katja called twice", "[erased] called twice")
        .replace("K.MEMIKOV@a.example", "[erased]")
    )
    assert yaml.safe_load(copies["study.yaml"]) == yaml.safe_load((tmp_path / "study.yaml").read_text())
    for planted in ("Katja Memikov", "k.memikov@", "MEMIKOV@"):
        assert all(planted not in text for text in copies.values())
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*before, "out"])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1251"])
def test_erasing_keeps_the_encoding_and_its_mark(make, tmp_path, encoding, texts):
    text = "contact_id;account_id;role;name\r\nc1;a;закупки;Елена Мемикова\r\nc2;a;склад;Юлия Ротан\r\n"
    study = make({"orders.csv": texts["orders.csv"], "contacts.csv": text.encode(encoding)})
    erasure.erase(study, subject.identify(study, "c1"), tmp_path / "out")
    wanted = text.replace("c1;a;закупки;Елена Мемикова\r\n", "").encode(encoding)
    assert (tmp_path / "out" / "contacts.csv").read_bytes() == wanted


@pytest.mark.slow
def test_erasing_finds_the_columns_below_a_title(make, tmp_path, texts):
    study = make({"orders.csv": texts["orders.csv"], "contacts.csv": "List of contacts\n\n" + texts["contacts.csv"]})
    erasure.erase(study, subject.identify(study, "c1"), tmp_path / "out")
    copy = (tmp_path / "out" / "contacts.csv").read_text()
    assert copy == "List of contacts\n\n" + texts["contacts.csv"].replace(
        "c1,a,buyer,Katja Memikov,k.memikov@a.example\n", ""
    )


@pytest.mark.slow
def test_a_workbook_loses_the_person_and_keeps_the_rest(make, tmp_path, texts):
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
    study = make({"orders.csv": texts["orders.csv"]}, **sources)
    erasure.erase(study, subject.identify(study, "c1"), tmp_path / "out")
    copy = load_workbook(tmp_path / "out" / "crm.xlsx")
    assert [[cell.value for cell in row] for row in copy["People"]] == [
        ["Nr", "account_id", "role", "name"],
        ["c2", "a", "owner", "Ann Vito"],
    ]
    assert [row[3].value for row in copy["Log"]] == ["text", "[erased] called", "=1+1"]
    with zipfile.ZipFile(tmp_path / "out" / "crm.xlsx") as archive:
        assert all(b"Memikov" not in archive.read(name) for name in archive.namelist())


def test_a_file_that_cannot_be_written_anew_stops_the_erasing(make, tmp_path, texts):
    pd.DataFrame({"contact_id": ["c1"], "account_id": ["a"], "role": ["x"], "name": ["Katja Memikov"]}).to_parquet(
        tmp_path / "c.parquet"
    )
    study = make({"orders.csv": texts["orders.csv"]}, contacts={"files": "c.parquet"})
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


@pytest.mark.slow
def test_heads_and_each_of_several_sources_are_looked_through_and_written_anew(make, tmp_path):
    """The manager stands in the heads of the first source and under another name in the second; the lines stay to the byte."""
    files = {
        "heads.csv": "No,client,day,seller\n1,a,2026-06-01,Olga Petrova\n2,b,2026-06-02,M2\n",
        "lines.csv": "No,net\n1,10\n2,20\n",
        "old.csv": "Beleg;Kunde;Tag;Netto;Betreuer\n7;a;2025-06-01;1;Olga Petrova\n",
    }
    first = {"order_id": "No", "account_id": "client", "date": "day", "amount": "net", "manager": "seller"}
    second = {"order_id": "Beleg", "account_id": "Kunde", "date": "Tag", "amount": "Netto", "manager": "Betreuer"}
    orders = [
        {"files": "lines.csv", "columns": first, "heads": {"files": "heads.csv", "key": "No"}},
        {"files": "old.csv", "columns": second},
    ]
    accounts = {"from": "orders", "columns": {"name": "seller"}}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    study = make({}, orders=orders, accounts=accounts)
    person = subject.identify(study, "Olga Petrova")
    held = subject.places(study, person)
    assert sorted(held[["file", "line", "columns"]].itertuples(index=False, name=None)) == [
        ("heads.csv", 2, "seller"), ("old.csv", 2, "Betreuer"),
    ]  # fmt: skip
    erasure.erase(study, person, tmp_path / "out")
    for name, text in files.items():
        assert (tmp_path / "out" / name).read_text() == text.replace("Olga Petrova", "[erased]")
