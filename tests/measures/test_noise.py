"""Better, worse or noise. Oracle: all ways to turn the moves, counted one by one; published limits; bases without a change."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.measures.noise import ANSWERS, CHANGE, FEWEST, TABLES, change, control_chart


def by_customer(values) -> pd.Series:
    return pd.Series(np.asarray(values, float), [f"c{n}" for n in range(len(values))])


def test_the_interval_is_that_of_all_ways_to_turn_the_moves():
    """12 moves, 4,096 ways: 4,056 of them, 99 %, stay nearer to 0 than the width."""
    moves = np.array([90.0, -70, 55, 40, -35, 30, 22, -18, 15, 9, 6, 4])
    sums = np.sort(np.abs(np.array(list(itertools.product([1, -1], repeat=12))) @ moves))
    told = change(by_customer(0 * moves), by_customer(moves))
    assert told["change"] == moves.sum() and told["moved"] == 12 and told["verdict"] == "noise"
    for end in ("low", "high"):
        width = abs(told[end] - told["change"])
        assert width == pytest.approx(sums[4055])


def test_random_ways_come_near_to_all_ways():
    """16 moves, 65,536 ways."""
    moves = np.array([90.0, -70, 55, 40, -35, 30, 22, -18, 15, 9, 6, 4, 3, 3, 2, 1])
    sums = np.sort(np.abs(np.array(list(itertools.product([1, -1], repeat=16))) @ moves))
    width = change(by_customer(0 * moves), by_customer(moves))["high"] - moves.sum()
    assert sums[int(0.986 * 65536)] <= width <= sums[int(0.994 * 65536)]


def test_who_all_grow_are_better_and_of_what_is_better_when_less_worse():
    before, now = by_customer(np.full(20, 100.0)), by_customer(np.arange(101.0, 121))
    told = change(before, now)
    assert (told["verdict"], told["firm_verdict"], told["low"] > 0) == ("better", "better", True)
    assert change(before, now, less=True)["verdict"] == "worse" and change(now, before)["verdict"] == "worse"


def test_no_verdict_rests_on_one_customer():
    """20 that move up and down by 1 and one that gains 1,000: turned at random the sum is as far from 0 half of the time."""
    moves = by_customer([1.0, -1] * 10 + [1000])
    assert change(0 * moves, moves)["verdict"] == "noise"


def test_where_too_few_moved_nothing_is_said():
    """Of n moves all up, 2 of the 2 ** (n - 1) ways without the largest go as far: 1 in 128 with 9, 1 in 1,024 with 12."""
    few = change(by_customer([1.0] * 8), by_customer([2.0] * 8))
    assert (few["verdict"], few["reason"], json.loads(few["reason_values"])) == ("unknown", "too_few_moved", {"n": 8, "least": FEWEST})  # fmt: skip
    assert np.isnan(few["low"]) and few["change"] == 8
    words = {n: change(by_customer([1.0] * n), by_customer([2.0] * n))[["verdict", "firm_verdict"]].tolist() for n in (9, 11, 12)}  # fmt: skip
    assert words == {9: ["better", "unknown"], 11: ["better", "unknown"], 12: ["better", "better"]}


def test_who_is_not_there_has_0_and_who_is_missing_counts_in_neither():
    before, now = pd.Series({"a": 10.0, "b": 5, "d": np.nan}), pd.Series({"b": 7.0, "c": 1, "d": 100})
    told = change(before, now)
    assert [told["before"], told["now"], told["moved"]] == [15, 8, 3]


def test_a_ratio_is_compared_as_a_ratio():
    """18 of 20 against 12 of 20 and so on: the moves add up to the difference of the ratios."""
    rng = np.random.default_rng(1)
    per = [by_customer(rng.uniform(1, 3, 40)) for _ in range(2)]
    told = change(0.5 * per[0], 0.9 * per[1], (per[0], per[1]))
    assert [told["before"], told["now"], told["change"]] == pytest.approx([0.5, 0.9, 0.4]) and told[
        "firm_verdict"
    ] == "better"
    nothing = change(per[0], per[1], (0 * per[0], per[1]))
    assert (nothing["verdict"], nothing["reason"]) == ("unknown", "nothing_to_compare_with")


def test_without_customers_nothing_is_known():
    told = change(pd.Series(dtype=float), pd.Series(dtype=float))
    assert told["verdict"] == told["firm_verdict"] == "unknown" and told["reason"] == "nothing_to_compare_with"
    assert tuple(told.index) == CHANGE


@settings(max_examples=25)
@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), max_size=30), st.integers(-3, 6), st.randoms())
def test_neither_the_order_of_customers_nor_the_unit_of_money_matters(pairs, power, random):
    table = pd.DataFrame(pairs, columns=["before", "now"], dtype=float)
    other = table.sample(frac=1, random_state=random.randrange(1000)) * 2.0**power
    first, second = change(table["before"], table["now"]), change(other["before"], other["now"])
    assert first["verdict"] == second["verdict"] and first["moved"] == second["moved"]


@settings(max_examples=25)
@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e6)), max_size=40))
def test_a_verdict_leaves_0_outside_its_interval_and_a_firm_verdict_is_a_verdict(pairs):
    table = pd.DataFrame(pairs, columns=["before", "now"], dtype=float)
    told = change(table["before"], table["now"])
    assert told["verdict"] not in ("better", "worse") or told["low"] * told["high"] > 0
    assert told["firm_verdict"] in (told["verdict"], "noise", "unknown")


def bases(n: int, seed: int):
    """Customers of three years without a change of the base: heavy tails, a few giants, walks, lumps, and lives that begin and end."""
    rng = np.random.default_rng(seed)
    size, kind = np.exp(rng.normal(0, 1.8, n)), seed % 5
    if kind == 0:
        return [size * np.exp(rng.normal(0, 0.6, n)) for _ in range(3)]
    if kind == 1:
        return [size**1.5 * np.exp(rng.normal(0, 0.6, n)) for _ in range(3)]
    if kind == 2:
        return [size * rng.poisson(1.0, n) for _ in range(3)]
    if kind == 3:
        steps = [rng.normal(0, 0.5, n)]
        for _ in range(2):
            steps.append(0.7 * steps[-1] + rng.normal(0, 0.5 * np.sqrt(1 - 0.7**2), n))
        return [size * np.exp(step) for step in steps]
    begun = rng.uniform(-12, 3, n)
    ended = begun + rng.exponential(4, n)
    there = [np.clip(np.minimum(ended, year + 1) - np.maximum(begun, year), 0, 1) for year in range(3)]
    return [size * part * np.exp(rng.normal(0, 0.4, n)) for part in there]


def speaks(seed: int) -> np.ndarray:
    """Whether the change of money, and that of the money kept of a frozen cohort, is called better or worse: in tables, in answers."""
    years = [by_customer(year) for year in bases(int(np.random.default_rng(seed).choice([12, 40, 200, 1000])), seed)]
    cohort = [later.where(earlier > 0, 0.0) for earlier, later in itertools.pairwise(years)]
    told = [change(years[1], years[2]), change(*cohort, (years[0], years[1]))]
    return np.array([[one[word] in ("better", "worse") for word in ("verdict", "firm_verdict")] for one in told])


def test_without_a_change_hardly_a_base_speaks():
    """Of 50 bases a half is expected at 99 %; more than 3 come once in 600 times."""
    spoke = np.sum([speaks(seed) for seed in range(50)], axis=0)
    assert (spoke[:, 0] <= 3).all() and (spoke[:, 1] <= 1).all()


@pytest.mark.proof
def test_without_a_change_at_most_1_5_percent_of_2000_bases_speak():
    spoke = np.sum([speaks(seed) for seed in range(2000)], axis=0)
    assert (spoke[:, 0] <= 30).all() and (spoke[:, 1] <= 6).all(), spoke


def test_the_limits_of_a_chart_are_those_of_the_binomial_distribution():
    """100 trials around a half: 99 % of them have 37 to 63 hits (tables of the binomial distribution)."""
    found = control_chart(pd.Series([50, 50, 50]), pd.Series([100] * 3))
    assert found[["centre", "low", "high"]].drop_duplicates().to_numpy().tolist() == [[0.5, 0.37, 0.63]]


def test_a_quarter_outside_the_limits_is_news():
    hits, trials = pd.Series([50] * 9 + [20]), pd.Series([100] * 10)
    assert control_chart(hits, trials)["verdict"].tolist() == ["noise"] * 9 + ["worse"]
    assert control_chart(hits, trials, less=True)["verdict"].iloc[-1] == "better"


def test_quarters_that_differ_more_than_by_chance_widen_the_limits():
    """Swings of 20 points and more at 400 trials, where chance makes 2.5."""
    swings, trials = pd.Series([200, 280, 200, 120, 200, 280, 200, 120]), pd.Series([400] * 8)
    assert set(control_chart(swings, trials)["verdict"]) == {"noise"}


def test_a_chart_without_trials_or_with_one_quarter_says_nothing():
    found = control_chart(pd.Series([0, 5, 6]), pd.Series([0, 10, 10]))
    assert found["verdict"].tolist() == ["unknown", "noise", "noise"] and np.isnan(found["rate"].iloc[0])
    assert control_chart(pd.Series([3]), pd.Series([10]))["verdict"].tolist() == ["unknown"]
    assert control_chart(pd.Series(dtype=float), pd.Series(dtype=float)).empty
    assert set(control_chart(pd.Series([1, 0, 1]), pd.Series([1, 1, 1]))["verdict"]) == {"unknown"}


def test_without_a_change_a_chart_speaks_no_more_often_than_it_says():
    rng = np.random.default_rng(0)
    trials = pd.Series(rng.integers(20, 400, 4000))
    found = control_chart(pd.Series(rng.binomial(trials, 0.9)), trials)
    spoke = {word: found[word].isin(["better", "worse"]).sum() for word in ("verdict", "firm_verdict")}
    assert spoke["verdict"] <= 4000 * (1 - TABLES) * 1.3 and spoke["firm_verdict"] <= 4000 * (1 - ANSWERS) * 2.5
