"""The test on a later period, and its verdict."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.evaluation.baselines import BASELINES, by_buyers
from kamlib.churn.evaluation.choice import choose, chosen
from kamlib.churn.evaluation.holdout import (
    BUYERS,
    Evaluation,
    Verdict,
    beats,
    evaluate,
    evaluate_stops,
    on_two_landmarks,
)
from kamlib.churn.models.stopping import fit_stopping, p_stopped
from kamlib.churn.models.waiting import Settings
from kamlib.churn.probabilities import final_model, silent_probabilities
from kamlib.report.words import sentence
from kamlib.stats.reasons import Reason

START, AS_OF, H = date(2024, 1, 1), date(2025, 12, 31), 90


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_model_finds_leavers_that_no_rule_of_thumb_finds(base_of, seed):
    """Planted: rhythms from 5 to 150 days, so neither silence nor the own limit can tell, and the rhythm has to be learnt."""
    found = evaluate(base_of("all paces", seed)[0], AS_OF, Settings(0.01, 15, "signs"), horizon_days=H, bootstraps=200)
    assert found.verdict.method == "model" and found.verdict.reason == Reason("model_better")
    assert found.verdict.losses >= 50
    measures = found.measures.set_index(["measure", "method"])["value"]
    assert measures["brier", "model"] < min(measures["brier", name] for name in BASELINES)


def test_the_test_is_held_on_the_landmark_before_the_last_horizon(test, table):
    day = pd.Timestamp(AS_OF) - pd.Timedelta(days=H)
    now = table[table["as_of"] == day]
    assert len(test.predictions) == len(now)  # those who bought nothing afterwards are counted, not dropped
    lost = ~((now["next_order"] - day).dt.days <= H)
    assert test.predictions["lost"].sum() == lost.sum()


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
    listed = silent_probabilities(table, AS_OF, found.verdict, None, horizon_days=H)
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
    assert found.verdict.method == "untested"
    assert found.verdict.reason == Reason(
        "no_landmark_before", {"day": pd.Timestamp(end) - pd.Timedelta(days=H), "horizon_days": H}
    )
    assert sentence(found.verdict.reason) == (
        "not tested: no landmark with accounts at risk lies a whole horizon of 90 days before 2024-06-08. Give a longer history or a "
        "shorter horizon"
    )
    days = (pd.Timestamp(end) - table["first_order"].min()).days
    assert sentence(found.verdict.history) == f"The history has {days} days; a test needs 270"
    assert found.measures.empty
    model = final_model(table, end, found.verdict, chosen(choices), horizon_days=H)
    listed = silent_probabilities(table, end, found.verdict, model, horizon_days=H)
    assert model is None  # fewer than ten were lost: too few for a model that nobody tested
    assert listed["p_silent"].between(0, 1).all() and set(listed["method"]) == {"baseline"}


def test_without_any_whole_horizon_p_silent_is_missing_and_says_why(clean_orders, lines, landmarks_of):
    end = date(2024, 5, 1)
    table = landmarks_of(clean_orders([line for line in lines if line[1] <= end]), end)
    found = evaluate(table, end, Settings(), horizon_days=H)
    listed = silent_probabilities(table, end, found.verdict, None, horizon_days=H)
    assert len(listed) > 0
    assert listed["p_silent"].isna().all()
    assert set(listed["reason"]) == {"no_landmark_back"}
    assert found.verdict.reason.code == "nobody_at_risk"
    assert sentence(found.verdict.reason) == (
        "not tested: on 2024-02-01 no account was at risk; 50 losses, and accounts that stayed, would be enough"
    )


CHANCE, BETTER, WORSE = (0.01, -0.01, 0.03), (0.02, 0.01, 0.03), (-0.02, -0.03, -0.01)
LOWER, LITTLE_LOWER, HIGHER = (-0.01, -0.02, -0.005), (-0.001, -0.02, 0.005), (0.001, -0.005, 0.02)
UNKNOWN = (-0.01, np.nan, np.nan)


def differences(brier, auc, c=CHANCE, money=CHANCE) -> pd.DataFrame:
    rows = [("brier", *brier), ("auc", *auc), ("c", *c), ("money", *money)]
    return pd.DataFrame(rows, columns=["measure", "difference", "low", "high"])


@pytest.mark.parametrize(
    "found", [differences(LOWER, CHANCE), differences(LITTLE_LOWER, BETTER), differences(LOWER, BETTER, BETTER, BETTER)]
)
def test_a_rule_is_beaten_by_a_lower_brier_score_where_that_or_the_auc_is_beyond_chance(found):
    assert beats(found) and beats(found[found["measure"] != "c"])  # a test of stops has no C


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (differences(LITTLE_LOWER, CHANCE), "all within chance"),
        (differences(LITTLE_LOWER, CHANCE, BETTER), "C alone is no reason"),
        (differences(LITTLE_LOWER, CHANCE, BETTER, BETTER), "nor is money with it"),
        (differences(HIGHER, BETTER), "a higher Brier score"),
        (differences(LOWER, WORSE), "a worse AUC beyond chance"),
        (differences(LOWER, BETTER, WORSE), "a worse C beyond chance"),
        (differences(LOWER, BETTER, BETTER, WORSE), "less of the lost money beyond chance"),
        (differences(UNKNOWN, BETTER), "no interval of the Brier score"),
        (differences(LOWER, UNKNOWN), "no interval of the AUC"),
    ],
)
def test_a_rule_is_not_beaten_by_less(found, why):
    assert not beats(found), why


def held(auc: tuple, day: str | None = "2025-10-02", losses: int = 60, state: float = 0.1) -> Evaluation:
    """A test in which the model's Brier score was lower, within chance, and its AUC so much better than that of every rule."""
    rules = pd.concat([differences(LITTLE_LOWER, auc).assign(baseline=name) for name in BASELINES])
    briers = {"model": 0.09, **dict.fromkeys(BASELINES, 0.2), "state": state}
    measures = pd.DataFrame({"method": briers.keys(), "measure": "brier", "value": briers.values()})
    verdict = Verdict("baseline", "base_rate", Reason("model_not_better"), losses, day and pd.Timestamp(day))
    return Evaluation(pd.DataFrame(), measures, rules, verdict, None)


