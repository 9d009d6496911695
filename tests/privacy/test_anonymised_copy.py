"""The pseudonymised copy of a small study. Oracle: planted ids, names, amounts and days in its bytes; what was scaled and moved."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
import yaml

from kamlib.errors import InputError
from kamlib.intake import pipeline
from kamlib.privacy.anonymised_copy import _factor, _secret, anonymise
from kamlib.study.model import Study

KEY = "a stated key of enough letters"


SMALL = {
    "orders.csv": "order_id,account_id,date,amount,Age,channel\n"
    + "".join(f"INV-77{i},ACME-{i % 9},2024-03-{1 + i % 28:02d},{12345.67 + i * 111.11:.2f},99,{'web' if i % 9 else 'fax of Bob'}\n" for i in range(60))
    + "CN-1,ACME-1,2024-04-02,-98765.43,99,web\nlate,ACME-1,2029-01-01,777.77,99,web\n",
    "accounts.csv": "account_id,name,parent_id,country,industry,tax_id,address,employees\n"
    + "".join(f"ACME-{i},Oddfirm {i},{'ACME-0' if i in (1, 2) else ''},{'Germany' if i else 'Tonga'},food,TAX99{i},Oddstreet {i},{4321 + i}\n" for i in range(9)),
    "notes.csv": "account_id,date,topic,text\nACME-1,2024-03-05,needs,oddnote\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    """A study file of texts that can't be there by chance."""
    tmp_path = tmp_path_factory.mktemp("small")
    for name, content in SMALL.items():
        (tmp_path / name).write_text(content)
    criteria = [
        {"name": "revenue_12m", "source": "facts", "group": "revenue", "worst": 0, "best": 54321.5, "weight": 100}
    ]
    tree = {
        "name": "oddstudy", "title": "Oddtitle of Oddcompany", "as_of": "2024-06-30", "start": "2024-02-11",
        "sources": {Path(name).stem: {"files": name} for name in SMALL},
        "cleaning": {"cancelled": "^CN-", "highest_price": 65432.1, "not_goods": "^ODDGOODS$"},
        "scoring": {"criteria": criteria, "qualifying_revenue": 87654.3}, "money": {"fixed_costs": 23456.7},
        "winback": {"offers": [{"cause": "any", "offer": "oddoffer", "cost": 34567.8}]},
        "rfm": {"segments": [{"name": f"odd {r}", "r": [r], "policy": "odd policy"} for r in ("high", "middle", "low")]},
    }  # fmt: skip
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(tree))
    return tmp_path / "study.yaml"


@pytest.fixture(scope="module")
def small_copy(small, tmp_path_factory) -> Path:
    return anonymise(Study.read(small), tmp_path_factory.mktemp("copies") / "copy", key=KEY).study.parent


@pytest.mark.slow
def test_no_planted_id_name_amount_or_day_is_in_any_byte(small, small_copy, text_of):
    written = text_of(small_copy)
    words = ["ACME", "INV-77", "odd", "Odd", "TAX99", "fax", "Tonga", "ODDGOODS", "Age", KEY]
    days = ["2024-06-30", "2024-02-11", "2029-01-01", "2024-03-", "2024-04-"]
    assert [text for text in words + days if text in written] == []
    amounts = [
        54321.5,
        87654.3,
        23456.7,
        65432.1,
        34567.8,
        777.77,
        98765.43,
        4321,
        *(12345.67 + i * 111.11 for i in range(60)),
    ]
    numbers = {round(float(text), 4) for text in re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])", written)}
    assert numbers & {round(amount, 4) for amount in amounts} == set() and len(numbers) > 60
    study = Study.read(small_copy / "study.yaml")
    assert study.title == "Anonymised study" and (study.as_of - Study.read(small).as_of).days % 7 == 0
    orders = pd.read_csv(small_copy / "orders.csv", dtype=str)
    assert len(orders) == 61 and set(orders["channel"]) == {"web", "other"}
    assert orders["order_id"].str.startswith("CN-").sum() == 1
    weekdays = pd.to_datetime(pd.read_csv(small.with_name("orders.csv"))["date"][:61]).dt.weekday.value_counts()
    pd.testing.assert_series_equal(
        pd.to_datetime(orders["date"]).dt.weekday.value_counts().sort_index(), weekdays.sort_index(), check_names=False
    )
    accounts = pd.read_csv(small_copy / "accounts.csv", dtype=str)
    assert accounts["country"].value_counts().to_dict() == {"Germany": 8, "other": 1}
    assert accounts["parent_id"].value_counts().to_dict() == {
        accounts["account_id"][accounts["country"] == "other"].item(): 2
    }
    assert set(accounts["employees"]) == {"4300"}


