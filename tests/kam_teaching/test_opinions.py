"""Ratings and surveys of the sample. Oracle: the scales that the data dictionary states."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd


def test_ratings_are_whole_points_from_1_to_10(text):
    assert set(text("ratings")["score"]) <= {str(point) for point in range(1, 11)}


def test_a_client_rates_us_and_two_rivals_on_each_of_four_criteria(text):
    asked = text("ratings").query("view == 'client'")
    counts = asked.groupby(["account_id", "criterion"])["rival"].agg(["size", "nunique"])
    assert (counts == 3).all(axis=None)
    assert (asked.groupby("account_id")["criterion"].nunique() == 4).all()
    ours = asked[asked["rival"] == ""].astype({"score": float}).groupby("criterion")["score"].mean()
    assert ours["price"] == ours.min(), "we are dearer than we are good"


def test_key_groups_are_rated_higher_than_others(text, groups):
    own = text("ratings").query("criterion == 'reputation'").astype({"score": float})
    key = own["account_id"].isin(groups.index[groups["is_key"]])
    assert own.loc[key, "score"].mean() > own.loc[~key, "score"].mean() + 3


def test_nobody_rates_or_answers_after_leaving(text, groups):
    heads = text("truth/accounts").set_index("account_id")["group_id"]
    for name in ("ratings", "surveys"):
        table = text(name)
        left = table["account_id"].map(heads).map(groups["left_on"])
        assert (pd.to_datetime(table["date"])[left.notna()] <= left.dropna()).all()


def test_answers_keep_to_the_scale_of_their_kind_and_come_half_yearly(text):
    answers = text("surveys").astype({"answer": int})
    scale = answers.groupby("kind")["answer"].agg(["min", "max"])
    assert scale.loc["nps"].min() >= 0 and scale.loc["nps"].max() == 10 and scale.loc["csat"].tolist() == [1, 5]
    months = pd.to_datetime(answers["date"]).dt.to_period("M").drop_duplicates().sort_values()
    assert {after.ordinal - before.ordinal for before, after in pairwise(months)} == {6}
