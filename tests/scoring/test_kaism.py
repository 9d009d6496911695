"""KAISM against hand calculation: both axes, cells, their probabilities, and moves."""

import numpy as np
import pandas as pd
import pytest

from kamlib.errors import InputError
from kamlib.report.words import in_words, word
from kamlib.scoring import kaism
from kamlib.scoring.doubt import smaa
from kamlib.study.model import Kaism

STUDY = Kaism()  # cut 5; best: share of wallet 0.6, 6 categories, 5 years


def test_importance_is_the_mean_of_its_parts(facts):
    # wallet share 0.3 of 0.6 -> 5; 3 of 6 categories -> 5; 5 of 5 years -> 10; mean 20 / 3
    row = kaism.importance(facts(wallet_share=[0.3]), STUDY).iloc[0]
    assert row[["wallet", "breadth", "tenure"]].tolist() == pytest.approx([5, 5, 10])
    assert row[["importance", "low", "high"]].tolist() == pytest.approx([20 / 3] * 3)
    assert row["known"] == 1


def test_a_missing_part_opens_the_interval_and_is_no_zero(facts):
    # nobody rated a1's suppliers: point (5 + 5 + 10) / 3; it may lie between (20 + 0) / 4 = 5 and (20 + 10) / 4 = 7.5
    second = pd.DataFrame({"customer_id": ["a0"], "suppliers": [3], "supplier_rank": [2]})
    row = kaism.importance(facts(wallet_share=[0.3, 0.3]), STUDY, strength=second).iloc[1]
    assert row[["importance", "low", "high"]].tolist() == pytest.approx([20 / 3, 5, 7.5])
    assert row["known"] == pytest.approx(3 / 4)


def test_a_part_that_nobody_has_is_not_in_use(facts):
    table = kaism.importance(facts(categories_12m=[0.0, 0.0], wallet_share=[0.3, 0.6]), STUDY)
    assert table["importance"].tolist() == pytest.approx([7.5, 10])  # wallet 5 and 10, tenure 10
    assert table["known"].tolist() == [1, 1]
    assert table[["breadth", "supplier"]].isna().all(axis=None)


def test_orders_alone_never_say_how_important_we_are(facts):
    # 35 accounts of two years, as in a file of orders: tenure could reach 4 of 10, breadth is known or not; a wallet or a rank is not
    for more in ({}, {"categories_12m": [6.0] * 35}, {"relation_days": [730.5] * 35}):
        table = kaism.importance(facts(tenure_days=[730.5] * 35, **more), STUDY)
        assert table[["importance", "low", "high"]].isna().all(axis=None)
        placed = kaism.kaism_matrix(attractive(p=1.0, **{f"a{i}": 9 for i in range(35)}), table, STUDY)
        assert placed["cell"].eq("unknown").all() and placed["policy"].eq("policy_unknown").all()
        assert placed.filter(regex="^(in_|p_cell|horizontal)").isna().all(axis=None)
    ranked = pd.DataFrame({"customer_id": ["a0"], "suppliers": [2], "supplier_rank": [1]})
    assert kaism.importance(facts(margin_12m=[0]), STUDY, strength=ranked)["importance"].tolist() == pytest.approx(
        [25 / 3]
    )


def test_tenure_that_begins_with_the_records_is_a_lower_bound(facts):
    # records of 4 years: a0 was there from their first day, a1 from the 300th: 8 to 10; a2 came in the second year: 3 years are 6;
    # a3 tells its first contact: 4.5 years are 9; wallet 5, breadth 5
    days = [4 * 365.25, 4 * 365.25 - 300, 3 * 365.25, 4 * 365.25]
    relation = [*days[:3], 4.5 * 365.25]
    table = kaism.importance(facts(tenure_days=days, relation_days=relation, wallet_share=[0.3] * 4), STUDY)
    low = [8, 2 * days[1] / 365.25, 6, 9]
    assert table["tenure"].tolist() == pytest.approx(low)
    assert table["tenure_high"].tolist() == [10, 10, 6, 9]
    assert table["low"].tolist() == pytest.approx([(10 + t) / 3 for t in low])
    assert table["high"].tolist() == pytest.approx([20 / 3, 20 / 3, 16 / 3, 19 / 3])
    assert table["importance"].tolist() == pytest.approx(((table["low"] + table["high"]) / 2).tolist())
    lowest, highest = kaism.part_range(table)
    assert lowest["tenure"].tolist() == pytest.approx([t / 10 for t in low])
    assert highest["tenure"].tolist() == pytest.approx([1, 1, 0.6, 0.9])


