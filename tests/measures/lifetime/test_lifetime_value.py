"""Lifetime value by hand, its shares from the past, and its test on a held-out block."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.errors import InputError
from kamlib.measures.lifetime.lifetime_value import (
    block_losses,
    blocks,
    first_block,
    lifetime_values,
    stopped_share,
    unobserved_share,
)

H = 180
DAY = pd.Timestamp("2025-01-01")


def losses(shares: list[float], held: list[bool] | None = None) -> pd.DataFrame:
    """q of blocks 1, 2, … for all accounts."""
    blocks_ = range(1, len(shares) + 1)
    return pd.DataFrame({"segment": "all", "block": blocks_, "share": shares, "held": held or [False] * len(shares)})


def one(p_silent: float, margin: float = 100.0) -> tuple[pd.DataFrame, pd.DataFrame]:
    return (
        pd.DataFrame({"customer_id": ["A"], "p_silent": [p_silent]}),
        pd.DataFrame({"customer_id": ["A"], "segment": ["2-3 order days"], "margin": [margin]}),
    )


def test_value_by_hand():
    """Two blocks of 180 days, 12 % a year, q1 = 0.2, q2 = 0.5, 100 a block.

    Middle of the blocks at 90 and 270 days: 1.12^(-90/365.25) = 0.972461, 1.12^(-270/365.25) = 0.919640.
    0.8 · 100 · 0.972461 + 0.8 · 0.5 · 100 · 0.919640 = 77.7969 + 36.7856 = 114.5825.
    With q1 = 0 it is 97.2461 + 45.9820 = 143.2281; a fifth of it is at stake: 28.6456.
    """
    found = lifetime_values(*one(0.2), losses([0.3, 0.5]), horizon_days=H, days=365, discount=0.12).iloc[0]
    assert found["remaining_value"] == pytest.approx(114.5825, abs=1e-3)
    assert found["stake"] == pytest.approx(28.6456, abs=1e-3)
    assert found["share_unobserved"] == 0


def test_the_share_from_blocks_never_seen_is_told():
    """As above with the second block held: 45.9820 of 143.2281 = 32.1 % of the value."""
    found = lifetime_values(*one(0.2), losses([0.3, 0.5], [False, True]), horizon_days=H, days=365, discount=0.12)
    assert found["share_unobserved"].iloc[0] == pytest.approx(0.3210, abs=1e-4)
    assert unobserved_share(found) == pytest.approx(0.3210, abs=1e-4)


@pytest.mark.parametrize(("horizon", "expected"), [(180, 6), (365, 3), (90, 12), (2000, 1)])
def test_about_three_years_are_cut_into_whole_blocks(horizon, expected):
    assert blocks(horizon) == expected


def test_value_and_stake_add_up_to_the_value_without_risk():
    shares = losses([0.3, 0.2, 0.2, 0.2, 0.2, 0.2])
    whole = lifetime_values(*one(0.0), shares)["remaining_value"].iloc[0]
    for p in (0.0, 0.3, 1.0):
        found = lifetime_values(*one(p), shares).iloc[0]
        assert found["remaining_value"] + found["stake"] == pytest.approx(whole)


def test_lost_accounts_are_worth_nothing_and_unknown_ones_are_unknown():
    p_silent = pd.DataFrame({"customer_id": ["B"], "p_silent": [np.nan]})
    margins = pd.DataFrame({"customer_id": ["A", "B"], "segment": "2-3 order days", "margin": 100.0})
    found = lifetime_values(p_silent, margins, losses([0.3] * 6)).set_index("customer_id")
    assert found.loc["A", ["remaining_value", "stake"]].tolist() == [0, 0]
    assert np.isnan(found.loc["B", "remaining_value"])


def test_an_account_twice_is_refused():
    p_silent, margins = one(0.5)
    with pytest.raises(InputError, match="repeats"):
        lifetime_values(pd.concat([p_silent, p_silent]), margins, losses([0.3] * 6))


def chains(bought: dict[str, list[int]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The blocks with an order (`kamlib.facts.blocks.later_blocks`), and the landmark table of all the accounts at DAY."""
    rows = [(a, DAY, j) for a, found in bought.items() for j in found]
    later = pd.DataFrame(rows, columns=["customer_id", "as_of", "block"])
    facts = pd.DataFrame({"customer_id": list(bought), "as_of": DAY, "order_days_12m": 2.0, "order_days": 2})
    facts["tenure_days"] = 5000
    more = dict.fromkeys(("revenue_12m", "revenue", "margin_12m", "margin", "returns_12m", "returns"), 1.0)
    return later, facts.assign(**more)


