"""Ratings: the last ones, their spread, their age, and agreement against Krippendorff's published examples."""

import numpy as np
import pandas as pd
import pytest

from kamlib.report.words import word
from kamlib.scoring import ratings as raters
from kamlib.scoring.criteria import criterion_values
from kamlib.scoring.kaism import relative_strength
from kamlib.stats.reasons import Reason, waits_for
from kamlib.study.model import Criterion

AS_OF = pd.Timestamp("2026-09-30")


def rating(account, criterion, score, rater="sales", day="2026-06-01", view="ours", rival=None):
    return {
        "customer_id": account,
        "criterion": criterion,
        "score": score,
        "rater": rater,
        "date": pd.Timestamp(day) if day else pd.NaT,
        "view": view,
        "rival": rival,
    }


def test_last_rating_of_each_rater_counts_and_nothing_after_as_of(facts):
    ratings = pd.DataFrame(
        [
            rating("a0", "image", 2, day="2025-01-01"),
            rating("a0", "image", 6, day="2026-01-01"),  # the last of sales
            rating("a0", "image", 10, day="2026-10-01"),  # after as_of
            rating("a0", "image", 9, rater="service", day=None),  # undated: its only one
            rating("a0", "image", 1, view="client", rival="R"),
        ]
    )
    found = raters.latest_ratings(ratings, AS_OF)
    assert found.set_index("rater")["score"].to_dict() == {"sales": 6, "service": 9}
    assert found.set_index("rater")["age_days"]["sales"] == 272
    assert raters.latest_ratings(ratings, AS_OF, view="client")["rival"].tolist() == ["R"]
    image = Criterion(name="image", source="rating", group="reputation", worst=1, best=10, weight=100)
    values = criterion_values([image], facts(margin_12m=[1.0, 2.0]), ratings=found)["image"]
    assert values.tolist() == pytest.approx([7.5, np.nan], nan_ok=True)


def test_spread_of_raters_is_half_their_range_or_the_stated_one():
    criteria = [
        Criterion(name="image", source="rating", group="reputation", worst=1, best=10, weight=50),
        Criterion(name="margin", source="facts", group="revenue", worst=0, best=1, weight=50),
    ]
    ratings = pd.DataFrame(
        {
            "customer_id": ["a", "a", "b", "c"],
            "criterion": "image",
            "rival": ["", "", "", "R"],
            "score": [4.0, 8.0, 5.0, 1.0],
        }
    )
    values = pd.DataFrame({"image": [6, 5, np.nan], "margin": 1.0}, index=["a", "b", "c"])
    spread = raters.rater_spread(criteria, ratings, values, single=1.5)
    assert spread["image"].tolist() == [2.0, 1.5, 0.0]
    assert spread["margin"].tolist() == [0, 0, 0]
    assert raters.rater_spread(criteria, None, values).eq(0).all(axis=None)


def wide(*rows):
    """Marks of several raters (a row each) of the same units, as latest ratings; a point is no mark."""
    return pd.DataFrame(
        [
            {
                "customer_id": f"u{place:02}",
                "criterion": "image",
                "rival": "",
                "rater": f"r{rater}",
                "score": float(mark),
            }
            for rater, row in enumerate(rows)
            for place, mark in enumerate(row.split())
            if mark != "."
        ]
    )


def test_alpha_is_that_of_krippendorffs_example_with_four_observers():
    # Krippendorff, Computing Krippendorff's Alpha-Reliability, section C: four observers, twelve units, missing marks;
    # interval data: alpha = 0.849
    found = raters.rater_agreement(
        wide(
            "1 2 3 3 2 1 4 1 2 . . .",
            "1 2 3 3 2 2 4 1 2 5 . 3",
            ". 3 3 3 2 3 4 2 2 5 1 .",
            "1 2 3 3 2 4 4 1 2 5 1 .",
        )
    ).loc["image"]
    assert found["alpha"] == pytest.approx(0.849, abs=0.0005)
    assert found[["customers", "twice", "verdict"]].tolist() == [12, 11, "reliable"]


