"""The chances of both events: the model's where its test allows, else the best other way, and words that say which."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.evaluation.baselines import BASELINES, baseline_predictions, by_buyers
from kamlib.churn.evaluation.holdout import BUYERS, Evaluation, evaluate_stops
from kamlib.churn.landmarks import outcomes, stops
from kamlib.churn.models.prediction import predict
from kamlib.churn.models.stopping import fit_stopping, p_stopped
from kamlib.churn.models.waiting import Settings
from kamlib.churn.probabilities import final_model, final_stopping, silent_probabilities, stopped_probabilities
from kamlib.errors import InputError
from kamlib.report.words import in_words

AS_OF, H = date(2025, 12, 31), 90
SILENT = ["p_silent", "p_silent_low", "p_silent_high", "p_silent_same_season"]
STOPPED = ["p_stopped", "p_stopped_low", "p_stopped_high"]


@pytest.fixture(scope="module")
def now(table):
    return table[table["as_of"] == pd.Timestamp(AS_OF)]


@pytest.fixture(scope="module")
def of_stops(table):
    return evaluate_stops(table, AS_OF, horizon_days=H, bootstraps=100)


def by(test: Evaluation, method: str, baseline: str = "state", **changes) -> Evaluation:
    return replace(test, verdict=replace(test.verdict, method=method, baseline=baseline, **changes))


def test_an_accepted_model_gives_its_own_chances_and_reasons(test, table, model, now):
    found = silent_probabilities(table, AS_OF, by(test, "model").verdict, model, horizon_days=H)
    wanted = predict(model, now)[["p_silent", "low", "high", "same_season"]]
    np.testing.assert_array_equal(found[SILENT], wanted)
    assert set(found["method"]) == {"model"} and found.index.equals(now.index)
    assert not found["reason"].str.contains("judged_by").any()


@pytest.mark.parametrize("rule", BASELINES)
def test_a_rule_of_thumb_says_that_it_judged(test, table, now, rule):
    found = silent_probabilities(table, AS_OF, by(test, "baseline", rule).verdict, None, horizon_days=H)
    wanted = baseline_predictions(table, AS_OF, now, horizon_days=H)[rule]
    np.testing.assert_array_equal(found["p_silent"], wanted)
    assert ((found["p_silent_low"] <= wanted) & (wanted <= found["p_silent_high"])).all()
    assert set(found["method"]) == {"baseline"} and found["p_silent_same_season"].isna().all()
    words = in_words(found["reason"], found["reason_values"])
    assert set(found["reason"]) == {"silent;judged_by", "buys_as_usual;judged_by"}
    named = {"silence_in_limits": "silence in own limits", "state": "state alone"}.get(rule, rule.replace("_", " "))
    assert words.str.fullmatch(
        rf"(silent for \d+ days? \(usually \d+\)|buys in its usual rhythm); judged by {named}"
    ).all()


@pytest.mark.slow
def test_buyers_at_random_give_their_chances_and_the_range_of_what_came_at_each_landmark(test, table, now):
    """By another root finder: what must be added to the log odds of a landmark of the last year for the losses that came there,
    1.96 standard errors on; the widest ends. The landmarks span more than a year, so nothing is added for seasons not seen."""
    from scipy.optimize import brentq

    found = silent_probabilities(table, AS_OF, by(test, "baseline", BUYERS).verdict, None, horizon_days=H)
    p, ends = by_buyers(table, now, H), []
    came = outcomes(table, AS_OF, horizon_days=H)
    days = np.sort(table.loc[came["complete"], "as_of"].unique())
    for day in days[days > days[-1] - np.timedelta64(365, "D")]:
        then = table[table["as_of"] == day]
        lost, odds = (
            came.loc[then.index, "lost"].sum(),
            by_buyers(table, then, H).transform(lambda q: np.log(q / (1 - q))),
        )
        moved = brentq(lambda m, odds=odds, lost=lost: (1 / (1 + np.exp(-odds - m))).sum() - lost, -15, 15)
        q = 1 / (1 + np.exp(-odds - moved))
        ends.append(moved + 1.96 * np.array([-1, 1]) / np.sqrt((q * (1 - q)).sum()))
    np.testing.assert_allclose(found["p_silent"], p, rtol=1e-9)
    for name, moved in (("p_silent_low", np.min(ends)), ("p_silent_high", np.max(ends))):
        wanted = 1 / (1 + (1 - p) / p * np.exp(-moved))
        np.testing.assert_allclose(
            found[name], np.minimum(wanted, p) if "low" in name else np.maximum(wanted, p), rtol=1e-6
        )
    assert in_words(found["reason"], found["reason_values"]).str.endswith("judged by buyers at random").all()


def test_too_few_repeat_buyers_are_judged_by_silence_alone(test, table):
    few = table[table["customer_id"].isin(table.loc[table["gaps"] > 0, "customer_id"].unique()[:29])]
    now = few[few["as_of"] == pd.Timestamp(AS_OF)]
    found = silent_probabilities(few, AS_OF, by(test, "baseline", BUYERS).verdict, None, horizon_days=H)
    wanted = baseline_predictions(few, AS_OF, now, horizon_days=H)["silence_alone"]
    np.testing.assert_array_equal(found["p_silent"], wanted)
    assert in_words(found["reason"], found["reason_values"]).str.endswith("judged by silence alone").all()


def test_the_model_of_stops_speaks_where_it_won_and_is_called_untested_where_no_test_was_held(table, of_stops, now):
    model = fit_stopping(table, AS_OF, horizon_days=H)
    wanted = p_stopped(model, now)[["p_stopped", "low", "high"]]
    for test, method in (
        (by(of_stops, "model"), "model"),
        (by(of_stops, "untested", "state"), "untested"),
    ):
        found = stopped_probabilities(table, AS_OF, test, model, horizon_days=H)
        np.testing.assert_array_equal(found[STOPPED], wanted)
        assert set(found["method_stopped"]) == {method} and found.index.equals(now.index)


@pytest.mark.parametrize("rule", BASELINES)
def test_where_the_model_of_stops_lost_the_best_rule_gives_p_stopped(table, of_stops, now, rule):
    model = fit_stopping(table, AS_OF, horizon_days=H)
    found = stopped_probabilities(table, AS_OF, by(of_stops, "baseline", rule), model, horizon_days=H)
    wanted = baseline_predictions(table, AS_OF, now, horizon_days=H, event=stops)[rule]
    np.testing.assert_array_equal(found["p_stopped"], wanted)
    assert ((found["p_stopped_low"] <= wanted) & (wanted <= found["p_stopped_high"])).all()
    assert set(found["method_stopped"]) == {"baseline"}


def test_where_no_window_was_over_p_stopped_is_missing(table, of_stops, now):
    found = stopped_probabilities(table, AS_OF, of_stops, None, horizon_days=H)
    assert found[[*STOPPED, "method_stopped"]].isna().all(axis=None) and found.index.equals(now.index)


def test_a_model_that_the_verdict_does_not_take_is_not_fitted(test, table):
    verdict = replace(test.verdict, method="baseline")
    assert final_model(table, AS_OF, verdict, Settings(), horizon_days=H) is None


@pytest.mark.slow
def test_a_model_that_no_test_could_judge_speaks_and_is_called_untested(test, table):
    verdict = replace(test.verdict, method="untested")
    model = final_model(table, AS_OF, verdict, Settings(), horizon_days=H)
    listed = silent_probabilities(table, AS_OF, verdict, model, horizon_days=H)
    assert set(listed["method"]) == {"untested"} and verdict.way == "model"
    few = table[table["customer_id"].isin(table["customer_id"].unique()[:29])]
    assert final_model(few, AS_OF, verdict, Settings(), horizon_days=H) is None


def test_a_model_of_stops_that_can_not_be_estimated_is_none(table):
    early = table["as_of"].min() + pd.Timedelta(days=H + 179)
    assert final_stopping(table, early, horizon_days=H) is None
    assert final_stopping(table, AS_OF, horizon_days=H).customers > 100


def test_a_model_is_needed_where_the_verdict_asks_for_one(test, table):
    with pytest.raises(InputError, match="none is given"):
        silent_probabilities(table, AS_OF, replace(test.verdict, method="model"), None, horizon_days=H)