def test_the_model_must_beat_the_rules_on_two_landmarks_together():
    """The AUC gained 0.02 (0.01 to 0.03) and 0.01 (-0.01 to 0.03): in the mean 0.015 (0 to 0.03); 0.04 (0.01 to 0.07) is beyond chance."""
    before = held(CHANCE, "2025-07-04")
    close, clear = on_two_landmarks(held(BETTER), before), on_two_landmarks(held((0.04, 0.02, 0.07)), before)
    assert (close.verdict.method, close.verdict.way, close.earlier) == ("baseline", "state", before)
    assert sentence(close.verdict.reason) == (
        "on 2025-07-04 and 2025-10-02 together the model doesn't beat base rate, silence alone, silence in own limits and state alone"
    )
    assert (clear.verdict.method, clear.verdict.way) == ("model", "model")
    assert sentence(clear.verdict.reason) == "on 2025-07-04 and 2025-10-02 together the model beats every rule of thumb"


def test_the_best_other_way_has_the_least_brier_score_in_the_mean_of_both_landmarks():
    """State: 0.1 and 0.5, in the mean 0.3; the others 0.2."""
    found = on_two_landmarks(held(CHANCE), held(CHANCE, "2025-07-04", state=0.5))
    assert found.verdict.way in set(BASELINES) - {"state"}


@pytest.mark.parametrize(
    ("last", "earlier"),
    [
        (held(BETTER), held(CHANCE, "2025-07-04", losses=9)),  # too few to judge
        (held(BETTER), held(CHANCE, None)),  # could not be held
        (held(BETTER), None),
        (held(CHANCE, None), held(BETTER, "2025-07-04")),
    ],
)
def test_else_the_last_test_decides_by_itself(last, earlier):
    found = on_two_landmarks(last, earlier)
    assert found.verdict == last.verdict
    both = earlier is not None and last.verdict.test_date is not None and earlier.verdict.test_date is not None
    assert (found.earlier is not None) == both


def test_the_state_and_the_own_limit_stand_among_the_rules_and_the_buyers_beside_them(test, table):
    """The state's chance is the share lost of those in it, half a loss and half a client added; the buyers know all up to the day."""
    assert {"state", "silence_in_limits", "silence_alone", "base_rate"} == set(BASELINES)
    day = pd.Timestamp(AS_OF) - pd.Timedelta(days=H)
    now = table[table["as_of"] == day].set_index("customer_id")
    told = test.predictions.set_index("customer_id")
    assert told.groupby(now["state"])["state"].nunique().eq(1).all() and told["state"].nunique() > 2
    seen = table[table["as_of"] <= day]
    np.testing.assert_allclose(told[BUYERS], by_buyers(seen, now.reset_index(), H), rtol=1e-9)
    assert set(test.differences["baseline"]) == {*BASELINES, BUYERS}


