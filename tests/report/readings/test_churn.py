"""Readings of losses and of their test: each variant by hand, in the words of the catalogue."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.evaluation.holdout import Evaluation, Verdict
from kamlib.churn.evaluation.thresholds import warnings
from kamlib.churn.evaluation.waits import Waits
from kamlib.churn.models.waiting import Settings
from kamlib.report.readings import churn as on_churn
from kamlib.report.words import sentence
from kamlib.stats.reasons import Reason
from kamlib.study.settings.sections import Churn

DAY, NOTHING = pd.Timestamp("2026-06-30"), pd.DataFrame()


def judged(method: str, reason: Reason, history: Reason | None = None) -> Evaluation:
    return Evaluation(NOTHING, NOTHING, NOTHING, Verdict(method, "silence_alone", reason, 5, DAY, history), None)


def test_the_verdict_names_what_gives_the_list_and_why():
    series = pd.DataFrame({"as_of": [DAY]})
    accepted = sentence(on_churn.verdict(judged("model", Reason("model_better")), series))
    assert accepted == "**Verdict: the model gives the list.** The model beats every rule of thumb."
    few = Reason("too_few_losses", {"n": 12, "enough": 50})
    refused = sentence(on_churn.verdict(judged("baseline", few), series))
    assert refused.startswith("**Verdict: the rule of thumb “silence alone” gives the list.** 12 losses were seen, 50")


def test_without_an_observed_loss_the_verdict_gives_no_probability_and_says_how_short_the_history_is():
    short = Reason("history_short", {"days": 100, "needed": 540})
    untested = judged("baseline", Reason("nobody_at_risk", {"day": DAY, "enough": 50}), short)
    told = sentence(on_churn.verdict(untested, NOTHING))
    assert told.startswith("**Verdict: no probability can be given yet.** Not tested: on 2026-06-30 no account")
    assert told.endswith("would be enough. The history has 100 days; a test needs 540.")


def test_notes_tell_what_stands_in_for_the_margin_of_a_year():
    notes = {
        money: [
            note(pd.DataFrame(columns=["customers", money])) is not None
            for note in (on_churn.margin_note, on_churn.year_note)
        ]
        for money in ("margin_12m", "revenue_12m", "margin", "revenue")
    }
    assert notes == {
        "margin_12m": [False, False],
        "revenue_12m": [True, False],
        "margin": [False, True],
        "revenue": [True, True],
    }


STANDING = pd.DataFrame({"customer_id": list("ABC"), "state": ["active", "lost", "silent"]})


def test_landmarks_are_counted_or_said_to_be_one():
    days = pd.DataFrame({"as_of": [DAY - pd.Timedelta(days=360), DAY], "role": ["train", "predict"]})
    rows = pd.DataFrame({"customer_id": ["A", "B", "A"]})
    found = SimpleNamespace(landmarks=days, at_risk=rows, table=rows.head(2))
    assert sentence(on_churn.landmarks(found, STANDING, DAY, Churn())).startswith(
        "Landmarks: 2 (1 to learn from), with 3 rows of 2 customers. Followed today: **2** = 1 ours + 1 lost lately; the others' last order"
    )
    found.landmarks = days.tail(1)
    one = sentence(on_churn.landmarks(found, STANDING, DAY - pd.Timedelta(days=100), Churn()))
    assert one.endswith("today: 100 days of history are shorter than two horizons of 180 days.")


@pytest.mark.parametrize(("p", "code"), [(0.04, "bands_differ"), (0.06, "bands_alike")])
def test_bands_differ_below_five_percent(p, code):
    assert on_churn.bands_differ(Waits(NOTHING, NOTHING, (1.0, 3, p))).code == code
    assert on_churn.bands_differ(Waits(NOTHING, NOTHING, None)) is None


def test_the_change_of_losses_is_chance_or_not():
    quarters = pd.DataFrame({"losses": [10] * 8, "customers": 100})
    assert sentence(on_churn.change_of_losses(quarters)).endswith("no change beyond chance.")
    assert sentence(on_churn.change_of_losses(quarters.assign(losses=[1] * 4 + [30] * 4))).endswith(
        "+33.7%, a change beyond chance."
    )
    assert on_churn.change_of_losses(quarters.head(3)) is None


def test_signs_before_losses_are_named_with_their_shares():
    told = pd.DataFrame(
        {
            "cause": ["quality", "bids", "opinions"],
            "lost_share": 0.3,
            "stayed_share": 0.1,
            "tells": [True, False, False],
        }
    )
    assert sentence(on_churn.signs_before_losses(told)) == (
        "Commoner among the lost beyond chance: quality (30% against 10%). Not beyond chance: bids and opinions."
    )
    none = sentence(on_churn.signs_before_losses(told.tail(1)))
    assert (
        none == "No sign was commoner among the lost beyond chance, so no reason is given. Not beyond chance: opinions."
    )
    assert on_churn.signs_before_losses(told.head(0)) is None


def test_choices_are_told_as_judged_or_as_defaults():
    found = SimpleNamespace(settings=Settings(0.01, 30, "signs"), choices=pd.DataFrame({"landmarks": [3]}))
    assert sentence(on_churn.choices(found, DAY)) == (
        "Written down on landmarks before 2026-06-30: penalty 0.01, time split after day 30, opinion: **signs alone**."
    )
    found = SimpleNamespace(settings=Settings(0.01, None, "buyers"), choices=pd.DataFrame({"landmarks": [0]}))
    assert sentence(on_churn.choices(found, DAY)).endswith("no split of time, opinion: **buyers at random alone**.")


def test_the_surest_are_counted():
    predictions = pd.DataFrame({"model": [0.001, 0.005, 0.5], "lost": [0, 1, 1]})
    assert sentence(on_churn.the_surest(predictions)).endswith("less than 1%, 1 were lost; expected were 0.0.")
    assert on_churn.the_surest(NOTHING) is None


def test_an_interval_that_is_missing_everywhere_makes_figures_an_anecdote():
    assert on_churn.few_losses(pd.DataFrame({"low": [float("nan")]})).code == "figures_are_an_anecdote"
    assert on_churn.few_losses(pd.DataFrame({"low": [0.1]})) is None and on_churn.few_losses(NOTHING) is None


def test_the_own_limit_is_held_against_a_line_that_misses_as_many():
    """Above their own limit are three, one of whom stays, and one lost is missed; a line at 40 days misses one, too."""
    before = pd.DataFrame({"silence_days": [10, 20, 40, 35, 50, 60]})
    lost, limits = pd.Series([0, 0, 1, 0, 1, 1]), pd.Series([30.0, 30, 60, 30, 30, 30])
    told = on_churn.own_limit(warnings(before, lost, limits, NOTHING), lost, 90)
    assert {name: told.values[name] for name in ("warned", "false", "missed", "lost")} == {
        "warned": 3,
        "false": 1,
        "missed": 1,
        "lost": 3,
    }
    assert (told.values["days"], told.values["alike"], told.values["others"]) == (40, 1, 0)
    assert on_churn.own_limit(warnings(before, lost * 0, limits, NOTHING), lost * 0, 90) is None


def test_effects_that_change_are_named():
    tested = pd.DataFrame({"sign": ["claims", "tenure"], "fails": [True, False], "rows": 50})
    assert "1 of 2 signs" in sentence(on_churn.changing_effects(tested))
    assert sentence(on_churn.changing_effects(tested)).endswith("Holm-adjusted): claims in 12 months.")
    assert sentence(on_churn.changing_effects(tested.tail(1))).startswith("On 50 rows, none of 1 signs")
    assert on_churn.changing_effects(tested.head(0)) is None


def test_a_split_is_told_of_a_model_only():
    found = SimpleNamespace(model=object(), settings=Settings(0.01, 30))
    assert on_churn.time_split(found).code == "split_gives_own_factors"
    found.settings = Settings(0.01)
    assert on_churn.time_split(found).code == "split_was_no_better"
    found.model = None
    assert on_churn.time_split(found) is None and on_churn.background(None, 180) is None
    assert sentence(on_churn.background(SimpleNamespace(background=0.0052), 180)).startswith(
        "The background: **0.52%**"
    )


def test_losses_to_expect_are_sums_of_chances():
    silent = {"p_silent": [0.9, 0.6, 0.5], "p_silent_low": [0.5, 0.3, 0.2], "p_silent_high": 1.0}
    stopped = {"p_stopped": [0.6, 0.3, 0.3], "p_stopped_low": 0.1, "p_stopped_high": [0.8, 0.5, 0.5]}
    table = pd.DataFrame({"customer_id": list("ABC"), **silent, **stopped, "p_silent_same_season": [0.8, 0.2, 0.1]})

    found = SimpleNamespace(table=table, stops_known=True)
    first = sentence(on_churn.stops_expected(found, STANDING, 180))
    assert first.startswith(
        "Of 2 customers that are ours **1** are expected to have stopped within 180 days (from 0 to 1, as"
    )
    assert first.endswith("P(stopped) above one half: 1. Apart from these: 0 of the 1 lost lately.")
    second = sentence(on_churn.losses_expected(found, STANDING, 180))
    assert second.startswith(
        "Of 2 customers that are ours **1** are expected to order nothing within 180 days (from 1 in the"
    )
    assert second.endswith("Apart from these: 1 of the 1 lost lately.")
    season = sentence(on_churn.as_in_this_season(found, STANDING))
    assert season == "As in the same season of earlier years alone, **1** of ours would order nothing."
    found = SimpleNamespace(table=table.assign(p_stopped=np.nan, p_silent_same_season=np.nan), stops_known=False)
    assert sentence(on_churn.stops_expected(found, STANDING, 180)).startswith("P(stopped) is not known")
    assert on_churn.as_in_this_season(found, STANDING) is None
    found.table = table.assign(p_silent=None)
    assert sentence(on_churn.losses_expected(found, STANDING, 180)).startswith("3 customers are followed. None of them")


def test_the_verdict_judges_what_was_expected_against_what_came():
    """Expected 0.9 + 0.6, at most 1.0 + 0.8; two came, and both lie in the range; none came, and the level is off."""
    predictions = pd.DataFrame({"model": [0.9, 0.6], "low": [0.5, 0.3], "high": [1.0, 1.0], "state": 0.5, "lost": 1.0})
    test = SimpleNamespace(predictions=predictions, verdict=SimpleNamespace(way="model", test_date=DAY))
    assert (
        sentence(on_churn.level(test)) == "On 2026-06-30 **2** losses were expected (1 to 2 by the season); **2** came."
    )
    test.predictions = predictions.assign(lost=0.0)
    assert "**The level is off**" in sentence(on_churn.level(test))
    test.verdict.way = "state"
    assert sentence(on_churn.level(test)) == "On 2026-06-30 **1** losses were expected by that rule; **0** came."
    assert on_churn.level(SimpleNamespace(predictions=NOTHING, verdict=test.verdict)) is None


def test_where_the_model_helps_is_told_by_measure():
    rows = [
        ("state", "brier", -0.2, -0.1),
        ("state", "auc", -0.1, 0.2),
        ("base_rate", "auc", 0.1, 0.2),
        ("state", "money", -0.1, 0.1),
    ]
    test = SimpleNamespace(differences=pd.DataFrame(rows, columns=["baseline", "measure", "low", "high"]))
    assert sentence(on_churn.where_it_helps(test)) == (
        "Where the model helps beyond chance: by Brier score against state alone; by AUC against base rate; by the money of the lost that "
        "the top tenth holds against none of them."
    )
    assert on_churn.where_it_helps(SimpleNamespace(differences=NOTHING)) is None


def test_a_history_of_less_than_a_year_of_outcomes_is_said_to_know_no_level():
    def seen(*days):
        return on_churn.seasons_seen(SimpleNamespace(at_risk=pd.DataFrame({"as_of": pd.to_datetime(days)})), 180)

    assert seen("2025-01-01", "2025-06-01", "2026-01-01").code == "seasons_not_seen"
    assert seen("2024-06-01", "2025-06-01", "2026-01-01") is None


def test_stops_untested_or_unknown_are_told_as_such():
    verdict = SimpleNamespace(way="model", reason=Reason("model_better"), history=None, method="untested")
    found = SimpleNamespace(stopping=object(), test_of_stops=SimpleNamespace(verdict=verdict))
    assert sentence(on_churn.verdict_of_stops(found)).startswith("**P(stopped) is untested**")
    verdict.method = "model"
    assert sentence(on_churn.verdict_of_stops(found)) == (
        "**Verdict: the model gives P(stopped).** The model beats every rule of thumb."
    )
    found.stopping = None
    assert sentence(on_churn.verdict_of_stops(found)).startswith("P(stopped) is not known")


def test_how_many_came_back_says_by_how_much_stops_are_overstated():
    slow = pd.DataFrame(
        {"stopped": [10, 5], "came_back": [4, 1]}, index=["none or one order day", "12 or more order days"]
    )
    assert sentence(on_churn.overstated(slow)).startswith(
        "Of 15 who had stopped **5** have ordered since; of the slowest buyers (none or one order day) 4 of 10."
    )
    assert on_churn.overstated(slow.head(0)) is None


def test_orders_that_come_soon_are_those_of_active_customers():
    table = pd.DataFrame({"customer_id": list("abcd"), "next_days": [30, 31, None, 1]})
    states = pd.DataFrame({"customer_id": list("abcd"), "state": ["active", "active", "active", "silent"]})
    assert sentence(on_churn.next_orders(table, states, 180)).startswith(
        "Of 3 active customers **1** are expected to order within 30 days; for 1 the day"
    )