def test_thresholds_are_scaled_by_the_factor_of_the_amounts(small_copy):
    study = Study.read(small_copy / "study.yaml")
    factor = study.scoring.criteria[0].best / 54321.5
    assert study.scoring.qualifying_revenue == pytest.approx(87654.3 * factor)
    assert study.money.fixed_costs == pytest.approx(23456.7 * factor)
    assert study.cleaning.highest_price == pytest.approx(65432.1 * factor)
    amounts = pd.read_csv(small_copy / "orders.csv")["amount"]
    assert amounts.min() == pytest.approx(-98765.43 * factor)


def test_the_month_in_which_the_year_begins_is_not_in_the_copy(small, tmp_path):
    """The days are moved, so that it would only tell which company it is."""
    study = Study.read(small, values={"year_begins": 7})
    copy = anonymise(study, tmp_path / "copy", key=KEY).study
    assert "year_begins" not in copy.read_text() and Study.read(copy).year_begins == 1


def test_of_money_amounts_are_scaled_rates_and_days_stay_and_what_names_a_customer_is_left_out(small, tmp_path):
    given = {
        "vat": 0.21,
        "supplier_days": 30,
        "credit_line": 1000.0,
        "approval": "2026-10-28",
        "contra": {"K.0001": 500.0},
    }
    study = Study.read(small, values={f"money.{name}": value for name, value in given.items()})
    copy = Study.read(anonymise(study, tmp_path / "copy", key=KEY).study)
    factor = copy.money.fixed_costs / 23456.7
    assert (copy.money.vat, copy.money.supplier_days, copy.money.contra) == (0.21, 30, {})
    assert copy.money.credit_line == pytest.approx(1000 * factor) and factor > 3
    assert copy.money.approval - study.money.approval == copy.as_of - study.as_of


def test_offers_lose_their_words_and_costs_wherever_the_study_has_them(small, tmp_path):
    """The study of `small` has one in its own section; a playbook with others leaves that one as it is."""
    offers = [{"cause": "any", "offer": "oddgift", "cost": 45678.9}]
    study = Study.read(small, values={"playbook.win_back": {"offers": offers}, "playbook.hours_a_week": 5})
    copy = anonymise(study, tmp_path / "copy", key=KEY).study
    assert [text for text in ("oddoffer", "oddgift", "34567.8", "45678.9") if text in copy.read_text()] == []
    again = Study.read(copy)
    costs = [
        each.offers[0].cost / factor for each, factor in ((again.winback, 34567.8), (again.playbook.win_back, 45678.9))
    ]
    assert costs[0] == pytest.approx(costs[1]) and costs[0] > 3 and again.playbook.hours_a_week == 5


def test_the_sponsors_of_customers_are_left_out_and_no_copy_names_contacts(small, tmp_path):
    given = {"sponsors": {"K.0001": "owner"}, "contact_names": True, "benefit_cap": 0.1}
    study = Study.read(small, values={f"dossier.{name}": value for name, value in given.items()})
    copy = Study.read(anonymise(study, tmp_path / "copy", key=KEY).study)
    assert (copy.dossier.sponsors, copy.dossier.contact_names, copy.dossier.benefit_cap) == ({}, False, 0.1)


