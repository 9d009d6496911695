"""KAISM against hand calculation: both axes, cells, their probabilities, moves, and the categories."""

import numpy as np
import pandas as pd
import pytest

from kamlib import kaism
from kamlib.errors import InputError
from kamlib.study import Kaism

STUDY = Kaism()  # cut 5; best: share of wallet 0.6, 6 categories, 5 years


def facts(**columns):
    n = len(next(iter(columns.values())))
    base = {
        "account_id": [f"a{i}" for i in range(n)],
        "revenue_12m": [100.0] * n,
        "margin_12m": [10.0] * n,
        "categories_12m": [3.0] * n,
        "tenure_days": [5 * 365.25] * n,
        "order_days": [4] * n,
        "as_of": [pd.Timestamp("2026-09-30")] * n,
    }
    return pd.DataFrame(base | columns)


def marks(*rows):
    return pd.DataFrame(rows, columns=["account_id", "criterion", "rival", "score"])


def test_importance_is_the_mean_of_its_parts():
    # wallet share 0.3 of 0.6 -> 5; 3 of 6 categories -> 5; 5 of 5 years -> 10; mean 20 / 3
    row = kaism.importance(facts(wallet_share=[0.3]), STUDY).iloc[0]
    assert row[["wallet", "breadth", "tenure"]].tolist() == pytest.approx([5, 5, 10])
    assert row[["importance", "low", "high"]].tolist() == pytest.approx([20 / 3] * 3)
    assert row["known"] == 1


def test_a_missing_part_opens_the_interval_and_is_no_zero():
    # a1 has no wallet: point (5 + 10) / 2 = 7.5; it may lie between (15 + 0) / 3 = 5 and (15 + 10) / 3 = 8.33
    row = kaism.importance(facts(wallet_share=[0.3, np.nan]), STUDY).iloc[1]
    assert row[["importance", "low", "high"]].tolist() == pytest.approx([7.5, 5, 25 / 3])
    assert row["known"] == pytest.approx(2 / 3)


def test_a_part_that_nobody_has_is_not_in_use():
    table = kaism.importance(facts(categories_12m=[0.0, 0.0], wallet_share=[np.nan, np.nan]), STUDY)
    assert table["importance"].tolist() == pytest.approx([10, 10])
    assert table["known"].tolist() == [1, 1]
    assert table[["breadth", "wallet", "supplier"]].isna().all(axis=None)


def test_nothing_known_is_unknown_and_in_no_cell():
    table = kaism.importance(facts(categories_12m=[3.0, np.nan], tenure_days=[10.0, np.nan]), STUDY)
    assert table.loc[1, ["importance", "low", "high"]].isna().all()
    placed = kaism.matrix(attractive(a0=7, a1=7), table, STUDY).set_index("account_id")
    assert placed.loc["a1", "cell"] == "unknown"
    assert placed.loc["a1", "policy"] == "ask the client"
    assert placed.loc["a1", ["in_key", "p_cell"]].isna().all()


def test_strength_is_our_mark_over_the_best_rivals_on_shared_criteria():
    view = marks(
        ("a", "price", "", 6), ("a", "quality", "", 9), ("a", "advice", "", 10),
        ("a", "price", "North", 8), ("a", "quality", "North", 8),  # 15 / 16: ahead of us
        ("a", "price", "South", 6), ("a", "quality", "South", 4),  # 15 / 10
        ("b", "price", "", 7),
        ("c", "price", "North", 7),
    )  # fmt: skip
    found = kaism.relative_strength(view)
    assert found["account_id"].tolist() == ["a"]
    row = found.iloc[0]
    assert (row["strength"], row["ours"], row["best_rival"]) == pytest.approx((15 / 16, 7.5, 8))
    assert (row["rival"], row["supplier_rank"], row["suppliers"]) == ("North", 2, 3)
    # the client's own weights 3 : 1 -> (18 + 9) / (24 + 8) against North, (18 + 9) / (18 + 4) against South
    weighed = kaism.relative_strength(view, pd.Series({"price": 3, "quality": 1})).iloc[0]
    assert weighed["strength"] == pytest.approx(27 / 32)


def test_parity_counts_as_strong_and_second_of_three_suppliers_as_half():
    even = kaism.relative_strength(marks(("a0", "price", "", 7), ("a0", "price", "North", 7)))
    assert even[["strength", "supplier_rank"]].iloc[0].tolist() == [1, 1]
    placed = kaism.matrix(attractive(a0=5), even, Kaism(reading="strength"))
    assert placed["cell"].item() == "key"
    second = even.assign(supplier_rank=2, suppliers=3)
    assert kaism.importance(facts(wallet_share=[0.6]), STUDY, strength=second)["supplier"].item() == 5


def attractive(p=None, **scores):
    table = pd.DataFrame({"account_id": list(scores), "attractiveness": [float(s) for s in scores.values()]})
    return table if p is None else table.assign(p_attractive=p)


