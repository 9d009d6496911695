"""The study file. Oracle: line numbers counted by hand in `GOOD`, and the rules of the design."""

import pickle
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.errors import InputError
from kamlib.study import Study, as_date, period_label

GOOD = """\
name: acme
title: Key accounts of Acme
as_of: 2026Q3
sources:
  orders:
    files: [orders.csv]
    columns:
      order_id: Invoice
      amount: Net
  accounts:
    files: accounts.csv
scoring:
  criteria:
    - {name: revenue_12m, source: facts, group: revenue, worst: 0, best: 100000, weight: 60}
    - name: image
      source: rating
      group: reputation
      worst: 1
      best: 10
      weight: 40
churn:
  horizon_days: 120
"""


@pytest.fixture
def write(tmp_path):
    def make(text=GOOD, name="study.yaml", files=("orders.csv", "accounts.csv")):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        for file in files:
            (path.parent / file).write_text("x\n")
        return path

    return make


def mistake(path, **more):
    with pytest.raises(InputError) as caught:
        Study.read(path, **more)
    return str(caught.value)


def test_a_good_file_is_read_with_its_values_and_the_defaults(write):
    study = Study.read(write())
    assert (study.name, study.as_of, study.unit, study.currency) == ("acme", date(2026, 9, 30), "group", "EUR")
    assert study.sources["orders"].columns == {"order_id": "Invoice", "amount": "Net"}
    assert [criterion.weight for criterion in study.scoring.criteria] == [60, 40]
    assert (study.churn.horizon_days, study.churn.at_risk_days) == (120, 365)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("as_of: 2026Q3", "as_of: 2026Q5", "line 3: as_of", "found '2026Q5'"),
        ("as_of: 2026Q3", "as_of: 2026-02-30", "line 3: as_of", "expected a day such as 2026-09-30"),
        ("as_of: 2026Q3", "as_of: today", "line 3: as_of", "found 'today'"),
        ("as_of: 2026Q3\n", "", "line 1: as_of", "missing"),
        ("title: Key accounts of Acme", "title: Acme\ncolour: red", "line 3: colour", "unknown key"),
        ("name: acme", "name: ../acme", "line 1: name", "found '../acme'"),
        ("name: acme", "name: Acme GmbH", "line 1: name", "found 'Acme GmbH'"),
        ("horizon_days: 120", "horizon_days: 3", "line 22: churn.horizon_days", "found 3"),
        ("horizon_days: 120", "horizon_days: long", "line 22: churn.horizon_days", "found 'long'"),
        ("horizon_days: 120", "horizn_days: 120", "line 22: churn.horizn_days", "unknown key"),
        ("horizon_days: 120", "1: 2", "line 22: churn.1", "found 1"),
        ("      weight: 40", "      weight: 30", "line 12: scoring", "sum to 90, expected 100"),
        ("      best: 10\n", "      best: 1\n", "line 15: scoring.criteria.1", "worst and best must differ"),
        ("      group: reputation\n", "", "line 15: scoring.criteria.1.group", "missing"),
        ("source: rating", "source: guess", "line 16: scoring.criteria.1.source", "found 'guess'"),
        ("amount: Net", "amuont: Net", "line 9: sources.orders.columns.amuont", "unknown column"),
        ("amount: Net", "amount: 7", "line 9: sources.orders.columns.amount", "found 7"),
        ("  accounts:", "  acounts:", "line 10: sources.acounts", "unknown table"),
        ("  orders:", "  invoices:", "line 4: sources", "'orders' is needed"),
        ("files: accounts.csv", "files: []", "line 11: sources.accounts.files", "at least one file"),
        ("name: acme", "name: acme\nfolder: /tmp", "line 2: folder", "unknown key"),
        ("as_of: 2026Q3", "as_of: 2026Q3\nstart: 2026-10-01", "line 4: start", "not after as_of"),
        ("as_of: 2026Q3", "as_of: 2026Q3\ncurrency: euro", "line 4: currency", "found 'euro'"),
        ("as_of: 2026Q3", "as_of: 2026Q3\nrates:\n  usd: 0.9", "line 5: rates.usd", "found 'usd'"),
        ("as_of: 2026Q3", "as_of: 2026Q3\nrates: {USD: 0}", "line 4: rates.USD", "found 0"),
        ("as_of: 2026Q3", "as_of: 2026Q3\nkaism:", "line 4: kaism", "keys and values"),
        ("as_of: 2026Q3", "as_of: 2026Q3\ncleaning:\n  cancelled: '^(C'", "line 5: cleaning.cancelled", "pattern"),
        ("as_of: 2026Q3", "as_of: 2026Q3\n2027: x", "line 4: 2027", "strings"),
        ("as_of: 2026Q3", "as_of: 2026Q3\nvalue: {discount: .nan}", "line 4: value.discount", "finite"),
    ],
)
def test_each_mistake_is_named_with_its_line_key_and_what_was_found(write, old, new, line, words):
    assert GOOD.count(old) == 1
    path = write(GOOD.replace(old, new))
    message = mistake(path)
    assert f"{path}: a mistake in the study\n  {line}: " in message
    assert words in message
    assert "pydantic" not in message
    assert "Criterion" not in message


