"""The check by accelerated failure time: the right family, the same clients, and no check without a test."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.models.aft import FAMILIES, aft_check, side_by_side
from kamlib.stats.reasons import waits_for


@pytest.fixture(scope="module")
def check(table, test):
    return aft_check(table, test, rows=1500, bootstraps=100)


@pytest.mark.slow
def test_it_ranks_like_the_cox_model_on_the_same_clients(check, test):
    assert check.spearman > 0.9
    ours = test.measures.set_index(["method", "measure"])["value"]
    theirs = check.measures.set_index(["method", "measure"])["value"]
    for measure in ("auc", "brier", "c"):
        assert theirs["model", measure] == pytest.approx(
            ours["model", measure]
        )  # the same predictions, the same clients
    assert theirs["aft", "brier"] < ours["base_rate", "brier"]


def test_one_family_is_chosen_by_the_lowest_aic_on_a_stated_sample(check):
    assert set(check.families["family"]) == set(FAMILIES.values())
    assert check.families["chosen"].tolist() == [True, False, False]
    assert check.families["aic"].is_monotonic_increasing
    assert check.families["rows"].between(1300, 1700).all()  # whole accounts: about 1,500


@pytest.mark.slow
def test_the_family_that_made_the_waits_is_chosen(table, test):
    """Waits drawn anew, log-normal with spread 1 around a level that a covariate moves: the log-normal family has the lowest AIC."""
    rng = np.random.default_rng(3)
    days = np.exp(2.5 + 0.5 * np.log1p(table["silence_days"]) + rng.normal(size=len(table)))
    drawn = table.assign(next_order=table["as_of"] + pd.to_timedelta(np.ceil(days), unit="D"))
    families = aft_check(drawn, test, rows=3000, bootstraps=100).families.set_index("family")
    assert families.loc["log-normal", "chosen"]


def test_without_a_held_test_there_is_nothing_to_check(table, test):
    check = aft_check(table, replace(test, model=None))
    told = waits_for(side_by_side(check))
    assert told == test.verdict.reason == waits_for(check.families) and np.isnan(check.spearman)


def test_both_models_stand_side_by_side(check):
    table = side_by_side(check)
    measures = check.measures.set_index(["method", "measure"])["value"]
    assert table.loc["Cox", "brier"] == measures["model", "brier"] and table.loc["AFT", "c"] == measures["aft", "c"]
