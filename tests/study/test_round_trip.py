"""A study written and read again is the same, and its fingerprint changes with what can change a result."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.study.model import Study


def round_trip(study, folder):
    path = folder / "again.yaml"
    path.write_text(study.to_yaml(), encoding="utf-8")
    return Study.read(path)


def without_places(study):
    tree = study.model_dump()
    for source in tree["sources"].values():
        del source[0]["files"]
    return tree


def test_written_and_read_again_it_is_the_same_study_from_anywhere(write, tmp_path, good):
    text = good.replace("Key accounts of Acme", "'2026-09-30: «Ключевые», 100 % # off'")
    text = text.replace("[orders.csv]", "'o*.csv'").replace("order_id: Invoice", "order_id: '0123'")
    study = Study.read(write(text, files=("o1.csv", "o2.csv", "accounts.csv")), values={"churn.horizon_days": 90})
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    again = round_trip(study, elsewhere)
    assert without_places(again) == without_places(study)
    assert again.paths("orders") == study.paths("orders")
    assert again.fingerprint() == study.fingerprint()
    assert again.to_yaml() == study.to_yaml()


def test_a_fiscal_year_survives_the_round_trip_and_changes_the_fingerprint(write, tmp_path):
    calendar, fiscal = (Study.read(write(), as_of="2026-09-30", values={"year_begins": month}) for month in (1, 7))
    again = round_trip(fiscal, tmp_path)
    assert (again.year_begins, again.period) == (7, "FY2027Q1")
    assert again.fingerprint() == fiscal.fingerprint() != calendar.fingerprint()


def test_a_list_of_sources_heads_accounts_from_lines_and_groups_survive_the_round_trip(write, tmp_path, good):
    """The copy lies elsewhere, and its files are named by full path; what lies where changes no fingerprint."""
    sources = """\
sources:
  orders:
    - {files: lines.csv, heads: {files: heads.csv, key: {order: No}}, columns: {amount: Sum}}
    - {files: pivot.xlsx, months: [Jan-24, Feb-24], groups: {column: Name, as: client}, dialect: {header: 0}}
  accounts: {from: orders, columns: {name: Client}}
cleaning: {only: {STATUS: Shipped, state: [2, ""]}}
"""
    before, _, rest = good.partition("sources:")
    text = before + sources + rest[rest.index("scoring:") :]
    study = Study.read(write(text, files=("lines.csv", "heads.csv", "pivot.xlsx")))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    again = round_trip(study, elsewhere)
    assert [path.name for path in again.paths("orders")] == ["lines.csv", "heads.csv", "pivot.xlsx"]
    assert again.sources["orders"][0].heads.files == [str(tmp_path / "heads.csv")]
    assert again.sources["accounts"] == study.sources["accounts"] and again.paths("accounts") == []
    assert again.cleaning.only == {"STATUS": ["Shipped"], "state": ["2", ""]}
    assert again.fingerprint() == study.fingerprint() and again.to_yaml() == study.to_yaml()
    other = Study.read(write(text.replace("key: {order: No}", "key: No"), files=()))
    assert other.fingerprint() != study.fingerprint()


@pytest.mark.slow
@settings(max_examples=30)
@given(title=st.text(min_size=1, max_size=60).filter(lambda text: text.isprintable()), cut=st.floats(0.01, 9.99))
def test_any_title_and_number_survive_the_round_trip(tmp_path_factory, title, cut, good):
    folder = tmp_path_factory.getbasetemp() / "any"
    folder.mkdir(exist_ok=True)
    path = folder / "study.yaml"
    path.write_text(good, encoding="utf-8")
    for name in ("orders.csv", "accounts.csv"):
        (folder / name).touch()
    again = round_trip(Study.read(path, values={"title": title, "kaism.cut": cut}), folder)
    assert (again.title, again.kaism.cut) == (title, cut)


def test_the_fingerprint_does_not_change_with_the_folder_or_the_order_of_keys(write, good):
    here, there = write(), write(name="other/place/study.yaml")
    turned = write("churn:\n  horizon_days: 120\n" + good[: good.index("churn:")], name="turned/study.yaml")
    assert len({Study.read(path).fingerprint() for path in (here, there, turned)}) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("horizon_days: 120", "horizon_days: 121"),
        ("2026Q3", "2026Q2"),
        ("amount: Net", "amount: Gross"),
        ("best: 100000", "best: 100001"),
        ("weight: 60}", "weight: 59.5, words: x}\n    - {name: b, source: facts, group: revenue, worst: 0, best: 1, weight: 0.5}"),
        ("files: accounts.csv", "files: accounts.csv\n    dialect: {decimal: ','}"),
        ("name: acme", "name: acme\nunit: account"),
        ("name: acme", "name: acme\nstart: 2020-01-01"),
    ],
)  # fmt: skip
def test_the_fingerprint_changes_with_every_value_that_can_change_a_result(write, old, new, good):
    assert old in good
    changed = write(good.replace(old, new), name="changed.yaml")
    assert Study.read(changed).fingerprint() != Study.read(write()).fingerprint()


def test_the_fingerprint_of_given_values_is_that_of_a_file_with_them(write, good):
    given_ = Study.read(write(), values={"churn.horizon_days": 90}).fingerprint()
    assert given_ == Study.read(write(good.replace("120", "90"), name="b.yaml")).fingerprint()


def test_a_study_crosses_processes_with_its_folder(write, tmp_path):
    study = Study.read(write())
    again = pickle.loads(pickle.dumps(study))
    assert (again, again.folder) == (study, tmp_path)
