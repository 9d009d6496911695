"""The usual margin of a block by hand, and one wild customer that changes nothing for the others."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.measures.lifetime.block_margins import block_margins

DAY = pd.Timestamp("2025-01-01")


def facts_of(customers: list[str]) -> pd.DataFrame:
    """The facts at DAY of customers of one segment that bought first long ago."""
    facts = pd.DataFrame({"customer_id": customers, "as_of": DAY, "order_days_12m": 2.0, "order_days": 2})
    more = dict.fromkeys(("revenue_12m", "revenue", "margin_12m", "margin", "returns_12m", "returns"), 1.0)
    return facts.assign(tenure_days=5000, **more)


def history(margins: dict[str, list[float]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """An order in each of the last blocks before DAY, latest first (`kamlib.facts.blocks.past_blocks`), and the facts at DAY."""
    rows = [(a, k, m) for a, found in margins.items() for k, m in enumerate(found)]
    past = pd.DataFrame(rows, columns=["customer_id", "block", "margin"]).assign(amount=1.0, bought=True)
    return past, facts_of(list(margins))


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

    With it K0 would bring (100 + 30) / 2 = 65; without it 100. K1 first bought 150 days ago too, and nothing since: it has nothing
    but a partial block, and keeps it.
    """
    past, facts = history({"K0": [100.0, 30.0], "K1": [20.0], **{f"K{i}": [100.0, 100.0] for i in range(2, 40)}})
    past.loc[past["customer_id"] == "K1", "block"] = 1
    facts["tenure_days"] = [149, 149, *[5000] * 38]
    found = block_margins(past, facts, horizon_days=100).set_index("customer_id")
    assert found.loc["K0", ["own", "blocks"]].tolist() == [100, 1]
    assert found.loc["K1", ["own", "blocks"]].tolist() == [20, 1]
    facts.loc[0, "tenure_days"] = 199  # the whole of block 1 was seen
    assert block_margins(past, facts, horizon_days=100).set_index("customer_id").loc["K0", "own"] == 65


def test_a_part_of_the_first_block_is_made_whole_by_the_orders_to_be_expected_in_the_rest_of_it():
    """Two new accounts of 40 and 60 days, 1 and 4 order days: they order again after (40 + 60) / (0 + 3) = 33 days on average.

    K0, 10 on 1 day: 1 / (40 + 33.3) a day in the 60 days to come, 10 (1 + 60 / 73.3) = 18.18. K1, 80 on 4: 80 (1 + 40 / 93.3) = 114.29.
    """
    past, facts = history({"K0": [10.0], "K1": [80.0], **{f"K{i}": [100.0] for i in range(2, 40)}})
    facts["tenure_days"], facts["order_days"] = [39, 59, *[5000] * 38], [1, 4, *[50] * 38]
    own = block_margins(past, facts, horizon_days=100).set_index("customer_id")["own"]
    assert own[["K0", "K1", "K2"]].tolist() == pytest.approx([18.18, 114.29, 100], abs=0.01)
    facts["order_days"] = 1  # nobody ordered again yet: there is nothing to go by
    assert block_margins(past, facts, horizon_days=100).set_index("customer_id")["own"].tolist()[:2] == [10, 80]


def test_new_accounts_bring_in_the_whole_of_their_first_block_what_was_expected_however_often_they_bought():
    """20,000 buyers at random, their rates exponential (on average an order in 50 days), seen for 1 to 179 of 180 days: drawn on to
    the end of the block, those with one order day, two or three, and more bring what was expected of each within 4 %."""
    rng, n, horizon = np.random.default_rng(4), 20_000, 180
    days = rng.integers(1, horizon, n)
    rate = rng.exponential(1 / 50, n)
    seen, more = 1 + rng.poisson(rate * days), rng.poisson(rate * (horizon - days))
    past, facts = history({f"K{i}": [10.0 * orders] for i, orders in enumerate(seen)})
    facts["tenure_days"], facts["order_days"] = days - 1, seen
    own = block_margins(past, facts, horizon_days=horizon)["own"].to_numpy()
    for some in (seen == 1, (seen == 2) | (seen == 3), seen > 3):
        assert own[some].sum() == pytest.approx(10 * (seen + more)[some].sum(), rel=0.04)


@pytest.mark.parametrize("kind", ["exponential rates", "gaps of 8 to 100 days", "regular gaps"])
def test_new_accounts_that_come_back_bring_what_was_expected_of_the_next_block(kind):
    """Which no account of less than a block did while the part of a block that was seen stood for the whole (at most three quarters of what came)."""
    rng, n, horizon = np.random.default_rng(5), 4000, 180
    gap = 50 / rng.exponential(1, n) if kind == "exponential rates" else np.exp(rng.uniform(*np.log([8, 100]), n))
    shape, size = (4 if kind == "regular gaps" else 1), rng.lognormal(3, 0.8, n)
    on = rng.gamma(shape, gap[:, None] / shape, (n, 200)).cumsum(axis=1)
    days = rng.integers(1, horizon, n)
    seen = 1 + (on < days[:, None]).sum(axis=1)
    came = size * ((on >= days[:, None]) & (on < days[:, None] + horizon)).sum(axis=1)
    past, facts = history({f"K{i}": [money] for i, money in enumerate(size * seen)})
    facts["tenure_days"], facts["order_days"], facts["order_days_12m"] = days - 1, seen, seen
    found = block_margins(past, facts, horizon_days=horizon)["margin"]
    assert found[came > 0].sum() == pytest.approx(came.sum(), rel=0.15)
    assert (size * seen)[came > 0].sum() < 0.75 * came.sum()


