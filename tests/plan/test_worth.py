"""What an action is worth. Oracles: figures of the sample added up apart from the kit, hand calculations, and trials whose truth is known."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.errors import InputError
from kamlib.plan.worth import AFTER_ROUNDS, PRIOR_SD, STOPS_BELOW, Effect, by_offer, changed, learned, worth


def rounds(*rows: tuple[int, int, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["offered", "offered_back", "control", "control_back"])


def action(
    kind: str = "keep", p: float = 0.2, at_stake: float = 1000, cost: float = 0, hours: float = 1
) -> pd.DataFrame:
    return pd.DataFrame({"kind": [kind], "p": [p], "at_stake": [at_stake], "cost": [cost], "hours": [hours]})


@pytest.mark.parametrize(
    ("cells", "raw", "after"),
    [((146, 14, 65, 6), 1.04, (1.02, 0.51, 2.06)), ((139, 41, 75, 9), 3.07, (1.98, 1.07, 3.65))],
)
def test_odds_after_the_prior_are_those_of_the_oracle(cells, raw, after):
    """bench/oracles/FIGURES.md, offers, of the first sample and of now."""
    n1, a, n0, c = cells
    assert a * (n0 - c) / (c * (n1 - a)) == pytest.approx(raw, abs=0.005)
    assert learned(rounds(cells)).odds == pytest.approx(after, abs=0.005)


def test_before_any_round_nothing_is_known_but_the_prior():
    assert learned(rounds()) == Effect(0.0, 0.5, 0)
    assert Effect().odds == pytest.approx((1, math.exp(-0.98), math.exp(0.98)))


def test_rounds_add_up_in_any_order_and_each_makes_the_effect_surer():
    first, second = (100, 30, 50, 8), (80, 20, 40, 10)
    both = learned(rounds(first, second))
    step = learned(rounds(second), learned(rounds(first)))
    assert (both.mean, both.sd, both.rounds) == pytest.approx((step.mean, step.sd, step.rounds))
    assert learned(rounds(second, first)).mean == pytest.approx(both.mean)
    assert both.sd < learned(rounds(first)).sd < PRIOR_SD and both.rounds == 2


def test_a_round_in_which_nobody_came_back_is_read_with_half_a_customer_more_in_each_cell():
    """½ each: log OR = ln(0.5 · 20.5 / (0.5 · 40.5)); variance 1/0.5 + 1/40.5 + 1/0.5 + 1/20.5; prior precision 4."""
    ratio, precision = math.log(20.5 / 40.5), 1 / (4 + 1 / 40.5 + 1 / 20.5)
    found = learned(rounds((40, 0, 20, 0)))
    assert found.mean == pytest.approx(ratio * precision / (precision + 4))
    assert found.sd == pytest.approx(1 / math.sqrt(precision + 4))


@pytest.mark.parametrize("cells", [(0, 0, 5, 1), (5, 1, 0, 0), (5, 6, 5, 1), (5, 1, 5, -1)])
def test_a_round_that_cannot_be_is_refused(cells):
    with pytest.raises(InputError, match="needs customers in both arms"):
        learned(rounds(cells))


def test_the_change_of_a_chance_by_hand():
    """p = 0.2, odds ratio 2: 0.25 · 2 = 0.5 → 1/3, so a return is likelier by 2/15; a stop: 0.25 / 2 → 1/9, less likely by 4/45."""
    p = pd.Series([0.2])
    assert changed(p, math.log(2), "win_back")[0] == pytest.approx(2 / 15)
    assert changed(p, math.log(2), "keep")[0] == pytest.approx(4 / 45)
    assert changed(pd.Series([0.0, 1.0]), 1.0, "keep").tolist() == [0, 0], "what is sure is not moved"


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 1), st.floats(-3, 3), st.sampled_from(["keep", "win_back"]))
def test_a_chance_stays_one_and_moves_to_the_side_of_the_effect(p, effect, kind):
    delta = float(changed(pd.Series([p]), effect, kind)[0])
    after = p + delta if kind == "win_back" else p - delta
    assert -1e-12 <= after <= 1 + 1e-12 and delta * effect >= -1e-12


def test_the_gain_by_hand():
    """Odds ratio 2 of a sure kind: 2/15 · 9,000 − 100 − 2 · 50 = 1,000."""
    effect = {"win_back": Effect(math.log(2), 1e-9, 1)}
    found = worth(action("win_back", 0.2, 9000, 100, 2), effect, 50).iloc[0]
    assert (found["spent"], found["gain"], found["p_pays"]) == pytest.approx((200, 1000, 1))
    assert found["break_even"] == 45 and found["can_pay"] and found["ordered_by"] == found["gain"]


def test_the_chance_that_it_pays_is_that_of_an_odds_ratio_beyond_the_needed_one():
    """It pays from Δp = 0.1 on: 0.2 → 0.3, odds 0.25 → 3/7, ratio 12/7; the effect is N(ln 12/7, 1), so one half."""
    effect = {"win_back": Effect(math.log(12 / 7), 1.0, 1)}
    assert worth(action("win_back", 0.2, 500, 50, 0), effect, None).iloc[0]["p_pays"] == pytest.approx(0.5)
    down = {"keep": Effect(math.log(0.25 / (1 / 9)), 1.0, 1)}
    assert worth(action("keep", 0.2, 500, 50, 0), down, None).iloc[0]["p_pays"] == pytest.approx(0.5)


def test_without_a_round_of_its_own_kind_a_gain_is_not_known_but_what_it_must_achieve_is():
    """1,000 at stake, an hour of 50: it pays if it keeps one in 20. A round of win-back says nothing of keeping."""
    tried = {"win_back": Effect(0.5, 0.3, 1)}
    found = worth(action(), tried, 50).iloc[0]
    assert found[["delta_p", "gain", "gain_low", "gain_high", "p_pays"]].isna().all()
    assert found["break_even"] == 20 and found["can_pay"]
    assert found["ordered_by"] == pytest.approx(1000 * changed(pd.Series([0.2]), PRIOR_SD, "keep")[0] - 50)


def test_what_must_change_more_than_there_is_to_change_cannot_pay():
    found = worth(pd.concat([action(p=0.04), action("win_back", p=0.96), action(p=0.06)]), {}, 50)
    assert found["can_pay"].tolist() == [False, False, True]


def test_what_is_not_known_is_missing_and_what_costs_nothing_needs_nothing():
    unknown = worth(action(p=np.nan), {"keep": Effect(1, 0.1, 1)}, 50).iloc[0]
    assert unknown[["gain", "p_pays", "can_pay", "ordered_by"]].isna().all() and unknown["break_even"] == 20
    free = worth(action(hours=0), {}, 50).iloc[0]
    assert free["spent"] == 0 and pd.isna(free["break_even"])
    assert pd.isna(worth(action(""), {}, 50).iloc[0]["ordered_by"]), "no event, no worth"
    assert worth(action(at_stake=-5), {"keep": Effect(1, 0.1, 1)}, 50).iloc[0]["p_pays"] == 0
    assert worth(action()[:0], {}, 50).empty


def test_hours_cost_nothing_where_an_hour_has_no_price():
    assert worth(action(cost=10, hours=9), {}, None).iloc[0]["spent"] == 10


@pytest.mark.parametrize("wrong", [{"p": 1.2}, {"cost": -1.0}, {"hours": -1.0}])
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises(InputError, match="between 0 and 1"):
        worth(action(**wrong), {}, 50)


def offers(**of: tuple) -> pd.DataFrame:
    """One action a customer: name: (customers, P(return), value, cost)."""
    rows = [("win_back", name, p, money, cost, 0.0) for name, (n, p, money, cost) in of.items() for _ in range(n)]
    return pd.DataFrame(rows, columns=["kind", "action", "p", "at_stake", "cost", "hours"])


def test_an_offer_stops_only_where_it_hardly_pays_after_two_rounds():
    table = offers(dear=(9, 0.1, 100, 90.0), cheap=(5, 0.1, 100, 0.5))
    by = by_offer(table, {"win_back": Effect(0.2, 0.2, AFTER_ROUNDS)}, None).set_index("action")
    assert by["verdict"].to_dict() == {"dear": "stops", "cheap": "goes_on"} and by["customers"].tolist() == [9, 5]
    assert by.loc["dear", "p_pays"] < STOPS_BELOW < by.loc["cheap", "p_pays"]
    once = by_offer(table, {"win_back": Effect(0.2, 0.2, AFTER_ROUNDS - 1)}, None)
    assert once["verdict"].tolist() == ["goes_on", "goes_on"]
    never = by_offer(table, {"keep": Effect(0.2, 0.2, 2)}, None)
    assert never["verdict"].tolist() == ["not_tried"] * 2 and never[["gain", "p_pays"]].isna().all(axis=None)


def test_the_chance_that_an_offer_pays_for_all_is_that_of_one_odds_ratio_for_all():
    """Two customers alike: the gain of both is above 0 where that of one is, so the chance is that of one."""
    effect = {"win_back": Effect(math.log(12 / 7), 1.0, 1)}
    found = by_offer(offers(a=(2, 0.2, 500, 50.0)), effect, None).iloc[0]
    assert found["p_pays"] == pytest.approx(0.5, abs=0.005) and found["spent"] == 100
    assert by_offer(offers(), effect, None).empty


def covered(trials: int, offered: int, control: int, base: float, seed: int = 1) -> float:
    """The share of trials whose effect, drawn from the prior, lies in its interval."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(0, PRIOR_SD, trials)
    odds = base / (1 - base) * np.exp(truth)
    back, natural = rng.binomial(offered, odds / (1 + odds)), rng.binomial(control, base, trials)
    found = [learned(rounds((offered, a, control, c))) for a, c in zip(back, natural, strict=True)]
    return float(np.mean([abs(one.mean - true) <= 1.96 * one.sd for one, true in zip(found, truth, strict=True)]))


