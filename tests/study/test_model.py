"""Reading a study file: its values, each mistake with its line, and the files it names. Oracle: lines counted by hand in the fixture `good`."""

from __future__ import annotations

from datetime import date

import pytest

from kamlib.errors import InputError
from kamlib.report.words import sentence
from kamlib.study.model import Study


def test_a_good_file_is_read_with_its_values_and_the_defaults(write):
    study = Study.read(write())
    assert (study.name, study.as_of, study.unit, study.currency) == ("acme", date(2026, 9, 30), "group", "EUR")
    assert study.sources["orders"][0].columns == {"order_id": "Invoice", "amount": "Net"}
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
        ("as_of: 2026Q3", "as_of: 2026Q3\n2027: x", "line 4: 2027", "a key that is text"),
        ("as_of: 2026Q3", "as_of: 2026Q3\nvalue: {discount: .nan}", "line 4: value.discount", "finite"),
    ],
)
def test_each_mistake_is_named_with_its_line_key_and_what_was_found(write, old, new, line, words, mistake, good):
    assert good.count(old) == 1
    path = write(good.replace(old, new))
    message = mistake(path)
    assert f"{path}: a mistake in the study\n  {line}: " in message
    assert words in message
    assert "pydantic" not in message
    assert "Criterion" not in message


def test_what_stands_at_an_unknown_key_is_not_shown_for_it_may_be_a_password(write, mistake, good):
    message = mistake(write(good + "engine: {password: hunter2}\n"))
    assert "line 23: engine.password: unknown key" in message and "hunter2" not in message


def test_all_mistakes_are_told_at_once(write, mistake, good):
    text = good.replace("2026Q3", "2026Q5").replace("amount: Net", "amuont: Net\n      foo: bar").replace("120", "1")
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
def test_repeated_keys_tags_that_run_code_and_bad_yaml_are_refused_with_their_line(write, tail, line, mistake, good):
    assert line in mistake(write(good + tail))


def test_a_missing_file_is_refused_and_told_what_to_do(tmp_path, mistake):
    assert "no study file. Check the path" in mistake(tmp_path / "none.yaml")


def test_a_file_in_another_encoding_is_refused(tmp_path, mistake, good):
    path = tmp_path / "study.yaml"
    path.write_bytes(good.replace("Acme", "Ромашка").encode("cp1251"))
    assert "not UTF-8" in mistake(path)


def test_the_rule_off_needs_no_quotes(write, good):
    text = good + "cleaning:\n  rules: {zero_amount: off}\n"
    assert Study.read(write(text)).cleaning.rules == {"zero_amount": "off"}


def test_the_name_of_the_drafts_is_taken(write, mistake, good):
    """`reports/drafts` is where notebooks opened by hand put their tables, and what `make clean` removes."""
    name = good.splitlines()[0]
    assert "such as acme_2026, and not drafts; found 'drafts'" in mistake(write(good.replace(name, "name: drafts")))


def test_given_values_override_the_file_and_none_does_not(write):
    values = {"churn.horizon_days": 90, "kaism.cut": 6, "scoring.scale": None, "sources.orders.files": "b.csv"}
    study = Study.read(write(), as_of="2026Q2", values=values)
    assert (study.as_of, study.churn.horizon_days, study.kaism.cut) == (date(2026, 6, 30), 90, 6)
    assert study.scoring.scale == 100
    assert study.sources["orders"][0].files == ["b.csv"]
    assert study.sources["orders"][0].columns["amount"] == "Net"


def test_a_none_among_the_values_does_not_hide_the_date_that_was_given(write):
    assert Study.read(write(), as_of="2026Q2", values={"as_of": None}).as_of == date(2026, 6, 30)


