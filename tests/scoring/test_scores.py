"""Criterion scoring against hand calculation, a published example, and properties that must hold."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.report.words import in_words, sentence
from kamlib.scoring import scores as scoring
from kamlib.stats.reasons import Reason
from kamlib.study.model import Criterion, Scoring

AS_OF = pd.Timestamp("2026-09-30")


def criterion(name, weight, worst=0.0, best=100.0, group="revenue", source="facts", column=None):
    return Criterion(name=name, source=source, column=column, group=group, worst=worst, best=best, weight=weight)


def wide(rows, names):
    ids = pd.Index([row[0] for row in rows], name="customer_id")
    return pd.DataFrame([row[1:] for row in rows], index=ids, columns=names, dtype=float)


TWO = (criterion("margin", 75, 0, 1000), criterion("gap_cv", 25, 1.5, 0.5, group="development"))


def test_score_by_hand():
    # margin 500 of 0..1000 -> 0.5; gap_cv 1.25 on 1.5 (worst) .. 0.5 (best) -> 0.25
    # value 0.75 * 0.5 + 0.25 * 0.25 = 0.4375 -> 1 + 99 * 0.4375 = 44.3125 and 1 + 9 * 0.4375 = 4.9375
    values = wide([("a", 500, 1.25)], ["margin", "gap_cv"])
    row = scoring.score(values, TWO).iloc[0]
    assert row["score"] == pytest.approx(44.3125)
    assert row["low"] == row["high"] == row["score"]
    assert row["points_revenue"] == pytest.approx(99 * 0.375)
    assert row["points_development"] == pytest.approx(99 * 0.0625)
    assert row["points_reputation"] == 0
    assert scoring.score(values, TWO, scale=10)["score"].item() == pytest.approx(4.9375)


def test_office_location_of_goodwin_and_wright():
    # Goodwin & Wright, Decision Analysis for Management Judgment, ch. 3 (SMART): weights 32, 26, 23, 10, 6, 3 and
    # aggregate benefits of the seven offices 80.8, 39.4, 47.4, 52.3, 64.8, 20.9, 60.2.
    names = ["closeness", "visibility", "image", "size", "comfort", "parking"]
    criteria = [criterion(name, weight) for name, weight in zip(names, (32, 26, 23, 10, 6, 3), strict=True)]
    offices = wide(
        [
            ("Addison Square", 100, 60, 100, 75, 0, 90),
            ("Bilton Village", 20, 80, 10, 30, 100, 30),
            ("Carlisle Walk", 80, 70, 0, 0, 10, 100),
            ("Denver Street", 70, 50, 30, 55, 30, 90),
            ("Elton Street", 40, 60, 90, 100, 60, 70),
            ("Filton Village", 0, 0, 70, 0, 80, 0),
            ("Gorton Square", 60, 100, 20, 50, 50, 80),
        ],
        names,
    )
    benefits = (scoring.score(offices, criteria)["score"] - 1) / 99 * 100
    assert benefits.round(1).tolist() == [80.8, 39.4, 47.4, 52.3, 64.8, 20.9, 60.2]


def test_missing_value_makes_an_interval_and_never_a_zero():
    # known 0.75 * 0.4 = 0.30; the missing quarter adds 0..0.25: 30.7 .. 55.45, middle 43.075
    row = scoring.score(wide([("a", 400, np.nan)], ["margin", "gap_cv"]), TWO).iloc[0]
    assert (row["low"], row["score"], row["high"]) == pytest.approx((30.7, 43.075, 55.45))
    assert row["known"] == pytest.approx(0.75)


def test_contributions_add_up_to_the_score():
    values = wide([("a", 400, np.nan), ("b", 2000, 0.7), ("c", -5, 9)], ["margin", "gap_cv"])
    parts = scoring.contributions(values, TWO)
    scores = scoring.score(values, TWO).set_index("customer_id")["score"]
    assert (1 + parts.groupby("customer_id")["points"].sum()).to_dict() == pytest.approx(scores.to_dict())
    assert parts.loc[parts["missing"], ["customer_id", "criterion"]].to_numpy().tolist() == [["a", "gap_cv"]]
    assert scores["c"] == 1  # both beyond their worst: clipped, not negative


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(st.data())
def test_scores_keep_under_order_names_new_clients_and_currency_unit(data):
    numbers = st.one_of(st.none(), st.floats(-2000, 5000))
    rows = data.draw(st.lists(st.tuples(numbers, st.one_of(st.none(), st.floats(0, 3))), min_size=2, max_size=8))
    values = wide([(f"a{i}", *row) for i, row in enumerate(rows)], ["margin", "gap_cv"])
    scores = scoring.score(values, TWO).set_index("customer_id")["score"]
    shuffled = data.draw(st.permutations(list(values.index)))
    again = scoring.score(values.loc[shuffled], TWO).set_index("customer_id")["score"]
    assert again.to_dict() == scores.to_dict()
    renamed = scoring.score(values.rename(index=lambda name: f"00{name}.9"), TWO)["score"]
    assert renamed.tolist() == scores.tolist()
    fewer = scoring.score(values.iloc[1:], TWO)["score"]
    assert fewer.tolist() == scores.tolist()[1:]
    in_thousands = (criterion("margin", 75, 0, 1), TWO[1])
    thousands = scoring.score(values.assign(margin=values["margin"] / 1000), in_thousands)["score"]
    assert thousands.tolist() == pytest.approx(scores.tolist())
    assert scores.between(1, 100).all()


def ranked(*scores):
    return pd.DataFrame({"customer_id": [f"a{i}" for i in range(len(scores))], "score": [float(s) for s in scores]})


@pytest.mark.parametrize(("n", "key"), [(1, 1), (2, 2), (5, 3), (60, 3), (70, 4), (100, 5), (700, 35), (10_000, 35)])
def test_number_of_key_accounts_follows_the_definition(n, key):
    assert scoring.top_count(n, Scoring()) == key  # min(35, n, max(3, 0.05 n))


def test_equal_scores_share_a_rank_and_the_last_key_place():
    table = scoring.members(ranked(9, 7, 7, 7, 5), Scoring())
    assert table["rank"].tolist() == [1, 2, 2, 2, 5]
    assert table["key"].tolist() == [True, True, True, True, False]


def test_threshold_replaces_the_share():
    table = scoring.members(ranked(90, 70, 69.9), Scoring(threshold=70)).set_index("customer_id")
    assert table["key"].to_dict() == {"a0": True, "a1": True, "a2": False}
    assert in_words(table["reason"], table["reason_values"]).tolist() == ["score from 70", "score from 70", ""]


def test_volume_alone_qualifies_with_its_own_reason():
    revenue = pd.Series({"a4": 1e6, "a3": 10.0})
    table = scoring.members(ranked(9, 8, 7, 6, 5), Scoring(qualifying_revenue=1e6), revenue=revenue)
    assert table["reason"].tolist() == ["among_the_first"] * 3 + ["", "revenue_alone_qualifies"]
    assert table["reason_values"].tolist() == ['{"place": 3}'] * 3 + ["{}"] * 2
    told = in_words(table["reason"], table["reason_values"]).tolist()
    assert told == ["among the first 3"] * 3 + ["", "revenue alone qualifies"]
    assert table["key"].tolist() == [True, True, True, False, True]


def test_knocked_out_accounts_stand_apart_and_free_their_place():
    knocked = pd.DataFrame({"customer_id": ["a0", "a0"], "reason": ["closed", "negative_contribution"]})
    knocked = knocked.assign(reason_values="{}")
    table = scoring.members(ranked(9, 8, 7, 6).set_axis([0, 1, 0, 1]), Scoring(), knocked=knocked)
    assert table["customer_id"].tolist() == ["a1", "a2", "a3", "a0"]
    assert table["knock_out"].tolist() == ["", "", "", "closed;negative_contribution"]
    told = in_words(table["knock_out"], table["knock_out_values"]).tolist()
    assert told == ["", "", "", "closed; negative contribution"]
    assert table["key"].tolist() == [True, True, True, False]
    assert pd.isna(table["rank"].iloc[3])


@pytest.mark.parametrize("n", [1, 5])
def test_few_equal_or_wholly_unknown_accounts_give_numbers_without_gaps(n):
    for values in (np.full((n, 2), 0.7), np.full((n, 2), np.nan)):
        table = pd.DataFrame(values, columns=["margin", "gap_cv"]).rename_axis("customer_id")
        result = scoring.members(scoring.score(table, TWO), Scoring())
        assert result.notna().all(axis=None)
        assert result["rank"].tolist() == [1] * n


def test_utility_range_widens_by_the_spread_and_opens_where_missing():
    one = [SimpleNamespace(name="gap_cv", worst=10.0, best=0.0, weight=1.0, group="revenue")]
    low, high = scoring.utility_range(wide([("a", 4), ("b", 0.5), ("c", np.nan)], ["gap_cv"]), one, 1.0)
    assert low["gap_cv"].tolist() == pytest.approx([0.5, 0.85, 0])
    assert high["gap_cv"].tolist() == pytest.approx([0.7, 1.0, 1])


def test_cautions_name_twins_crowds_constants_and_gaps():
    rng = np.random.default_rng(2)
    values = pd.DataFrame(rng.random((30, 9)), columns=[f"c{j}" for j in range(9)])
    criteria = [criterion(name, 10) for name in values]
    values["c1"] = values["c0"] * 0.5
    values["c2"] = 1.0
    values.loc[values.index[:20], "c3"] = np.nan
    assert list(map(sentence, scoring.cautions(values, criteria))) == [
        "9 criteria: more than 8 blur the list; drop those the drop-one test shows to be idle.",
        "c0 and c1 correlate by 1.00: they count one thing twice.",
        "c2 says the same of every account: its anchors may lie outside the data.",
        "c3 is known for 33% of the accounts: the rest is open.",
    ]
    assert scoring.cautions(values.iloc[:, [0, 4, 5]], criteria) == []
    assert scoring.cautions(values.iloc[:1, [0, 4, 5]], criteria) == []


def test_criteria_that_measure_the_same_money_are_warned_of():
    criteria = [criterion("revenue", 40, column="revenue_12m"), criterion("earned", 30, column="margin_12m"), TWO[1]]
    values = wide([("a", 0.1, 0.9, 0.5)], ["revenue", "earned", "gap_cv"])
    found = scoring.cautions(values, criteria)
    assert found == [Reason("criteria_of_the_same_money", {"criteria": "revenue, earned", "times": 2})]
    assert sentence(found[0]) == "revenue, earned all measure what an account brings: they count one thing 2 times."


def test_a_criterion_known_for_nobody_is_left_to_those_that_say_what_it_waits_for():
    values = wide([("a", np.nan, 0.9), ("b", np.nan, 0.1)], ["margin", "gap_cv"])
    assert scoring.cautions(values, TWO) == []


def test_points_by_criterion_stand_in_the_order_of_customers_and_criteria():
    # weights 75 : 25 of 99 points; a0 has 0.5 and 1, a1 has 1 and an open value that counts half
    values = wide([("a0", 50, 100), ("a1", 100, np.nan), ("a2", 0, 0)], ["y", "x"])
    criteria = [criterion("y", 75), criterion("x", 25)]
    made = scoring.contributions(values, criteria)
    found = scoring.points_by_criterion(made, pd.Series(["a1", "a0"]))
    assert found.columns.tolist() == ["customer_id", "points_y", "points_x"]
    assert found["customer_id"].tolist() == ["a1", "a0"]
    assert found[["points_y", "points_x"]].to_numpy() == pytest.approx(np.array([[74.25, 12.375], [37.125, 24.75]]))
