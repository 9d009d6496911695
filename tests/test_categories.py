"""Categories, the gate of prospects and the corridor against hand calculation."""

import numpy as np
import pandas as pd
import pytest

from kamlib import categories
from kamlib.errors import InputError


@pytest.mark.parametrize(("key", "share", "verdict"), [(1, 0.25, "below"), (2, 0.45, "within"), (3, 0.60, "above")])
def test_corridor_of_sales_of_key_clients(key, share, verdict):
    # 25 + 20 + 15 + 40 = 100; a credit balance of -10 is in no share
    revenue = pd.Series([25.0, 20.0, 15.0, 40.0, -10.0], index=list("abcde"))
    found = categories.corridor(revenue, pd.Series(True, index=list("abc")[:key]))
    assert (found["share"], found["total"], found["verdict"]) == (pytest.approx(share), 100, verdict)


def test_corridor_needs_revenue():
    with pytest.raises(InputError, match="no account has revenue above zero"):
        categories.corridor(pd.Series([0.0, np.nan], index=["a", "b"]), pd.Series(True, index=["a"]))


def test_gate_is_the_weakest_of_need_solvency_authority(marks):
    ratings = marks(
        ("p", "need", "", 10), ("p", "solvency", "", 4), ("p", "authority", "", 10),  # mean 8, minimum 4
        ("q", "need", "", 6), ("q", "solvency", "", 5), ("q", "authority", "", 9),
        ("r", "need", "", 6), ("s", "authority", "", 2), ("s", "need", "North", 9),
    )  # fmt: skip
    found = categories.three_p(ratings, pd.Series(["p", "q", "r", "s", "t"])).set_index("account_id")
    assert found["verdict"].to_dict() == {"p": "closed", "q": "open", "r": "ask", "s": "closed", "t": "ask"}
    assert found["weakest"].to_dict() == {"p": "solvency", "q": "solvency", "r": "need", "s": "authority", "t": ""}
    assert found["gate"].to_dict() == pytest.approx(
        {"p": 4, "q": 5, "r": np.nan, "s": np.nan, "t": np.nan}, nan_ok=True
    )


def test_breadwinner_is_a_tenth_of_positive_margin(facts):
    # positive margins 10 + 70 + 9 + 11 = 100: shares 10 %, 70 %, 9 %, 11 %; the loss of 50 is in no share
    found = categories.categories(facts(margin_12m=[10.0, 70.0, 9.0, 11.0, -50.0]))
    assert found["account_id"].tolist() == ["a1", "a3", "a0"]
    assert found["evidence"].tolist()[0] == "70.0% of the base's positive margin of 12 months"
    by_revenue = categories.categories(facts(margin_12m=[np.nan] * 2, revenue_12m=[95.0, 5.0]))
    assert by_revenue[["account_id", "measure"]].to_numpy().tolist() == [["a0", "revenue_12m"]]
    assert categories.categories(facts(margin_12m=[0.0, -1.0])).empty


def test_marks_of_ours_make_image_and_innovator_with_their_evidence(facts, marks):
    ratings = marks(
        ("a0", "reputation", "", 9), ("a0", "reputation", "", 7), ("a0", "innovation", "", 8.5),
        ("a1", "reputation", "", 7), ("a1", "reputation", "North", 10),
    )  # fmt: skip
    found = categories.categories(facts(margin_12m=[0.0, 0.0]), ratings=ratings)
    assert found[["account_id", "category", "value"]].to_numpy().tolist() == [
        ["a0", "image", 8],
        ["a0", "innovator", 8.5],
    ]
    assert found["evidence"].tolist() == ["reputation rated 8.0 of 10", "innovation rated 8.5 of 10"]