def test_a_wallet_below_what_was_bought_is_told_and_its_share_is_not_taken_for_a_whole_one(facts):
    table = facts(wallet_share=[1.0, 1.3, 2.5, np.nan])
    found = kaism.importance(table, STUDY)
    assert found["wallet"].tolist() == pytest.approx([10, np.nan, np.nan, np.nan], nan_ok=True)
    assert found["importance"].notna().tolist() == [True, False, False, False]
    assert kaism.too_small_wallets(table).to_numpy().tolist() == [["a2", 2.5], ["a1", 1.3]]


def test_nothing_known_is_unknown_and_in_no_cell(facts):
    table = kaism.importance(
        facts(categories_12m=[3.0, np.nan], tenure_days=[10.0, np.nan], wallet_share=[0.6, np.nan]), STUDY
    )
    assert table.loc[1, ["importance", "low", "high"]].isna().all()
    placed = kaism.kaism_matrix(attractive(a0=7, a1=7), table, STUDY).set_index("customer_id")
    assert placed.loc["a1", "cell"] == "unknown"
    assert placed.loc["a1", "policy"] == "policy_unknown"
    assert placed.loc["a1", ["in_invest", "p_cell"]].isna().all()


def test_strength_is_our_mark_over_the_best_rivals_on_shared_criteria(marks):
    view = marks(
        ("a", "price", "", 6), ("a", "quality", "", 9), ("a", "advice", "", 10),
        ("a", "price", "North", 8), ("a", "quality", "North", 8),  # 15 / 16: ahead of us
        ("a", "price", "South", 6), ("a", "quality", "South", 4),  # 15 / 10
        ("b", "price", "", 7),
        ("c", "price", "North", 7),
    )  # fmt: skip
    found = kaism.relative_strength(view)
    assert found["customer_id"].tolist() == ["a"]
    row = found.iloc[0]
    assert (row["strength"], row["ours"], row["best_rival"]) == pytest.approx((15 / 16, 7.5, 8))
    assert (row["rival"], row["supplier_rank"], row["suppliers"]) == ("North", 2, 3)
    # the client's own weights 3 : 1 -> (18 + 9) / (24 + 8) against North, (18 + 9) / (18 + 4) against South
    weighed = kaism.relative_strength(view, pd.Series({"price": 3, "quality": 1})).iloc[0]
    assert weighed["strength"] == pytest.approx(27 / 32)


def test_parity_counts_as_strong_and_second_of_three_suppliers_as_half(facts, marks):
    even = kaism.relative_strength(marks(("a0", "price", "", 7), ("a0", "price", "North", 7)))
    assert even[["strength", "supplier_rank"]].iloc[0].tolist() == [1, 1]
    placed = kaism.kaism_matrix(attractive(a0=5), even, Kaism(reading="strength"))
    assert placed["cell"].item() == "invest"
    second = even.assign(supplier_rank=2, suppliers=3)
    assert kaism.importance(facts(wallet_share=[0.6]), STUDY, strength=second)["supplier"].item() == 5


def attractive(p=None, **scores):
    table = pd.DataFrame({"customer_id": list(scores), "attractiveness": [float(s) for s in scores.values()]})
    return table if p is None else table.assign(p_attractive=p)


def horizontal(low, middle, high, ids=("a0", "a1", "a2", "a3")):
    n = len(middle)
    return pd.DataFrame({"customer_id": list(ids)[:n], "importance": middle, "low": low, "high": high})