@pytest.mark.slow
def test_the_factor_is_no_round_number_and_differs_from_key_to_key():
    factors = [_factor(_secret(f"a stated key of letters {number}")) for number in range(60)]
    assert len(set(factors)) > 50 and all(3 < f < 30 and f * 20 % 1 and f * 100 % 1 == 0 for f in factors)


@pytest.mark.slow
def test_a_kind_that_is_a_formula_is_guarded(make_study, tmp_path):
    kinds = ["=HYPERLINK(1)", "+1", "-x", "@SUM(A1)", "＝1+1", " =2", "plain"]
    lines = [f"o{i}{k},a{i},2026-01-0{k + 1},1{k}.5,{kind}" for k, kind in enumerate(kinds) for i in range(6)]
    study = make_study({"orders.csv": "order_id,account_id,date,amount,channel\n" + "\n".join(lines) + "\n"})
    made = pd.read_csv(anonymise(study, tmp_path / "copy", key=KEY).study.with_name("orders.csv"))
    assert set(made["channel"].str.strip()) == {"plain", *(f"'{kind.strip()}" for kind in kinds[:-1])}


@pytest.mark.slow
def test_a_stated_key_gives_the_same_copy_and_none_another_one_each_time(small, small_copy, tmp_path, text_of):
    made = [
        text_of(anonymise(Study.read(small), tmp_path / str(i), key=key).study.parent)
        for i, key in enumerate((KEY, None, None))
    ]
    assert made[0] == text_of(small_copy) and len(set(made)) == 3


def test_a_folder_with_files_and_a_short_key_are_refused(small, tmp_path):
    with pytest.raises(InputError, match="not empty"):
        anonymise(Study.read(small), small.parent)
    with pytest.raises(InputError, match="--key is too short"):
        anonymise(Study.read(small), tmp_path / "copy", key="short")
    assert not (tmp_path / "copy").exists()


@pytest.mark.slow
def test_the_command_makes_a_copy_that_checks(small, tmp_path, monkeypatch, capsys):
    import sys

    from kamlib import cli

    for words in (["anonymise", str(small), str(tmp_path / "copy")], ["check", str(tmp_path / "copy" / "study.yaml")]):
        monkeypatch.setattr(sys, "argv", ["kam", *words])
        with pytest.raises(SystemExit) as end:
            cli.main()
        assert not end.value.code, capsys.readouterr().err
    out = capsys.readouterr().out
    assert "Anonymised study" in out and "one known order line names its customer in 100.0% of the cases" in out


@pytest.mark.slow
def test_customers_known_by_name_in_several_files_are_copied_with_what_joined_them(make_study, tmp_path):
    """No table of accounts, no order id, rows that do not count: the copy has plain tables, and the same customers and sums."""
    files = {
        "a.csv": "Who,Day,Sum,State\nAlpha,2026-01-01,10,won\nALPHA,2026-02-01,20,won\nBeta,2026-03-01,40,lost\n",
        "b.csv": "Кто;День;Сумма\nБета;2026-04-01;80\n",
        "firms.csv": "account_id,other_id,decision\nAlpha,ALPHA,same\nBeta,Бета,same\n",
    }
    sources = [
        {"files": "a.csv", "columns": {"account_id": "Who", "date": "Day", "amount": "Sum"}},
        {"files": "b.csv", "columns": {"account_id": "Кто", "date": "День", "amount": "Сумма"}},
    ]
    study = make_study(
        files, sources={"orders": sources}, cleaning={"only": {"State": "won"}}, identity={"review": "firms.csv"}
    )
    made = pipeline.collect(Study.read(anonymise(study, tmp_path / "copy", key=KEY).study))
    by = made.orders.to_pandas().groupby("customer_id")
    assert sorted(by.size()) == [1, 2] and by["order_id"].nunique().sum() == 3
    sums = by["amount"].sum().astype(float)
    assert sums.max() / sums.min() == pytest.approx(80 / 30)
