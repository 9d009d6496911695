"""What changed, and whether data or criteria did it, on lists small enough to score by hand."""

import json

import numpy as np
import pandas as pd
import pytest

from kamlib.report.words import in_words
from kamlib.scoring import scores as scoring
from kamlib.scoring.list_changes import Scored, changes, moved
from kamlib.stats.reasons import Reason, waits_for
from kamlib.study.settings.sections import Criterion, Scoring


def rules(x=50, y=50, **more):
    criteria = [
        Criterion(name=name, source="facts", group="revenue", worst=0, best=100, weight=weight)
        for name, weight in (("x", x), ("y", y))
        if weight
    ]
    return Scoring(criteria=criteria, top_least=1, top_most=1, **more)


def data(columns="xy", **rows):
    index = pd.Index(list(rows), name="customer_id")
    return pd.DataFrame(list(rows.values()), index=index, columns=list(columns), dtype=float)


def why(found, customer_id):
    return in_words(found["why"], found["why_values"])[customer_id]


def told(*given):
    return changes(*given).set_index("customer_id")


def test_data_that_changed_the_list_are_named_with_the_criterion_that_moved_most():
    # even weights, then and now: a 80 against b 50; now a 30 (x fell by 100: -50 of 100, -49.5 points), so b leads
    then, now = Scored(data(a=(100, 60), b=(50, 50))), Scored(data(a=(0, 60), b=(50, 50)))
    found = told(then, rules(), now, rules())
    assert found["change"].to_dict() == {"b": "came in", "a": "left"}
    assert found["cause"].tolist() == ["data", "data"]
    assert found.loc["a", "by_data"] == pytest.approx(-49.5)
    assert found.loc["a", "by_criteria"] == 0
    assert found["why"].to_dict() == {"a": "moved_by_data", "b": "others_fell_behind"}
    moved = json.loads(found.loc["a", "why_values"])
    assert moved == {"points": pytest.approx(-49.5), "criterion": "x", "most": pytest.approx(-49.5)}
    assert why(found, "a") == "its score moved by -49.5 points by data, most by x (-49.5)"
    assert why(found, "b") == "its score hardly moved (+0.0): others fell behind"


def test_weights_that_changed_the_list_are_told_apart_from_data():
    # a (100, 0), b (0, 100): 60:40 makes a key, 40:60 makes b; the data did not move
    same = Scored(data(a=(100, 0), b=(0, 100)))
    found = told(same, rules(60, 40), same, rules(40, 60))
    assert found["cause"].tolist() == ["criteria", "criteria"]
    assert found.loc["b", "by_criteria"] == pytest.approx(0.2 * 99)
    assert found.loc["b", "why"] == "moved_by_criteria"
    assert why(found, "b") == "criteria or weights moved its score by +19.8 points"


def test_what_either_did_alone_or_only_both_together_is_said_so():
    # either: y of b rises to 100 (50 : 40 at even weights) and y alone counts: each puts b before a
    then, now = Scored(data(a=(90, 0), b=(0, 60))), Scored(data(a=(90, 0), b=(0, 100)))
    assert told(then, rules(50, 50), now, rules(20, 80))["cause"].tolist() == ["either", "either"]
    # both: earlier 54 : 16; data alone 54 : 24; criteria alone 35.1 : 24.4; together 35.1 : 36.6, and b leads
    then, now = Scored(data(a=(90, 0), b=(0, 40))), Scored(data(a=(90, 0), b=(0, 60)))
    found = told(then, rules(60, 40), now, rules(39, 61))
    assert found["cause"].tolist() == ["both", "both"]
    assert found["why"].tolist() == ["moved_by_data;moved_by_criteria"] * 2
    assert why(found, "b") == (
        "its score moved by +10.0 points by data, most by y (+12.1); criteria or weights moved its score by +10.4 points"
    )