def test_what_stands_at_an_unknown_key_is_not_shown_for_it_may_be_a_password(write):
    message = mistake(write(GOOD + "engine: {password: hunter2}\n"))
    assert "line 23: engine.password: unknown key" in message and "hunter2" not in message


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ("{status: {Kunde: client, Interessent: lead}}", "expected client / prospect on the right, not 'lead'"),
        ("{name: {a: b}}", "no column of choices; these are: size, status"),
    ],
)
def test_the_users_words_stand_for_choices_of_the_table(write, values, words):
    message = mistake(write(GOOD.replace("files: accounts.csv", f"files: accounts.csv\n    values: {values}")))
    assert f"line 12: sources.accounts.values.{'status' if 'status' in values else 'name'}: {words}" in message


def test_all_mistakes_are_told_at_once(write):
    text = GOOD.replace("2026Q3", "2026Q5").replace("amount: Net", "amuont: Net\n      foo: bar").replace("120", "1")
    message = mistake(write(text))
    assert "4 mistakes in the study" in message
    lines = [row.split(":")[0].strip() for row in message.splitlines()[1:]]
    assert lines == ["line 3", "line 9", "line 10", "line 23"]


@pytest.mark.parametrize(
    ("tail", "line"),
    [
        ("churn: {horizon_days: 90}\n", "line 23"),  # the file has 22 lines; churn stands at 21 already
        ("x: !!python/object/apply:os.system ['exit 1']\n", "line 23"),
        ("x: [1\n", "line 24"),
    ],
)
def test_repeated_keys_tags_that_run_code_and_bad_yaml_are_refused_with_their_line(write, tail, line):
    assert line in mistake(write(GOOD + tail))


def test_a_missing_file_is_refused_and_told_what_to_do(tmp_path):
    assert "no study file. Check the path" in mistake(tmp_path / "none.yaml")


def test_a_file_in_another_encoding_is_refused(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_bytes(GOOD.replace("Acme", "Ромашка").encode("cp1251"))
    assert "not UTF-8" in mistake(path)


def test_the_rule_off_needs_no_quotes(write):
    text = GOOD + "cleaning:\n  rules: {zero_amount: off}\n"
    assert Study.read(write(text)).cleaning.rules == {"zero_amount": "off"}


# ------------------------------------------------------------------ dates


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026Q1", date(2026, 3, 31)),
        ("2026Q2", date(2026, 6, 30)),
        ("2026Q3", date(2026, 9, 30)),
        ("2026q4", date(2026, 12, 31)),
        ("2026-Q3", date(2026, 9, 30)),
        ("2024-02-29", date(2024, 2, 29)),
        (date(2026, 1, 2), date(2026, 1, 2)),
        (datetime(2026, 1, 2, 23, 59), date(2026, 1, 2)),
    ],
)
def test_a_day_or_a_quarter_is_read(text, day):
    assert as_date(text) == day


@pytest.mark.parametrize("bad", ["2026Q5", "2026Q0", "Q3", "2026", "30.09.2026", "2026-02-29", "", None, True, 2026])
def test_anything_else_is_no_day(bad):
    with pytest.raises(ValueError, match="expected a day such as 2026-09-30 or a quarter such as 2026Q3"):
        as_date(bad)


