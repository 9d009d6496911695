"""Readings of the value and of the calls: each variant by hand, in the words of the catalogue."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from kamlib.churn.evaluation.holdout import Verdict
from kamlib.measures.lifetime.whole_base import BaseValue, ValueTest
from kamlib.report.readings import value as on_value
from kamlib.report.words import sentence
from kamlib.stats.reasons import Reason
from kamlib.study.settings.sections import Value

NOTHING = pd.DataFrame()
TABLE = pd.DataFrame(
    {
        "customer_id": ["A", "B", "C"],
        "p_silent": [0.5, 0.1, None],
        "remaining_value": [100.0, 300.0, 0.0],
        "stake": [90.0, 30.0, -5.0],
        "stake_horizon": [20.0, 8.0, -1.0],
        "p_stopped": [0.6, None, None],
        "bias": -0.17,
        "share_unobserved": [0.1, 0.1, None],
    }
)
BASE = BaseValue(
    TABLE, TABLE[["customer_id", "p_silent"]].dropna(), NOTHING, NOTHING, 180, Value(), chances={"season": None}
)
CALLS = pd.DataFrame(
    {
        "customer_id": ["A"],
        "stake": [90.0],
        "p_silent": [0.5],
        "p_stopped": [0.6],
        "stake_horizon": [20.0],
        "reason": "no_touch",
    }
).assign(reason_values="{}")
STANDING = pd.DataFrame({"customer_id": list("ABC"), "state": ["active", "silent", "lost"]})
FACTS = pd.DataFrame({"customer_id": list("ABC"), "revenue": 0.0, "revenue_12m": [90.0, 9.5, 0.5]})
EVEN = pd.DataFrame({"customer_id": [*"ABC", *map(str, range(20))], "revenue": 0.0, "revenue_12m": 5.0})
MODEL = Verdict("model", "silence_alone", Reason("model_better"), 99, pd.Timestamp("2026-01-01"))


def test_the_base_is_worth_the_sum_over_its_customers():
    assert sentence(on_value.worth_of_base(BASE, "EUR")) == (
        "The base is still worth **400 EUR** of margin over 3 years (6 blocks of 180 days); 10% of it comes from blocks that no landmark has "
        "reached yet. On the past such a sum missed what came by -17%, and so may this one."
    )
    unknown = BaseValue(TABLE.assign(p_silent=None), NOTHING, NOTHING, NOTHING, 180, Value())
    assert on_value.worth_of_base(unknown, "EUR") == Reason("no_value_to_tell")


def test_what_is_at_stake_is_told_by_both_periods_with_the_giants_and_without_and_the_lost_apart():
    """A is a giant with 90 of 100; B is ours, too; C is lost. Three years are 6 · 180 days."""
    told = TABLE.assign(p_silent=0.5, stake=[90.0, 30.0, 7.0], stake_horizon=[20.0, 8.0, 0.0])
    assert sentence(on_value.at_stake(replace(BASE, table=told), STANDING, FACTS, "EUR")) == (
        "At stake with the 2 customers that are ours, as margin: **28 EUR within 180 days, 120 over 3 years**; without those that bring a "
        "tenth of the revenue or more (1), 8 EUR within 180 days and 30 over 3 years. Apart from these, with the 1 lost lately: 0 EUR within "
        "180 days, 7 over 3 years; they are to be won back."
    )
    assert on_value.at_stake(replace(BASE, table=TABLE.assign(p_silent=None)), STANDING, FACTS, "EUR") is None
    assert sentence(on_value.at_stake(replace(BASE, table=told), STANDING, EVEN, "EUR")) == (
        "At stake with the 2 customers that are ours, as margin: **28 EUR within 180 days, 120 over 3 years**. Apart from these, with the 1 "
        "lost lately: 0 EUR within 180 days, 7 over 3 years; they are to be won back."
    ), "nobody brings a tenth"


def test_what_the_value_rests_on_is_said():
    assert on_value.way_of_value(BASE).code == "usual_margin_is_used"
    assert on_value.way_of_value(replace(BASE, chances={"season": [1.0]})).code == "usual_margin_by_season"
    told = sentence(on_value.way_of_value(replace(BASE, way="last_horizon")))
    assert "a block brings *the block before*" in told
    assert on_value.bias_of_sums(replace(BASE, table=TABLE.assign(bias=None))) == Reason("bias_not_known")


def test_it_is_said_for_whom_no_order_stands_in_the_place_of_stopped():
    assert on_value.without_stopped(BASE) == Reason("some_without_p_stopped", {"n": 1, "all": 2})
    nobody = replace(BASE, table=TABLE.assign(p_stopped=None))
    assert on_value.without_stopped(nobody) == Reason("no_p_stopped_yet", {"n": 2, "all": 2})
    assert on_value.without_stopped(replace(BASE, table=TABLE.assign(p_stopped=0.5))) is None


def test_a_value_that_is_not_closer_than_its_rivals_says_so():
    ways = pd.DataFrame(
        {
            "method": ["this_value", "last_horizon"],
            "bias": [-0.17, -0.2],
            "low": -0.3,
            "high": 0.1,
            "mean_error": [50.0, 60.0],
        }
    )
    parts = pd.Series({"expected": 80.0, "staying": 90.0, "came": 100.0, "elsewhere": 7.0, "like_for_like": 0.15})
    test = ValueTest(ways, parts)
    assert on_value.value_missed(test, 180, "EUR").code == "value_closer"
    worse = sentence(on_value.value_missed(ValueTest(ways.assign(mean_error=60.0), parts), 180, "EUR"))
    assert "missed the sum by **-17%** (from -30% to +10%)" in worse and "**no closer**" in worse
    beaten = sentence(on_value.value_missed(ValueTest(ways.assign(mean_error=60.0), parts, "last_horizon"), 180, "EUR"))
    assert "*the block before* was closer by customer beyond chance" in beaten
    told = sentence(on_value.value_parts(test, 180, "EUR"))
    assert told.startswith("Of that, -10% is of who stayed (the model of loss), and -10% of how much each brought")
    none = ValueTest(NOTHING, pd.Series(dtype=float))
    assert on_value.value_missed(none, 180, "EUR") is None and on_value.value_parts(none, 180, "EUR") is None


def test_the_calls_hold_a_share_of_what_is_at_stake():
    """90 of 90 + 30; what is below zero is not at stake. Without A, who is called and brings 90 % of the revenue, B's 30 are left."""
    told = sentence(on_value.share_of_stake(CALLS, BASE, STANDING, FACTS, MODEL))
    assert told == (
        "By the model, 1 of the 2 customers that are ours hold 75% of the stake of 3 years; without those that bring a tenth of the revenue or "
        "more (1), it is 0% of what is left."
    )
    told = sentence(on_value.share_of_stake(CALLS, BASE, STANDING, EVEN, MODEL))
    assert told == "By the model, 1 of the 2 customers that are ours hold 75% of the stake of 3 years."
    none = sentence(on_value.share_of_stake(CALLS.head(0), BASE, STANDING, FACTS, MODEL))
    assert none == "Nobody can be named yet. The model beats every rule of thumb."


