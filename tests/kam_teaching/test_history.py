"""What happens in the planted world: rhythms, kinds of behaviour, seasons, new groups."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

END = pd.Timestamp("2026-06-30")


def test_rhythms_are_the_planted_ones(goods, groups):
    days = goods[goods["amount"] > 0].drop_duplicates(["group", "date"]).sort_values(["group", "date"])
    gaps = days.groupby("group")["date"].diff().dt.days.groupby(days["group"])
    table = groups[groups["fade_from"].isna() & groups["returned_on"].isna()].join(gaps.agg(["count", "mean", "std"]))
    table = table[table["count"] >= 20]
    ratio = table["mean"] / table["mean_gap_days"]
    assert ratio.median() == pytest.approx(1, abs=0.05) and ratio.std() < 0.25
    variation = table["std"] / table["mean"]
    assert np.corrcoef(variation, table["gap_shape"] ** -0.5)[0, 1] > 0.6  # a gamma gap has CV 1 / sqrt(shape)
    assert groups["mean_gap_days"].min() >= 5 and groups["mean_gap_days"].max() <= 120


def test_behaviour_groups_are_recovered_from_what_active_accounts_do(goods, groups, last_order):
    """k-means on logs of silence, order days, gap, order, margin and breadth."""
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_rand_score
    from sklearn.preprocessing import RobustScaler

    two_years = goods[(goods["date"] > END - pd.DateOffset(months=24)) & goods["group"].isin(groups.index)]
    days = two_years[two_years["amount"] > 0].drop_duplicates(["group", "date"]).sort_values(["group", "date"])
    table = pd.DataFrame(
        {
            "silence": (END - last_order).dt.days,
            "days": days.groupby("group").size(),
            "gap": days.groupby("group")["date"].diff().dt.days.groupby(days["group"]).median(),
            "order": two_years.groupby("group")["amount"].sum() / days.groupby("group").size(),
            "margin": two_years.groupby("group")["margin"].sum(),
            "breadth": two_years.groupby("group")["category"].nunique(),
        }
    ).dropna()
    table = table[groups["left_on"].reindex(table.index).isna() & (table["days"] >= 3)]
    x = RobustScaler().fit_transform(np.log1p(table.clip(lower=0)))
    found = KMeans(4, n_init=10, random_state=0).fit_predict(x)
    assert len(table) > 250
    assert adjusted_rand_score(groups.loc[table.index, "behaviour"], found) >= 0.8


def test_august_and_december_are_low(goods):
    months = goods.groupby(goods["date"].dt.to_period("M")).size()
    mean = months.groupby(months.index.month).mean()
    assert mean.nsmallest(2).index.tolist() == [8, 12]
    assert mean[8] < 0.8 * mean.drop([8, 12]).mean()


def test_new_groups_join_throughout(goods, groups):
    first = goods.groupby("group")["date"].min().reindex(groups.index).dropna()
    assert (first[first > "2024-01-01"].dt.to_period("Q").value_counts() >= 10).all()
