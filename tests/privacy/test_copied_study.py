"""The study file of a copy. Oracle: a study written by hand, with files on all sides, and its text with the names replaced by hand."""

from __future__ import annotations

import sqlite3

import pytest

from kamlib.errors import InputError
from kamlib.intake import pipeline
from kamlib.privacy import erasure, subject
from kamlib.study.model import Study

CRM = (
    "name: t\ntitle: The customers of Katja Memikov   # asked for by K. Memikov\nas_of: 2026-06-30\nsources:\n  orders:\n"
    "    files: ../exports/*.csv     # each month\n  contacts: {files: [../crm/contacts.csv]}\n  notes:\n    files:\n    - 'in/notes.csv'\n"
    "  actions: {url: 'sqlite:///in/shop.db', table: actions}\nidentity: {review: ../crm/firms.csv}\n"
)


def test_the_copy_runs_wherever_the_files_lay_and_the_review_and_the_study_lose_the_person_too(tmp_path, texts):
    home = tmp_path / "home"
    files = {
        "exports/05.csv": texts["orders.csv"].replace("2026-06", "2026-05").replace("1,a", "3,a").replace("2,b", "4,b"),
        "exports/06.csv": texts["orders.csv"],
        "crm/contacts.csv": texts["contacts.csv"],
        "home/in/notes.csv": texts["notes.csv"],
        "crm/firms.csv": "account_id;name;other_id;other_name;decision;seen by\na;Katja Memikov GmbH;b;Beta;same;K. Memikov\n",
        "home/study.yaml": CRM,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    with sqlite3.connect(home / "in" / "shop.db") as base:
        base.execute("CREATE TABLE actions (account_id TEXT, action TEXT, owner TEXT, due TEXT)")
    study = Study.read(home / "study.yaml")
    person = subject.identify(study, "c1")
    held = erasure.erase(study, person, tmp_path / "out")
    out = tmp_path / "out"
    assert held.loc[held["table"] == "identity.review", ["line", "columns"]].to_numpy().tolist() == [
        [2, "name, seen by"]
    ]
    assert held.loc[held["table"] == "study", "line"].tolist() == [2]
    study_text = CRM.replace("Katja Memikov ", "[erased] ").replace("K. Memikov", "[erased]")
    for old, new in (("../exports/*.csv", '"elsewhere/1/*.csv"'), ("../crm/contacts.csv", '"elsewhere/2/contacts.csv"'),
                     ("../crm/firms.csv", '"elsewhere/2/firms.csv"'), ("'sqlite:///in/shop.db'", f'"sqlite:///{home}/in/shop.db"')):  # fmt: skip
        study_text = study_text.replace(old, new)
    assert (out / "study.yaml").read_text() == study_text
    again = Study.read(out / "study.yaml")
    assert pipeline.collect(again).orders.count().execute() == 4
    assert subject.places(again, person).empty
    assert b"emikov" not in b"".join(
        path.read_bytes() for path in out.rglob("*") if path.is_file() and path.suffix == ".yaml"
    )


def test_a_file_that_is_called_by_the_person_stops_the_erasing_and_leaves_nothing(make, tmp_path, texts):
    study = make({"orders.csv": texts["orders.csv"], "contacts.csv": texts["contacts.csv"], "katja_memikov.txt": texts["notes.csv"]},
                 notes={"files": "katja_memikov.txt"})  # fmt: skip
    with pytest.raises(InputError, match=r"study\.yaml: a file is called by the person; found 'katja_memikov\.txt'"):
        erasure.erase(study, subject.identify(study, "c1"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_playbook_goes_along_without_the_person_from_wherever_it_lies(tmp_path, texts):
    home = tmp_path / "home"
    home.mkdir()
    for name in ("orders.csv", "contacts.csv"):
        (home / name).write_text(texts[name])
    (tmp_path / "plans.yaml").write_text("# as Katja Memikov asked\nhours_a_week: 3\n")
    tables = "{orders: {files: orders.csv}, contacts: {files: contacts.csv}}"
    (home / "study.yaml").write_text(
        f"name: t\ntitle: T\nas_of: 2026-06-30\nplaybook: ../plans.yaml\nsources: {tables}\n"
    )
    study = Study.read(home / "study.yaml")
    held = erasure.erase(study, subject.identify(study, "c1"), tmp_path / "out")
    assert held.loc[held["table"] == "playbook", ["file", "line"]].to_numpy().tolist() == [["plans.yaml", 1]]
    assert "Memikov" not in (tmp_path / "out" / "playbook.yaml").read_text()
    assert Study.read(tmp_path / "out" / "study.yaml").playbook.hours_a_week == 3