def test_the_first_call_is_named_with_its_reason_and_no_false_zero():
    told = sentence(on_value.first_call(CALLS, BASE, pd.Series({"A": "Alpha"}), "EUR"))
    assert (
        told
        == "Start with **Alpha**: P(stopped) 60%, 20 EUR of margin at stake within 180 days and 90 over 3 years; no touch in six months."
    )
    silent = sentence(
        on_value.first_call(CALLS.assign(p_stopped=None, p_silent=1e-4), BASE, pd.Series({"A": "Alpha"}), "EUR")
    )
    assert "P(no order) under 1%" in silent
    assert on_value.first_call(CALLS.head(0), BASE, pd.Series(dtype=object), "EUR") is None


def test_another_discount_is_told_by_what_it_changes():
    moved = BaseValue(
        TABLE.assign(remaining_value=[110.0, 330.0, 0.0]).iloc[::-1],
        NOTHING,
        NOTHING,
        NOTHING,
        180,
        Value(discount=0.05),
    )
    assert sentence(on_value.discount_moved(BASE, moved, CALLS)) == (
        "With 5% a year the base is worth +10%, and 0 of the first 1 to call stay the same. "
        "On the past such a sum missed what came by -17%, and so may this one."
    )
    assert on_value.discount_moved(BASE, moved, CALLS.head(0)) is None


def test_what_is_at_stake_with_a_control_group_that_is_not_called_is_told():
    """A and C are controls: 90 are at stake with A, nothing with C; B is none, and if A is lost it is not called anyway."""
    states = pd.DataFrame({"customer_id": list("ABC"), "state": "active"})
    assert sentence(on_value.controls_not_called(BASE, states, ["A", "C"], "EUR")) == (
        "1 customers of the control group of the last round of offers stand on no list of calls until another round begins. At stake with "
        "them are 90 EUR over 3 years."
    )
    assert on_value.controls_not_called(BASE, states.assign(state="lost"), ["A"], "EUR") is None
    assert on_value.controls_not_called(BASE, states, [], "EUR") is None
