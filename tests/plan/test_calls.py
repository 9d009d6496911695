"""The list of calls by hand: by money, with the reason that says most."""

from __future__ import annotations

import pandas as pd

from kamlib.plan.calls import call_list
from kamlib.stats.reasons import Reason, waits_for

VALUE = pd.DataFrame(
    {
        "customer_id": list("abcd"),
        "p_silent": [0.2, 0.5, 0.5, 0.9],
        "remaining_value": 1.0,
        "stake": [9.0, 7.0, 5.0, -1.0],
    }
).assign(p_stopped=[0.3, 0.6, 0.6, 0.95], stake_horizon=[2.0, 3.0, 1.0, 0.0])
CHURN = pd.DataFrame(
    {
        "customer_id": list("abcd"),
        "p_silent": [0.2, 0.5, 0.5, 0.9],
        "reason_values": ["{}", "{}", "[1]", "{}"],
    }
).assign(reason=["nothing_unusual", "nothing_unusual", "no_touch", "no_touch"])
STATES = pd.DataFrame(
    {
        "customer_id": list("dcba"),
        "state": ["silent", "silent", "silent", "active"],
        "reason": "of_state",
        "reason_values": "[2]",
    }
)


def test_the_largest_stake_comes_first_and_a_state_speaks_where_nothing_else_is_unusual():
    found = call_list(VALUE, CHURN, STATES)
    assert found["customer_id"].tolist() == ["a", "b", "c"], "d has nothing at stake"
    assert found["reason"].tolist() == ["nothing_unusual", "of_state", "no_touch"]
    assert found["reason_values"].tolist() == ["{}", "[2]", "[1]"]
    assert call_list(VALUE, CHURN, STATES, most=1)[["p_stopped", "p_silent"]].to_numpy().tolist() == [[0.3, 0.2]]


def test_a_control_customer_stands_on_no_list_of_calls_however_large_its_stake():
    assert call_list(VALUE, CHURN, STATES, apart=["a"], most=2)["customer_id"].tolist() == ["b", "c"]


def test_an_empty_list_says_what_it_waits_for():
    assert waits_for(call_list(VALUE, CHURN.assign(p_silent=None), STATES)) == Reason("no_list_without_p_silent")
    lost = STATES.assign(state="lost")
    assert waits_for(call_list(VALUE, CHURN, lost)) == Reason("nothing_at_stake"), "who is lost is to be won back"
    assert waits_for(call_list(VALUE.assign(stake=0.0), CHURN, STATES)) == Reason("nothing_at_stake")
