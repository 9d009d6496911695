"""Lifetime value by hand, its shares from the past, and its test on a held-out block."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.errors import InputError
from kamlib.measures.lifetime_value import block_losses, block_margins, blocks, lifetime_values, unobserved_share

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
    assert found["margin_at_stake"] == pytest.approx(28.6456, abs=1e-3)
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
        assert found["remaining_value"] + found["margin_at_stake"] == pytest.approx(whole)


def test_lost_accounts_are_worth_nothing_and_unknown_ones_are_unknown():
    p_silent = pd.DataFrame({"customer_id": ["B"], "p_silent": [np.nan]})
    margins = pd.DataFrame({"customer_id": ["A", "B"], "segment": "2-3 order days", "margin": 100.0})
    found = lifetime_values(p_silent, margins, losses([0.3] * 6)).set_index("customer_id")
    assert found.loc["A", ["remaining_value", "margin_at_stake"]].tolist() == [0, 0]
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


def history(margins: dict[str, list[float]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """An order in each of the last blocks before DAY, latest first (`kamlib.facts.blocks.past_blocks`), and the facts at DAY."""
    rows = [(a, k, m) for a, found in margins.items() for k, m in enumerate(found)]
    past = pd.DataFrame(rows, columns=["customer_id", "block", "margin"]).assign(amount=1.0, bought=True)
    facts = chains({a: [] for a in margins})[1]
    return past, facts


def test_steady_accounts_keep_their_own_margin():
    """No variance within accounts: k = 0, and each account counts wholly."""
    past, facts = history({f"K{i}": [10.0 * i] * 3 for i in range(1, 41)})
    found = block_margins(past, facts, horizon_days=100)
    assert found["margin"].to_numpy() == pytest.approx(found["own"].to_numpy())
    assert found.set_index("customer_id").loc["K7", "margin"] == pytest.approx(70)


def test_noisy_accounts_are_shrunk_to_what_is_usual():
    """All accounts have the same mean of 100: nothing differs between them, so each goes to the usual 100."""
    past, facts = history({f"K{i}": [50.0, 150.0] if i % 2 else [150.0, 50.0] for i in range(40)})
    assert block_margins(past, facts, horizon_days=100)["margin"].to_numpy() == pytest.approx(100)
    past = pd.concat([past, past.assign(customer_id="new", margin=1000.0).head(1)], ignore_index=True)
    facts = pd.concat([facts, facts.head(1).assign(customer_id="new")])
    new = block_margins(past, facts, horizon_days=100).set_index("customer_id").loc["new"]
    assert new["usual"] < new["margin"] < 900  # one block of 1,000 is not wholly believed


def test_an_account_without_recent_blocks_brings_the_usual_margin_and_costs_are_taken_off():
    past, facts = history({**{f"K{i}": [100.0] for i in range(40)}, "old": []})
    costs = pd.DataFrame({"customer_id": ["K0"], "date": [DAY - pd.Timedelta(days=5)], "cost": [30.0]})
    found = block_margins(past, facts, horizon_days=100, costs=costs).set_index("customer_id")
    assert found.loc["old", "margin"] == pytest.approx(found.loc["old", "usual"])
    assert found.loc["K0", "own"] == 70


def test_credit_notes_lower_the_margin_of_their_block_and_make_no_block_with_an_order():
    """All bring 100 in each of two blocks. K0 sent back 60 in the latest: (40 + 100) / 2 = 70.

    K1 sent back 60 three blocks ago, where it bought nothing: that is no block with an order, and its mean stays 100.
    """
    past, facts = history({"K0": [40.0, 100.0], **{f"K{i}": [100.0, 100.0] for i in range(1, 40)}})
    note = pd.DataFrame({"customer_id": ["K1"], "block": [3], "margin": -60.0, "amount": -60.0, "bought": False})
    found = block_margins(pd.concat([past, note]), facts, horizon_days=100).set_index("customer_id")
    assert found.loc["K0", ["own", "blocks"]].tolist() == [70, 2]
    assert found.loc["K1", ["own", "blocks"]].tolist() == [100, 2]


def test_a_block_that_began_before_the_first_order_is_no_whole_block():
    """40 accounts bring 100 a block. K0 first bought 150 days ago: its block 1 saw 50 of its 100 days and 30 of margin.

    With it K0 would bring (100 + 30) / 2 = 65; without it 100. Who has nothing but a partial block keeps it (K1: 20).
    """
    past, facts = history({"K0": [100.0, 30.0], "K1": [20.0], **{f"K{i}": [100.0, 100.0] for i in range(2, 40)}})
    facts["tenure_days"] = [149, 40, *[5000] * 38]
    found = block_margins(past, facts, horizon_days=100).set_index("customer_id")
    assert found.loc["K0", ["own", "blocks"]].tolist() == [100, 1]
    assert found.loc["K1", ["own", "blocks"]].tolist() == [20, 1]
    facts.loc[0, "tenure_days"] = 199  # the whole of block 1 was seen
    assert block_margins(past, facts, horizon_days=100).set_index("customer_id").loc["K0", "own"] == 65


def test_one_bad_year_does_not_pull_down_the_others_of_a_small_base():
    """Ten accounts with four blocks; nine bring 100, one lost 250,000. Usual is the median 100, so each of the nine keeps 100.

    The tenth: (4 · -250,000 + 1 · 100) / 5 = -199,980.
    """
    past, facts = history({**{f"K{i}": [100.0] * 4 for i in range(9)}, "bad": [-250_000.0] * 4})
    found = block_margins(past, facts, horizon_days=100).set_index("customer_id")["margin"]
    assert found.drop("bad").tolist() == pytest.approx([100] * 9)
    assert found["bad"] == pytest.approx(-199_980)