@pytest.mark.slow
def test_buyers_at_random_give_the_list_where_they_are_the_best_and_the_model_is_not(clean_orders, landmarks_of):
    """Planted by their story: rates ~ Gamma, after each order a client leaves with a chance ~ Beta; money and the rest say nothing."""
    rng, lines = np.random.default_rng(8), []
    joined = START.toordinal() + rng.integers(0, 500, 400)
    for i, (day, rate, leave) in enumerate(zip(joined, rng.gamma(1, 1 / 20, 400), rng.beta(1, 6, 400), strict=True)):
        now = float(day)
        while now <= AS_OF.toordinal():
            lines.append((f"K{i:03d}", date.fromordinal(int(now)), 100))
            now = np.inf if rng.random() < leave else now + rng.exponential(1 / rate)
    table = landmarks_of(clean_orders(lines))
    found = evaluate(table, AS_OF, Settings(opinion="signs"), horizon_days=H, fewest_losses=10_000, bootstraps=100)
    brier = found.measures[found.measures["measure"] == "brier"].set_index("method")["value"]
    assert brier.drop("model").idxmin() == BUYERS == found.verdict.way
    listed = silent_probabilities(table, AS_OF, found.verdict, None, horizon_days=H)
    now = table[table["as_of"] == pd.Timestamp(AS_OF)]
    np.testing.assert_allclose(listed["p_silent"], by_buyers(table, now, H), rtol=1e-9)
    assert listed["reason"].str.endswith("judged_by").all()


def test_few_repeat_buyers_are_not_taken_for_buyers_at_random(table):
    ids = table.loc[table["gaps"] > 0, "customer_id"].unique()
    assert by_buyers(table[table["customer_id"].isin(ids[:29])], table, H) is None
    assert by_buyers(table[table["customer_id"].isin(ids[:30])], table, H).between(0, 1).all()


@pytest.fixture(scope="module")
def of_stops(table):
    return evaluate_stops(table, AS_OF, horizon_days=H, bootstraps=200)


def test_stops_are_tested_at_the_last_landmark_whose_windows_are_over_on_accounts_whose_are(of_stops, table):
    """A horizon of 90 days and windows of 180 days at least: by then 270 days are needed, and more of slow buyers."""
    day = of_stops.verdict.test_date
    assert pd.Timestamp(AS_OF) - pd.Timedelta(days=300) < day <= pd.Timestamp(AS_OF) - pd.Timedelta(days=270)
    now = table[table["as_of"] == day]
    end = day + pd.Timedelta(days=H) + pd.to_timedelta(now["stop_window"].round(), unit="D")
    asked = now[end <= pd.Timestamp(AS_OF)]
    told = of_stops.predictions.set_index("customer_id")
    assert sorted(told.index) == sorted(asked["customer_id"])
    came = (asked["later_order"] <= end[asked.index]).set_axis(asked["customer_id"])
    assert (told["lost"] == 1 - came.reindex(told.index)).all() and of_stops.verdict.losses == (~came).sum()
    assert "duration" not in told and BUYERS not in told and "c" not in set(of_stops.measures["measure"])


def test_the_test_of_stops_learns_from_what_was_known_on_its_day(of_stops, table):
    """The model fitted by hand on a table in which all that came after the day is gone."""
    day = of_stops.verdict.test_date
    known = table[table["as_of"] <= day].copy()
    for name in ("next_order", "later_order"):
        known.loc[known[name] > day, name] = pd.NaT
    now = known[known["as_of"] == day]
    p = p_stopped(fit_stopping(known, day, horizon_days=H), now).set_axis(now["customer_id"])
    told = of_stops.predictions.set_index("customer_id")
    np.testing.assert_allclose(told["model"], p.loc[told.index, "p_stopped"], rtol=1e-9)


def test_regular_buyers_who_leave_are_told_apart_by_the_model_of_stops(of_stops):
    """Planted: rhythms of 5 to 60 days, and half leave in a year."""
    brier = of_stops.measures[of_stops.measures["measure"] == "brier"].set_index("method")["value"]
    assert of_stops.verdict.method == "model" and brier.idxmin() == "model"


def test_a_base_without_a_window_that_is_over_is_not_tested_on_stops(table):
    end = table["as_of"].min() + pd.Timedelta(days=269)
    found = evaluate_stops(table[table["as_of"] <= end], end, horizon_days=H)
    assert found.verdict.test_date is None and found.verdict.reason.code == "not_estimated" and found.model is None
    assert sentence(found.verdict.reason) == "not tested: nobody whose window was over stopped, or all did"
    assert found.measures.empty and found.predictions.empty


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
    rules = ["silence_alone", "silence_in_limits", "state"]
    assert sentence(Reason("model_not_better", {"rules": rules})) == (
        "the model doesn't beat silence alone, silence in own limits and state alone"
    )
    assert sentence(Reason("model_not_better", {"rules": ["base_rate"]})) == "the model doesn't beat base rate"
    assert sentence(Reason("model_better")) == "the model beats every rule of thumb"
    assert sentence(Reason("too_few_losses_1", {"n": 1, "enough": 50})) == "1 loss was seen, 50 are needed to judge"
    problem = "the model can't be estimated from this history"
    assert sentence(Reason("not_estimated", {"problem": problem})) == f"not tested: {problem}"
