"""SMAA-2 against exact two-criteria cases, and against the same draws in bare NumPy."""

import numpy as np
import pandas as pd
import pytest

from kamlib.errors import InputError
from kamlib.scoring.doubt import smaa

NAMES = ["x", "y"]
WEIGHTS = pd.Series({"x": 60.0, "y": 40.0})


def table(rows, names=None, ids=None):
    names = names or [f"c{j}" for j in range(len(rows[0]))]
    ids = ids if ids is not None else [f"a{i}" for i in range(len(rows))]
    return pd.DataFrame(rows, index=pd.Index(ids, name="customer_id"), columns=names, dtype=float)


def run(low, high=None, weights=WEIGHTS, **more):
    low = table(low, NAMES if len(low[0]) == 2 else None) if isinstance(low, list) else low
    high = low if high is None else table(high, list(low.columns), low.index) if isinstance(high, list) else high
    return smaa.acceptability(low, high, weights, **more)


def test_two_accounts_on_two_criteria_are_the_beta_distribution():
    # A = (1, 0), B = (0, 1): A is first where w_x > 1/2, and w_x ~ Beta(50 * 0.6, 50 * 0.4) = Beta(30, 20)
    from scipy.stats import beta

    found = run([(1, 0), (0, 1)], top=1)
    exact = beta.sf(0.5, 30, 20)
    four_errors = 4 * np.sqrt(exact * (1 - exact) / 10_000)
    assert found.accounts["p_key"].tolist() == pytest.approx([exact, 1 - exact], abs=four_errors)
    # E[w_x | w_x > 1/2] = a / (a + b) * P(Beta(31, 20) > 1/2) / P(Beta(30, 20) > 1/2)
    central = 0.6 * beta.sf(0.5, 31, 20) / exact
    assert found.central.loc["a0", "x"] == pytest.approx(central, abs=0.003)
    assert found.central.sum(axis=1).tolist() == pytest.approx([1, 1], abs=1e-5)


def test_border_inside_the_weights_is_met_where_it_lies():
    # A = (1, 0) beats C = (0.4, 0.4) where w_x > 0.4: P = P(Beta(30, 20) > 0.4)
    from scipy.stats import beta

    found = run([(1, 0), (0.4, 0.4)], top=1).accounts["p_key"]
    assert found[0] == pytest.approx(beta.sf(0.4, 30, 20), abs=0.005)


def test_open_value_is_uniform_between_worst_and_best():
    # one criterion: A is known to be 0.3, B is open: P(B > A) = 0.7; both marks by their own length
    found = run(
        table([[0.3], [0.0]], ["x"]),
        table([[0.3], [1.0]], ["x"]),
        pd.Series({"x": 100.0}),
        top=1,
        marks={"half": 0.5, "fifth": 0.2},
    ).accounts
    assert found["p_key"].tolist() == pytest.approx([0.3, 0.7], abs=0.02)
    assert found["p_half"].tolist() == pytest.approx([0, 0.5], abs=0.02)
    assert found["p_fifth"].tolist() == pytest.approx([1, 0.8], abs=0.02)


def test_account_best_in_everything_is_first_always_and_worst_never():
    found = run([(0.9, 0.9), (0.8, 0.3), (0.2, 0.1)], top=2)
    assert found.accounts["p_first"].tolist() == [1, 0, 0]
    assert found.accounts["p_key"].tolist() == [1, 1, 0]
    assert found.central.loc[["a1", "a2"]].isna().all(axis=None)
    assert found.central.loc["a0"].tolist() == pytest.approx([0.6, 0.4], abs=0.003)
    assert found.ranks.to_numpy().tolist() == [["a0", 1, 1.0], ["a1", 2, 1.0]]


def test_equal_accounts_take_their_places_by_lot_so_a_tie_over_the_border_is_never_sure():
    found = run([(0.5, 0.5)] * 4 + [(0.1, 0.1)], top=3)
    assert found.accounts["p_key"].tolist() == pytest.approx([0.75] * 4 + [0])
    assert found.accounts["p_first"].tolist() == pytest.approx([0.25] * 4 + [0])
    assert found.ranks.groupby("rank")["share"].sum().tolist() == pytest.approx([1] * 3)
    within = run([(0.9, 0.9)] + [(0.5, 0.5)] * 2 + [(0.1, 0.1)], top=3).accounts
    assert within["p_key"].tolist() == pytest.approx([1, 1, 1, 0])
    assert run([(0.5, 0.5)] * 40, top=3).accounts["p_key"].tolist() == pytest.approx([3 / 40] * 40)


def test_accounts_with_the_same_open_range_get_exactly_the_same_chances():
    found = run([(0.2, 0.1)] * 3 + [(0.5, 0.5)], [(0.9, 0.8)] * 3 + [(0.5, 0.5)], top=2)
    assert found.accounts["p_key"].iloc[:3].nunique() == 1
    assert found.accounts["p_first"].iloc[:3].nunique() == 1
    assert found.central.iloc[:3].nunique().eq(1).all()
    assert found.accounts["p_key"].sum() == pytest.approx(2)


def test_one_account_and_one_criterion_is_sure():
    found = run(table([[0.2]], ["x"]), weights=pd.Series({"x": 1.0}), top=1)
    assert found.accounts["p_key"].tolist() == [1]