def test_one_bad_year_does_not_pull_down_the_others_of_a_small_base():
    """Ten accounts with four blocks; nine bring 100, one lost 250,000. Usual is the median 100, so each of the nine keeps 100.

    The tenth: (4 · -250,000 + 1 · 100) / 5 = -199,980.
    """
    past, facts = history({**{f"K{i}": [100.0] * 4 for i in range(9)}, "bad": [-250_000.0] * 4})
    found = block_margins(past, facts, horizon_days=100).set_index("customer_id")["margin"]
    assert found.drop("bad").tolist() == pytest.approx([100] * 9)
    assert found["bad"] == pytest.approx(-199_980)


def steady(rng: np.random.Generator, n: int = 100, noise: float = 3.0) -> dict[str, list[float]]:
    """Customers that bring between 50 and 450 a block, with a little noise."""
    return {f"K{i:03d}": (level + rng.normal(0, noise, 4)).tolist() for i, level in enumerate(np.linspace(50, 450, n))}


def margin_of(margins: dict[str, list[float]]) -> pd.Series:
    past, facts = history(margins)
    return block_margins(past, facts, horizon_days=100).set_index("customer_id")["margin"]


@pytest.mark.parametrize("noise", [0.0, 3.0, 60.0])
def test_one_wild_customer_takes_the_weight_from_nobody(noise):
    """+90,000, -80,000, 70,000, -60,000 made an own 129 into 286; whoever brings the steady amounts keeps them."""
    base = steady(np.random.default_rng(1), noise=noise)
    base["late"] = [129.0]
    before = margin_of(base)
    after = margin_of(base | {"wild": [90_000.0, -80_000.0, 70_000.0, -60_000.0]}).reindex(before.index)
    assert after.to_numpy() == pytest.approx(before.to_numpy(), rel=0.04, abs=4.0)


def test_normal_margins_are_shrunk_as_classical_credibility_does():
    """Levels 1,000 ± 100, blocks ± 150: k = 150² / 100² = 2.25, so four blocks count 4 / 6.25 = 0.64 (k within ± 20 % on 2,000)."""
    rng = np.random.default_rng(2)
    levels = rng.normal(1000, 100, 2000)
    past, facts = history({f"K{i}": rng.normal(level, 150, 4).tolist() for i, level in enumerate(levels)})
    found = block_margins(past, facts, horizon_days=100)
    weight = (found["margin"] - found["usual"]) / (found["own"] - found["usual"])
    assert weight.median() == pytest.approx(0.64, abs=0.05)


def test_a_giant_is_moved_by_two_standard_errors_at_most():
    """Blocks of the others vary by 50 · √2 around 100, so a giant of two steady blocks of 5,000 moves by 2 · 70.7 / √2 = 100."""
    others = {f"K{i}": [50.0, 150.0] if i % 2 else [150.0, 50.0] for i in range(40)}
    found = margin_of(others | {"giant": [5000.0, 5000.0]})
    assert found["giant"] == pytest.approx(4900, rel=0.002)
    assert found["K1"] == pytest.approx(100)


def test_in_another_currency_all_is_the_same():
    base = steady(np.random.default_rng(3), noise=40.0) | {"wild": [9000.0, -8000.0, 7000.0, -6000.0]}
    moved = margin_of({name: [117.0 * one for one in found] for name, found in base.items()})
    assert moved.to_numpy() == pytest.approx(117.0 * margin_of(base).to_numpy())


def test_where_nobody_has_two_blocks_each_is_believed():
    found = margin_of({f"K{i}": [10.0 * i] for i in range(40)})
    assert found["K39"] == pytest.approx(390)


def test_the_season_is_taken_out_of_each_block():
    """Quarters of 0.5, 1, 1, 1.5 times 100: without the season every block is 100, and so is the usual margin."""
    season = np.array([0.5, 1.0, 1.0, 1.5])
    past, facts = history({f"K{i}": [150.0, 100.0, 100.0, 50.0] for i in range(40)})
    found = block_margins(past, facts, horizon_days=91, season=season)
    assert found["own"].to_numpy() == pytest.approx(100)
    one = past[past["block"] == 0]
    assert block_margins(one, facts, horizon_days=91, season=season)["own"].to_numpy() == pytest.approx(100)
