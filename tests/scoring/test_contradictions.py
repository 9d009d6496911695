"""Contradictions of score, trend and risk on hand-made accounts."""

import numpy as np
import pandas as pd

from kamlib.report.words import in_words
from kamlib.scoring.contradictions import contradicting_signs
from kamlib.stats.reasons import waits_for


def scores(*key, ranks=None):
    ids = [f"a{i}" for i in range(len(key))]
    ranks = ranks or list(range(1, len(key) + 1))
    return pd.DataFrame({"customer_id": ids, "rank": pd.array(ranks, "Int64"), "key": list(key)})


def churn(*p):
    return pd.DataFrame({"customer_id": [f"a{i}" for i in range(len(p))], "p_stopped": p, "p_silent": p})


def test_each_contradiction_is_told_with_its_numbers_and_likely_losses_come_first(facts):
    table = facts(growth=[-0.4, 0.3, 0.0, 0.5, 0.0], margin_12m=[50.0, 10.0, 20.0, 30.0, 99.0])
    found = contradicting_signs(scores(True, True, True, False, False), table, churn(0.05, 0.6, 0.8, 0.1, 0.9))
    assert found["customer_id"].tolist() == [
        "a2",
        "a1",
        "a0",
        "a3",
    ]  # losses by worth 20 > 10, then falling, then rising
    by = found.set_index("customer_id")
    assert by["why"].to_dict() == {
        "a0": "on_the_list_yet_falling;falling_yet_staying",
        "a1": "on_the_list_yet_leaving;growing_yet_leaving",
        "a2": "on_the_list_yet_leaving",
        "a3": "not_on_the_list_yet_growing",
    }
    assert by.loc["a2", "why_values"] == '{"rank": 3, "p_loss": 0.8}'
    assert by.loc["a1", "why_values"] == '[{"rank": 2, "p_loss": 0.6}, {"by": 0.3, "p_loss": 0.6}]'
    assert by.loc["a0", "signs"] == "score_and_trend;trend_and_risk"
    told = in_words(by["why"], by["why_values"])
    assert told["a2"] == "on the list (rank 3), yet likely to be lost (80%)"
    assert told["a1"] == (
        "on the list (rank 2), yet likely to be lost (60%); revenue grew by 30%, yet likely to be lost (60%)"
    )
    assert told["a0"] == (
        "on the list (rank 1), yet revenue fell by 40%; revenue fell by 40%, yet the chance of loss is only 5%"
    )
    assert told["a3"] == "not on the list (rank 4), yet revenue grew by 50% and it is likely to stay"
    assert in_words(by["signs"], by["signs_values"])["a0"] == "score and trend; trend and risk"


def test_signs_that_agree_or_are_not_known_contradict_nothing(facts):
    table = facts(growth=[0.3, np.nan, 0.24, -0.5], margin_12m=[np.nan] * 4)
    found = contradicting_signs(scores(True, True, True, False), table, churn(0.05, np.nan, 0.49, 0.6))
    assert found.empty and "why" in found
    assert contradicting_signs(scores(True, True, True, False), table).empty


def test_accounts_far_from_the_list_and_knocked_out_ones_are_left_alone(facts):
    # one is key: those ranked beyond the third are many, and not what a manager looks at first
    table = facts(growth=[0.0, 0.9, 0.9, -0.9], revenue_12m=[1.0, 2.0, 3.0, 4.0])
    found = contradicting_signs(
        scores(True, False, False, False, ranks=[1, 3, 4, None]), table, churn(0.1, 0.1, 0.1, 0.1)
    )
    assert found["customer_id"].tolist() == ["a1"]


def test_where_no_signs_contradict_each_other_the_table_says_so(facts):
    found = contradicting_signs(scores(True), facts(growth=[0.0]), churn(0.3))
    assert found.empty and waits_for(found).code == "signs_agree"


def test_where_stops_are_not_known_the_chance_of_no_order_is_the_risk(facts):
    table, silent = facts(growth=[0.0]), churn(0.6).assign(p_stopped=np.nan)
    assert contradicting_signs(scores(True), table, silent)["why"].tolist() == ["on_the_list_yet_leaving"]
    assert contradicting_signs(scores(True), table, silent.assign(p_stopped=0.3)).empty
