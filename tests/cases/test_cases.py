"""Faults that were reported once, each with its files and what is right."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from kamlib.errors import InputError
from kamlib.facts import account_facts
from kamlib.init import propose_study
from kamlib.intake.pipeline import Clean, collect
from kamlib.run import Run, batch_file
from kamlib.segments import rfm_segments
from kamlib.study.model import Study

HERE = Path(__file__).parent


@pytest.fixture
def case(tmp_path):
    """``case("rate-overflow", cleaning={...})``: what comes of the study of a case, with some of its values changed."""

    def clean(name: str, /, **changed) -> Clean:
        tree = yaml.safe_load((HERE / name / "study.yaml").read_text(encoding="utf-8")) | changed
        for source in tree["sources"].values():
            files = [source["files"]] if isinstance(source["files"], str) else source["files"]
            source["files"] = [str(HERE / name / file) for file in files]
        path = tmp_path / "study.yaml"
        path.write_text(yaml.safe_dump(tree, allow_unicode=True), encoding="utf-8")
        return collect(Study.read(path))

    return clean


def sums(clean: Clean) -> dict[str, Decimal]:
    """Money kept, by customer."""
    table = clean.orders.to_pandas()
    return {name: sum(found["amount"]) for name, found in table.groupby("customer_id")}


def aside(clean: Clean) -> dict[str, int]:
    """Rows set aside, by reason."""
    return clean.quarantine.to_pandas()["reason"].value_counts().to_dict()


def test_an_amount_of_five_digits_in_another_currency_is_converted(case):
    assert sums(case("rate-overflow")) == {"A": Decimal("10805.00")}


def test_a_foreign_sign_is_no_money_of_our_own(case):
    with pytest.raises(InputError, match="other currencies than EUR"):
        case("foreign-sign-taken-for-own")
    lifted = {"most_rows": 1, "most_amount": 1, "rules": {"no_rate": "set_aside"}}
    with pytest.raises(InputError, match="no_rate 6"):
        case("foreign-sign-taken-for-own", cleaning=lifted)


def test_five_comma_dash_is_five(case):
    assert sums(case("whole-amount-dash")) == {"A": Decimal(100), "B": Decimal(20), "C": Decimal("109.50")}


def test_a_customer_is_one_whatever_nobody_sees(case):
    assert sums(case("invisible-characters-split-a-customer")) == {"Café": 20, "C1": 100}


def test_a_word_for_missing_is_no_customer(case):
    clean = case("null-word-customer", cleaning={"most_rows": 1, "most_amount": 1})
    assert sums(clean) == {"A": 5} and aside(clean) == {"no_account": 8}


def test_a_word_for_none_is_no_parent(case):
    assert sums(case("placeholder-parent-merges-all")) == dict.fromkeys(["A0", "A1", "A2", "A3", "A4"], 10)


def test_ids_that_a_spreadsheet_shortened_are_told(case):
    told = case("spreadsheet-shortened-ids").notes
    assert any("'4.00638E+12', '4.0064E+12'" in one and "last digits are lost" in one for one in told)


def test_names_of_columns_that_differ_in_capitals_are_one_column(case):
    assert sums(case("header-case-second-file")) == {"A": 10, "B": 40, "C": 30}


def test_a_line_that_another_file_writes_otherwise_is_the_same_line(case):
    clean = case("overlap-written-otherwise")
    assert sums(clean) == {"A": 10, "B": 40, "C": 30} and aside(clean) == {"overlap": 2}


def test_serial_days_of_1904_are_those_of_the_workbook(case):
    days = case("excel-1904-serial-days").orders.to_pandas()["date"].astype(str)
    assert days.tolist() == ["2026-04-01", "2026-04-01"]


def test_what_a_spreadsheet_could_not_work_out_keeps_its_text(case):
    clean = case("excel-errors-lose-their-text", cleaning={"most_rows": 1, "most_amount": 1})
    assert {"#N/A", "#DIV/0!"} <= set(clean.quarantine.to_pandas()["original"].str.extract(r'"([^"]*)"$')[0])


def test_a_hidden_sheet_is_not_read_and_said_so(case):
    clean = case("hidden-sheet-read")
    assert sums(clean) == {"A": 10} and any("'old copy' (hidden)" in one for one in clean.notes)


def test_a_moment_has_the_day_of_the_zone_that_the_study_names(case):
    with pytest.raises(InputError, match=r"o\.parquet, column 'day': .*time zone"):
        case("parquet-time-zone-shifts-days")
    tree = yaml.safe_load((HERE / "parquet-time-zone-shifts-days/study.yaml").read_text())
    tree["sources"]["orders"]["dialect"] = {"time_zone": "Europe/Moscow"}
    clean = case("parquet-time-zone-shifts-days", **tree | {"as_of": "2026-07-31"})
    assert clean.orders.to_pandas()["date"].astype(str).tolist() == ["2026-04-01", "2026-07-01"]


def test_one_line_of_another_century_is_no_beginning(case):
    clean = case("one-absurd-day-observes-a-century")
    assert aside(clean) == {"lone_day": 1}
    found = account_facts(clean.orders, date(2026, 6, 30)).set_index("customer_id")
    assert found["revenue_prev_12m"].isna().all()


@pytest.mark.parametrize(("file", "first"), [("o.csv", "Żółw Łódź"), ("cp866.csv", None), ("koi8.csv", None)])
def test_letters_are_those_that_were_written_and_the_encoding_is_told(case, file, first):
    tree = yaml.safe_load((HERE / "encoding-cp1250-cp866-koi8/study.yaml").read_text())["sources"]
    tree["orders"]["files"] = file
    clean = case("encoding-cp1250-cp866-koi8", sources=tree)
    names = set(sums(clean))
    assert first is None or first in names
    assert first or any(name.istitle() and "А" <= name[0] <= "Я" for name in names)
    assert any("told by its letters" in one for one in clean.notes)


def test_who_bought_once_is_never_a_regular(case):
    clean = case("one-time-buyers-called-regulars")
    named = rfm_segments(account_facts(clean.orders, date(2026, 6, 30))).set_index("customer_id")["segment"]
    days = clean.orders.group_by("customer_id").agg(n=clean.orders.date.nunique()).to_pandas()
    once = named.reindex(days.loc[days["n"] == 1, "customer_id"]).dropna()
    assert len(once) > 50 and not once.str.contains("regular|core").any()


def test_amounts_that_can_be_read_in_two_ways_wait_for_a_person(tmp_path, monkeypatch):
    """1,100 is a thousand or one: forty lines of 209,360 in all, or of 209.36."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(HERE / "ambiguous-decimal-runs" / "o.csv", tmp_path)
    study = propose_study(["o.csv"], Path("study.yaml")).path
    with pytest.raises(
        InputError, match=r"2 questions are open.*\n.*currency: \?\n.*dialect\.decimal: \? \. or ,\nTake the"
    ):
        Study.read(study)
    answers = {"currency": "EUR", "proposed": False, "sources.orders.dialect.decimal": "."}
    assert sum(sums(collect(Study.read(study, values=answers))).values()) == 209_360
    answers |= {"sources.orders.dialect.decimal": ",", "sources.orders.dialect.thousands": "."}
    assert sum(sums(collect(Study.read(study, values=answers))).values()) == Decimal("209.36")


def test_an_empty_study_is_not_the_sample():
    with pytest.raises(InputError, match="study is empty"):
        Run.open("")


def test_two_studies_of_one_name_are_refused_before_anything_runs():
    file = HERE / "two-studies-of-one-name" / "quarter.yaml"
    jobs = batch_file.jobs_of(batch_file.read(file), file.parent, [], None)
    with pytest.raises(InputError, match="several entries are for the same report: 't 2026Q2'"):
        batch_file.refuse_twice(jobs, file)