@pytest.mark.parametrize(("offered", "control", "base"), [(92, 39, 0.19), (30, 13, 0.10)])
def test_of_500_effects_drawn_from_the_prior_the_interval_covers_93_percent_or_more(offered, control, base):
    assert covered(500, offered, control, base) >= 0.93


def gains(trials: int, seed: int = 1) -> tuple[float, float]:
    """What a second round gains on the mean by whom it goes to: by Δp · V less cost as the first round taught it, and by the stake p · V.

    600 customers, chances and values as wide apart as in real books; a round teaches with 90 offers and 40 controls, and the next
    goes to 60. True effects are drawn from the prior.
    """
    rng, by_gain, by_stake = np.random.default_rng(seed), [], []
    for _ in range(trials):
        p, money, true = rng.beta(0.8, 2, 600), rng.lognormal(7, 1.2, 600), rng.normal(0, PRIOR_SD)
        people = pd.DataFrame({"kind": "keep", "p": p, "at_stake": money, "cost": 60.0, "hours": 0.0})
        first = rng.permutation(600)[:130]
        stays = 1 - p[first] + np.where(np.arange(130) < 90, changed(pd.Series(p[first]), true, "keep"), 0)
        stayed = rng.random(130) < stays
        effect = learned(rounds((90, stayed[:90].sum(), 40, stayed[90:].sum())))
        came = changed(people["p"], true, "keep") * people["at_stake"] - people["cost"]
        told = worth(people, {"keep": effect}, None)
        chosen = told.loc[told["gain"] > 0, "gain"].nlargest(60).index
        by_gain.append(came[chosen].sum())
        by_stake.append(came[(people["p"] * people["at_stake"]).nlargest(60).index].sum())
    return float(np.mean(by_gain)), float(np.mean(by_stake))


def test_to_go_by_what_an_action_changes_beats_to_go_by_what_is_at_stake():
    by_gain, by_stake = gains(20)
    assert by_gain > by_stake


@pytest.mark.proof
def test_to_go_by_what_an_action_changes_beats_to_go_by_what_is_at_stake_in_200_trials():
    by_gain, by_stake = gains(200, seed=2)
    print(
        f"\na round of 60: {by_gain:,.0f} by what it changes, {by_stake:,.0f} by what is at stake, {by_gain - by_stake:,.0f} more"
    )
    assert by_gain > by_stake
