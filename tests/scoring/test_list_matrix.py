"""The matrix of a list: both readings, the chance of a partly known importance, the earlier place and the sums, by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.scoring.earlier import at_earlier_date
from kamlib.scoring.key_list import score_list
from kamlib.scoring.list_matrix import cell_sums, crossed, list_matrix, other_reading
from kamlib.stats.reasons import waits_for
from kamlib.study.settings.sections import Kaism, Scoring

DAY = pd.Timestamp("2026-06-30")
RULES = Scoring(
    criteria=[{"name": "revenue", "worst": 0, "best": 1000, "weight": 100}], top_least=1, draws=2000, concentration=1e4
)
STUDY = Kaism()  # cut 5; best: share of wallet 0.6, 6 categories, 5 years
NONE = pd.DataFrame(columns=["customer_id", "criterion", "rival", "rater", "score", "date", "view"])


def listed(some, wallets=None):
    own = None
    if wallets is not None:
        own = pd.DataFrame({"customer_id": some["customer_id"], "account_id": some["customer_id"], "wallet": wallets})
    return score_list(some, RULES, states=active(some), accounts=own)


def active(some):
    return pd.DataFrame({"customer_id": some["customer_id"], "state": "active"})


def said(*rows):
    """Ratings by customers: customer_id, rival, score, day."""
    table = pd.DataFrame(rows, columns=["customer_id", "rival", "score", "date"])
    return table.assign(criterion="price", rater="", view="client", date=pd.to_datetime(table["date"]))


def test_a_customer_stands_by_its_score_and_by_its_importance_or_its_strength(facts):
    # revenue 600 of 1000: 6.0; importance: 3 of 6 categories 5, 5 of 5 years 10, second of two suppliers 0: 5.0; strength 6 / 8
    ratings = said(("a0", "", 6, "2026-09-01"), ("a0", "North", 8, "2026-09-01"))
    found = listed(facts(revenue_12m=[600.0]))
    one, other = list_matrix(found, STUDY, ratings), list_matrix(found, other_reading(STUDY), ratings)
    assert one[["attractiveness", "horizontal"]].iloc[0].tolist() == pytest.approx([6, 5])
    assert other["horizontal"].tolist() == pytest.approx([0.75])
    assert one["cell"].tolist() == ["invest"] and other["cell"].tolist() == ["development"]
    assert crossed(one, other).loc["invest"].to_dict() == {
        "invest": 0,
        "development": 1,
        "maintenance": 0,
        "opportunistic": 0,
    }


def test_an_open_part_of_the_importance_is_drawn(facts):
    # a2 alone was rated; wallet and breadth 0, tenure 2 of 10: the mean reaches 5 only where the rank gives 18 of 10: never; with tenure
    # 10 and wallet 5 where it gives 5 of 10: a half (weights hardly move at this concentration); a3 has no wallet: nobody can tell
    some = facts(
        revenue_12m=[600.0] * 4, categories_12m=[0.0, 0, 6, 6], tenure_days=[365.25, 1e4, 1e4, 1e4], as_of=[DAY] * 4
    )
    rated = said(("a2", "", 8, "2026-06-01"), ("a2", "North", 6, "2026-06-01"))
    found = listed(some, wallets=[1e9, 2000.0, 1000.0, np.nan])
    matrix = list_matrix(found, STUDY, rated).set_index("customer_id")
    assert matrix.loc["a0", "in_invest"] == 0
    assert matrix.loc["a1", "in_invest"] == pytest.approx(0.5, abs=0.04)
    assert matrix.loc["a2", "in_invest"] == 1
    assert matrix.loc["a3", "cell"] == "unknown" and np.isnan(matrix.loc["a3", "in_invest"])


def test_the_earlier_place_is_what_was_known_then_and_what_has_no_earlier_rating_is_held_still(facts):
    # then 300 of 1000, now 600; the only rating by the customer came later and counts at both dates
    ratings = said(("a0", "", 6, "2026-09-01"), ("a0", "North", 8, "2026-09-01"))
    then = facts(revenue_12m=[300.0], as_of=[DAY], categories_12m=[6.0])
    before = at_earlier_date(then, RULES, states=active(then))
    found = listed(facts(revenue_12m=[600.0]))
    row = list_matrix(found, STUDY, ratings, before=before).iloc[0]
    assert row["move_attractiveness"] == pytest.approx(3)
    assert row["move_horizontal"] == pytest.approx(-5 / 3)  # breadth 10 then, 5 now, one of three parts
    assert (row["cell_before"], row["cell"]) == ("maintenance", "invest")
    still = list_matrix(found, other_reading(STUDY), ratings, before=before)
    assert still["move_horizontal"].tolist() == [0]


def test_the_other_reading_of_the_other_is_the_first():
    assert other_reading(STUDY).reading == "strength" and other_reading(other_reading(STUDY)) == STUDY


def test_without_ratings_by_customers_nobody_has_a_place_in_both_readings(facts):
    found = listed(facts(revenue_12m=[600.0]))
    one, other = list_matrix(found, STUDY, NONE), list_matrix(found, other_reading(STUDY), NONE)
    assert other["cell"].tolist() == ["unknown"]
    assert waits_for(crossed(one, other)).code == "no_place_in_both_readings"


def test_a_cell_sums_its_customers_and_an_empty_one_is_left_out(facts):
    cells = ["invest", "unknown", "invest"]
    matrix = pd.DataFrame({"customer_id": ["a0", "a1", "a2"], "cell": cells, "p_cell": [0.9, np.nan, 0.7]})
    found = cell_sums(matrix, facts(revenue_12m=[100.0, 20, 3]))
    assert found.index.tolist() == ["invest", "unknown"] and found["policy"].tolist() == [
        "policy_invest",
        "policy_unknown",
    ]
    assert found.loc["invest", ["customers", "revenue", "certainty"]].tolist() == pytest.approx([2, 103, 0.8])
