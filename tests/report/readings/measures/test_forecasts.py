"""What the page concludes of our own forecasts. Oracle: small tables whose sentence is written here."""

from __future__ import annotations

import pandas as pd

from kamlib.measures.scorecard import scorecard, values_then
from kamlib.report.readings import measures as on_measures
from kamlib.report.words import sentence

CARD = pd.DataFrame(
    {
        "event": "silent",
        "as_of": pd.to_datetime(["2025-01-01", "2025-04-01"]),
        "customers": [100, 90],
        "not_over": [0, 10],
        "called": [3, 4],
        "expected": [20.0, 18.0],
        "expected_low": [12.0, 11.0],
        "expected_high": [28.0, 25.0],
        "came": [22, 20],
        "verdict": "as_expected",
        "listed": [15, 10],
        "hits_expected": [6.0, 4.0],
        "hits": [7, 5],
    }
)
FORECASTS = pd.DataFrame(columns=["customer_id", "as_of", "event", "chance", "over_on", "came", "worth"])
NOTHING = scorecard(FORECASTS)


def test_the_last_forecast_is_told_with_its_range_and_all_together():
    told = sentence(on_measures.held(CARD, "silent"))
    assert "in 2 of 2 forecasts what came lay within the range of 80 %; in all 38 were expected and 42 came" in told
    assert "On 2025-04-01 **18** were expected (11 to 25), and **20** came." in told


def test_where_the_last_lies_outside_the_level_is_off():
    off = CARD.assign(verdict=["as_expected", "more_came"])
    assert "**no order in the horizon: the level of the model is off.**" in sentence(on_measures.held(off, "silent"))
    assert "In 1 of 2 forecasts" in sentence(on_measures.held(off, "silent"))


def test_more_back_after_an_offer_is_a_finding_and_no_fault_of_the_level():
    offers = CARD.assign(event="offer", verdict=["as_expected", "more_came"])
    told = sentence(on_measures.held(offers, "offer"))
    assert told.startswith(
        "**Offers**: of the round of 2025-04-01 **20** came back, where the control group promised 18 (11 to 25)"
    )
    assert told.endswith("more than chance.")
    assert sentence(on_measures.held(offers[:1], "offer")).endswith("no difference is shown.")


def test_who_is_no_test_is_counted_and_nobody_is_not_told():
    assert sentence(on_measures.left_out(CARD)).startswith("7 forecasts are no test")
    assert on_measures.left_out(CARD.assign(called=0)) is None


def test_hits_stand_beside_what_was_to_be_expected_and_the_share_of_all():
    told = sentence(on_measures.hits(CARD, "silent", 15))
    assert (
        "2 days (15 a day, 25 of them judged), it came to **12**, 10 were to be expected; of all customers it came to 22%"
        in told
    )


def test_without_a_forecast_nothing_is_concluded():
    assert on_measures.held(NOTHING, "silent") is None and on_measures.hits(NOTHING, "silent", 15) is None
    assert on_measures.left_out(NOTHING) is None and on_measures.held(CARD, "returned") is None


def test_ranks_left_open_are_counted():
    sets = pd.DataFrame(
        {
            "measure": "revenue",
            "rank": pd.array([1, 2, 3, None], "Int64"),
            "among_top": ["certainly", "possibly", "no", ""],
        }
    )
    told = sentence(on_measures.ranks_left_open(sets, 2))
    assert told.startswith(
        "By the revenue of the last 24 months **1** are for certain among the first 2, and 1 more may be"
    )
    assert "Ranked are 3 customers; 1 are" in told
    assert "12 months before to the last 12 **1** are" in sentence(
        on_measures.ranks_left_open(sets.assign(measure="growth"), 2)
    )


def test_a_value_that_missed_to_one_side_is_said_so_with_its_period():
    then = pd.DataFrame(
        {
            "as_of": pd.to_datetime(["2025-01-01", "2025-04-01"]),
            "expected": [90.0, 80.0],
            "came": [100, 100],
            "bias": [-0.1, -0.2],
        }
    )
    told = sentence(on_measures.value_biased(then, 180, "EUR"))
    assert (
        "expected of 180 days missed what came to one side on all 2 days**, by -20% to -10%" in told
        and "100 came in these 180 days" in told
    )
    both = sentence(on_measures.value_biased(then.assign(bias=[0.1, -0.2]), 180, "EUR"))
    assert both.startswith("The margin that the value expected of 180 days missed what came by -20% to +10% on 2 days")
    assert on_measures.value_biased(values_then(None, FORECASTS), 180, "EUR").code == "no_value_is_over"
