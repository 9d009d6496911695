"""Landmarks up to a day → what may be said on it: choices, tests, the models with all that was known, and the chances of both events."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from kamlib.churn.evaluation.choice import Seen, choose, chosen
from kamlib.churn.evaluation.holdout import Evaluation, evaluate, evaluate_stops, on_two_landmarks
from kamlib.churn.models.stopping import Stopping
from kamlib.churn.models.waiting import Model, Settings
from kamlib.churn.probabilities import final_model, final_stopping, silent_probabilities, stopped_probabilities
from kamlib.facts.worth import worth_column
from kamlib.study.settings.sections import Churn


@dataclass(frozen=True)
class Judgement:
    """What the landmarks up to a day allow to be said.

    choices, settings : what was tried on landmarks before the test, and what was chosen there.
    test, test_of_stops : of P(no order) and of P(stopped).
    model, stopping : with all that is known on the day; None where another way gives the chance, or none can.
    silent, stopped : `kamlib.churn.probabilities` of each customer at risk on the day, on the index of its landmark.
    """

    choices: pd.DataFrame
    settings: Settings
    test: Evaluation
    test_of_stops: Evaluation
    model: Model | None
    stopping: Stopping | None
    silent: pd.DataFrame
    stopped: pd.DataFrame


@dataclass(frozen=True)
class Tried:
    """What was tried on the landmarks of one table by the rules of one study, so that judgements of several days try nothing twice.

    seen : the landmarks that choices were judged on, by day.
    tests : choices and test of P(no order) by their day and the money that the test counts.
    """

    seen: dict[pd.Timestamp, Seen] = field(default_factory=dict)
    tests: dict[tuple[pd.Timestamp, str], tuple[pd.DataFrame, Evaluation]] = field(default_factory=dict)


def judge(at_risk: pd.DataFrame, day: pd.Timestamp, rules: Churn, tried: Tried | None = None) -> Judgement:
    """Choose, test and fit by what was known on a day.

    Parameters
    ----------
    at_risk : `kamlib.churn.landmark_history.at_risk_history`, `day` and the days a horizon or two before it among its landmarks. Later
        landmarks, and what came after `day`, are not read.
    tried : of other days of the same table; what this day tries is added.
    """
    tried = tried or Tried()
    horizon_days = rules.horizon_days
    at_risk, horizon = at_risk[at_risk["as_of"] <= day], pd.Timedelta(days=horizon_days)
    money = worth_column(at_risk[at_risk["as_of"] == day - horizon])
    options: Any = {"money": money, "fewest_losses": rules.fewest_losses, "bootstraps": rules.bootstraps}
    options |= {"horizon_days": horizon_days, "seed": rules.seed}
    for at in (day, day - horizon):
        if (at, money) not in tried.tests:
            known = at_risk[at_risk["as_of"] <= at]
            grid = choose(known, at - horizon, horizon_days=horizon_days, penalties=rules.penalties, seen=tried.seen)
            tried.tests[at, money] = grid, evaluate(known, at, chosen(grid), **options)
    choices, last = tried.tests[day, money]
    tests = [last, tried.tests[day - horizon, money][1]]
    stops = [evaluate_stops(at_risk, day, **options)]
    if (tested := stops[0].verdict.test_date) is not None:
        stops.append(evaluate_stops(at_risk, day, before=tested - horizon, **options))
    test, test_of_stops = (on_two_landmarks(*two, fewest_losses=rules.fewest_losses) for two in (tests, stops))
    settings = chosen(choices)
    model = final_model(at_risk, day, test.verdict, settings, horizon_days=horizon_days)
    if model is None and test.verdict.method == "untested":
        test = replace(test, verdict=replace(test.verdict, method="baseline"))
    stopping = final_stopping(at_risk, day, horizon_days=horizon_days)
    silent = silent_probabilities(at_risk, day, test.verdict, model, horizon_days=horizon_days)
    stopped = stopped_probabilities(at_risk, day, test_of_stops, stopping, horizon_days=horizon_days)
    return Judgement(choices, settings, test, test_of_stops, model, stopping, silent, stopped)
