"""Ratings, criterion values and knock-outs against hand-made tables."""

import math

import numpy as np
import pandas as pd
import pytest

from kamlib import criteria as values_of
from kamlib.errors import InputError
from kamlib.study import Criterion

AS_OF = pd.Timestamp("2026-09-30")


def criterion(name, weight, worst=0.0, best=100.0, group="revenue", source="facts", column=None):
    return Criterion(name=name, source=source, column=column, group=group, worst=worst, best=best, weight=weight)


def rating(account, criterion, score, rater="sales", day="2026-06-01", view="ours", rival=None):
    return {
        "account_id": account,
        "criterion": criterion,
        "score": score,
        "rater": rater,
        "date": pd.Timestamp(day) if day else pd.NaT,
        "view": view,
        "rival": rival,
    }


def test_last_rating_of_each_rater_counts_and_nothing_after_as_of():
    ratings = pd.DataFrame(
        [
            rating("a", "image", 2, day="2025-01-01"),
            rating("a", "image", 6, day="2026-01-01"),  # the last of sales
            rating("a", "image", 10, day="2026-10-01"),  # after as_of
            rating("a", "image", 9, rater="service", day=None),  # undated: its only one
            rating("a", "image", 1, view="client", rival="R"),
        ]
    )
    found = values_of.latest_ratings(ratings, AS_OF)
    assert found.set_index("rater")["score"].to_dict() == {"sales": 6, "service": 9}
    assert found.set_index("rater")["age_days"]["sales"] == 272
    assert values_of.latest_ratings(ratings, AS_OF, view="client")["rival"].tolist() == ["R"]
    values = values_of.criterion_values([criterion("image", 100, 1, 10, source="rating")], FACTS, ratings=found)
    assert values["image"]["a"] == 7.5
    assert math.isnan(values["image"]["b"])


FACTS = pd.DataFrame({"account_id": ["a", "b"], "as_of": AS_OF, "margin_12m": [5.0, -1.0], "growth": [np.nan, np.nan]})


def test_values_come_from_each_source_and_built_in_names_find_their_column():
    criteria = [
        criterion("margin", 40),
        criterion("lifetime_value", 30, source="value"),
        criterion("wallet", 30, source="accounts"),
    ]
    value = pd.DataFrame({"account_id": ["b"], "remaining_value": [70.0]})
    accounts = pd.DataFrame({"account_id": ["a"], "member_id": ["a"], "wallet": [9.0]})
    found = values_of.criterion_values(criteria, FACTS, value=value, accounts=accounts)
    assert found.loc["a"].tolist() == pytest.approx([5, np.nan, 9], nan_ok=True)
    assert found.loc["b"].tolist() == pytest.approx([-1, 70, np.nan], nan_ok=True)


def test_members_in_place_of_units_are_refused():
    # the head's own wallet would stand for the group's
    members = pd.DataFrame({"account_id": ["a", "a"], "member_id": ["a", "a2"], "wallet": [9.0, 500.0]})
    with pytest.raises(InputError, match=r"more than once.*'a'.*take the units"):
        values_of.criterion_values([criterion("wallet", 100, source="accounts")], FACTS, accounts=members)
    with pytest.raises(InputError, match="more than once"):
        values_of.knock_outs(FACTS, accounts=members.assign(closed_on="2026-01-01"))


@pytest.mark.parametrize(
    ("criteria", "facts", "words"),
    [
        ([], FACTS, "no criteria"),
        ([criterion("margin", 100)], FACTS.iloc[:0], "no account to score"),
        ([criterion("margin", 100)], pd.concat([FACTS, FACTS]), "more than once.*'a'"),
        ([criterion("growth", 100)], FACTS, "none of the criteria has a value for any of the 2 accounts"),
        ([criterion("fame", 100)], FACTS, "'fame' has no data.*no 'fame' in the facts.*take the criterion out"),
        ([criterion("image", 100, source="rating")], FACTS, "none of the criteria has a value"),
        ([criterion("industry", 100)], FACTS.assign(industry="steel"), "needs numbers.*steel"),
    ],
)
def test_input_that_cannot_be_scored_is_named(criteria, facts, words):
    with pytest.raises(InputError, match=f"(?s){words}"):
        values_of.criterion_values(criteria, facts)


def test_a_criterion_of_which_nothing_is_known_yet_stays_missing():
    """A past quarter before the first rating, or less than two years of records: an ordinary run."""
    criteria = [criterion("margin", 50), criterion("growth", 25), criterion("image", 25, source="rating")]
    found = values_of.criterion_values(criteria, FACTS)
    assert found["margin"].notna().all()
    assert found[["growth", "image"]].isna().all(axis=None)


def test_an_earlier_quarter_may_lack_a_criterion():
    assert values_of.criterion_values([criterion("fame", 100)], FACTS, strict=False)["fame"].isna().all()


def test_knock_outs_name_their_reason_and_only_what_is_known():
    facts = pd.DataFrame({"account_id": list("abcde"), "as_of": AS_OF, "margin_12m": [-1, np.nan, 5, 5, 0.0]})
    accounts = pd.DataFrame(
        {"account_id": list("bc"), "member_id": list("bc"), "closed_on": ["2026-01-01", "2026-12-31"]}
    )
    ratings = pd.DataFrame(
        [
            rating("d", "need", 1),
            rating("c", "need", 1),
            rating("c", "need", 2, rater="service"),
            rating("e", "image", 1),
        ]
    )
    found = values_of.knock_outs(facts, accounts=accounts, ratings=values_of.latest_ratings(ratings, AS_OF))
    assert found.to_numpy().tolist() == [
        ["a", "negative contribution"],
        ["b", "closed"],
        ["d", "lowest mark for need"],
    ]


def test_what_was_unknown_at_either_date_does_not_move():
    earlier = pd.DataFrame({"x": [1.0, np.nan, 3.0, 9.0], "y": [5.0, 5.0, 5.0, 9.0]}, index=["a", "b", "c", "gone"])
    now = pd.DataFrame({"x": [2.0, 2.0, np.nan, 9.0], "y": [6.0, 6.0, 6.0, 9.0]}, index=["a", "b", "c", "new"])
    found = values_of.comparable(earlier, now)
    assert found.index.tolist() == ["a", "b", "c"]
    assert found["x"].tolist() == pytest.approx([1, 2, np.nan], nan_ok=True)
    assert found["y"].tolist() == [5, 5, 5]
