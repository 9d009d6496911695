"""An earlier date: only what was known then, by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.scoring.earlier import at_earlier_date
from kamlib.scoring.key_list import score_list
from kamlib.scoring.list_changes import changes
from kamlib.study.settings.sections import Scoring

DAY = pd.Timestamp("2026-06-30")
REVENUE = {"name": "revenue", "worst": 0, "best": 1000, "weight": 60}
TRUST = {"name": "trust", "source": "rating", "group": "reputation", "worst": 1, "best": 10, "weight": 40}
RULES = Scoring(criteria=[REVENUE, TRUST], top_least=1, top_most=1, draws=100)


def states(**by):
    return pd.DataFrame({"customer_id": list(by), "state": list(by.values())})


def marked(*rows):
    table = pd.DataFrame(rows, columns=["customer_id", "score", "date"])
    return table.assign(criterion="trust", rater="x", rival="", view="ours", date=pd.to_datetime(table["date"]))


def test_of_two_dates_the_first_counts_and_no_rating_after_it(facts):
    both = pd.concat([facts(revenue_12m=[7.0]), facts(revenue_12m=[500.0], as_of=[DAY])])
    rated = marked(("a0", 4, "2026-06-01"), ("a0", 9, "2026-07-15"))
    before = at_earlier_date(both, RULES, states=states(a0="active"), ratings=rated)
    assert before.day == DAY and before.values.loc["a0"].to_dict() == {"revenue": 500, "trust": 4}
    assert before.data.revenue.to_dict() == {"a0": 500}


def test_values_are_of_all_that_had_bought_and_the_list_of_those_not_lost(facts):
    some = facts(revenue_12m=[1.0, 2, 3], order_days=[4, 4, 0], margin_12m=[10.0, -1, 10], as_of=[DAY] * 3)
    before = at_earlier_date(some, RULES, states=states(a0="lost", a1="active", a2="active"))
    assert before.values.index.tolist() == ["a0", "a1"] and before.values["trust"].isna().all()
    assert before.data.values.index.tolist() == ["a1"] and before.data.knocked["customer_id"].tolist() == ["a1"]


def test_what_accounts_and_dealings_told_stands_beside_the_facts(facts):
    own = pd.DataFrame({"customer_id": ["a0"], "account_id": ["a0"], "wallet": [400.0]})
    dealt = pd.DataFrame({"customer_id": ["a0"], "claims": [3.0]})
    some = facts(revenue_12m=[100.0], as_of=[DAY])
    before = at_earlier_date(some, RULES, states=states(a0="active"), accounts=own, service=dealt)
    assert before.facts[["wallet_share", "claims"]].iloc[0].tolist() == [0.25, 3]


def test_two_dates_give_what_changed_between_their_lists(facts):
    # revenue alone counts while nobody is rated: a0 500 to 300, a1 400 then and now
    then, now = facts(revenue_12m=[500.0, 400], as_of=[DAY] * 2), facts(revenue_12m=[300.0, 400])
    standing = states(a0="active", a1="active")
    before, found = at_earlier_date(then, RULES, states=standing), score_list(now, RULES, states=standing)
    moves = changes(before.data, RULES, found.data, RULES).set_index("customer_id")
    assert moves["change"].to_dict() == {"a1": "came in", "a0": "left"}
    assert moves.loc["a0", "by_data"] == pytest.approx(-0.2 * 0.6 * 99)


def test_before_anybody_bought_there_is_nobody_to_compare_with(facts):
    before = at_earlier_date(facts(order_days=[0], as_of=[DAY]), RULES, states=states(a0="active"))
    found = score_list(facts(revenue_12m=[500.0]), RULES, states=states(a0="active"))
    moves = changes(before.data, RULES, found.data, RULES)
    assert before.values.empty and moves["change"].tolist() == ["came in"]
    assert moves["why"].tolist() == ["not_scored_before"]


def test_patience_holds_at_the_earlier_date_too(facts):
    some = facts(revenue_12m=[900.0, 800], as_of=[DAY] * 2)
    dealt = pd.DataFrame({"customer_id": ["a0", "a1"], "contribution": [-10.0, 1000]})
    kinds = pd.DataFrame({"customer_id": ["a0"], "category": ["expert"]})
    standing = states(a0="active", a1="active")
    out = at_earlier_date(some, RULES, states=standing, service=dealt)
    assert out.data.knocked["customer_id"].tolist() == ["a0"]
    assert at_earlier_date(some, RULES, states=standing, service=dealt, categories=kinds).data.knocked.empty
