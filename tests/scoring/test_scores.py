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


def test_on_the_curve_log_each_doubling_is_worth_the_same():
    # from 1,000 to 16,000 there are four doublings; the other way round where less is better; nothing and losses are the worst
    money = Criterion(name="m", source="facts", group="revenue", worst=1000, best=16000, weight=50, curve="log")
    days = Criterion(name="d", source="facts", group="revenue", worst=90, best=10, weight=50, curve="log")
    values = wide([("a", -5, 0), ("b", 1000, 10), ("c", 2000, 30), ("d", 4000, 90), ("e", 99000, 99)], ["m", "d"])
    found = scoring.utilities(values, [money, days])
    assert found["m"].tolist() == pytest.approx([0, 0, 0.25, 0.5, 1])
    assert found["d"].tolist() == pytest.approx([1, 1, 0.5, 0, 0])
    assert scoring.utilities(wide([("a", np.nan, np.nan)], ["m", "d"]), [money, days]).isna().all(axis=None)


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
    pd.testing.assert_series_equal(again[scores.index], scores)
    renamed = scoring.score(values.rename(index=lambda name: f"00{name}.9"), TWO)["score"]
    np.testing.assert_array_equal(renamed, scores)
    fewer = scoring.score(values.iloc[1:], TWO)["score"]
    np.testing.assert_array_equal(fewer, scores[1:])
    in_thousands = (criterion("margin", 75, 0, 1), TWO[1])
    thousands = scoring.score(values.assign(margin=values["margin"] / 1000), in_thousands)["score"]
    assert thousands.tolist() == pytest.approx(scores.tolist(), nan_ok=True)
    assert scores.dropna().between(1, 100).all()


def ranked(*scores):
    return pd.DataFrame({"customer_id": [f"a{i}" for i in range(len(scores))], "score": [float(s) for s in scores]})


@pytest.mark.parametrize(("n", "key"), [(1, 1), (2, 2), (5, 3), (60, 3), (70, 4), (100, 5), (700, 35), (10_000, 35)])
def test_number_of_key_accounts_follows_the_definition(n, key):
    assert scoring.top_count(pd.DataFrame({"rank": range(n)}), Scoring()) == key  # min(35, n, max(3, 0.05 n))


def test_a_knock_out_takes_no_place_of_the_list_away():
    half = pd.DataFrame({"rank": [*range(1, 41), *[None] * 40]})
    assert scoring.top_count(half, Scoring()) == 4  # of 80 scored, not of 40 ranked
    assert scoring.top_count(half, Scoring(top_share=1, top_most=100)) == 40


def test_a_tie_over_the_border_is_key_where_half_of_it_or_more_has_a_place():
    table = scoring.members(ranked(9, 7, 7, 7, 5), Scoring())  # two places for three
    assert table["rank"].tolist() == [1, 2, 2, 2, 5]
    assert table["key"].tolist() == [True, True, True, True, False]
    assert scoring.tied_over(table, Scoring())["seat"].tolist() == pytest.approx([2 / 3] * 3)
    few = scoring.members(ranked(9, 8, 7, 7, 7), Scoring())  # one for three
    assert few["key"].tolist() == [True, True, False, False, False]


def test_of_forty_equal_customers_none_is_key():
    table = scoring.members(ranked(*[7] * 40), Scoring())
    assert not table["key"].any() and table["rank"].eq(1).all()
    assert scoring.tied_over(table, Scoring())["seat"].tolist() == pytest.approx([3 / 40] * 40)
    assert scoring.members(ranked(7, 7, 5), Scoring(threshold=7)).pipe(scoring.tied_over, Scoring(threshold=7)).empty


def points(**by):
    """What two criteria give: points by customer, with a value of its own."""
    rows = [(name, c, 10.0 * p, p, False) for name, given in by.items() for c, p in zip("xy", given, strict=True)]
    return pd.DataFrame(rows, columns=["customer_id", "criterion", "value", "points", "missing"])


NO_KIND = pd.DataFrame(columns=["customer_id", "category", "value", "limit", "evidence", "evidence_values"])


def test_a_key_account_without_a_category_stands_out_by_what_exceeds_the_median_most():
    # medians 20 and 5: a is above in x by 10, b in y by 3, c in neither; d is not key
    table = pd.DataFrame({"customer_id": list("abcd"), "key": [True, True, True, False]}, index=[3, 1, 2, 0])
    found = scoring.key_because(table, points(a=(30, 5), b=(20, 8), c=(10, 4), d=(99, 99)), NO_KIND)
    assert in_words(found["why"], found["why_values"]).to_dict() == {
        3: "x 300 (30.0 points, 10.0 above the median of the list)",
        1: "y 80 (8.0 points, 3.0 above the median of the list)",
        2: "y 40 (4.0 points, its most)",
        0: "",
    }


def test_what_is_not_known_is_no_reason_to_be_key():
    table = pd.DataFrame({"customer_id": ["a", "b"], "key": [True, True]})
    given = points(a=(30, 5), b=(20, 5)).assign(missing=[True, False, False, False])
    assert scoring.key_because(table, given, NO_KIND)["why_values"].iloc[0] == (
        '{"criterion": "y", "value": 50.0, "points": 5, "above": 0.0}'
    )


def test_a_category_is_the_reason_and_of_several_the_first_with_what_exceeds_its_limit_most():
    table = pd.DataFrame({"customer_id": ["a", "b"], "key": [True, True]})
    kinds = pd.DataFrame(
        [
            ("a", "goodwill", 1.0, 0.8, "paid_in_advance_claims_unknown", '{"share": 1.0, "invoices": 9}'),
            ("a", "image", 8.0, 8, "rated_highest_by_one", '{"criterion": "influence", "points": 8.0}'),
            ("a", "image", 9.0, 8, "rated_highest_by_one", '{"criterion": "reputation", "points": 9.0}'),
        ],
        columns=NO_KIND.columns,
    )
    found = scoring.key_because(table, points(a=(30, 5), b=(20, 8)), kinds)
    told = in_words(found["why"], found["why_values"]).tolist()
    assert told == [
        "image; reputation rated 9.0 of 10 by one of us, its highest mark",
        "y 80 (8.0 points, 1.5 above the median of the list)",
    ]


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
    assert told == ["", "", "", "closed; loses money"]
    assert table["key"].tolist() == [True, True, True, False]
    assert pd.isna(table["rank"].iloc[3])


@pytest.mark.parametrize("n", [1, 5])
def test_few_equal_accounts_give_numbers_without_gaps_and_wholly_unknown_ones_no_place(n):
    equal, unknown = (
        pd.DataFrame(np.full((n, 2), value), columns=["margin", "gap_cv"]).rename_axis("customer_id")
        for value in (0.7, np.nan)
    )
    result = scoring.members(scoring.score(equal, TWO), Scoring())
    assert result.notna().all(axis=None)
    assert result["rank"].tolist() == [1] * n
    without = scoring.members(scoring.score(unknown, TWO), Scoring())
    assert without[["score", "rank"]].isna().all(axis=None) and not without["key"].any()
    assert without[["low", "high", "known"]].to_numpy().tolist() == [[1, 100, 0]] * n


def test_utility_range_widens_by_the_spread_and_opens_where_missing():
    one = [SimpleNamespace(name="gap_cv", worst=10.0, best=0.0, weight=1.0, group="revenue", curve="linear")]
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
