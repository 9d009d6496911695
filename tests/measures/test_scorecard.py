"""The scorecard of our own forecasts. Oracle: expected counts, ranges and scores by hand, and simulated forecasts whose chances are the true ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.churn import offers
from kamlib.measures.scorecard import CONTROL, called_after, scorecard, values_then, with_rounds
from kamlib.stats.reasons import waits_for

DAY, LATER = pd.Timestamp("2025-01-01"), pd.Timestamp("2025-07-01")
WINDOW = pd.Timedelta(days=180)


def said(
    p: list[float], came: list[float], day: pd.Timestamp = DAY, event: str = "silent", worth: list[float] | None = None
) -> pd.DataFrame:
    rows = {
        "as_of": day,
        "event": event,
        "chance": p,
        "over_on": day + WINDOW,
        "came": came,
        "worth": worth or [1.0] * len(p),
    }
    return pd.DataFrame({"customer_id": [f"{k:03}" for k in range(len(p))]} | rows)


def test_expected_came_and_scores_are_those_of_a_hand_example():
    """0.5 + 0.2 + 0.2 + 0.1 = 1 expected, two came. Brier (0.25 + 0.64 + 0.04 + 0.01) / 4 = 0.235; by 0.25 for all (2 · 0.5625 + 2 · 0.0625) / 4 = 0.3125."""
    found = scorecard(said([0.5, 0.2, 0.2, 0.1], [1, 1, 0, 0])).iloc[0]
    assert found[["customers", "not_over", "called", "came", "verdict"]].tolist() == [4, 0, 0, 2, "as_expected"]
    assert found[["expected", "brier", "brier_one_chance"]].tolist() == pytest.approx([1, 0.235, 0.3125])


def test_before_anything_came_the_level_is_right_to_within_a_quarter():
    """100 at 0.2: 20 expected, variance 16 + (0.25 · 20)² = 41, half the range of 80 % is 1.2816 · √41 = 8.2: 11 to 29."""
    found = scorecard(said([0.2] * 100, [1] * 29 + [0] * 71)).iloc[0]
    assert found[["expected_low", "expected_high", "verdict"]].tolist() == [11, 29, "as_expected"]


@pytest.mark.parametrize(("came", "verdict"), [(30, "more_came"), (10, "fewer_came")])
def test_outside_the_range_the_level_is_off(came, verdict):
    assert scorecard(said([0.2] * 100, [1] * came + [0] * (100 - came)))["verdict"].tolist() == [verdict]


def test_a_forecast_that_missed_widens_the_range_of_the_next_once_it_was_over():
    """40 came where 20 were expected: (20² - 16 + 2 · 400 · 0.0625) / (400 + 2 · 400) = 0.362; variance 16 + 0.362 · 400 = 160.7, so 20 ± 16.2."""
    first, second = said([0.2] * 100, [1] * 40 + [0] * 60), said([0.2] * 100, [0] * 100, LATER)
    found = scorecard(pd.concat([first, second], ignore_index=True))
    assert found[["expected_low", "expected_high"]].to_numpy().tolist() == [[11, 29], [3, 37]]
    soon = scorecard(pd.concat([first, second.assign(as_of=DAY + WINDOW / 2)], ignore_index=True))
    assert soon["expected_low"].tolist() == [11, 11]  # the first was not over then


def test_what_is_not_over_is_counted_and_not_judged():
    found = scorecard(said([0.5, 0.5, 0.5], [1, 0, np.nan])).iloc[0]
    assert found[["customers", "not_over", "expected", "came"]].tolist() == [2, 1, 1, 1]
    assert waits_for(scorecard(said([0.5], [np.nan]))).code == "no_forecast_is_over"
    assert waits_for(scorecard(said([np.nan], [1]))).code == "no_forecast_is_over"


def test_who_was_called_is_no_test_and_is_counted():
    actions = pd.DataFrame(
        {
            "customer_id": ["000", "001", "002", "003"],
            "action": ["visit", "win back: control, no offer", "visit", "visit"],
        }
    )
    actions["done"] = [DAY + WINDOW, DAY + WINDOW, DAY, pd.NaT]
    forecasts = said([0.5, 0.5, 0.5, 0.5], [1, 1, 0, 0])
    called = called_after(forecasts, actions)
    assert called.to_numpy().tolist() == [
        ["000", DAY, "silent"]
    ]  # the control group is left alone; on the day itself, and not done, is no call
    found = scorecard(forecasts, called).iloc[0]
    assert found[["customers", "called", "expected", "came"]].tolist() == [3, 1, 1.5, 1]
    assert called_after(forecasts, None).empty
    assert offers.CONTROL == CONTROL, "as the round of offers writes it"


def test_hits_are_of_those_with_the_most_chance_times_worth():
    """Stakes 5, 8, 9 and none: of the first two, b and c, only c was lost; 1.7 hits were expected."""
    found = scorecard(said([0.5, 0.8, 0.9, 1.0], [1, 0, 1, 1], worth=[10, 10, 10, -5]), most=2).iloc[0]
    assert found[["listed", "hits_expected", "hits"]].tolist() == pytest.approx([2, 1.7, 1])


def test_events_are_told_apart_each_with_its_own_past():
    both = pd.concat([said([0.2] * 100, [1] * 40 + [0] * 60), said([0.2] * 100, [0] * 80 + [1] * 20, LATER, "stopped")])
    found = scorecard(both)
    assert found[["event", "expected_low"]].to_numpy().tolist() == [["silent", 11], ["stopped", 11]]


def test_eight_of_ten_ranges_hold_what_comes_where_the_level_wanders_as_it_did_before():
    """200 customers a quarter, true chances p times a level that wanders by 30 % a quarter: the range has to learn it from the quarters before."""
    held = []
    for seed in range(12):
        rng, parts = np.random.default_rng(seed), []
        for quarter in range(12):
            p = rng.beta(1, 4, 200)
            came = rng.random(200) < (p * rng.lognormal(-0.045, 0.3)).clip(max=1)
            parts.append(said(p.tolist(), came.astype(float).tolist(), DAY + quarter * WINDOW))
        found = scorecard(pd.concat(parts, ignore_index=True)).tail(6)
        held.append((found["verdict"] == "as_expected").mean())
    assert 0.74 <= np.mean(held) <= 0.93


def test_without_any_forecast_there_is_a_reason_and_nobody_was_called():
    nothing = pd.DataFrame(columns=["customer_id", "as_of", "event", "chance", "over_on", "came", "worth"])
    actions = pd.DataFrame({"customer_id": ["a"], "action": ["visit"], "done": [DAY]})
    called = called_after(nothing, actions)
    assert called.empty and waits_for(scorecard(nothing, called)).code == "no_forecast_is_over"


def test_one_customer_and_a_name_that_is_no_id_break_nothing():
    found = scorecard(said([0.3], [0]).assign(customer_id="<b>$x^2$</b>")).iloc[0]
    assert found[["expected_low", "expected_high"]].tolist() == [0, 1]


VALUED = pd.Timestamp("2025-12-31")
THEN = VALUED - pd.Timedelta(days=100)


@pytest.fixture(scope="module")
def orders(clean_orders):
    """A and B buy for 100 every 50 days, at a margin of 30: 60 a block."""
    days = [VALUED - pd.Timedelta(days=50 * k) for k in range(14)]
    return clean_orders([(who, day.date(), 100, 30) for who in "AB" for day in days], "customer_id date amount margin")


def promised(day: pd.Timestamp, chance: list[float], came: float = 0) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": ["A", "B"], "as_of": day, "event": "silent", "chance": chance, "came": came})


def test_the_first_block_is_what_stays_by_the_chances_of_that_day(orders):
    """A is sure to stay and B by a half: 60 + 30 expected of the 120 that came, a quarter too little."""
    found = values_then(orders, promised(THEN, [0.0, 0.5]), horizon_days=100).iloc[0]
    assert found[["expected", "came", "bias"]].tolist() == pytest.approx([90, 120, -0.25])
    assert np.isnan(found["low"])  # of two customers there is no interval


def test_a_day_whose_horizon_is_not_over_is_left_out(orders):
    found = values_then(orders, promised(VALUED, [0.1, 0.1], np.nan), horizon_days=100)
    assert waits_for(found).code == "no_value_is_over"
    assert waits_for(values_then(orders, promised(THEN, [0.1, 0.1])[:0], horizon_days=100)).code == "no_value_is_over"


@pytest.mark.parametrize(("back", "verdict"), [(6, "as_expected"), (7, "more_came")])
def test_a_round_is_held_against_what_its_control_group_promised(back, verdict):
    """1 of 8 in control: 2 of 16 expected. (1 + ½) / 9 = 1/6, variance 16 · 5/36 · (1 + 16/8) = 6.67: 2 ± 1.2816 · 2.58, so 0 to 6."""
    rounds = pd.DataFrame({"round_begun": [DAY], "offered": 16, "offered_back": back, "control": 8, "control_back": 1})
    card = scorecard(said([0.2] * 10, [1, 1] + [0] * 8))
    found = with_rounds(card, rounds)
    assert found["event"].tolist() == ["silent", "offer"]
    row = found.iloc[1]
    assert row[["as_of", "customers", "expected", "came", "verdict"]].tolist() == [DAY, 16, 2, back, verdict]
    assert row[["expected_low", "expected_high"]].tolist() == [0, 6] and pd.isna(row["brier"])
    assert with_rounds(card, rounds[:0]) is card and len(with_rounds(card[:0], rounds)) == 1