def test_accounts_that_are_new_gone_or_knocked_out_are_told_as_such():
    then = Scored(data(gone=(99, 99), bad=(80, 80), c=(10, 10)))
    out = pd.DataFrame({"customer_id": ["bad", "bad"], "reason": ["closed", "insolvent"], "reason_values": "{}"})
    now = Scored(data(new=(99, 99), bad=(80, 80), c=(10, 10)), knocked=out)
    found = told(then, rules(), now, rules())
    assert found.loc["new", ["change", "why"]].tolist() == ["came in", "not_scored_before"]
    assert why(found, "new") == "not scored at the earlier date"
    assert found.loc["gone", "why"] == "no_longer_scored"
    assert why(found, "gone") == "no longer scored: lost, closed, or now part of another group"
    assert np.isnan(found.loc["gone", "score_now"]) and np.isnan(found.loc["gone", "by_data"])
    both = told(
        Scored(data(bad=(80, 80), c=(10, 10))), rules(), Scored(data(bad=(80, 80), c=(10, 10)), None, out), rules()
    )
    assert both.loc["bad", ["why", "why_values"]].tolist() == ["knocked_out", '{"reasons": "closed;insolvent"}']
    assert why(both, "bad") == "knocked out: closed; insolvent (solvency has the lowest mark)"
    back = told(
        Scored(data(bad=(80, 80), c=(10, 10)), None, out), rules(), Scored(data(bad=(80, 80), c=(10, 10))), rules()
    )
    assert why(back, "bad") == "no longer knocked out: closed; insolvent (solvency has the lowest mark)"
    assert both.loc["bad", "cause"] == "data"


def test_a_criterion_that_is_new_counts_as_the_work_of_the_criteria_not_of_the_data():
    then, now = Scored(data("x", a=(60,), b=(50,))), Scored(data(a=(60, 0), b=(50, 100)))
    found = told(then, rules(100, 0), now, rules(50, 50))
    assert found["cause"].tolist() == ["criteria", "criteria"]
    assert found["by_data"].tolist() == [0, 0]


def test_the_two_parts_add_up_to_the_whole_move_and_nothing_changes_between_equal_runs():
    rng = np.random.default_rng(0)
    names = [f"k{i}" for i in range(40)]
    one, two = (pd.DataFrame(rng.uniform(0, 100, (40, 2)), index=names, columns=["x", "y"]) for _ in range(2))
    found = changes(Scored(one), rules(30, 70), Scored(two), rules(80, 20, scale=10))
    whole = found["score_now"] - found["score_before"]
    assert (found["by_data"] + found["by_criteria"]).tolist() == pytest.approx(whole.tolist())
    still = changes(Scored(one), rules(), Scored(one), rules())
    assert still["change"].eq("").all() and still["why"].eq("").all()
    assert still[["by_data", "by_criteria"]].abs().to_numpy().max() == 0


def test_the_tables_that_a_run_keeps_are_enough():
    values, by = data(a=(100, 60), b=(50, np.nan)), rules()
    out = pd.DataFrame({"customer_id": ["a", "a"], "reason": ["closed", "insolvent"], "reason_values": "{}"})
    scores = scoring.members(scoring.score(values, by.criteria), by, knocked=out)
    kept = Scored.of(scoring.contributions(values, by.criteria), scores)
    pd.testing.assert_frame_equal(kept.values[["x", "y"]], values, check_names=False)
    assert kept.knocked.to_numpy().tolist() == [["a", "closed;insolvent", "[{}, {}]"]]
    again = scoring.members(scoring.score(values, by.criteria), by, knocked=kept.knocked)
    pd.testing.assert_frame_equal(again, scores)
    assert changes(kept, by, Scored(values, None, out), by)["change"].eq("").all()


def test_only_those_that_came_in_or_left_have_moved_and_a_list_that_stayed_says_so():
    then, now = Scored(data(a=(100, 60), b=(50, 50), c=(0, 0))), Scored(data(a=(0, 60), b=(50, 50), c=(0, 0)))
    day = pd.Timestamp("2026-06-30")
    assert moved(changes(then, rules(), now, rules()), day)["customer_id"].tolist() == ["b", "a"]
    still = moved(changes(then, rules(), then, rules()), day)
    assert waits_for(still) == Reason("list_is_the_same", {"day": "2026-06-30"})