def test_block_shares_by_hand():
    """40 accounts: all buy in block 1, 30 in block 2, of those 24 in block 3; 5 come back in block 3 after an empty block 2.

    q1 = 0, q2 = 10/40, q3 = 6/30: who comes back belongs to win-back. Block 4 was not observed: 0.2 is held.
    """
    bought = {}
    for i in range(40):
        bought[f"K{i}"] = [1, 2, 3] if i < 24 else [1, 2] if i < 30 else [1, 3] if i < 35 else [1]
    later, landmarks = chains(bought)
    found = block_losses(later, landmarks, DAY + pd.Timedelta(days=300), horizon_days=100, n_blocks=4)
    everyone = found[found["segment"] == "all"].set_index("block")
    assert everyone["share"].tolist() == [0, 0.25, 0.2, 0.2]
    assert everyone["held"].tolist() == [False, False, False, True]
    assert everyone["accounts"].tolist() == [40, 40, 30, 0]


def test_a_block_that_was_not_over_counts_for_nothing():
    later, landmarks = chains({f"K{i}": [1, 2] for i in range(40)})
    found = block_losses(later, landmarks, DAY + pd.Timedelta(days=199), horizon_days=100, n_blocks=2)
    assert found.loc[found["segment"] == "all", "held"].tolist() == [False, True]


def test_a_thin_segment_takes_the_share_of_all():
    later, landmarks = chains({f"K{i}": [1, 2] if i % 2 else [1] for i in range(40)})
    landmarks.loc[:3, "order_days_12m"] = 20.0
    found = block_losses(later, landmarks, DAY + pd.Timedelta(days=200), horizon_days=100, n_blocks=2)
    assert found.set_index(["segment", "block"]).loc[("12 or more order days", 2), "share"] == 0.5


def test_counts_are_of_customers_not_of_their_landmarks():
    """20 customers at two landmarks are 40 rows, and still too few for a share: with 30 customers there is one."""
    for n, told in ((20, False), (30, True)):
        later, landmarks = chains({f"K{i}": [1] for i in range(n)})
        earlier = DAY - pd.Timedelta(days=100)
        both = pd.concat([landmarks, landmarks.assign(as_of=earlier)])
        bought = pd.concat([later, later.assign(as_of=earlier)])
        found = block_losses(bought, both, DAY + pd.Timedelta(days=200), horizon_days=100, n_blocks=2)
        second = found.set_index(["segment", "block"]).loc[("all", 2)]
        assert second[["accounts", "customers"]].tolist() == [2 * n, n]
        assert pd.notna(second["share"]) == told


def two(p_silent: float, p_stopped: float, **more) -> pd.Series:
    chances, margins = one(p_silent, more.pop("margin", 100.0))
    given = chances.assign(p_stopped=p_stopped)
    rules = {"horizon_days": H, "days": 3 * H, "discount": 0.0} | more
    return lifetime_values(given, margins, losses([0.3, 0.4, 0.1]), **rules).iloc[0]


def test_both_probabilities_by_hand():
    """P(no order) 0.1, P(stopped) 0.2, 100 a block, no discount, three blocks, q3 = 0.1, half a block before a stop.

    Stops: 50. Block 1 if it stays: (0.9 - 0.2 · 0.5) / 0.8 = 1, so 100; then 100 and 90: 290. Value: 0.2 · 50 + 0.8 · 290 = 242, which is
    90 + 0.8 · 100 + 0.8 · 90. Stake: 0.2 · (290 - 50) = 48, and in the first block 0.2 · (100 - 50) = 10.
    """
    found = two(0.1, 0.2)
    assert found["remaining_value"] == pytest.approx(242)
    assert found[["stake", "stake_horizon"]].tolist() == pytest.approx([48, 10])
    assert found["p_stopped"] == 0.2


def test_who_stays_pays_no_more_than_its_margin_and_who_stops_no_more_than_its_chance_of_an_order():
    """P(no order) 0.01, P(stopped) 0.5: (0.99 - 0.25) / 0.5 = 1.48 is cut to 1: 0.5 · 50 + 0.5 · (100 + 100 + 90) = 170.

    P(no order) 0.9, P(stopped) 0.8: a stop leaves 10, not 50; staying (0.1 - 0.08) / 0.2 = 0.1: 0.8 · 10 + 0.2 · (10 + 190) = 48.
    """
    assert two(0.01, 0.5)["remaining_value"] == pytest.approx(170)
    assert two(0.9, 0.8)["remaining_value"] == pytest.approx(48)