@pytest.mark.parametrize("far", ["1899-12-31", "2262-01-01", "9999Q4", date(1, 1, 1)])
def test_a_day_that_tables_cannot_hold_is_refused(far):
    """pandas ends at 2262-04-11; Excel's days begin with 1900."""
    with pytest.raises(ValueError, match="from 1900 to 2261"):
        as_date(far)


def test_the_name_of_the_drafts_is_taken(write):
    """`reports/drafts` is where notebooks opened by hand put their tables, and what `make clean` removes."""
    name = GOOD.splitlines()[0]
    assert "line 1: name: expected another name" in mistake(write(GOOD.replace(name, "name: drafts")))


def test_a_run_is_named_by_its_quarter_only_at_the_quarters_last_day():
    assert period_label(date(2026, 9, 30)) == "2026Q3"
    assert period_label(date(2026, 12, 31)) == "2026Q4"
    assert period_label(date(2026, 9, 29)) == "2026-09-29"
    assert period_label(date(2026, 8, 31)) == "2026-08-31"


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_the_name_of_a_run_reads_back_as_its_day(day):
    assert as_date(period_label(day)) == day


# ------------------------------------------------------------------ values given besides the file


def test_given_values_override_the_file_and_none_does_not(write):
    values = {"churn.horizon_days": 90, "kaism.cut": 6, "scoring.scale": None, "sources.orders.files": "b.csv"}
    study = Study.read(write(), as_of="2026Q2", values=values)
    assert (study.as_of, study.churn.horizon_days, study.kaism.cut) == (date(2026, 6, 30), 90, 6)
    assert study.scoring.scale == 100
    assert study.sources["orders"].files == ["b.csv"]
    assert study.sources["orders"].columns["amount"] == "Net"


def test_a_none_among_the_values_does_not_hide_the_date_that_was_given(write):
    assert Study.read(write(), as_of="2026Q2", values={"as_of": None}).as_of == date(2026, 6, 30)


def test_a_value_can_be_given_for_a_section_that_is_empty_in_the_file(write):
    assert Study.read(write(GOOD + "kaism:\n"), values={"kaism.cut": 6}).kaism.cut == 6


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"values": {"churn.horizon_days": 3}}, "as given: churn.horizon_days: "),
        ({"values": {"kaism.cut": 11}}, "as given: kaism.cut: "),
        ({"values": {"churn.horizonn": 3}}, "as given: churn.horizonn: unknown key"),
        ({"values": {"chrun.horizon_days": 90}}, "as given: chrun: unknown key"),
        ({"as_of": "2026Q5"}, "as given: as_of: expected a day"),
        ({"values": {"title.short": "A"}}, "leads through 'title', which holds no keys"),
    ],
)
def test_a_mistake_in_a_given_value_is_not_blamed_on_a_line_of_the_file(write, more, words):
    message = mistake(write(), **more)
    assert words in message
    assert "line " not in message


def test_a_mistake_of_the_file_keeps_its_line_when_other_values_are_given(write):
    text = GOOD.replace("weight: 40", "weight: 30")
    assert "line 12: scoring: weights" in mistake(write(text), values={"scoring.top_least": 5})


# ------------------------------------------------------------------ files


def test_paths_are_relative_to_the_study_file(write, tmp_path, monkeypatch):
    study = Study.read(write())
    monkeypatch.chdir("/")
    assert study.paths("orders") == [tmp_path / "orders.csv"]
    assert study.folder == tmp_path


def test_patterns_give_their_files_sorted_and_each_once(write, tmp_path):
    text = GOOD.replace("[orders.csv]", "[o2.csv, 'o*.csv']")
    (tmp_path / "o9.csv").mkdir()  # a folder is no file
    study = Study.read(write(text, files=("o2.csv", "o1.csv", "o3.csv", "p.csv")))
    assert [path.name for path in study.paths("orders")] == ["o2.csv", "o1.csv", "o3.csv"]


def test_a_pattern_may_be_an_absolute_path_or_climb(write, tmp_path):
    write(files=("o1.csv", "o2.csv"))
    for pattern in (f"{tmp_path}/o*.csv", "../o*.csv"):
        study = Study.read(write(GOOD.replace("orders.csv", pattern), name="deeper/study.yaml", files=()))
        assert [path.resolve() for path in study.paths("orders")] == [tmp_path / "o1.csv", tmp_path / "o2.csv"]


