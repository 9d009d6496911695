"""The pseudonymised copy. Oracles: ranks on the sample and on its copy; planted ids, names, amounts and days in its bytes."""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from pathlib import Path

import ibis
import numpy as np
import pandas as pd
import pytest
import yaml

from kamlib.errors import InputError
from kamlib.facts import account_facts
from kamlib.facts.customers import units
from kamlib.intake import pipeline
from kamlib.privacy.anonymised_copy import _factor, _secret, anonymise
from kamlib.run.places import SAMPLE
from kamlib.scoring.criteria import criterion_values
from kamlib.scoring.ratings import latest_ratings
from kamlib.scoring.scores import score
from kamlib.segments.abc_xyz import abc_classes
from kamlib.segments.rfm import rfm_segments
from kamlib.study.dictionary import INPUTS
from kamlib.study.model import Study

KEY = "a stated key of enough letters"


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """The folder of the copy of the sample."""
    return anonymise(Study.read(SAMPLE), tmp_path_factory.mktemp("copies") / "copy", key=KEY).study.parent


@pytest.fixture(scope="module")
def both(sample_clean, copy):
    """(study, clean tables, facts) of the sample and of its copy."""
    made, other = [], Study.read(copy / "study.yaml")
    for study, clean in ((Study.read(SAMPLE), sample_clean), (other, pipeline.collect(other))):
        made.append((study, clean, account_facts(clean.orders, study.as_of, observed_from=study.start)))
    return made


@pytest.fixture(scope="module")
def pairs(both) -> pd.Series:
    """The pseudonym of each unit, worked out here with Python's own HMAC from the stated key."""
    secret = hashlib.scrypt(KEY.encode(), salt=b"kam anonymise", n=2**14, r=8, p=1, dklen=32)
    units = both[0][2]["customer_id"]
    return pd.Series(
        {unit: "K." + hmac.new(secret, f"account:{unit}".encode(), "sha256").hexdigest()[:12] for unit in units}
    )


@pytest.mark.slow
def test_facts_are_the_same_but_for_the_factor(both, pairs):
    old, new = both[0][2].set_index("customer_id"), both[1][2].set_index("customer_id")
    assert set(new.index) == set(pairs) and pairs.is_unique
    new = new.loc[pairs[old.index]].set_axis(old.index)
    factor = new["revenue"].sum() / old["revenue"].sum()
    assert round(factor, 2) == pytest.approx(factor, rel=1e-9) and factor > 3
    money = [c for c in old if re.match("(revenue|margin(?!_known)|returns)|average_order", c)]
    for column in money:
        np.testing.assert_allclose(new[column], old[column] * factor, rtol=1e-9, atol=1e-6, err_msg=column)
    days = ["as_of", "first_order", "last_order", "long_gap_ended"]
    shifts = {shift for column in days for shift in (new[column] - old[column]).dropna().dt.days}
    assert len(shifts) == 1 and shifts.pop() % 7 == 0
    monthly = [c for c in old if re.match("regularity|trend", c)]  # the shifted months begin on other days
    assert len(monthly) == 4 and (new[monthly].corrwith(old[monthly]) > 0.98).all()
    rest = old.columns.difference([*money, *days, *monthly])
    pd.testing.assert_frame_equal(new[rest], old[rest], rtol=1e-9)


@pytest.mark.slow
def test_offers_lose_their_words_and_their_costs_are_scaled(both):
    (study, _, facts), (other, _, scaled) = both
    factor = scaled["revenue"].sum() / facts["revenue"].sum()
    assert [offer.offer for offer in other.winback.offers] == [
        f"offer {n}" for n in range(1, len(study.winback.offers) + 1)
    ]
    assert [offer.cause for offer in other.winback.offers] == [offer.cause for offer in study.winback.offers]
    costs = [offer.cost * factor for offer in study.winback.offers]
    assert [offer.cost for offer in other.winback.offers] == pytest.approx(costs, rel=1e-9)


@pytest.mark.slow
def test_ranks_classes_and_groups_are_the_same(both, pairs):
    (_, clean, facts), (_, clean_2, facts_2) = both
    assert pairs.size == facts.shape[0]
    for column in ("revenue_12m", "margin_12m", "margin_24m", "silence_days", "growth"):
        rank = facts.set_index("customer_id")[column].rank()
        again = facts_2.set_index("customer_id")[column].rank()
        assert (again.loc[pairs[rank.index]].to_numpy() == rank.to_numpy())[rank.notna()].all(), column
    sizes = clean.heads.groupby("customer_id").size()
    assert sorted(sizes) == sorted(clean_2.heads.groupby("customer_id").size())


@pytest.mark.slow
def test_rfm_and_abc_are_the_same(both, pairs):
    for classes in (rfm_classes, abc):
        old, new = (classes(facts).set_index("customer_id") for _, _, facts in both)
        pd.testing.assert_frame_equal(new.loc[pairs[old.index]].set_axis(old.index), old)


