"""The test on a later period, and its verdict."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.evaluation.baselines import BASELINES
from kamlib.churn.evaluation.choice import choose, chosen
from kamlib.churn.evaluation.holdout import beats, calibration, evaluate
from kamlib.churn.explain import final_model, lost_probabilities
from kamlib.churn.model import Settings
from kamlib.report.words import sentence
from kamlib.stats.reasons import Reason

START, AS_OF, H = date(2024, 1, 1), date(2025, 12, 31), 90


def test_the_model_finds_leavers_that_no_rule_of_thumb_finds(test):
    """Planted: rhythms from 5 to 60 days, so silence alone can't tell, and the rhythm has to be learnt."""
    assert test.verdict.method == "model"
    assert test.verdict.losses >= 50
    measures = test.measures.set_index(["measure", "method"])["value"]
    assert measures["brier", "model"] < min(measures["brier", name] for name in BASELINES)


def test_the_test_is_held_on_the_landmark_before_the_last_horizon(test, table):
    day = pd.Timestamp(AS_OF) - pd.Timedelta(days=H)
    now = table[table["as_of"] == day]
    assert len(test.predictions) == len(now)  # those who bought nothing afterwards are counted, not dropped
    lost = ~((now["next_order"] - day).dt.days <= H)
    assert test.predictions["lost"].sum() == lost.sum()


def test_calibration_groups_hold_every_client_once(test):
    groups = calibration(test.predictions)
    assert groups["accounts"].sum() == len(test.predictions)
    assert groups["losses"].sum() == test.predictions["lost"].sum()
    assert groups["predicted"].is_monotonic_increasing


@pytest.mark.slow
def test_without_leavers_to_tell_apart_a_baseline_gives_the_list(clean_orders, landmarks_of):
    """Everyone buys at random at the same rate: whoever is lost is lost by chance, and no model can know it."""
    rng = np.random.default_rng(5)
    lines = []
    for i in range(200):
        days = np.cumsum(rng.exponential(80, 40))
        for day in days[days < (AS_OF - START).days]:
            lines.append((f"P{i:03d}", date.fromordinal(START.toordinal() + int(day)), 100))
    table = landmarks_of(clean_orders(lines))
    found = evaluate(table, AS_OF, Settings(), horizon_days=H, bootstraps=200)
    assert found.verdict.method == "baseline"
    assert found.verdict.reason.code == "model_not_better"
    assert sentence(found.verdict.reason).startswith("the model doesn't beat ")
    listed = lost_probabilities(table, AS_OF, found.verdict, None, horizon_days=H)
    assert set(listed["method"]) == {"baseline"}
    assert listed["p_silent"].between(0, 1).all()


def test_too_few_losses_fall_back_and_say_how_many_are_needed(table):
    found = evaluate(table, AS_OF, Settings(), horizon_days=H, fewest_losses=10_000, bootstraps=100)
    assert found.verdict.method == "baseline"
    losses = found.verdict.losses
    assert found.verdict.reason == Reason("too_few_losses", {"n": losses, "enough": 10_000})
    assert sentence(found.verdict.reason) == f"{losses} losses were seen, 10000 are needed to judge"


def test_a_short_history_is_not_tested_and_still_gives_a_list(clean_orders, lines, landmarks_of):
    """250 days are two horizons and a bit: a base rate can be had, a test can't."""
    end = date(2024, 9, 6)
    table = landmarks_of(clean_orders([line for line in lines if line[1] <= end]), end)
    choices = choose(table, pd.Timestamp(end) - pd.Timedelta(days=H), horizon_days=H)
    found = evaluate(table, end, chosen(choices), horizon_days=H)
    assert found.verdict.method == "baseline"
    assert found.verdict.reason == Reason(
        "no_landmark_before", {"day": pd.Timestamp(end) - pd.Timedelta(days=H), "horizon_days": H}
    )
    assert sentence(found.verdict.reason) == (
        "not tested: no landmark with accounts at risk lies a whole horizon of 90 days before 2024-06-08. Give a longer history or a "
        "shorter horizon"
    )
    days = (pd.Timestamp(end) - table["first_order"].min()).days
    assert sentence(found.verdict.history) == f"The history has {days} days; a test needs three horizons, 270"
    assert found.measures.empty
    assert final_model(table, end, found.verdict, chosen(choices), horizon_days=H) is None
    assert lost_probabilities(table, end, found.verdict, None, horizon_days=H)["p_silent"].between(0, 1).all()