def test_brackets_in_the_folders_name_are_no_pattern(write, tmp_path):
    path = write(GOOD.replace("orders.csv", "o*.csv"), name="[2026]/study.yaml", files=("o1.csv",))
    assert Study.read(path).paths("orders") == [tmp_path / "[2026]" / "o1.csv"]


@pytest.mark.parametrize("name", ["none.csv", "none*.csv", "/nowhere/*.csv", "''", "."])
def test_a_table_without_a_file_is_refused_by_name(write, name):
    study = Study.read(write(GOOD.replace("[orders.csv]", name)))
    with pytest.raises(InputError, match="no file for the table 'orders'"):
        study.paths("orders")


def test_an_address_and_a_folder_get_a_remedy_of_their_own(write, tmp_path):
    (tmp_path / "sub").mkdir()
    for name, words in (("https://example.org/o.csv", "https://example.org/o.csv: .*Download it"), ("sub", "a folder")):
        study = Study.read(write(GOOD.replace("[orders.csv]", name)))
        with pytest.raises(InputError, match=words):
            study.paths("orders")


def test_one_missing_file_among_several_is_refused(write):
    study = Study.read(write(GOOD.replace("[orders.csv]", "[orders.csv, none.csv]")))
    with pytest.raises(InputError, match=r"none\.csv"):
        study.paths("orders")


def test_a_pattern_that_means_nothing_is_refused(write):
    study = Study.read(write(GOOD.replace("[orders.csv]", "'a**.csv'")))
    with pytest.raises(InputError, match="no valid pattern of files"):
        study.paths("orders")


# ------------------------------------------------------------------ round trip and fingerprint


def round_trip(study, folder):
    path = folder / "again.yaml"
    path.write_text(study.to_yaml(), encoding="utf-8")
    return Study.read(path)


def without_places(study):
    tree = study.model_dump()
    for source in tree["sources"].values():
        del source["files"]
    return tree


def test_written_and_read_again_it_is_the_same_study_from_anywhere(write, tmp_path):
    text = GOOD.replace("Key accounts of Acme", "'2026-09-30: «Ключевые», 100 % # off'")
    text = text.replace("[orders.csv]", "'o*.csv'").replace("order_id: Invoice", "order_id: '0123'")
    study = Study.read(write(text, files=("o1.csv", "o2.csv", "accounts.csv")), values={"churn.horizon_days": 90})
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    again = round_trip(study, elsewhere)
    assert without_places(again) == without_places(study)
    assert again.paths("orders") == study.paths("orders")
    assert again.fingerprint() == study.fingerprint()
    assert again.to_yaml() == study.to_yaml()


@settings(max_examples=30)
@given(title=st.text(min_size=1, max_size=60).filter(lambda text: text.isprintable()), cut=st.floats(0.01, 9.99))
def test_any_title_and_number_survive_the_round_trip(tmp_path_factory, title, cut):
    folder = tmp_path_factory.getbasetemp() / "any"
    folder.mkdir(exist_ok=True)
    path = folder / "study.yaml"
    path.write_text(GOOD, encoding="utf-8")
    for name in ("orders.csv", "accounts.csv"):
        (folder / name).touch()
    again = round_trip(Study.read(path, values={"title": title, "kaism.cut": cut}), folder)
    assert (again.title, again.kaism.cut) == (title, cut)


def test_the_fingerprint_does_not_change_with_the_folder_or_the_order_of_keys(write):
    here, there = write(), write(name="other/place/study.yaml")
    turned = write("churn:\n  horizon_days: 120\n" + GOOD[: GOOD.index("churn:")], name="turned/study.yaml")
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
def test_the_fingerprint_changes_with_every_value_that_can_change_a_result(write, old, new):
    assert old in GOOD
    changed = write(GOOD.replace(old, new), name="changed.yaml")
    assert Study.read(changed).fingerprint() != Study.read(write()).fingerprint()


def test_the_fingerprint_of_given_values_is_that_of_a_file_with_them(write):
    given_ = Study.read(write(), values={"churn.horizon_days": 90}).fingerprint()
    assert given_ == Study.read(write(GOOD.replace("120", "90"), name="b.yaml")).fingerprint()


def test_a_study_crosses_processes_with_its_folder(write, tmp_path):
    study = Study.read(write())
    again = pickle.loads(pickle.dumps(study))
    assert (again, again.folder) == (study, tmp_path)
