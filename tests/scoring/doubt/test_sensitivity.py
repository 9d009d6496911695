"""The smallest change of a weight and the drop-one test, by hand, against brute force and against exact fractions."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.scoring.doubt import sensitivity
from kamlib.stats.reasons import waits_for

NAMES = ["x", "y"]
WEIGHTS = pd.Series({"x": 60.0, "y": 40.0})


def table(rows, names=None, ids=None):
    names = names or [f"c{j}" for j in range(len(rows[0]))]
    ids = ids if ids is not None else [f"a{i}" for i in range(len(rows))]
    return pd.DataFrame(rows, index=pd.Index(ids, name="customer_id"), columns=names, dtype=float)


def test_smallest_change_by_hand():
    # A (1, 0) leads B (0, 1) at 60:40 until w_x = 50: -10 for both. C (0.3, 0.3) passes A only below w_x = 30 where B has
    # long passed both, and never B: its line is flat, so no single weight brings it to the top.
    found = sensitivity.smallest_change(table([(1, 0), (0, 1), (0.3, 0.3)], NAMES), WEIGHTS, top=1).set_index(
        "customer_id"
    )
    assert found.loc["a0", ["weight_at_flip", "change"]].tolist() == pytest.approx([50, -10])
    assert found.loc["a0", "member"] and not found.loc["a1", "member"]
    assert abs(found.loc["a1", "change"]) == pytest.approx(10)
    assert found.loc["a2", "criterion"] == "" and np.isnan(found.loc["a2", "change"])


def test_smallest_change_against_a_threshold_by_hand():
    # the bar is 0.5: A (1, 0) has 0.6 and falls below it where w_x < 50; B (0, 1) has 0.4 and reaches it there
    rows = [(1, 0), (0, 1), (0.5, 0.5), (0.2, 0.2)]
    found = sensitivity.smallest_change(table(rows, NAMES), WEIGHTS, top=2, threshold=0.5).set_index("customer_id")
    assert found["member"].tolist() == [True, False, True, False]
    assert found.loc[["a0", "a1"], "weight_at_flip"].tolist() == pytest.approx([50, 50], abs=1e-6) or found.loc[
        ["a0", "a1"], "change"
    ].abs().tolist() == pytest.approx([10, 10])
    assert found.loc[["a2", "a3"], "criterion"].tolist() == ["", ""]
    dropped = sensitivity.drop_one(table(rows, NAMES), WEIGHTS, top=2, threshold=0.5)
    assert dropped[["names_left", "names_entered"]].to_numpy().tolist() == [["a0", "a1"], ["", ""]]


def test_a_criterion_that_stands_alone_has_no_weight_to_change():
    found = sensitivity.smallest_change(table([[0.2], [0.4]], ["x"]), pd.Series({"x": 100.0}), top=1)
    assert found["criterion"].tolist() == ["", ""]


def test_sensitivity_of_goodwin_and_wrights_office_location():
    # Goodwin & Wright, Decision Analysis for Management Judgment, ch. 3: swing weights 100, 80, 70 (turnover) and 30, 20, 10 (working
    # conditions). Elton Street is worth 60.4 by turnover alone and 81.7 by working conditions alone; it leads while the weight of
    # turnover is below 52.1, above it Addison Square; no weight of turnover makes another office the best.
    turnover, working = np.array([100, 80, 70]) / 250, np.array([30, 20, 10]) / 60
    marks = {
        "Addison Square": (100, 60, 100, 75, 0, 90), "Bilton Village": (20, 80, 10, 30, 100, 30),
        "Carlisle Walk": (80, 70, 0, 0, 10, 100), "Denver Street": (70, 50, 30, 55, 30, 90),
        "Elton Street": (40, 60, 90, 100, 60, 70), "Filton Village": (0, 0, 70, 0, 80, 0),
        "Gorton Square": (60, 100, 20, 50, 50, 80),
    }  # fmt: skip
    values = np.array(list(marks.values())) / 100
    offices = table(np.column_stack([values[:, :3] @ turnover, values[:, 3:] @ working]), NAMES, list(marks))
    assert (100 * offices.loc["Elton Street"]).round(1).tolist() == [60.4, 81.7]
    weights = pd.Series({"x": 250.0, "y": 60.0})
    found = sensitivity.smallest_change(offices, weights, top=1, accounts=list(marks)).set_index("customer_id")
    flips = found[found["criterion"] != ""]
    assert flips.index.tolist() == ["Addison Square", "Elton Street"]
    by_turnover = flips["weight_at_flip"].where(flips["criterion"] == "x", 100 - flips["weight_at_flip"])
    assert by_turnover.round(1).tolist() == [52.1, 52.1]


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
    found = sensitivity.smallest_change(utility, weights, top=top, accounts=list(utility.index))
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
    found = sensitivity.drop_one(table([(1, 0.2), (0, 1)], NAMES, ["a", "b"]), WEIGHTS, top=1).set_index("criterion")
    assert found.loc["x", ["left", "entered", "names_left", "names_entered"]].tolist() == [1, 1, "a", "b"]
    assert found.loc["y", ["left", "entered"]].tolist() == [0, 0]
    assert found.loc["x", "rank_correlation"] == pytest.approx(-1)
    assert found.loc["y", "rank_correlation"] == pytest.approx(1)


def test_drop_one_agrees_with_a_weight_brought_to_zero():
    rng = np.random.default_rng(11)
    utility = table(rng.random((50, 4)))
    weights = pd.Series([0.4, 0.3, 0.2, 0.1], utility.columns)
    found = sensitivity.drop_one(utility, weights, top=5)
    now = members_at(utility, weights, "c0", 0.4, 5)
    for row in found.itertuples():
        then = members_at(utility, weights, row.criterion, 0.0, 5)
        assert row.names_left == ", ".join(sorted(utility.index[now & ~then]))
        assert row.names_entered == ", ".join(sorted(utility.index[then & ~now]))


def flips_in_fractions(utility, weights, top):
    """Every crossing of every pair of lines, exactly: the least change that flips each account, or None."""
    total = [sum(w * x for w, x in zip(weights, row, strict=True)) for row in utility]
    best = [None] * len(utility)

    def key_at(j, t):
        rest = [Fraction(t) if k == j else w * (1 - t) / (1 - weights[j]) for k, w in enumerate(weights)]
        scores = [sum(w * x for w, x in zip(rest, row, strict=True)) for row in utility]
        return [sum(other > own for other in scores) < top for own in scores]

    now = key_at(0, weights[0])
    for j, w in enumerate(weights):
        slope = [(row[j] - y) / (1 - w) for row, y in zip(utility, total, strict=True)]
        meets = {(y2 - y1) / (s1 - s2) for y1, s1 in zip(total, slope, strict=True)
                 for y2, s2 in zip(total, slope, strict=True) if s1 != s2}  # fmt: skip
        for sign, reach in ((1, 1 - w), (-1, w)):
            steps = sorted({Fraction(0), reach, *(sign * m for m in meets if 0 < sign * m < reach)})
            for here, there in pairwise(steps):
                for at in (here, (here + there) / 2, there):
                    for i, key in enumerate(key_at(j, w + sign * at)):
                        step = at if at in (here, there) else here
                        if key != now[i] and (best[i] is None or step < best[i]):
                            best[i] = step
    return now, best


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 6), st.integers(2, 3), st.integers(1, 4), st.sampled_from([2, 4, 97]))
def test_smallest_change_is_exact(seed, n, m, top, steps):
    """The oracle is rational arithmetic over all crossings; coarse steps make ties and lines that lie on each other."""
    rng = np.random.default_rng(seed)
    parts = rng.integers(0, steps + 1, (n, m))
    whole = rng.integers(1, 6, m)
    top = min(top, n)
    exact = [[Fraction(int(x), steps) for x in row] for row in parts]
    now, best = flips_in_fractions(exact, [Fraction(int(w), int(whole.sum())) for w in whole], top)
    utility = table(parts / steps)
    found = sensitivity.smallest_change(utility, pd.Series(whole.astype(float), utility.columns), top=top)
    by = found.set_index("customer_id").reindex(utility.index)
    judged = by["member"].notna()
    assert [flag for flag, there in zip(now, judged, strict=True) if there] == by["member"][judged].tolist()
    for i, name in enumerate(utility.index[judged.to_numpy()]):
        expected = [step for step, there in zip(best, judged, strict=True) if there][i]
        change = by.loc[name, "change"]
        assert np.isnan(change) if expected is None else abs(change) == pytest.approx(100 * float(expected), abs=1e-6)


def test_thousands_of_accounts_on_one_line_or_all_judged_at_once_are_the_same_as_one_by_one():
    rng = np.random.default_rng(1)
    weights = pd.Series([3.0, 2.0, 1.0], ["c0", "c1", "c2"])
    many = table(np.vstack([np.full((20_000, 3), 0.5), rng.random((50, 3))]))
    found = sensitivity.smallest_change(many, weights, top=20_010, accounts=list(many.index[:2]))
    assert found["change"].nunique(dropna=False) == 1
    few = table(rng.random((300, 3)))
    whole = sensitivity.smallest_change(few, weights, top=7, accounts=list(few.index))
    alone = [sensitivity.smallest_change(few, weights, top=7, accounts=[name]) for name in few.index[::50]]
    pd.testing.assert_frame_equal(pd.concat(alone, ignore_index=True), whole[::50].reset_index(drop=True))


def test_an_account_that_is_not_in_the_table_is_named():
    with pytest.raises(ValueError, match=r"not in the table.*'ghost'"):
        sensitivity.smallest_change(table([(1, 0), (0, 1)], NAMES), WEIGHTS, top=1, accounts=["ghost"])


def test_nearest_to_the_border_are_the_least_changes_in_the_order_of_the_list():
    scores = pd.DataFrame(
        {
            "rank": pd.array([1, 2, 3, 4], "Int64"),
            "customer_id": list("abcd"),
            "key": [True, True, False, False],
            "p_key": [1.0, 0.6, 0.4, 0.0],
            "flip_criterion": ["x", "x", "y", ""],
            "flip_weight": [60.0, 60.0, 40.0, np.nan],
            "flip_weight_at_flip": [10.0, 57.0, 42.0, np.nan],
            "flip_change": [-50.0, -3.0, 2.0, np.nan],
        }
    )
    found = sensitivity.nearest_to_border(scores, 2)
    assert found["customer_id"].tolist() == ["b", "c"] and found["then"].tolist() == ["leaves", "enters"]
    assert sensitivity.nearest_to_border(scores)["customer_id"].tolist() == ["a", "b", "c"]
    assert waits_for(sensitivity.nearest_to_border(scores[3:])).code == "no_weight_flips"


def test_one_criterion_alone_can_not_be_left_out():
    one = pd.DataFrame({"x": [0.2, 0.8]}, index=["a", "b"])
    assert waits_for(sensitivity.drop_one(one, pd.Series({"x": 1.0}), top=1)).code == "one_criterion_alone"
