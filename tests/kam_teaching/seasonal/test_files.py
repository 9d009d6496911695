"""The files of the garden wholesaler: clean, small, the same each time, with two trials of which one shows its effect."""

from __future__ import annotations

import pandas as pd
import pytest
from scipy.stats import fisher_exact

from kam_teaching import make_sample
from kam_teaching.seasonal import seasonal_tables
from kamlib.churn import loss_episodes
from kamlib.errors import InputError
from kamlib.intake import collect
from kamlib.plan.rounds import read_rounds
from kamlib.study.dictionary import INPUTS
from kamlib.study.model import Study


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("seasonal")
    make_sample(made, kind="seasonal")
    return made


def test_a_second_making_gives_the_same_bytes_and_all_of_it_is_small(folder, tmp_path):
    make_sample(tmp_path, kind="seasonal")
    files = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    assert len(files) == 8 and all((folder / one).read_bytes() == (tmp_path / one).read_bytes() for one in files)
    assert sum((folder / one).stat().st_size for one in files) < 1.5e6


def test_its_tables_keep_the_rules_of_the_dictionary(folder, broken):
    study = Study.read(folder / "study.yaml")
    assert study.unit == "account" and set(study.sources) == {"orders", "accounts", "actions"}
    for name in study.sources:
        days = [one.name for one in INPUTS[name].columns if one.type == "date"]
        text = [one.name for one in INPUTS[name].columns if one.type == "text"]
        table = pd.read_csv(folder / f"{name}.csv", dtype=dict.fromkeys(text, str))
        table = table.assign(**{day: pd.to_datetime(table[day]) for day in days if day in table})
        assert broken(name, table.drop(columns="line_id", errors="ignore")) == []


def test_one_trial_shows_its_effect_and_the_other_is_too_small():
    large, small = seasonal_tables()["truth/rounds"].itertuples()
    p = [fisher_exact([[one.offered_back, one.offered - one.offered_back], [one.control_back, one.control - one.control_back]]).pvalue for one in (large, small)]  # fmt: skip
    assert p[0] < 0.01 and p[1] > 0.05 and large.called_back == small.called_back


def test_a_kind_that_is_not_there_is_told(tmp_path):
    with pytest.raises(InputError, match=r"no such kind of sample; found .shop.. Choose distributor or seasonal"):
        make_sample(tmp_path, kind="shop")


@pytest.mark.slow
def test_the_kit_reads_both_trials_as_they_were_planted(folder):
    study = Study.read(folder / "study.yaml")
    clean = collect(study)
    episodes = loss_episodes(clean.orders, study.as_of, horizon_days=180, accounts=clean.tables["accounts"])
    rounds = read_rounds(clean.tables["actions"], episodes, study.as_of)
    told = pd.read_csv(folder / "truth" / "rounds.csv")
    arms = ["offered", "offered_back", "control", "control_back"]
    assert rounds[arms].to_numpy().tolist() == told[arms].to_numpy().tolist()
    assert rounds["odds_low"][0] > 1 > rounds["odds_low"][1]


@pytest.mark.proof
def test_its_study_runs_from_start_to_report(folder, tmp_path):
    from kamlib.run.publish import run_study

    index = run_study(folder / "study.yaml", out=tmp_path)
    assert "Customers of a garden wholesaler" in index.read_text(encoding="utf-8")