def test_where_nobody_can_be_said_to_have_stopped_no_order_stands_in_its_place():
    """P(no order) 0.2: 0.8 · (100 + 60 + 54) = 171.2; who is gone brings nothing, and block 2 loses its q2 = 0.4."""
    missing, absent = (
        two(0.2, np.nan),
        lifetime_values(*one(0.2), losses([0.3, 0.4, 0.1]), days=540, discount=0.0).iloc[0],
    )
    assert missing["remaining_value"] == absent["remaining_value"] == pytest.approx(171.2)
    assert missing["stake"] == pytest.approx(0.2 * 214)


@pytest.mark.parametrize("seed", range(5))
def test_the_value_is_the_mean_of_going_and_staying_and_a_stake_is_never_negative(seed):
    """On any probabilities: V lies between V_stop and V_stay, V_stop below V_stay, and V + stake = V_stay."""
    rng = np.random.default_rng(seed)
    n = 400
    given = pd.DataFrame(
        {"customer_id": np.arange(n).astype(str), "p_silent": rng.random(n), "p_stopped": rng.random(n)}
    )
    given.loc[::7, "p_stopped"], given.loc[::11, "p_stopped"], given.loc[::13, "p_silent"] = np.nan, 1.0, 0.0
    margins = given[["customer_id"]].assign(segment="all", margin=rng.gamma(1, 100, n))
    share = rng.random()
    rules = {"horizon_days": H, "stopped_share": share, "days": int(rng.integers(100, 1500))}
    found = lifetime_values(given, margins, losses([0.3] * 8), **rules)
    sure = lifetime_values(
        given.assign(p_stopped=given["p_stopped"].where(given["p_stopped"].isna(), 0.0)),
        margins,
        losses([0.3] * 8),
        **rules,
    )
    assert (found[["stake", "stake_horizon"]] >= -1e-9).all(axis=None)
    assert (found["stake"] >= found["stake_horizon"] - 1e-9).all() and (found["remaining_value"] >= 0).all()
    pays = first_block(given, stopped_share=share)
    assert (pays["if_stops"] <= pays["if_stays"] + 1e-12).all() and pays["if_stays"].between(0, 1).all()
    cut = pays["if_stays"] < 1
    assert pays.loc[cut, "expected"].to_numpy() == pytest.approx(1 - given.loc[cut, "p_silent"].to_numpy())
    assert (pays["expected"] <= 1 - given["p_silent"] + 1e-12).all()
    whole = (found["remaining_value"] + found["stake"]).set_axis(found["customer_id"])
    known = sure["p_stopped"].notna() & (sure["p_silent"] == 0)
    assert sure.loc[known, "remaining_value"].to_numpy() == pytest.approx(
        whole[sure.loc[known, "customer_id"]].to_numpy()
    )


def test_what_a_stop_leaves_is_of_the_size_that_is_usual_for_half_a_block():
    """With 15 % lost a block after the second, half a block is 21 to 30 % of what staying brings in 12 months, 9 to 13 % in three years."""
    for days, low, high in ((365, 0.21, 0.30), (1096, 0.09, 0.13)):
        rules = {"horizon_days": H, "days": days, "discount": 0.12}
        given = one(0.0)[0].assign(p_stopped=1.0), one(0.0)[1], losses([0.2] + [0.15] * 5)
        stops = lifetime_values(*given, **rules).iloc[0]["remaining_value"]
        stays = lifetime_values(given[0].assign(p_stopped=0.0), *given[1:], **rules).iloc[0]["remaining_value"]
        assert low < stops / stays < high


def test_what_those_who_stopped_still_brought_counts_by_size_and_only_of_enough_customers():
    """20 customers with a usual block of 100 brought 30, one of 2,000 brought 1,400: 2,000 / 4,000."""
    stopped = pd.DataFrame({"customer_id": [f"K{i}" for i in range(20)], "usual": 100.0, "came": 30.0})
    whole = pd.concat([stopped, pd.DataFrame({"customer_id": ["big"], "usual": [2000.0], "came": [1400.0]})])
    assert stopped_share(whole) == pytest.approx(0.5)
    assert stopped_share(stopped) == pytest.approx(0.3)
    assert stopped_share(pd.concat([stopped.head(19)] * 3)) == 0.5, "rows are no customers"