def horizontal(low, middle, high, ids=("a0", "a1", "a2", "a3")):
    n = len(middle)
    return pd.DataFrame({"account_id": list(ids)[:n], "importance": middle, "low": low, "high": high})


def test_the_four_cells_and_their_policies():
    across = [5.0, 4.99, 9.0, 0.0]
    table = kaism.matrix(attractive(a0=5, a1=10, a2=4.99, a3=0), horizontal(across, across, across), STUDY)
    assert table["cell"].tolist() == ["key", "development", "maintenance", "opportunistic"]
    assert table["policy"].tolist() == ["invest", "invest selectively", "hold", "manage for cash"]
    assert table["p_cell"].tolist() == [1, 1, 1, 1]


def test_cell_probabilities_multiply_the_axes():
    # P(attractive) 0.8; importance 4..8: (8 - 5) / (8 - 4) = 0.75 beyond the cut
    row = kaism.matrix(attractive(a0=6, p=[0.8]), horizontal([4.0], [6.0], [8.0]), STUDY).iloc[0]
    cells = row[["in_key", "in_development", "in_maintenance", "in_opportunistic"]].astype(float)
    assert cells.tolist() == pytest.approx([0.6, 0.2, 0.15, 0.05])
    assert row["p_cell"] == pytest.approx(0.6)


def test_moves_are_measured_from_the_earlier_quarter():
    before = kaism.matrix(attractive(a0=4), horizontal([6.0], [6.0], [6.0]), STUDY)
    now = kaism.matrix(attractive(a0=6, a1=6), horizontal([3.0] * 2, [3.0] * 2, [3.0] * 2), STUDY, before=before)
    assert now["cell_before"].tolist() == ["maintenance", ""]
    assert now.loc[0, ["move_attractiveness", "move_horizontal"]].tolist() == [2, -3]
    assert now.loc[1, ["move_attractiveness", "move_horizontal"]].isna().all()


def test_an_account_twice_on_an_axis_is_refused():
    across = horizontal([1.0, 1.0], [1.0, 1.0], [1.0, 1.0], ids=("a0", "a0"))
    with pytest.raises(InputError, match="stands twice"):
        kaism.matrix(attractive(a0=1), across, STUDY)


def test_lanes_part_clients_lost_ones_and_prospects():
    table = facts(order_days=[3, 2, 0])
    states = pd.DataFrame({"account_id": ["a0", "a1"], "state": ["silent", "lost"]})
    accounts = pd.DataFrame({"account_id": ["a0", "p", "p"], "member_id": ["a0", "p", "p2"]})
    found = kaism.lanes(table, states, accounts)
    assert found.to_numpy().tolist() == [["a0", "client"], ["a1", "lost"], ["a2", "prospect"], ["p", "prospect"]]


def test_wallet_of_a_group_is_its_members_or_unknown():
    accounts = pd.DataFrame(
        [("g", "g", 100), ("g", "g2", 50), ("h", "h", 300), ("h", "h2", None), ("k", "k", None), ("k", "k2", 5),
         ("m", "m", 7), ("m", "m2", None), ("m", "m3", 1), ("z", "z", 0)],
        columns=["account_id", "member_id", "wallet"],
    )  # fmt: skip
    found = kaism.units(accounts).set_index("account_id")["wallet"]
    # h: only the head's own row has one, it stands for the group; k and m: part of the group is unknown
    assert found.to_dict() == pytest.approx({"g": 150, "h": 300, "k": np.nan, "m": np.nan, "z": 0}, nan_ok=True)
    table = facts(account_id=["g", "h", "z"], revenue_12m=[30.0, 400.0, 5.0])
    shown = kaism.with_accounts(table, kaism.units(accounts))
    assert shown["wallet_share"].tolist() == pytest.approx([0.2, 400 / 300, np.nan], nan_ok=True)
    assert shown["potential"].tolist() == pytest.approx([120, 0, np.nan], nan_ok=True)


def test_relation_counts_from_first_contact_unless_an_order_is_earlier_or_the_contact_later_than_as_of():
    table = facts(tenure_days=[100.0, 100.0, 100.0, np.nan])
    since = pd.to_datetime(["2026-09-01", "2025-09-30", "2026-12-01", "2026-09-20"])
    accounts = pd.DataFrame({"account_id": table["account_id"], "since": since})
    assert kaism.with_accounts(table, accounts)["relation_days"].tolist() == [100, 365, 100, 10]
    assert kaism.with_accounts(table, accounts[["account_id"]])["relation_days"][:3].tolist() == [100, 100, 100]