def test_a_fiscal_year_is_read_and_names_the_run(write, good):
    text = good.replace("as_of: 2026Q3", "as_of: FY2026Q3\nyear_begins: 7\nstart: FY2024Q1")
    study = Study.read(write(text))
    assert (study.as_of, study.start, study.period) == (date(2026, 3, 31), date(2023, 9, 30), "FY2026Q3")
    assert Study.read(write(text), as_of="2026-04-01").period == "2026-04-01"
    assert Study.read(write(), values={"year_begins": 4}, as_of="FY2027Q2").as_of == date(2026, 9, 30)
    assert Study.read(write()).period == "2026Q3"


def test_a_fiscal_year_is_explained_and_a_calendar_year_is_not(write):
    fiscal = Study.read(write(), as_of="2026-09-30", values={"year_begins": 7})
    assert sentence(fiscal.fiscal_year) == "The fiscal year begins in July: FY2026 is the one that ends in 2026."
    assert Study.read(write()).fiscal_year is None


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("as_of: 2026Q3\nyear_begins: 7", "line 3: as_of: the fiscal year begins in July"),
        ("as_of: FY2026Q3", "line 3: as_of: a quarter of a fiscal year, but the year begins in January"),
        ("as_of: 2026Q3\nyear_begins: 13", "line 4: year_begins: "),
        ("as_of: 2026Q3\nyear_begins: July", "line 4: year_begins: "),
        ("as_of: 2026-09-30\nstart: 2024Q1\nyear_begins: 7", "line 4: start: the fiscal year begins in July"),
    ],
)
def test_a_quarter_of_an_unsure_year_is_refused_with_its_line(write, lines, words, mistake, good):
    assert words in mistake(write(good.replace("as_of: 2026Q3", lines)))


def test_a_value_can_be_given_for_a_section_that_is_empty_in_the_file(write, good):
    assert Study.read(write(good + "kaism:\n"), values={"kaism.cut": 6}).kaism.cut == 6


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
def test_a_mistake_in_a_given_value_is_not_blamed_on_a_line_of_the_file(write, more, words, mistake):
    message = mistake(write(), **more)
    assert words in message
    assert "line " not in message


def test_a_mistake_of_the_file_keeps_its_line_when_other_values_are_given(write, mistake, good):
    text = good.replace("weight: 40", "weight: 30")
    assert "line 12: scoring: weights" in mistake(write(text), values={"scoring.top_least": 5})


def test_paths_are_relative_to_the_study_file(write, tmp_path, monkeypatch):
    study = Study.read(write())
    monkeypatch.chdir("/")
    assert study.paths("orders") == [tmp_path / "orders.csv"]
    assert study.folder == tmp_path


@pytest.mark.parametrize("name", ["none.csv", "none*.csv", "/nowhere/*.csv", "''", "."])
def test_a_table_without_a_file_is_refused_by_name(write, name, good):
    study = Study.read(write(good.replace("[orders.csv]", name)))
    with pytest.raises(InputError, match="no file for the table 'orders'"):
        study.paths("orders")


def test_an_address_and_a_folder_get_a_remedy_of_their_own(write, tmp_path, good):
    (tmp_path / "sub").mkdir()
    for name, words in (("https://example.org/o.csv", "https://example.org/o.csv: .*Download it"), ("sub", "a folder")):
        study = Study.read(write(good.replace("[orders.csv]", name)))
        with pytest.raises(InputError, match=words):
            study.paths("orders")


def test_one_missing_file_among_several_is_refused(write, good):
    study = Study.read(write(good.replace("[orders.csv]", "[orders.csv, none.csv]")))
    with pytest.raises(InputError, match=r"none\.csv"):
        study.paths("orders")


def test_a_day_given_twice_is_refused_and_the_same_one_is_not(make_study, tmp_path):
    make_study({"orders.csv": "order_id,account_id,date,amount\n1,a,2026-01-01,5\n"})
    with pytest.raises(InputError, match="as_of is given twice; found '2026Q1 and 2025Q4'"):
        Study.read(tmp_path / "study.yaml", as_of="2026Q1", values={"as_of": "2025Q4"})
    assert Study.read(tmp_path / "study.yaml", as_of="2026Q1", values={"as_of": "2026Q1"}).period == "2026Q1"
