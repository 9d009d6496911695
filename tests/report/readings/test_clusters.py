"""What the page of natural groups concludes. Oracle: groupings made by hand, and the sentences that follow from them."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.report.readings import clusters
from kamlib.report.words import sentence
from kamlib.segments.cluster_profiles import NO_GROUPS
from kamlib.segments.clusters import COLUMNS, Grouping
from kamlib.stats.reasons import Reason, waiting

TRIED = pd.DataFrame(
    {
        "method": ["k-means", "k-means", "Gaussian mixture", "Gaussian mixture"],
        "k": [2, 3, 2, 3],
        "silhouette": [0.3, 0.61, 0.2, 0.6],
        "null": [0.25, 0.2, 0.25, 0.2],
        "stability": [0.7, 0.98, None, 0.95],
        "agreement": [0.5, 0.97, 0.4, 1.0],
        "passes": pd.array([False, True, None, True], "boolean"),
        "chosen": [False, False, False, True],
    }
)
ACCOUNTS = pd.DataFrame(
    {"why": ["", "", "feature_unknown"], "why_values": ["{}", "{}", '{"feature": "gap_median"}']},
    index=pd.RangeIndex(3),
)
PROFILE = pd.DataFrame(
    {
        "cluster": pd.array([1, 2, 3], "Int64"),
        "name": ["small", "large", "typical"],
        "share_of_accounts": [0.6, 0.3, 0.1],
        "share_of_money": [0.1, 0.7, 0.2],
    }
)
ALONE = pd.DataFrame({"cluster": pd.array([pd.NA], "Int64"), "name": [NO_GROUPS], "share_of_money": [1.0]})
FOUND = Reason("groups_found", {"groups": 3, "method": "Gaussian mixture"})


def grouping(tried: pd.DataFrame = TRIED, verdict: Reason = FOUND) -> Grouping:
    features = pd.DataFrame({"order_days_a_year": [0.0, 1.0], "gap_median": [1.0, 0.0]})
    return Grouping(
        ACCOUNTS, tried, features, features, verdict, [Reason("left_out_unknown", {"feature": "margin_24m"})]
    )


NOTHING = grouping(TRIED.assign(chosen=False, passes=False, agreement=None), Reason("no_structure"))
TOO_FEW = grouping(waiting(COLUMNS, "too_few_to_group", customers=2, features=2), Reason("no_structure"))


def test_it_is_told_who_takes_part_who_stands_apart_and_what_to_mind():
    assert [sentence(reading) for reading in clusters.taking_part(grouping())] == [
        "**2 customers take part**, with order days a year and gap median.",
        "1 stand apart: gap median unknown.",
        "**Mind:** margin 24m is left out: unknown.",
    ]


def test_the_verdict_tells_the_tests_of_the_chosen_grouping():
    assert sentence(clusters.verdict(grouping())) == (
        "**Verdict: 3 groups by Gaussian mixture.** Of 3 groupings judged to the end, 2 passed both tests. The silhouette of the chosen one is "
        "0.60, where there are no groups 0.20; refits agree with it to 0.95."
    )
    assert sentence(clusters.verdict(NOTHING)).endswith("None of the 3 groupings judged to the end passed both tests.")
    assert clusters.verdict(TOO_FEW) is None


def test_the_other_method_is_told_where_one_was_chosen():
    told = clusters.other_method(TRIED[TRIED["k"] == 3])
    assert sentence(told) == "k-means sees 3 groups and agrees to **0.97**."
    assert clusters.other_method(NOTHING.tried) is None and clusters.other_method(TOO_FEW.tried) is None


def test_the_richest_group_is_that_with_most_of_the_money():
    told = "**large**: 30% of these customers, 70% of their margin."
    assert sentence(clusters.richest(PROFILE, "margin")) == told
    assert clusters.richest(ALONE, "margin") is None


def test_groups_are_held_against_segments_where_there_are_any():
    shares = pd.DataFrame({"core": [0.2, 0.7], "faded": [0.8, 0.3]}, index=["small", "large"])
    assert sentence(clusters.and_segments(shares, 0.25)) == (
        "Agreement with the RFM segments: **0.25**. Most of a group in one segment: “small”, 80% in “faded”."
    )
    assert clusters.and_segments(waiting(["group"], "no_groups_to_compare"), float("nan")) is None


@pytest.mark.parametrize(
    ("found", "profile", "told"),
    [
        (
            grouping(),
            PROFILE,
            "“small”, “large” and “typical”. “large” carries 70% of the revenue; a service of its own pays there first.",
        ),
        (NOTHING, ALONE, "by degree, not by kind. Use the cuts of RFM and ABC-XYZ, and don't look for types."),
        (TOO_FEW, ALONE, "with 2 customers there is too little to look for groups. Use the cuts of RFM and ABC-XYZ."),
    ],
)
def test_the_conclusion_names_the_kinds_or_says_that_there_are_none(found, profile, told):
    assert sentence(clusters.conclusion(found, profile, "revenue")).endswith(told)


def test_the_sensitivity_compares_only_what_both_searches_found():
    told = [
        clusters.without(grouping(), "gap_median", grouping(), 0.5),
        clusters.without(grouping(), "gap_median", NOTHING, float("nan")),
        clusters.without(NOTHING, "gap_median", grouping(), float("nan")),
    ]
    assert list(map(sentence, told)) == [
        "Without gap median: 3 groups by Gaussian mixture; agreement with the groups above 0.50.",
        "Without gap median: 3 groups by Gaussian mixture, where there are none with it.",
        "Without gap median: no structure.",
    ]