def rfm_classes(facts: pd.DataFrame) -> pd.DataFrame:
    return rfm_segments(facts)[["customer_id", "r", "f", "m", "segment"]]


def abc(facts: pd.DataFrame) -> pd.DataFrame:
    return abc_classes(facts)[["customer_id", "abc"]]


@pytest.mark.slow
def test_scores_and_who_is_key_are_the_same(both, pairs):
    found = []
    for study, clean, facts in both:
        criteria = study.scoring.criteria
        ratings = latest_ratings(clean.tables["ratings"], study.as_of)
        values = criterion_values(criteria, facts, ratings=ratings, accounts=units(clean.tables["accounts"]))
        found.append(score(values, criteria, scale=study.scoring.scale).set_index("customer_id"))
    old, new = found
    numbers = old.select_dtypes("number").columns
    again = new.loc[pairs[old.index]].set_axis(old.index)
    assert len(numbers)
    np.testing.assert_allclose(again[numbers], old[numbers], rtol=1e-9, atol=1e-9)


def text_of(folder: Path) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in folder.iterdir())


@pytest.mark.slow
def test_no_id_name_or_channel_of_the_sample_is_in_any_byte_of_the_copy(copy):
    written = text_of(copy)
    words = set(re.findall(r"[\w.+@-]+", written))
    read = {name: pd.read_csv(SAMPLE.with_name(f"{name}.csv"), dtype=str) for name in INPUTS}
    columns = [
        ("accounts", "account_id"), ("orders", "order_id"), ("orders", "product"), ("orders", "manager"),
        ("orders", "category"), ("invoices", "invoice_id"), ("proposals", "proposal_id"), ("contacts", "contact_id"),
        ("contacts", "work_channel"),
    ]  # fmt: skip
    for table, column in columns:
        assert (set(read[table][column].dropna()) - {column}) & words == set(), (table, column)
    texts = [
        ("accounts", "name"),
        ("contacts", "name"),
        ("ratings", "rival"),
        ("proposals", "rival"),
        ("notes", "text"),
    ]
    texts += [("actions", "action"), ("interactions", "lesson"), ("interactions", "outcome")]
    wordy = "\n".join(cell for cell in set(re.split(r"[,\n]", written)) if re.search(r"[^\W\d_]{4}", cell))
    for table, column in texts:
        long = {text for text in read[table][column].dropna() if len(text) > 8}
        assert long and [text for text in long if text in wordy] == [], (table, column)
    assert KEY not in written


@pytest.mark.slow
def test_names_are_invented_without_a_stem_of_an_old_one(copy):
    old = pd.read_csv(SAMPLE.with_name("accounts.csv"), dtype=str)["name"].dropna()
    new = pd.read_csv(copy / "accounts.csv", dtype=str)["name"].dropna()
    assert new.is_unique and len(new) == len(old)
    first = (
        new.str.replace("«", " ").str.split().map(lambda words: next(w for w in words if w not in ("ООО", "АО", "ЗАО")))
    )
    everything = " ".join(old).lower()
    assert not any(stem.lower() in everything for stem in first)


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
def test_no_planted_id_name_amount_or_day_is_in_any_byte(small, small_copy):
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


@pytest.mark.slow
def test_the_factor_and_the_shift_are_found_in_seconds_as_the_readme_says(copy, sample_clean):
    """The attack: round anchors of the study file give candidates, whole cents choose one, and one known line gives the days."""
    began = time.perf_counter()
    study, orders = Study.read(copy / "study.yaml"), pd.read_csv(copy / "orders.csv")
    anchors = [value for one in study.scoring.criteria for value in (one.worst, one.best) if value and value > 1]
    round_ones = [digit * 10.0**power for digit in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 7.5, 8) for power in range(9)]
    guesses = np.array([a / r for a in anchors for r in round_ones if 3 < a / r < 30])
    cents = orders["amount"].abs().head(2000).to_numpy()[:, None] / guesses * 100
    factor = guesses[np.abs(cents - cents.round()).mean(axis=0).argmin()]
    known = sample_clean.orders.order_by(ibis.desc("amount")).limit(1).to_pandas().iloc[0]
    hit = orders.loc[(orders["amount"] - float(known["amount"]) * factor).abs().idxmin()]
    shift = pd.Timestamp(hit["date"]) - pd.Timestamp(known["date"])
    assert factor == pytest.approx(orders["amount"].sum() / float(sample_clean.orders.amount.sum().execute()), rel=1e-6)
    assert pd.Timestamp(study.as_of) - shift == pd.Timestamp(Study.read(SAMPLE).as_of)
    assert time.perf_counter() - began < 30  # on a busy machine


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
def test_a_stated_key_gives_the_same_copy_and_none_another_one_each_time(small, small_copy, tmp_path):
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