def test_threshold_counts_instead_of_places():
    # 60 % and 40 % of the weight on (1, 0) and (0, 1): reaching 0.5 is w_x >= 0.5 and its complement
    found = run([(1, 0), (0, 1), (0.6, 0.6)], top=2, threshold=0.5).accounts["p_key"]
    assert found[0] + found[1] == pytest.approx(1, abs=1e-3)
    assert found[2] == 1


def test_draws_depend_on_the_seed_and_not_on_order_or_names():
    rng = np.random.default_rng(7)
    low = pd.DataFrame(rng.random((40, 3)), columns=["p", "q", "r"], index=[f"k{i}" for i in range(40)])
    high = (low + rng.choice([0, 0.3], (40, 3))).clip(upper=1)
    weights = pd.Series({"p": 2.0, "q": 1.0, "r": 1.0})

    def chances(order, seed=1):
        return smaa.acceptability(low.loc[order], high.loc[order], weights, top=5, draws=1000, seed=seed).accounts

    first = chances(low.index).set_index("customer_id")["p_key"]
    backwards = chances(low.index[::-1]).set_index("customer_id")["p_key"]
    pd.testing.assert_series_equal(backwards.sort_index(), first.sort_index())
    assert not chances(low.index, seed=2)["p_key"].equals(first.reset_index(drop=True))
    assert first.sum() == pytest.approx(5)


def test_rank_shares_of_a_draw_add_up():
    rng = np.random.default_rng(3)
    found = smaa.acceptability(
        *[table(rng.random((30, 4)))] * 2, pd.Series([1.0] * 4, [f"c{j}" for j in range(4)]), top=6
    )
    assert found.ranks.groupby("rank")["share"].sum().tolist() == pytest.approx([1] * 6)
    by_account = found.ranks.groupby("customer_id")["share"].sum()
    chances = found.accounts.set_index("customer_id")["p_key"]
    assert by_account.to_dict() == pytest.approx(chances[chances > 0].to_dict())


@pytest.mark.parametrize(
    ("low", "weights", "top", "words"),
    [
        (table([[0.1, 0.2]], NAMES), WEIGHTS, 2, "top must lie within"),
        (table([[0.1, np.nan]], NAMES), WEIGHTS, 1, "a utility is missing"),
        (table([[0.1, 0.2]], NAMES), pd.Series({"x": 1.0}), 1, "positive weight"),
        (table([[0.1, 0.2]], NAMES).iloc[:0], WEIGHTS, 1, "filled tables"),
    ],
)
def test_tables_that_cannot_be_drawn_are_refused(low, weights, top, words):
    with pytest.raises(InputError, match=words):
        smaa.acceptability(low, low, weights, top=top)


@pytest.mark.slow
def test_a_draw_in_bare_numpy_gives_the_same_shares():
    """Nothing is lost by what is not computed: the same weights, all accounts, a whole sort of each draw."""
    rng = np.random.default_rng(5)
    low = table(rng.random((3000, 5)) ** 2)
    weights = pd.Series([5.0, 1, 2, 8, 4], low.columns)
    found = smaa.acceptability(low, low, weights, top=9, threshold=0.6, marks={"half": 0.5}, draws=1000, seed=3)
    share = weights.to_numpy() / weights.sum()
    drawn = np.random.default_rng([3, 0]).dirichlet(50 * share, 1000)
    total = drawn @ low.to_numpy().T
    first = np.argsort(-total, axis=1)[:, 0]
    assert found.accounts["p_first"].to_numpy() == pytest.approx(np.bincount(first, minlength=3000) / 1000, abs=0.0011)
    assert found.accounts["p_key"].to_numpy() == pytest.approx((total >= 0.6).mean(axis=0), abs=0.0011)
    assert found.accounts["p_half"].to_numpy() == pytest.approx((total >= 0.5).mean(axis=0), abs=0.0011)
    place = (-total).argsort(axis=1).argsort(axis=1) + 1
    counted = found.ranks.pivot(index="customer_id", columns="rank", values="share").reindex(low.index).fillna(0)
    for rank in range(1, 10):
        assert counted[rank].to_numpy() == pytest.approx((place == rank).mean(axis=0), abs=0.0021)


def test_many_equal_accounts_take_no_longer_than_one():
    found = run(table(np.full((60_000, 2), 0.5), NAMES), top=3, marks={"half": 0.5}, draws=1000).accounts
    assert found["p_half"].eq(1).all()
    assert found["p_key"].to_numpy() == pytest.approx(3 / 60_000) and found["p_first"].to_numpy() == pytest.approx(
        1 / 60_000
    )


def test_an_account_that_nothing_is_known_of_is_drawn_over_the_whole_range():
    # one known account at 0.5 of three criteria, one open in all: the chance that a weighted mean of uniforms beats its middle is 1/2
    found = run(table([[0.5] * 3, [0] * 3]), [[0.5] * 3, [1] * 3], pd.Series([1.0] * 3, ["c0", "c1", "c2"]), top=1)
    assert found.accounts["p_key"].tolist() == pytest.approx([0.5, 0.5], abs=0.02)
