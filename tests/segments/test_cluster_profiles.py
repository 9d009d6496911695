"""What groups are like. Oracles: hand medians, a plane whose directions are known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.errors import InputError
from kamlib.segments import cluster_profiles
from kamlib.stats.reasons import Reason, waits_for

IDS = pd.Index(["00123", "K.01", "c", "d", "e"], name="customer_id")
OWN = pd.DataFrame({"gap_median": [5.0, 7, 60, 80, 100], "margin_a_year": [900.0, 1100, 10, 20, 30]}, index=IDS)
SCALED = pd.DataFrame(
    {"gap_median": [-1.0, -0.9, 0.5, 0.6, 0.7], "margin_a_year": [1.0, 1.1, -0.5, -0.4, -0.3]}, index=IDS
)
ACCOUNTS = pd.DataFrame({"customer_id": [*IDS, "apart"], "cluster": pd.array([2, 2, 1, 1, 1, pd.NA], "Int64")})
MONEY = pd.Series([900.0, 1100, 10, 20, -30, 5000], index=[*IDS, "apart"])


def test_profiles_are_medians_in_own_units_and_money_adds_up():
    table = cluster_profiles.profiles(OWN, SCALED, ACCOUNTS, MONEY).set_index("cluster")
    assert table.loc[1, ["accounts", "gap_median", "margin_a_year"]].tolist() == [3, 80, 20]
    assert table.loc[2, "gap_median"] == 6 and table.loc[2, "share_of_accounts"] == 0.4
    assert table.loc[1, "money"] == 0 and table.loc[1, "share_of_money"] == pytest.approx(30 / 2030)
    assert table["share_of_money"].sum() == pytest.approx(1)


def test_names_say_what_sets_a_group_apart():
    table = cluster_profiles.profiles(OWN, SCALED, ACCOUNTS, MONEY).set_index("cluster")
    assert table.loc[2, "name"] == "large and fast rhythm"
    assert table.loc[1, "name"] == "slow rhythm and small"


def test_without_groups_one_row_stands_for_all():
    none = ACCOUNTS.assign(cluster=pd.array([pd.NA] * 6, "Int64"))
    table = cluster_profiles.profiles(OWN, SCALED, none, MONEY)
    assert table["name"].tolist() == [cluster_profiles.NO_GROUPS] and table["cluster"].isna().all()
    assert table["accounts"].tolist() == [5]


def test_where_nobody_takes_part_one_row_of_zero_accounts_is_left():
    table = cluster_profiles.profiles(OWN.head(0), SCALED.head(0), ACCOUNTS, MONEY)
    assert table["accounts"].tolist() == [0] and table["gap_median"].isna().all()
    assert np.isnan(cluster_profiles.agreement(pd.Series(dtype=float), MONEY))


def test_a_group_near_the_middle_is_typical_and_equal_names_are_told_apart():
    middle = pd.DataFrame({"margin_a_year": [0.1, 2.0, 3.0, 2.5], "order_days_a_year": [0.2, 0.0, 0.0, -1.0]})
    assert cluster_profiles.names(middle) == ["typical", "large (1)", "large (2)", "large and few orders"]
    assert cluster_profiles.names(pd.DataFrame({"shelf": [-1.0, 1.0]})) == ["low shelf", "high shelf"]


def test_the_picture_keeps_all_of_a_plane_and_the_sign_is_fixed():
    rng = np.random.default_rng(0)
    flat = pd.DataFrame(rng.normal(size=(50, 2)) @ np.array([[3.0, 3, 0], [0, 0, 1]]), columns=list("abc"))
    points, directions = cluster_profiles.picture(flat)
    assert directions["explained"].sum() == pytest.approx(1)
    # variance of the first direction: (3, 3, 0) has squared length 18 against 1
    assert directions["explained"].iloc[0] == pytest.approx(18 / 19, abs=0.02)
    assert directions.loc[0, ["a", "b", "c"]].astype(float).abs().round(1).tolist() == [0.7, 0.7, 0.0]
    assert (directions[["a", "b", "c"]].max(axis=1) >= directions[["a", "b", "c"]].abs().max(axis=1) - 1e-12).all()
    assert points["first"].std() > points["second"].std()
    for too_few in (flat[["a"]], flat.head(2)):
        points, directions = cluster_profiles.picture(too_few)
        assert points.empty and waits_for(directions).code == "too_few_for_a_plane"


def test_agreement_is_one_for_the_same_groups_under_other_names_and_about_zero_by_chance():
    first = pd.Series([1, 1, 2, 2, 3], index=IDS)
    assert cluster_profiles.agreement(first, first.map({1: "x", 2: "y", 3: "z"})) == 1
    rng = np.random.default_rng(0)
    a, b = pd.Series(rng.integers(0, 4, 3000)), pd.Series(rng.integers(0, 4, 3000))
    assert abs(cluster_profiles.agreement(a, b)) < 0.01


def test_tables_of_different_accounts_are_refused():
    with pytest.raises(InputError, match="same accounts"):
        cluster_profiles.profiles(OWN, SCALED[::-1], ACCOUNTS, MONEY)


GROUPS = pd.Series(["small", "small", "large", None], index=["a", "b", "c", "d"])
NO_GROUP = GROUPS.where(GROUPS == "")


def test_every_customer_gets_the_name_of_its_group_and_the_verdict():
    profile = cluster_profiles.profiles(OWN, SCALED, ACCOUNTS, MONEY)
    table = cluster_profiles.labelled(ACCOUNTS, profile, Reason("groups_found", {"groups": 2}))
    assert table["name"].tolist()[:3] == ["large and fast rhythm"] * 2 + ["slow rhythm and small"]
    assert table["name"].isna().tolist() == [False] * 5 + [True]
    assert set(table["verdict"]) == {"groups_found"} and set(table["verdict_values"]) == {'{"groups": 2}'}
    assert cluster_profiles.group_names(ACCOUNTS, profile)["d"] == "slow rhythm and small"


def test_shares_of_classes_add_up_to_one_in_each_group_and_those_in_no_group_do_not_count():
    classes = pd.Series(["x", "y", "x", "y"], index=["a", "b", "c", "d"])
    table = cluster_profiles.shares(GROUPS, classes, ["small", "large"])
    assert table.to_dict("index") == {"small": {"x": 0.5, "y": 0.5}, "large": {"x": 1.0, "y": 0.0}}
    for nothing in (cluster_profiles.shares(NO_GROUP, classes, []), cluster_profiles.shares(GROUPS, classes[3:], [])):
        assert nothing.empty and waits_for(nothing).code == "no_groups_to_compare"


def test_of_each_trait_on_record_the_values_that_stand_out_most_are_kept():
    customers = pd.DataFrame({"size": ["s", "m", "l", "l"], "industry": None, "region": "north"}, index=list("abcd"))
    found = cluster_profiles.trait_shares(GROUPS, customers, ["small", "large"], most=2)
    assert list(found) == ["size", "region"]
    assert found["size"].columns[0] == "l" and found["size"].shape == (2, 2)
    assert cluster_profiles.trait_shares(NO_GROUP, customers, []) == {}
