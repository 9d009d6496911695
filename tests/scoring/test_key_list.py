"""The list in one call: places and chances by hand, and each part as its own module gives it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta

from kamlib.errors import InputError
from kamlib.scoring import scores as steps
from kamlib.scoring.doubt import sensitivity, smaa
from kamlib.scoring.key_list import score_list
from kamlib.scoring.list_changes import changes
from kamlib.scoring.ratings import latest_ratings, rater_spread
from kamlib.stats.reasons import Reason, waits_for
from kamlib.study.settings.sections import Criterion, Scoring

REVENUE = {"name": "revenue", "worst": 0, "best": 1000, "weight": 60}
TRUST = {"name": "trust", "source": "rating", "group": "reputation", "worst": 1, "best": 10, "weight": 40}
ONE = {"criteria": [REVENUE | {"weight": 100}], "top_least": 1, "draws": 200}


@pytest.fixture
def states():
    """``states(lost=["a0"])``: all active but these."""

    def make(n, lost=()):
        ids = [f"a{i}" for i in range(n)]
        return pd.DataFrame({"customer_id": ids, "state": ["lost" if name in lost else "active" for name in ids]})

    return make


def marked(*rows):
    table = pd.DataFrame(rows, columns=["customer_id", "rater", "score", "date"])
    return table.assign(criterion="trust", rival="", view="ours", date=pd.to_datetime(table["date"]))


def test_one_criterion_by_hand(facts, states):
    # 1 + 99 x revenue / 1000; with one criterion no draw of weights can move a place
    found = score_list(facts(revenue_12m=[500.0, 250, 2000]), Scoring(**ONE), states=states(3))
    table = found.table.set_index("customer_id")
    assert found.table["customer_id"].tolist() == ["a2", "a0", "a1"]
    assert table["score"].to_dict() == pytest.approx({"a2": 100, "a0": 50.5, "a1": 25.75})
    assert table["key"].to_dict() == {"a2": True, "a0": False, "a1": False}
    assert table["p_key"].to_dict() == {"a2": 1, "a0": 0, "a1": 0}
    assert found.dropped.empty and (table["flip_criterion"] == "").all() and (table["stale_ratings"] == 0).all()
    assert found.criteria["known"].to_dict() == {"revenue": 1.0} and found.waits == []


def test_the_lost_are_not_scored_and_who_loses_money_has_no_place(facts, states):
    some = facts(revenue_12m=[500.0, 900, 800], margin_12m=[10.0, 10, -1])
    found = score_list(some, Scoring(**ONE), states=states(3, lost=["a1"]))
    assert found.facts["customer_id"].tolist() == ["a0", "a2"]
    assert found.table["customer_id"].tolist() == ["a0", "a2"]
    assert found.table["key"].tolist() == [True, False] and found.table["rank"].isna().tolist() == [False, True]
    assert found.knocked["customer_id"].tolist() == ["a2"]


def test_of_several_dates_the_last_counts(facts, states):
    earlier = facts(revenue_12m=[1.0], as_of=[pd.Timestamp("2025-09-30")])
    found = score_list(pd.concat([earlier, facts(revenue_12m=[500.0])]), Scoring(**ONE), states=states(1))
    assert found.table["score"].tolist() == pytest.approx([50.5])


def test_whom_revenue_alone_qualifies_is_key_for_sure(facts, states):
    rules = Scoring(
        criteria=[REVENUE, {"name": "growth", "worst": -1, "best": 1, "weight": 40}],
        top_least=1,
        draws=100,
        qualifying_revenue=400,
    )
    found = score_list(facts(revenue_12m=[1000.0, 500, 10], growth=[1.0, -1, 0.0]), rules, states=states(3)).table
    table = found.set_index("customer_id")
    assert table["key"].to_dict() == {"a0": True, "a1": True, "a2": False}
    assert table.loc["a1", "p_key"] == 1 and table.loc["a2", "p_key"] < 1


def test_drawn_with_another_concentration_only_the_draws_differ(facts, states):
    # a0 leads while x weighs more than y: P of Beta(c x 0.6, c x 0.4) above one half, 0.63 for c = 2 and 0.98 for c = 100
    criteria = [REVENUE, {"name": "growth", "worst": 0, "best": 1, "weight": 40}]
    rules = Scoring(criteria=criteria, top_least=1, top_share=0.1, draws=4000, concentration=100)
    found = score_list(facts(revenue_12m=[1000.0, 0], growth=[0.0, 1]), rules, states=states(2))
    assert found.table.set_index("customer_id").loc["a0", "p_key"] == pytest.approx(beta.sf(0.5, 60, 40), abs=0.02)
    loose = found.drawn(2).set_index("customer_id")["p_key"]
    assert loose["a0"] == pytest.approx(beta.sf(0.5, 1.2, 0.8), abs=0.03)
    pd.testing.assert_series_equal(found.drawn(100)["p_key"], found.table["p_key"])


def test_whom_revenue_alone_qualifies_stays_sure_where_the_weights_are_trusted_less(facts, states):
    criteria = [REVENUE, {"name": "growth", "worst": -1, "best": 1, "weight": 40}]
    rules = Scoring(criteria=criteria, top_least=1, draws=100, qualifying_revenue=400)
    found = score_list(facts(revenue_12m=[1000.0, 500, 10], growth=[1.0, -1, 0.0]), rules, states=states(3))
    assert found.drawn(1).set_index("customer_id").loc["a1", "p_key"] == 1


def test_the_rows_of_the_key_the_knocked_out_and_the_prospects(facts, states):
    some = facts(revenue_12m=[500.0, 900, 800], margin_12m=[10.0, 10, -1], order_days=[4, 0, 4])
    found = score_list(some, Scoring(**ONE), states=states(3))
    assert found.key["customer_id"].tolist() == ["a0"] and found.knocked_out["customer_id"].tolist() == ["a2"]
    assert found.data.revenue.to_dict() == {"a0": 500, "a2": 800}
    sound = score_list(facts(revenue_12m=[5.0]), Scoring(**ONE), states=states(1))
    assert waits_for(sound.knocked_out).code == "nobody_is_knocked_out"


def test_a_rating_counts_its_age_and_one_that_is_missing_opens_the_score(facts, states):
    rated = marked(("a0", "x", 10, "2026-09-01"), ("a1", "x", 1, "2024-01-01"))
    found = score_list(facts(revenue_12m=[1000.0] * 3), [REVENUE, TRUST], states=states(3), ratings=rated)
    table = found.table.set_index("customer_id")
    assert table["stale_ratings"].to_dict() == {"a0": 0, "a1": 1, "a2": 0}
    assert table.loc["a0", ["low", "high"]].tolist() == pytest.approx([100, 100])
    assert table.loc["a2", ["low", "high"]].tolist() == pytest.approx([60.4, 100])  # 1 + 99 x (0.6 to 1)
    assert found.criteria["known"].to_dict() == pytest.approx({"revenue": 1, "trust": 2 / 3})


def test_what_nothing_is_known_of_waits(facts, states):
    found = score_list(facts(revenue_12m=[1.0, 2]), [REVENUE, TRUST], states=states(2))
    assert [reason.values["criterion"] for reason in found.waits] == ["trust"]


def test_each_part_is_what_its_module_gives(facts, states):
    rng = np.random.default_rng(4)
    n = 40
    rules = Scoring(criteria=[REVENUE, TRUST], top_share=0.2, draws=300)
    some = facts(revenue_12m=rng.uniform(0, 1200, n).round())
    rated = marked(*[(f"a{i}", who, int(rng.integers(1, 11)), "2026-09-01") for i in range(30) for who in "xy"])
    found = score_list(some, rules, states=states(n), ratings=rated, marks={"good": 0.5})
    ours = latest_ratings(rated, some["as_of"].max())
    low, high = steps.utility_range(found.values, rules.criteria, rater_spread(rules.criteria, ours, found.values))
    low, high = (part.loc[found.table["customer_id"]] for part in (low, high))
    weights = pd.Series({"revenue": 60.0, "trust": 40})
    sure = smaa.acceptability(low, high, weights, top=8, marks={"good": 0.5}, draws=300).accounts
    pd.testing.assert_frame_equal(found.table[["customer_id", "p_key", "p_first", "p_good"]], sure)
    middle = steps.utilities(found.values, rules.criteria).fillna(0.5).loc[found.table["customer_id"]]
    pd.testing.assert_frame_equal(found.dropped, sensitivity.drop_one(middle, weights, top=8))
    sums = found.contributions.groupby("customer_id")["points"].sum() + 1
    pd.testing.assert_series_equal(
        found.table.set_index("customer_id")["score"], sums, check_like=True, check_names=False
    )


def test_criteria_as_a_list_and_as_a_section_give_the_same(facts, states):
    some = facts(revenue_12m=[10.0, 900, 300])
    lists = [
        score_list(some, given, states=states(3)).table
        for given in ([Criterion(**ONE["criteria"][0])], Scoring(criteria=ONE["criteria"]))
    ]
    pd.testing.assert_frame_equal(*lists)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ([REVENUE], "sum to 60"),
        ([{"name": "charm", "worst": 0, "best": 1, "weight": 100}], "charm"),
        ([REVENUE | {"weight": 100, "best": 0}], "must differ"),
        ([], "no criteria"),
    ],
)
def test_criteria_that_cannot_be_used_are_refused_in_words(facts, states, given, says):
    with pytest.raises(InputError, match=says):
        score_list(facts(revenue_12m=[1.0]), given, states=states(1))


def test_facts_that_lack_a_column_are_refused(facts, states):
    with pytest.raises(InputError, match="no 'revenue_12m'"):
        score_list(facts(growth=[1.0]).drop(columns="revenue_12m"), Scoring(**ONE), states=states(1))


@pytest.mark.parametrize(
    ("given", "lost", "why"),
    [
        ({"margin_12m": [-1.0, -2.0]}, (), "all_are_knocked_out"),
        ({"revenue_12m": [np.nan, np.nan]}, (), "no_criterion_is_known"),
        ({"revenue_12m": [5.0, 6.0]}, ("a0", "a1"), "nobody_to_score"),
    ],
)
def test_a_list_without_anybody_says_why_and_the_rest_goes_on(facts, states, given, lost, why):
    found = score_list(facts(**given), Scoring(**ONE), states=states(2, lost), marks={"attractive": 0.5})
    assert found.unranked.code == why and waits_for(found.key).code == why
    assert not found.table["key"].any() and found.table[["rank", "p_key", "flip_change"]].isna().all(axis=None)
    assert waits_for(found.dropped) == Reason("nobody_is_ranked") and found.drawn(9).empty
    assert len(found.knocked_out) == (2 if why == "all_are_knocked_out" else 0)
    assert changes(found.data, found.rules, found.data, found.rules)["change"].eq("").all()


def test_of_whom_nothing_is_known_there_is_no_score_and_no_place(facts, states):
    """The middle of 1 to 100 would put an unknown customer before one with a revenue of 250 of 1000."""
    table = score_list(facts(revenue_12m=[np.nan, 250]), Scoring(**ONE), states=states(2)).table.set_index(
        "customer_id"
    )
    assert table.loc["a1", ["rank", "score"]].tolist() == pytest.approx([1, 25.75])
    assert table.loc["a0", ["score", "rank", "p_key", "attractiveness"]].isna().all() and not table.loc["a0", "key"]
    assert table.loc["a0", ["low", "high"]].tolist() == pytest.approx([1, 100])


def test_a_wrong_side_table_is_refused_by_its_columns(facts, states):
    now = facts(revenue_12m=[500.0, 250])
    with pytest.raises(InputError, match="no 'state'"):
        score_list(now, Scoring(**ONE), states=now)
    with pytest.raises(InputError, match="no 'customer_id', 'criterion'"):
        score_list(now, Scoring(**ONE), states=states(2), ratings=pd.DataFrame({"x": [1]}))


def test_where_all_who_are_ranked_are_key_no_chance_is_given(facts, states):
    found = score_list(facts(revenue_12m=[500.0, 250, 100]), Scoring(**ONE | {"top_least": 3}), states=states(3))
    assert found.all_key and found.table["key"].all() and found.table["p_key"].isna().all()
    assert not score_list(facts(revenue_12m=[500.0, 250]), Scoring(**ONE), states=states(2)).all_key
    bar = Scoring(**ONE | {"threshold": 10})
    assert not score_list(
        facts(revenue_12m=[500.0, 250]), bar, states=states(2)
    ).all_key  # a bar that all reach is a finding


def test_of_forty_equal_customers_none_is_sure_none_is_key_and_no_weight_flips_a_place(facts, states):
    found = score_list(facts(revenue_12m=[500.0] * 40), Scoring(**ONE | {"top_least": 3}), states=states(40))
    assert found.key.empty and len(found.tied) == 40
    assert found.table["p_key"].tolist() == pytest.approx([3 / 40] * 40)
    assert found.table["flip_criterion"].isna().all()


def test_an_image_customer_that_loses_money_stays_within_the_budget_of_patience(facts, states):
    # a0 loses 10, a1 loses 40, and what the others bring is 1,000: with 2 % only a0 may stay
    some = facts(revenue_12m=[900.0, 950, 800, 700])
    dealt = pd.DataFrame({"customer_id": [f"a{i}" for i in range(4)], "contribution": [-10.0, -40, 500, 500]})
    kinds = pd.DataFrame({"customer_id": ["a0", "a1"], "category": "image", "value": 9.0, "limit": 8})
    kinds = kinds.assign(evidence="rated_highest_by_one", evidence_values='{"criterion": "reputation", "points": 9.0}')
    more = {"states": states(4), "service": dealt, "categories": kinds}
    found = score_list(some, Scoring(**ONE | {"patience": 0.02}), **more)
    assert found.patience == pytest.approx(20) and found.key["customer_id"].tolist() == ["a0"]
    assert found.knocked["customer_id"].tolist() == ["a1"]
    assert found.key[["contribution", "why"]].iloc[0].tolist() == [-10, "of_kind;rated_highest_by_one"]
    hard = score_list(some, Scoring(**ONE | {"patience": 0}), **more)
    assert hard.key["customer_id"].tolist() == ["a2"] and len(hard.knocked) == 2
    assert hard.key["why"].tolist() == ["most_points_by"]
