"""SMAA-2 against exact two-criteria cases; the smallest change of a weight against brute force."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib import smaa
from kamlib.errors import InputError
from kamlib.study import Criterion

NAMES = ["x", "y"]
WEIGHTS = pd.Series({"x": 60.0, "y": 40.0})


def table(rows, names=None, ids=None):
    names = names or [f"c{j}" for j in range(len(rows[0]))]
    ids = ids if ids is not None else [f"a{i}" for i in range(len(rows))]
    return pd.DataFrame(rows, index=pd.Index(ids, name="account_id"), columns=names, dtype=float)


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


def test_equal_accounts_share_their_rank_and_their_chances():
    found = run([(0.5, 0.5)] * 4 + [(0.1, 0.1)], top=3)
    assert found.accounts["p_key"].tolist() == [1, 1, 1, 1, 0]
    assert found.ranks["rank"].eq(1).all()


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

    first = chances(low.index).set_index("account_id")["p_key"]
    backwards = chances(low.index[::-1]).set_index("account_id")["p_key"]
    pd.testing.assert_series_equal(backwards.sort_index(), first.sort_index())
    assert not chances(low.index, seed=2)["p_key"].equals(first.reset_index(drop=True))
    assert first.sum() == pytest.approx(5)


def test_rank_shares_of_a_draw_add_up():
    rng = np.random.default_rng(3)
    found = smaa.acceptability(
        *[table(rng.random((30, 4)))] * 2, pd.Series([1.0] * 4, [f"c{j}" for j in range(4)]), top=6
    )
    assert found.ranks.groupby("rank")["share"].sum().tolist() == pytest.approx([1] * 6)
    by_account = found.ranks.groupby("account_id")["share"].sum()
    chances = found.accounts.set_index("account_id")["p_key"]
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


def test_smallest_change_by_hand():
    # A (1, 0) leads B (0, 1) at 60:40 until w_x = 50: -10 for both. C (0.3, 0.3) passes A only below w_x = 30 where B has
    # long passed both, and never B: its line is flat, so no single weight brings it to the top.
    found = smaa.smallest_change(table([(1, 0), (0, 1), (0.3, 0.3)], NAMES), WEIGHTS, top=1).set_index("account_id")
    assert found.loc["a0", ["weight_at_flip", "change"]].tolist() == pytest.approx([50, -10])
    assert found.loc["a0", "member"] and not found.loc["a1", "member"]
    assert abs(found.loc["a1", "change"]) == pytest.approx(10)
    assert found.loc["a2", "criterion"] == "" and np.isnan(found.loc["a2", "change"])


def test_smallest_change_against_a_threshold_by_hand():
    # the bar is 0.5: A (1, 0) has 0.6 and falls below it where w_x < 50; B (0, 1) has 0.4 and reaches it there
    rows = [(1, 0), (0, 1), (0.5, 0.5), (0.2, 0.2)]
    found = smaa.smallest_change(table(rows, NAMES), WEIGHTS, top=2, threshold=0.5).set_index("account_id")
    assert found["member"].tolist() == [True, False, True, False]
    assert found.loc[["a0", "a1"], "weight_at_flip"].tolist() == pytest.approx([50, 50], abs=1e-6) or found.loc[
        ["a0", "a1"], "change"
    ].abs().tolist() == pytest.approx([10, 10])
    assert found.loc[["a2", "a3"], "criterion"].tolist() == ["", ""]
    dropped = smaa.drop_one(table(rows, NAMES), WEIGHTS, top=2, threshold=0.5)
    assert dropped[["names_left", "names_entered"]].to_numpy().tolist() == [["a0", "a1"], ["", ""]]


def test_a_criterion_that_stands_alone_has_no_weight_to_change():
    found = smaa.smallest_change(table([[0.2], [0.4]], ["x"]), pd.Series({"x": 100.0}), top=1)
    assert found["criterion"].tolist() == ["", ""]


def members_at(utility, weights, criterion, at, top):
    """Brute force: who is among the first `top` when one weight is `at` and the others share the rest."""
    old, place = weights.to_numpy(), list(weights.index).index(criterion)
    new = old * (1 - at) / (old.sum() - old[place])
    new[place] = at
    total = utility.to_numpy() @ new
    return (total[None, :] > total[:, None] + 1e-9).sum(axis=1) < top


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(3, 8), st.integers(2, 4), st.integers(1, 3), st.booleans())
def test_smallest_change_flips_and_nothing_smaller_does(seed, n, m, top, coarse):
    rng = np.random.default_rng(seed)
    utility = table(rng.integers(0, 5, (n, m)) / 4 if coarse else rng.random((n, m)))
    weights = pd.Series(rng.integers(1, 6, m).astype(float), utility.columns)
    weights /= weights.sum()
    top = min(top, n - 1)
    found = smaa.smallest_change(utility, weights, top=top, accounts=list(utility.index))
    now = members_at(utility, weights, "c0", weights["c0"], top)
    assert found["member"].tolist() == now.tolist()
    reach = found["change"].abs().fillna(np.inf).to_numpy() / 100
    for name in utility.columns:
        for step in np.linspace(-weights[name] + 1e-6, 1 - weights[name] - 1e-6, 21):
            changed = members_at(utility, weights, name, weights[name] + step, top) != now
            assert (reach[changed] <= abs(step) + 1e-6).all()
    for i, row in enumerate(found.itertuples()):
        if row.criterion:
            past = np.clip(row.weight_at_flip / 100 + np.sign(row.change or 1) * 1e-6, 0, 1)
            back = np.clip(row.weight_at_flip / 100 - 1e-6, 0, 1)
            sides = [
                members_at(utility, weights, row.criterion, t, top)[i] for t in (past, back, row.weight_at_flip / 100)
            ]
            assert any(side != row.member for side in sides)


def test_drop_one_names_who_leaves_and_who_enters():
    # without x only y counts: b leads instead of a; without y it is a as before
    found = smaa.drop_one(table([(1, 0.2), (0, 1)], NAMES, ["a", "b"]), WEIGHTS, top=1).set_index("criterion")
    assert found.loc["x", ["left", "entered", "names_left", "names_entered"]].tolist() == [1, 1, "a", "b"]
    assert found.loc["y", ["left", "entered"]].tolist() == [0, 0]
    assert found.loc["x", "rank_correlation"] == pytest.approx(-1)
    assert found.loc["y", "rank_correlation"] == pytest.approx(1)


def test_drop_one_agrees_with_a_weight_brought_to_zero():
    rng = np.random.default_rng(11)
    utility = table(rng.random((50, 4)))
    weights = pd.Series([0.4, 0.3, 0.2, 0.1], utility.columns)
    found = smaa.drop_one(utility, weights, top=5)
    now = members_at(utility, weights, "c0", 0.4, 5)
    for row in found.itertuples():
        then = members_at(utility, weights, row.criterion, 0.0, 5)
        assert row.names_left == ", ".join(sorted(utility.index[now & ~then]))
        assert row.names_entered == ", ".join(sorted(utility.index[then & ~now]))


def test_cautions_name_twins_crowds_constants_and_gaps():
    rng = np.random.default_rng(2)
    values = table(rng.random((30, 9)))
    values["c1"] = values["c0"] * 0.5
    values["c2"] = 1.0
    values.loc[values.index[:20], "c3"] = np.nan
    found = " ".join(smaa.cautions(values))
    assert "9 criteria" in found
    assert "c0 and c1 correlate by 1.00" in found
    assert "c2 says the same" in found
    assert "c3 is known for 33%" in found
    assert smaa.cautions(table(rng.random((30, 3)))) == []
    assert smaa.cautions(table(rng.random((1, 3)))) == []


def test_spread_of_raters_is_half_their_range_or_the_stated_one():
    criteria = [
        Criterion(name="image", source="rating", group="reputation", worst=1, best=10, weight=50),
        Criterion(name="margin", source="facts", group="revenue", worst=0, best=1, weight=50),
    ]
    ratings = pd.DataFrame(
        {
            "account_id": ["a", "a", "b", "c"],
            "criterion": "image",
            "rival": ["", "", "", "R"],
            "score": [4.0, 8.0, 5.0, 1.0],
        }
    )
    values = table([(6, 1), (5, 1), (np.nan, 1)], ["image", "margin"], ["a", "b", "c"])
    spread = smaa.rater_spread(criteria, ratings, values, single=1.5)
    assert spread["image"].tolist() == [2.0, 1.5, 0.0]
    assert spread["margin"].tolist() == [0, 0, 0]
    assert smaa.rater_spread(criteria, None, values).eq(0).all(axis=None)
