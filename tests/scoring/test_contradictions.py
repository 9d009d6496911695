"""Contradictions of score, trend and risk on hand-made accounts."""

import numpy as np
import pandas as pd
import pytest

from kamlib.report.words import in_words
from kamlib.scoring.contradictions import contradicting_signs
from kamlib.stats.reasons import waits_for


def scores(*key, ranks=None):
    ids = [f"a{i}" for i in range(len(key))]
    ranks = ranks or list(range(1, len(key) + 1))
    return pd.DataFrame({"customer_id": ids, "rank": pd.array(ranks, "Int64"), "key": list(key)})


def churn(*p):
    return pd.DataFrame({"customer_id": [f"a{i}" for i in range(len(p))], "p_stopped": p, "p_silent": p})


def value(*stakes):
    return pd.DataFrame({"customer_id": [f"a{i}" for i in range(len(stakes))], "stake": stakes})


def test_each_contradiction_is_told_with_its_numbers_and_the_largest_stake_comes_first(facts):
    # the mean of 0.04, 0.4, 0.36, 0.01 and 0.19 is 0.2: from 0.3 on an account is likely to leave, to 0.1 likely to stay
    table = facts(growth=[-0.4, 0.3, 0.0, 0.5, 0.0], margin_12m=[50.0, 10.0, 20.0, 30.0, 99.0])
    risk = churn(0.04, 0.4, 0.36, 0.01, 0.19)
    found = contradicting_signs(scores(True, True, True, False, False), table, risk, value(5.0, 900, 8, np.nan, 99))
    assert found["customer_id"].tolist() == ["a1", "a2", "a0", "a3"]  # stakes of 900, 8, 5, not known
    by = found.set_index("customer_id")
    assert by["why"].to_dict() == {
        "a0": "on_the_list_yet_falling;falling_yet_staying",
        "a1": "on_the_list_yet_leaving;growing_yet_leaving",
        "a2": "on_the_list_yet_leaving",
        "a3": "not_on_the_list_yet_growing",
    }
    assert by.loc["a0", "signs"] == "score_and_trend;trend_and_risk"
    told = in_words(by["why"], by["why_values"])
    assert told["a2"] == "on the list (rank 3), yet 1.8 times as likely to be lost as usual (36% against 20%)"
    assert told["a1"] == (
        "on the list (rank 2), yet 2.0 times as likely to be lost as usual (40% against 20%); "
        "revenue grew by 30%, yet 2.0 times as likely to be lost as usual (40% against 20%)"
    )
    assert told["a0"] == (
        "on the list (rank 1), yet revenue fell by 40%; revenue fell by 40%, yet the chance of loss is only 4% (usual 20%)"
    )
    assert told["a3"] == "not on the list (rank 4), yet revenue grew by 50% and it is likely to stay"
    assert in_words(by["signs"], by["signs_values"])["a0"] == "score and trend; trend and risk"


def test_where_nobody_is_expected_to_leave_nobody_is_likelier_to_leave_or_to_stay(facts):
    table = facts(growth=[-0.4, 0.3], margin_12m=[10.0, 20.0])
    found = contradicting_signs(scores(True, True), table, churn(0.0, 0.0))
    assert found["why"].tolist() == ["on_the_list_yet_falling"]


def test_without_stakes_the_largest_worth_comes_first(facts):
    table = facts(growth=[0.0] * 4, margin_12m=[10.0, 30.0, 20.0, 99.0])
    found = contradicting_signs(scores(*[True] * 4), table, churn(0.4, 0.4, 0.4, 0.2), value(*[np.nan] * 4))
    assert found.empty  # 0.4 is 1.1 times 0.35
    found = contradicting_signs(scores(*[True] * 4), table, churn(0.4, 0.4, 0.0, 0.0))
    assert found["customer_id"].tolist() == ["a1", "a0"]


@pytest.mark.parametrize("level", [0.02, 0.2, 0.6])
def test_who_is_likely_to_leave_is_told_by_the_base_rate_and_not_by_a_bar(facts, level):
    """Where hardly anybody leaves, 3 % against 2 % is a sign; where most do, it takes 90 %."""
    p = [1.6 * level, 0.7 * level, 0.7 * level]
    found = contradicting_signs(scores(True, True, True), facts(growth=[0.0] * 3), churn(*p))
    assert found["customer_id"].tolist() == ["a0"]


def test_signs_that_agree_or_are_not_known_contradict_nothing(facts):
    table = facts(growth=[0.3, np.nan, 0.24, -0.5], margin_12m=[np.nan] * 4)
    found = contradicting_signs(scores(True, True, True, False), table, churn(0.19, np.nan, 0.21, 0.2))
    assert found.empty and "why" in found
    assert contradicting_signs(scores(True, True, True, False), table).empty


def test_accounts_far_from_the_list_and_knocked_out_ones_are_left_alone(facts):
    # one is key: those ranked beyond the third are many, and not what a manager looks at first
    table = facts(growth=[0.0, 0.9, 0.9, -0.9], revenue_12m=[1.0, 2.0, 3.0, 4.0])
    found = contradicting_signs(
        scores(True, False, False, False, ranks=[1, 3, 4, None]), table, churn(0.3, 0.1, 0.1, 0.5)
    )
    assert found["customer_id"].tolist() == ["a1"]


def test_where_no_signs_contradict_each_other_the_table_says_so(facts):
    found = contradicting_signs(scores(True), facts(growth=[0.0]), churn(0.3))
    assert found.empty and waits_for(found).code == "signs_agree"


def test_where_stops_are_not_known_the_chance_of_no_order_is_the_risk(facts):
    table, silent = facts(growth=[0.0, 0.0]), churn(0.6, 0.1).assign(p_stopped=np.nan)
    assert contradicting_signs(scores(True, True), table, silent)["why"].tolist() == ["on_the_list_yet_leaving"]
    assert contradicting_signs(scores(True, True), table, silent.assign(p_stopped=0.3)).empty