def test_without_any_whole_horizon_p_silent_is_missing_and_says_why(clean_orders, lines, landmarks_of):
    end = date(2024, 5, 1)
    table = landmarks_of(clean_orders([line for line in lines if line[1] <= end]), end)
    found = evaluate(table, end, Settings(), horizon_days=H)
    listed = lost_probabilities(table, end, found.verdict, None, horizon_days=H)
    assert len(listed) > 0
    assert listed["p_silent"].isna().all()
    assert set(listed["reason"]) == {"no_landmark_back"}
    assert found.verdict.reason.code == "nobody_at_risk"
    assert sentence(found.verdict.reason) == (
        "not tested: on 2024-02-01 no account was at risk; 50 losses, and accounts that stayed, would be enough"
    )


def test_beating_a_rule_needs_a_better_brier_score_and_something_beyond_chance():
    def rows(brier, auc, c):
        return pd.DataFrame(
            [("brier", *brier), ("auc", *auc), ("c", *c)], columns=["measure", "difference", "low", "high"]
        )

    chance, better, worse = (0.01, -0.01, 0.03), (0.02, 0.01, 0.03), (-0.02, -0.03, -0.01)
    assert beats(rows((-0.01, -0.02, -0.005), chance, chance))
    assert beats(rows((-0.001, -0.02, 0.005), chance, better))
    assert not beats(rows((-0.001, -0.02, 0.005), chance, chance))
    assert not beats(rows((0.001, -0.005, 0.02), better, better))
    assert not beats(rows((-0.01, -0.02, -0.005), worse, better))


def test_calibration_groups_are_of_twenty_or_more():
    few = pd.DataFrame({"model": np.linspace(0.1, 0.9, 45), "lost": 0.0})
    assert calibration(few)["accounts"].tolist() == [23, 22]
    assert len(calibration(few.head(10))) == 1


def test_a_landmark_where_all_stayed_can_not_test_and_the_words_are_as_they_were(clean_orders, landmarks_of):
    """Everyone buys each week to the end: of the 40 at risk none was lost."""
    days = range(0, (AS_OF - START).days, 7)
    lines = [(f"P{i:03d}", date.fromordinal(START.toordinal() + day), 100) for i in range(40) for day in days]
    verdict = evaluate(landmarks_of(clean_orders(lines)), AS_OF, Settings(), horizon_days=H).verdict
    assert verdict.reason.values == {"day": pd.Timestamp("2025-10-02"), "losses": 0, "accounts": 40, "enough": 50}
    assert sentence(verdict.reason) == (
        "not tested: on 2025-10-02 0 of 40 accounts at risk were lost; 50 losses, and accounts that stayed, would be enough"
    )
    assert verdict.history is None


def test_the_words_of_a_verdict_are_as_they_were():
    rules = ["silence_alone", "silence_in_own_gaps"]
    assert sentence(Reason("model_not_better", {"rules": rules})) == (
        "the model doesn't beat silence alone and silence in own gaps"
    )
    assert sentence(Reason("model_not_better", {"rules": ["base_rate"]})) == "the model doesn't beat base rate"
    assert sentence(Reason("model_better")) == "the model beats every rule of thumb"
    assert sentence(Reason("too_few_losses_1", {"n": 1, "enough": 50})) == "1 loss was seen, 50 are needed to judge"
    problem = "the model can't be estimated from this history"
    assert sentence(Reason("not_estimated", {"problem": problem})) == f"not tested: {problem}"