def test_what_was_unknown_at_either_date_does_not_move():
    earlier = pd.DataFrame({"x": [1.0, np.nan, 3.0, 9.0], "y": [5.0, 5.0, 5.0, 9.0]}, index=["a", "b", "c", "gone"])
    now = pd.DataFrame({"x": [2.0, 2.0, np.nan, 9.0], "y": [6.0, 6.0, 6.0, 9.0]}, index=["a", "b", "c", "new"])
    found = kaism.comparable(earlier, now)
    assert found.index.tolist() == ["a", "b", "c"]
    assert found["x"].tolist() == pytest.approx([1, 2, np.nan], nan_ok=True)
    assert found["y"].tolist() == [5, 5, 5]


@pytest.mark.parametrize(("key", "share", "verdict"), [(1, 0.25, "below"), (2, 0.45, "within"), (3, 0.60, "above")])
def test_corridor_of_sales_of_key_clients(key, share, verdict):
    # 25 + 20 + 15 + 40 = 100; a credit balance of -10 is in no share
    revenue = pd.Series([25.0, 20.0, 15.0, 40.0, -10.0], index=list("abcde"))
    found = kaism.corridor(revenue, pd.Series(True, index=list("abc")[:key]))
    assert (found["share"], found["total"], found["verdict"]) == (pytest.approx(share), 100, verdict)


def test_corridor_needs_revenue():
    with pytest.raises(InputError, match="no account has revenue"):
        kaism.corridor(pd.Series([0.0, np.nan], index=["a", "b"]), pd.Series(True, index=["a"]))


def test_gate_is_the_weakest_of_need_solvency_authority():
    ratings = marks(
        ("p", "need", "", 10), ("p", "solvency", "", 4), ("p", "authority", "", 10),  # mean 8, minimum 4
        ("q", "need", "", 6), ("q", "solvency", "", 5), ("q", "authority", "", 9),
        ("r", "need", "", 6), ("s", "authority", "", 2), ("s", "need", "North", 9),
    )  # fmt: skip
    found = kaism.three_p(ratings, pd.Series(["p", "q", "r", "s", "t"])).set_index("account_id")
    assert found["verdict"].to_dict() == {"p": "closed", "q": "open", "r": "ask", "s": "closed", "t": "ask"}
    assert found["weakest"].to_dict() == {"p": "solvency", "q": "solvency", "r": "need", "s": "authority", "t": ""}
    assert found["gate"].to_dict() == pytest.approx(
        {"p": 4, "q": 5, "r": np.nan, "s": np.nan, "t": np.nan}, nan_ok=True
    )


def test_breadwinner_is_a_tenth_of_positive_margin():
    # positive margins 10 + 70 + 9 + 11 = 100: shares 10 %, 70 %, 9 %, 11 %; the loss of 50 is in no share
    found = kaism.categories(facts(margin_12m=[10.0, 70.0, 9.0, 11.0, -50.0]))
    assert found["account_id"].tolist() == ["a1", "a3", "a0"]
    assert found["evidence"].tolist()[0] == "70.0% of the base's positive margin of 12 months"
    by_revenue = kaism.categories(facts(margin_12m=[np.nan] * 2, revenue_12m=[95.0, 5.0]))
    assert by_revenue[["account_id", "measure"]].to_numpy().tolist() == [["a0", "revenue_12m"]]
    assert kaism.categories(facts(margin_12m=[0.0, -1.0])).empty


def test_marks_of_ours_make_image_and_innovator_with_their_evidence():
    ratings = marks(
        ("a0", "reputation", "", 9), ("a0", "reputation", "", 7), ("a0", "innovation", "", 8.5),
        ("a1", "reputation", "", 7), ("a1", "reputation", "North", 10),
    )  # fmt: skip
    found = kaism.categories(facts(margin_12m=[0.0, 0.0]), ratings=ratings)
    assert found[["account_id", "category", "value"]].to_numpy().tolist() == [
        ["a0", "image", 8],
        ["a0", "innovator", 8.5],
    ]
    assert found["evidence"].tolist() == ["reputation rated 8.0 of 10", "innovation rated 8.5 of 10"]


def test_labels_of_the_matrix_do_not_overlap():
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    from kamlib.figures import scoring as draw

    rng = np.random.default_rng(4)
    ids = [f"a{i}" for i in range(60)]
    across = pd.DataFrame({"account_id": ids, "importance": rng.normal(6, 0.6, 60)})
    across = across.assign(low=across["importance"], high=across["importance"])
    up = pd.DataFrame({"account_id": ids, "attractiveness": rng.normal(7, 0.5, 60)})
    names = pd.Series([f"Firm of long name {i} $x^" for i in range(60)], index=ids)
    axes = draw.kaism(kaism.matrix(up, across, STUDY), names=names, revenue=pd.Series(rng.random(60), index=ids))
    boxes = [text.get_window_extent() for text in axes.texts if text.get_text().startswith("Firm")]
    plt.close(axes.figure)
    assert len(boxes) >= 8
    assert not any(one.overlaps(other) for i, one in enumerate(boxes) for other in boxes[i + 1 :])