def test_the_four_cells_and_their_policies():
    across = [5.0, 4.99, 9.0, 0.0]
    table = kaism.kaism_matrix(attractive(a0=5, a1=10, a2=4.99, a3=0), horizontal(across, across, across), STUDY)
    assert table["cell"].tolist() == ["invest", "development", "maintenance", "opportunistic"]
    told = in_words(table["policy"], table["policy_values"]).tolist()
    assert told == ["invest", "invest selectively", "hold", "manage for cash"]
    assert word(kaism.POLICY["unknown"]) == "ask the client"
    assert table["p_cell"].tolist() == [1, 1, 1, 1]


def test_cell_probabilities_multiply_the_axes():
    # P(attractive) 0.8; importance 4..8: (8 - 5) / (8 - 4) = 0.75 beyond the cut
    row = kaism.kaism_matrix(attractive(a0=6, p=[0.8]), horizontal([4.0], [6.0], [8.0]), STUDY).iloc[0]
    cells = row[["in_invest", "in_development", "in_maintenance", "in_opportunistic"]].astype(float)
    assert cells.tolist() == pytest.approx([0.6, 0.2, 0.15, 0.05])
    assert row["p_cell"] == pytest.approx(0.6)


def test_moves_are_measured_from_the_earlier_quarter():
    before = kaism.kaism_matrix(attractive(a0=4), horizontal([6.0], [6.0], [6.0]), STUDY)
    now = kaism.kaism_matrix(attractive(a0=6, a1=6), horizontal([3.0] * 2, [3.0] * 2, [3.0] * 2), STUDY, before=before)
    assert now["cell_before"].tolist() == ["maintenance", ""]
    assert now.loc[0, ["move_attractiveness", "move_horizontal"]].tolist() == [2, -3]
    assert now.loc[1, ["move_attractiveness", "move_horizontal"]].isna().all()


def test_an_account_twice_on_an_axis_is_refused():
    across = horizontal([1.0, 1.0], [1.0, 1.0], [1.0, 1.0], ids=("a0", "a0"))
    with pytest.raises(InputError, match=r"more than once.*'a0'"):
        kaism.kaism_matrix(attractive(a0=1), across, STUDY)


def test_probability_of_the_horizontal_axis_comes_from_the_draws_where_given():
    across = horizontal([4.0], [6.0], [8.0]).assign(p_strong=[0.9])  # the part of the interval alone would be 0.75
    row = kaism.kaism_matrix(attractive(a0=6, p=[0.8]), across, STUDY).iloc[0]
    assert row[["in_invest", "in_development"]].astype(float).tolist() == pytest.approx([0.72, 0.08])


def test_an_open_part_and_an_open_tenure_reach_the_cut_by_their_mean_not_by_an_even_interval(facts):
    # supplier open (0-10), tenure of two years open (4-10): with wallet 2 and breadth 2 the mean reaches 5 where s + t >= 16: t = 6
    # and s = 10 at least, so the corner of 4 by 4 of a range of 10 by 6: P = 8 / 60; with wallet 10 and breadth 10 always
    table = facts(
        categories_12m=[1.2, 6.0, 3.0],
        tenure_days=[730.5] * 3,
        relation_days=[730.5, 730.5, 1e4],
        wallet_share=[0.12, 0.6, 0.6],
    )
    best = pd.DataFrame({"customer_id": ["a2"], "suppliers": [2], "supplier_rank": [1]})
    low, high = kaism.part_range(kaism.importance(table, STUDY, strength=best))
    even = pd.Series(1.0, low.columns)
    p = smaa.acceptability(low, high, even, top=1, marks={"strong": 0.5}, concentration=1e6).accounts["p_strong"]
    assert p.tolist() == pytest.approx([8 / 60, 1, 1], abs=0.015)


def test_parts_of_an_account_that_nothing_is_known_of_are_not_drawn(facts):
    table = kaism.importance(facts(relation_days=[1e4, 1e4], wallet_share=[0.3, np.nan]), STUDY)
    low, high = kaism.part_range(table)
    assert low.index.tolist() == ["a0"] and list(low.columns) == ["breadth", "tenure", "wallet"]
    assert low.equals(high)
