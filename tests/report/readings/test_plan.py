"""What the page on the plan says. Oracle: tables by hand, and the sentences they must give."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from kamlib.plan.action_list import NOT_WORTH, NOW, WAITS
from kamlib.plan.rounds import Design
from kamlib.plan.worth import Effect
from kamlib.report.readings import plan
from kamlib.report.words import sentence
from kamlib.stats.reasons import Reason
from kamlib.study.model import Study

NAMES = pd.Series({"a": "<b>Alpha</b>", "b": "Beta", "c": "Gamma"})
LISTED = pd.DataFrame(
    {
        "customer_id": list("abc"),
        "action": ["call", "visit", "call"],
        "owner": ["M1", "M1", "M2"],
        "due": pd.Timestamp("2026-07-13"),
        "gain": [1000.0, np.nan, -5.0],
        "fate": [NOW, WAITS, NOT_WORTH],
        "why": "why_stop",
        "why_values": json.dumps({"p": 0.3, "at_stake": 5000, "years": 3}),
    }
)
OWNERS = pd.DataFrame(
    {
        "owner": ["M1", "M2"],
        "hours": [8.0, 0.0],
        "used": [1.0, 0.0],
        "this_week": [1, 0],
        "waiting": [1, 1],
        "waiting_hours": [2.0, 4.0],
        "next_customer": ["b", "c"],
        "next_hour": [500.0, np.nan],
        "next_keeps": [9.0, 30.0],
    }
)


def test_what_rounds_say_or_that_none_was():
    assert sentence(plan.effect(Effect())) == sentence(Reason("effect_not_known"))
    told = sentence(plan.effect(Effect(np.log(2), 0.3, 2)))
    assert told.startswith("2 rounds of offers") and "**2.00** (from 1.11 to 3.60)".replace("*", "") in told.replace(
        "*", ""
    )


def test_the_monday_in_one_sentence_adds_up():
    told = sentence(plan.monday(LISTED, OWNERS, "2026-06-30", 3.0, "EUR")).replace("*", "")
    assert told.startswith("For the week of 2026-07-06: 1 action of 1 owner in 1.0 of 8.0 hours.")
    assert (
        "gain 1,000 EUR over 3 years" in told
        and "1 action waits for 6.0 hours more, and 1 is not worth its own" in told
    )
    assert plan.monday(LISTED[:0], OWNERS[:0], "2026-06-30", 3.0, "EUR").code == "monday_empty"


def test_the_first_action_is_named_with_its_two_numbers_and_a_name_can_do_no_harm():
    told = sentence(plan.first(LISTED, NAMES)).replace("*", "")
    assert told == "First: <b>Alpha</b>: call (P(stopped) 30%; 5,000 hang on it in 3 years), M1, by 2026-07-13."
    assert plan.first(LISTED[1:], NAMES) is None


def test_one_more_hour_is_told_where_a_round_tells_it_and_by_what_it_must_achieve_elsewhere():
    assert "with M1, where Beta waits first: 500 EUR over 3 years" in sentence(
        plan.one_more_hour(OWNERS, NAMES, 3.0, "EUR")
    )
    untried = sentence(plan.most_waiting(OWNERS, NAMES))
    assert "with M2, in a list of 4.0 hours; Gamma is first" in untried and "one in 30" in untried
    assert plan.one_more_hour(OWNERS[1:], NAMES, 3.0, "EUR") is None and plan.most_waiting(OWNERS[:1], NAMES) is None


def test_a_round_that_is_drawn_is_told_and_one_that_cannot_be_too():
    advice = (Reason("pool_two_rounds", {"smallest": 0.16}),)
    design = Design(92, 39, 0, 0.19, "earlier_controls", 0.23, 0.16, 0.195, 1, advice)
    first, second = (sentence(one).replace("*", "") for one in (plan.designed(design, 180), plan.advised(design)))
    assert first.startswith("The next round: 92 customers get their offer and 39 none") and "rise of 23%" in first
    assert "as in earlier control groups" in first and "16%" in second
    empty = Design(0, 0, 0, np.nan, "p_return_mean", np.nan, np.nan, np.nan, 0, ())
    assert plan.designed(empty, 180).code == "round_not_designed" and plan.advised(empty) is None
    assert plan.designed(replace(empty, offered=12), 180).code == "round_without_arms"


@pytest.mark.parametrize(("capacity", "words"), [(100.0, "It fits."), (60.0, "20 too few")])
def test_whether_the_strategy_fits_the_hours(capacity, words):
    tiers = pd.DataFrame({"hours_all": [50.0, 30.0], "capacity": capacity})
    assert words in sentence(plan.strategy(tiers)).replace("*", "")


def test_the_length_of_the_list_is_told_with_its_edge():
    row = {"in_use": 27, "hours_key": 1314.0, "hours_others": 3806.0, "capacity": 4784.0, "by_hours": 20, "by_gap": 18}
    table = pd.DataFrame([row | {"fall": 2.03, "fall_in_use": 0.42}])
    told = sentence(plan.length(table)).replace("*", "")
    assert told.startswith("27 key accounts") and "enough for 20" in told and told.endswith("no clear edge.")
    assert "its clearest edge" in sentence(plan.length(table.assign(by_gap=27)))
    assert plan.length(pd.DataFrame([dict.fromkeys([*row, "fall", "fall_in_use"], np.nan)])) is None


def test_what_became_of_the_last_quarter_adds_up():
    found = pd.DataFrame({"last_state": ["done_in_time", "done_late", "not_done", "not_done"]})
    told = sentence(plan.last_quarter(found, "2026-06-30"))
    assert "Of 4 customers" in told and "with 1 and late with 1; with 2 it is not done" in told
    assert plan.last_quarter(found[:0], "2026-06-30") is None


def test_offers_in_the_old_place_are_told():
    head = {"name": "t", "title": "T", "as_of": "2026-06-30", "sources": {"orders": {"files": "o.csv"}}}
    assert plan.old_offers(Study.model_validate(head)) is None
    old = Study.model_validate(head | {"winback": {"offers": [{"cause": "any", "offer": "x", "cost": 1}]}})
    assert plan.old_offers(old) == Reason("old_offers_read")
