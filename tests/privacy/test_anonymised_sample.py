"""The pseudonymised copy of the sample: the same ranks, classes and scores, nobody named, and how it may be undone.

Oracles: the sample itself; pseudonyms worked out by Python's own HMAC; an attack with what anybody knows.
"""

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

from kamlib.facts import account_facts
from kamlib.facts.customers import units
from kamlib.intake import pipeline
from kamlib.privacy.anonymised_copy import anonymise
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
    assert [offer.offer for offer in other.win_back.offers] == [
        f"offer {n}" for n in range(1, len(study.win_back.offers) + 1)
    ]
    assert [offer.cause for offer in other.win_back.offers] == [offer.cause for offer in study.win_back.offers]
    costs = [offer.cost * factor for offer in study.win_back.offers]
    assert [offer.cost for offer in other.win_back.offers] == pytest.approx(costs, rel=1e-9)


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


@pytest.mark.slow
def test_no_id_name_or_channel_of_the_sample_is_in_any_byte_of_the_copy(copy, text_of):
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
