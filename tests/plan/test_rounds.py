"""Rounds of offers. Oracles: figures added up apart from the kit, a round whose power is worked out by hand, simulated rounds, hand calculations."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.plan.offer_trial import as_actions, last_round
from kamlib.plan.rounds import next_round, read_rounds, smallest_effect
from kamlib.plan.worth import Effect, learned
from kamlib.stats.reasons import Reason, waits_for

DAY, AS_OF, H = pd.Timestamp("2026-01-01"), pd.Timestamp("2026-06-30"), 100
NONE = pd.DataFrame(columns=["control", "control_back"])


def drawn(offered: int, control: int, p_return: float = 0.19, offer: str | None = "a visit") -> pd.DataFrame:
    n = offered + control
    return pd.DataFrame(
        {
            "customer_id": [f"K{i:04d}" for i in range(n)],
            "arm": ["offer"] * offered + ["control"] * control,
            "offer": offer,
            "p_return": p_return,
        }
    )


def lost(n: int, back: set[int], day: pd.Timestamp = DAY) -> pd.DataFrame:
    table = pd.DataFrame({"customer_id": [f"K{i:04d}" for i in range(n)], "lost_on": day - pd.Timedelta(days=9)})
    table["returned_on"] = pd.to_datetime([day + pd.Timedelta(days=30) if i in back else pd.NaT for i in range(n)])
    return table.assign(ended_on=pd.NaT)


def written(listed: pd.DataFrame, day: pd.Timestamp = DAY) -> pd.DataFrame:
    return as_actions(listed, day).assign(done=day, cost=50.0)


def test_a_round_is_read_as_the_oracle_reads_it():
    """bench/oracles/FIGURES.md, offers, now: 41 of 139 and 9 of 75, odds ratio 3.07 (1.40 to 6.73)."""
    found = read_rounds(written(drawn(139, 75)), lost(214, {*range(41), *range(139, 148)}), AS_OF, horizon_days=H)
    row = found.iloc[0]
    assert row[["round_begun", "offered", "offered_back", "control", "control_back"]].tolist() == [DAY, 139, 41, 75, 9]
    assert row[["odds_ratio", "odds_low", "odds_high"]].tolist() == pytest.approx([3.07, 1.40, 6.73], abs=0.006)
    assert learned(found).odds == pytest.approx((1.98, 1.07, 3.65), abs=0.005)


def test_every_round_that_is_over_is_read_and_none_that_is_not():
    before = DAY - pd.Timedelta(days=150)
    late = AS_OF - pd.Timedelta(days=H - 1)
    actions = pd.concat([written(drawn(40, 20), day) for day in (DAY, late, before)])
    episodes = pd.concat([lost(60, {0, 50}, before), lost(60, {0}, DAY).iloc[[0, 50]]])  # who came back left again
    found = read_rounds(actions, episodes, AS_OF, horizon_days=H)
    assert found["round_begun"].tolist() == [before, DAY]
    last = last_round(actions, episodes, AS_OF, horizon_days=H)
    assert found["offered_back"].tolist()[-1] == last.arms.loc["offer", "returned"]


def test_rounds_without_a_control_group_teach_nothing_and_without_any_the_table_says_so():
    for actions in (written(drawn(40, 0)), None, written(drawn(4, 2))[:0]):
        found = read_rounds(actions, lost(60, {0}), AS_OF, horizon_days=H)
        assert found.empty and waits_for(found) == Reason("no_round_over")
        assert learned(found) == Effect()


def test_what_a_round_can_show_by_hand():
    """92 offers and 39 controls at 19 %: 23 points."""
    assert smallest_effect(92, 39, 0.19) == pytest.approx(0.23, abs=0.005)


def test_a_rise_of_the_smallest_effect_is_seen_in_four_rounds_of_five():
    rng, n1, n0, base = np.random.default_rng(1), 400, 200, 0.2
    up = smallest_effect(n1, n0, base)
    one, other = rng.binomial(n1, base + up, 20_000) / n1, rng.binomial(n0, base, 20_000) / n0
    z = (one - other) / np.sqrt(one * (1 - one) / n1 + other * (1 - other) / n0)
    assert (z > 1.96).mean() == pytest.approx(0.8, abs=0.02)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 5000), st.integers(1, 5000), st.floats(0.01, 0.99))
def test_more_customers_show_smaller_effects_and_none_goes_above_all(offered, control, base):
    found, more = smallest_effect(offered, control, base), smallest_effect(2 * offered, 2 * control, base)
    if not math.isnan(found):
        assert 0 < more < found <= 1 - base + 1e-9


@pytest.mark.parametrize("given", [(0, 9, 0.2), (9, 0, 0.2), (9, 9, 0.0), (9, 9, math.nan), (2, 1, 0.9)])
def test_where_nothing_can_be_shown_the_smallest_effect_is_not_known(given):
    assert math.isnan(smallest_effect(*given))


def test_the_base_is_that_of_earlier_controls_else_the_mean_chance_of_a_return():
    assert next_round(drawn(92, 39), NONE, Effect()).base == pytest.approx(0.19)
    seen = pd.DataFrame({"control": [15, 10], "control_back": [2, 3]})
    found = next_round(drawn(92, 39), seen, Effect())
    assert (found.base, found.base_from) == (pytest.approx(0.2), "earlier_controls")
    assert next_round(drawn(92, 39), seen[:1], Effect()).base_from == "p_return_mean", "15 are too few"


def test_a_round_that_cannot_show_what_is_plausible_is_to_be_pooled_or_has_too_few():
    """At 19 % the odds ratio 2.66 makes 38 %: 19 points. 92 + 39 show 23, two such rounds 16, ten customers never."""
    found = next_round(drawn(92, 39), NONE, Effect())
    assert found.plausible == pytest.approx(0.195, abs=0.005) and (found.offered, found.control) == (92, 39)
    assert [one.code for one in found.advice] == ["pool_two_rounds"]
    assert found.advice[0].values["smallest"] == found.pooled < found.plausible < found.smallest
    mixed = drawn(92, 39).assign(offer=["a", "b"] * 65 + ["a"])
    assert [one.code for one in next_round(mixed, NONE, Effect()).advice] == ["pool_two_rounds", "fewer_offers"]
    assert next_round(drawn(7, 3), NONE, Effect()).advice[0].code == "too_few_for_a_round"
    large = next_round(drawn(600, 300), NONE, Effect())
    assert large.advice == () and large.in_figures.iloc[0, :4].tolist() == [600, 300, 0, 1]


@pytest.mark.parametrize("listed", [drawn(0, 0), drawn(9, 0), drawn(9, 3, np.nan)])
def test_without_arms_or_chances_nothing_is_promised(listed):
    found = next_round(listed, NONE, Effect())
    assert math.isnan(found.smallest) and bool(found.advice) == bool(found.offered and found.control)
