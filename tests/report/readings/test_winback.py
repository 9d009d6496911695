"""Readings of returns, offers and the two claims: each variant by hand, in the words of the catalogue."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from kamlib.churn.evaluation.holdout import Evaluation, Verdict
from kamlib.churn.evaluation.returns import Returns
from kamlib.measures.trade_claims import Claim
from kamlib.plan.offer_trial import Round
from kamlib.plan.winback import Plan
from kamlib.report.readings import winback as on_winback
from kamlib.report.words import sentence
from kamlib.stats.reasons import Reason
from kamlib.study.settings.offers import Offer, WinBack

NOTHING, DAY = pd.DataFrame(), pd.Timestamp("2026-01-01")
TABLE = pd.DataFrame(
    {
        "customer_id": ["A", "B"],
        "p_return": [0.5, 0.25],
        "expected_return": [90.0, 10.0],
        "arm": ["control", "offer"],
        "cause": "quality",
        "method": ["time_lost", "model"],
    }
)
WORTH = pd.Series({"accounts": 20.0, "ratio": 0.8, "low": 0.5, "high": 1.25})
KNOWN = Returns(pd.DataFrame({"rate": [0.1]}), "time_lost", Reason("returns_told_apart"), NOTHING)
UNKNOWN = Returns(NOTHING, "", Reason("too_few_returns", {"n": 3, "enough": 20}), NOTHING)
PLAN, NONE = (
    Plan(KNOWN, NOTHING, 0.2, WORTH, TABLE, TABLE[TABLE["arm"] == "offer"]),
    Plan(UNKNOWN, NOTHING, 0.2, WORTH, TABLE, TABLE.head(0)),
)
MODEL = Verdict("model", "silence_alone", Reason("model_better"), 99, DAY)


def test_returns_are_expected_or_it_is_said_why_not():
    episodes = pd.DataFrame({"returned_on": [DAY, pd.NaT]})
    told = sentence(on_winback.expected_returns(PLAN, episodes, 180))
    assert told.startswith(
        "Lost customers that could come back: 2; 1 returns are on record. P(return) is taken by *time lost*: returns on"
    )
    none = sentence(on_winback.expected_returns(NONE, episodes, 180))
    assert none.startswith(
        "Lost customers that could come back: 2. **No P(return) can be given**: 3 customers with a return are on record; 20"
    )


def test_who_is_still_scored_has_one_probability():
    told = sentence(on_winback.in_both_lists(PLAN, MODEL))
    assert told.startswith(
        "1 of them are lost lately and still followed. Their P(return) is 1 less the P(no order) that the model gives them, 25%"
    )
    rest = Plan(KNOWN, NOTHING, 0.2, WORTH, TABLE.head(1), TABLE)
    assert on_winback.in_both_lists(rest, MODEL) is None


def test_what_the_scores_promised_of_returns_is_told_beside_what_came():
    """A and B were lost on the day with a P(no order) of 0.6 and 0.9: 0.5 returns expected, and A ordered. C was not lost."""
    predictions = pd.DataFrame({"customer_id": list("ABC"), "lost": [0, 1, 0], "model": [0.6, 0.9, 0.1]})
    lost = pd.DataFrame({"customer_id": list("AB"), "lost_on": DAY, "returned_on": pd.NaT, "ended_on": pd.NaT})
    found = on_winback.returns_of_the_scored(Evaluation(predictions, NOTHING, NOTHING, MODEL, None), lost)
    assert found.values == {"day": DAY, "n": 2, "expected": pytest.approx(0.5), "came": 1}
    untested = Evaluation(predictions, NOTHING, NOTHING, replace(MODEL, test_date=None), None)
    assert on_winback.returns_of_the_scored(untested, lost) is None


def test_what_was_promised_of_returns_is_told_beside_what_came():
    level = pd.Series({"horizons": 3.0, "expected": 30.6, "came": 21.0, "factor": 0.72, "low": 0.46, "high": 1.04})
    told = sentence(on_winback.level_of_returns(replace(PLAN, returns=replace(KNOWN, level=level))))
    assert "promised **30.6** returns in the 3 horizons before, and **21** came" in told
    assert "at 0.72 times their level (from 0.46 to 1.04)" in told
    none = on_winback.level_of_returns(replace(PLAN, returns=replace(KNOWN, level=level * 0)))
    assert none.code == "level_of_returns_not_known"
    assert on_winback.level_of_returns(NONE) is None


def test_a_list_without_offers_says_that_their_cost_is_not_counted():
    """Of five lost, two are on the list: three are let go."""
    standing = pd.DataFrame({"state": ["lost"] * 5 + ["active"]})
    bare = sentence(on_winback.win_back_list(PLAN, standing, WinBack(), 3.0, "EUR"))
    assert bare.startswith(
        "Drawn: **2** customers, of whom returns of 100 EUR of margin over 3 years are to be expected, with an offer or without; 1 of them are "
        "the control group (seed 1) and stand on no list. The other 3 of the lost are let go"
    )
    assert bare.endswith("so their cost is not counted.")
    book = WinBack(offers=[Offer(cause="any", offer="call", cost=1)])
    assert "winback.offers" not in sentence(on_winback.win_back_list(PLAN, standing, book, 3.0, "EUR"))
    assert on_winback.win_back_list(NONE, standing, book, 3.0, "EUR") is None


def test_the_last_round_is_told_with_its_day_or_why_there_is_none():
    found = Round(DAY, NOTHING, 0.05, -0.1, 0.2, Reason("arms_alike"), 219.0)
    assert sentence(on_winback.last_round(found)).startswith(
        "The round of 2026-01-01: with an offer +5.0% more came back"
    )
    assert sentence(on_winback.last_round(found)).endswith("219 customers in each arm would be enough.")
    without = sentence(on_winback.last_round(replace(found, enough=float("nan"))))
    assert without.endswith(
        "As nobody, or half of them and more, came back without an offer, how many customers would be enough can't be told."
    )
    none = Round(None, NOTHING, 0, 0, 0, Reason("no_round_over"), 0)
    assert sentence(on_winback.last_round(none)) == "Nothing to report: no round of offers is over yet."


def test_claims_are_told_with_their_figures_or_without():
    figures = pd.DataFrame(
        {"accounts": [21.0, 22.0, None], "mean": 5.0, "low": -1.0, "high": 9.0}, index=["kept", "won", "difference"]
    )
    told = sentence(on_winback.keeping(Claim("holds", Reason("keeping_holds"), figures), "EUR"))
    assert "difference is +5 EUR a year (from -1 to +9), on 21 customers that left and 22 that were won." in told
    shares = pd.DataFrame({"success": ["growth", "level"], "among": "all_accounts", "managers": 6, "accounts": 50})
    shares = shares.assign(share=[0.04, 0.9], low=0.01, high=0.16)
    told = sentence(on_winback.managing(Claim("does_not_hold", Reason("managing_does_not_hold"), shares)))
    assert told.endswith(
        "in growth goes along with the manager: 4% (from 1% to 16%), all accounts, on 6 managers and 50 customers."
    )
    few = Claim("not_tested", Reason("too_few_managers", {"managers": 1, "each": 5, "enough": 5}), NOTHING)
    assert sentence(on_winback.managing(few)).startswith(
        "**More than half of success is the manager: not tested.** 1 managers had"
    )
    assert on_winback.keeping(few, "EUR").code == "keeping_not_tested"


def test_the_first_to_win_back_gets_an_offer():
    told = sentence(on_winback.first_to_win_back(PLAN, pd.Series({"B": "Beta"}), 2.5, "EUR"))
    assert (
        told
        == "To win back, begin with **Beta**: P(return) 25%, 10 EUR of margin over 2.5 years to be expected; on record before it left: quality."
    )
    assert on_winback.first_to_win_back(NONE, pd.Series(dtype=object), 2.5, "EUR") is None


def test_a_round_that_goes_on_is_told_and_none_is_not():
    assert on_winback.going_on(PLAN) is None
    assert sentence(on_winback.going_on(replace(PLAN, going_on=2))) == (
        "2 of the lost are in a round of offers that is not over: they keep their arm and are not drawn again."
    )