def test_difference_is_the_mean_over_pairs_of_raters():
    # u00: 4 and 8 -> 4; u01: 1, 3, 7 -> (2 + 4 + 6) / 3 = 4; u02: one rater; together (4 + 4) / 2
    found = raters.rater_agreement(wide("4 1 9", "8 3 .", ". 7 .")).loc["image"]
    assert found["apart"] == pytest.approx(4)
    assert found[["customers", "twice", "verdict"]].tolist() == [3, 2, "too_few_rated_twice"]


@pytest.mark.parametrize(
    ("marks", "verdict"),
    [(("5 5 5", "5 5 5"), "too few"), (("1 9 " * 6, "9 1 " * 6), "not reliable"), (("3",), "too few")],
)
def test_raters_that_say_one_thing_or_the_opposite_or_are_alone_get_a_verdict_and_no_wrong_number(marks, verdict):
    found = raters.rater_agreement(wide(*marks)).loc["image"]
    assert word(found["verdict"]) == verdict
    assert np.isnan(found["alpha"]) or found["alpha"] < 0
    assert raters.rater_agreement(wide("3").iloc[:0]).empty


def test_age_is_that_of_the_newest_rating_and_undated_ones_are_stale():
    ratings = pd.DataFrame(
        [
            rating("a", "image", 6, day="2026-09-20"),
            rating("a", "image", 6, day="2024-01-01", rater="service"),
            rating("b", "image", 6, day="2025-09-29"),
            rating("b", "fame", 6, day="2025-09-30"),
            rating("c", "image", 6, day=None),
        ]
    )
    found = raters.rating_ages(raters.latest_ratings(ratings, AS_OF), 365).set_index(["customer_id", "criterion"])
    assert found["age_days"].to_dict() == pytest.approx(
        {("a", "image"): 10, ("b", "fame"): 365, ("b", "image"): 366, ("c", "image"): np.nan}, nan_ok=True
    )
    assert found["stale"].to_dict() == {
        ("a", "image"): False, ("b", "fame"): False, ("b", "image"): True, ("c", "image"): True,
    }  # fmt: skip


def test_the_quality_of_ratings_is_their_agreement_and_their_age_and_nobody_is_waited_for():
    # image: a 10 days old, b 400 and d undated: median of the known ages 205, two of three stale; fame: 30 days
    rows = [
        rating("a", "image", 6, day="2026-09-20"),
        rating("b", "image", 6, day="2025-08-26"),
        rating("d", "image", 6, day=None),
        rating("a", "fame", 6, day="2026-08-31"),
    ]
    found = raters.rating_quality(raters.latest_ratings(pd.DataFrame(rows), AS_OF), 365)
    assert found["median_age"].to_dict() == {"fame": 30, "image": 205}
    assert found["stale"].to_dict() == pytest.approx({"fame": 0, "image": 2 / 3})
    assert found["customers"].to_dict() == {"fame": 1, "image": 3}
    none = raters.rating_quality(raters.latest_ratings(pd.DataFrame(rows[:0], columns=list(rows[0])), AS_OF), 365)
    assert waits_for(none) == Reason("nobody_has_rated")


@pytest.mark.parametrize("ids", [str, int])
def test_the_order_of_rows_changes_nothing_and_tables_are_in_the_order_of_the_ids(ids):
    """Ids as texts (10 before 9) and as numbers (9 before 10)."""
    rng = np.random.default_rng(1)
    rows = [
        rating(ids(account), criterion, rng.integers(1, 11), rater=rater, view=view, rival=rival)
        for account in (9, 10, 100, 7)
        for criterion in ("need", "image")
        for rater in ("sales", "service", None)
        for view, rival in (("ours", None), ("client", None), ("client", "R"), ("client", "Q"))
    ]
    given = pd.DataFrame(rows)
    mixed = given.sample(frac=1, random_state=2)
    for view in ("ours", "client"):
        found, again = (raters.latest_ratings(table, AS_OF, view=view) for table in (given, mixed))
        pd.testing.assert_frame_equal(found, again)
        keys = found[["customer_id", "criterion", "rival", "rater"]].to_numpy().tolist()
        assert keys == sorted(keys)
        for told in (raters.rater_agreement, relative_strength, lambda table: raters.rating_ages(table, 365)):
            pd.testing.assert_frame_equal(told(found), told(found.sample(frac=1, random_state=3)))
    ages = raters.rating_ages(found, 365)["customer_id"]
    assert ages.tolist() == sorted(ages)
