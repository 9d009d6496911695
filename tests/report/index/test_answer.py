"""The five sentences at the top, of four customers whose sums are added by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.report.index.since_last import Since
from kamlib.report.index.summary import summary

DAY = pd.Timestamp("2026-09-30")


@pytest.fixture
def whole(tables) -> dict[str, pd.DataFrame]:
    """The four with everything that the sentences are made of: 003 came this year, 004 was lost in it, 002 is more likely gone than not."""
    first = pd.to_datetime(["2020-01-01", "2021-01-01", "2026-03-01", "2022-01-01"])
    facts = tables["facts"].assign(first_order=[*first, *first])
    losses = pd.DataFrame(
        {
            "customer_id": ["004", "002", "001"],
            "lost_on": pd.to_datetime(["2026-01-10", "2026-02-10", "2024-01-10"]),
            "returned_on": pd.to_datetime([None, "2026-05-01", None]),
            "amount": [7000.0, 900.0, 50.0],
        }
    )
    exposure = pd.DataFrame({"customer_id": ["001", "002", "003"], "measure": "contribution"})
    exposure = exposure.assign(revenue=[50e3, 30e3, 15e3], contribution=[9000.0, 4000.0, 1000.0])
    scenarios = pd.DataFrame({"scenario": ["as_expected", "keys_late_60"], "lowest": [800.0, -300.0]})
    actions = pd.DataFrame(
        {
            "customer_id": ["002", "001", "003"],
            "fate": ["this_week", "this_week", "waits_for_hours"],
            "gain": [250.0, None, 70.0],
            "hours": [1.5, 2.0, 9.0],
            "action": ["call", "visit", "call"],
            "owner": ["M1", "M2", "M3"],
            "due": pd.Timestamp("2026-10-05"),
        }
    )
    card = pd.DataFrame(
        {
            "event": ["silent", "silent", "stopped"],
            "as_of": pd.to_datetime(["2025-09-30", "2025-12-31", "2024-12-31"]),
            "verdict": ["as_expected", "more_came", "as_expected"],
            "expected": [5.0, 6.0, 7.0],
            "came": [5, 19, 7],
            "not_over": 0,
        }
    )
    return {
        **tables,
        "facts": facts,
        "losses": losses,
        "exposure": exposure,
        "concentration": pd.DataFrame({"measure": ["revenue"], "top_1": [0.5]}),
        "if_they_left": pd.DataFrame(
            {"customers": [1], "hours_are": ["in_fixed_costs"], "result_before": [900.0], "result_after": [-200.0]}
        ),
        "cash_scenarios": scenarios.assign(lowest_week=[3, 8], gap=[0.0, 300.0]),
        "action_list": actions,
        "scorecard": card,
    }


def told(study, tables, before: Since | None = None) -> dict[str, str]:
    return {fact.label: fact.value or fact.waits for fact in summary(study, tables, before).answer}


def test_each_sentence_is_the_sum_made_by_hand(study, whole):
    found = told(study, whole)
    assert found["Who came and went"] == (
        "In the 12 months to 30 September 2026 1 customers bought for the first time and brought €15K, the largest Three; 2 were lost, of whom "
        "1 are back. The largest that stayed away are 004: €7K in the 12 months up to their last orders."
    )
    assert (
        "More likely gone than not are 1, with €4K of contribution in 12 months; first Two (50%, €4K; M1 by 5 October 2026)."
        in (found["Whom we lose next"])
    )
    assert found["What it hangs on"].endswith(
        "gives 50% of revenue in the last 12 months. Without it the result of a month of the last 12 would be -€200 instead of €900 "
        "(our hours paid by the fixed costs). Cash is lowest in week 3 of the next 26 with €800. If key accounts pay 60 days late, €300 are missing "
        "in week 8."
    )
    assert found["What to do first"] == (
        "2 actions this week in 3.5 hours; the 1 of a kind that was tried are expected to gain €250 over 3 years. First Two: call, M1 by 5 October 2026."
    )


def test_a_level_that_missed_its_range_is_said_with_what_came(study, whole):
    assert told(study, whole)["Whom we lose next"].endswith(
        "The level of the model is off: of 6 expected on 31 December 2025 came 19; in 1 of 2 such forecasts what came lay within the range of 80 %."
    )
    held = whole["scorecard"].assign(verdict="as_expected")
    assert told(study, {**whole, "scorecard": held})["Whom we lose next"].endswith(
        "In 2 of 2 such forecasts what came lay within the range of 80 %."
    )


def test_who_came_on_the_list_and_who_left_it_stand_by_name(study, whole):
    changes = pd.DataFrame({"change": ["came in", "came in"], "name": ["One", "Two"]})
    found = told(study, whole, Since("2026Q2", "../2026Q2/index.html", changes))["Who came and went"]
    assert found.endswith("Since 2026Q2 One and Two came on the list of key accounts, and nobody left it.")


def test_of_many_that_left_the_list_three_are_named_and_the_others_counted(study, whole):
    changes = pd.DataFrame({"change": "left", "name": list("abcde")})
    found = told(study, whole, Since("2026Q2", "../2026Q2/index.html", changes))["Who came and went"]
    assert found.endswith("Since 2026Q2 nobody came on the list of key accounts, and a, b, c and 2 more left it.")


def test_everybody_is_not_new_where_the_records_begin_in_the_year(study, whole):
    facts = whole["facts"].assign(first_order=pd.Timestamp("2026-02-01"))
    assert told(study, {**whole, "facts": facts})["Who came and went"].startswith(
        "In the 12 months to 30 September 2026 nobody is known"
    )


@pytest.mark.parametrize("gone", ["losses", "concentration", "action_list"])
def test_a_sentence_without_its_table_says_what_it_waits_for(study, whole, gone):
    found = told(study, {name: table for name, table in whole.items() if name != gone})
    assert sum(f"waits for the table {gone}" == text for text in found.values()) == 1


def test_nothing_to_do_and_no_trial_read_as_sentences(study, whole):
    actions = whole["action_list"]
    assert told(study, {**whole, "action_list": actions.assign(gain=float("nan"))})["What to do first"].startswith(
        "2 actions this week in 3.5 hours, all of kinds that no round has tried. First Two"
    )
    waits = actions.assign(fate="waits_for_hours")
    assert told(study, {**whole, "action_list": waits})["What to do first"] == "No action is called for this week."


def test_a_forecast_whose_window_is_not_over_for_all_is_held_so_far(study, whole):
    card = whole["scorecard"].assign(verdict="as_expected", not_over=[0, 3, 0])
    assert told(study, {**whole, "scorecard": card})["Whom we lose next"].endswith(
        "In 2 of 2 such forecasts what came, as far as windows are over, lay within the range of 80 %."
    )


def test_where_all_are_likelier_to_stay_nobody_is_named(study, whole):
    churn = whole["churn"].assign(p_silent=[0.1, 0.49, None])
    assert "More likely gone" not in told(study, {**whole, "churn": churn})["Whom we lose next"]


def test_a_customer_without_a_name_is_called_by_its_id(study, whole):
    accounts = whole["accounts"].assign(name=[None, float("nan"), " ", None, "A branch"])
    assert "first 002 (50%" in told(study, {**whole, "accounts": accounts})["Whom we lose next"]


def test_a_stake_of_which_only_a_part_is_known_is_not_told(study, whole):
    value = whole["value"].assign(stake=float("nan"))
    assert "at stake" not in told(study, {**whole, "value": value})["Whom we lose next"]
