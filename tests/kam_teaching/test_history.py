"""What happens in the planted world: rhythms, kinds of behaviour, seasons, new groups."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

END = pd.Timestamp("2026-06-30")


def test_rhythms_are_the_planted_ones(bought, groups):
    days = bought.drop_duplicates(["group", "date"]).sort_values(["group", "date"])
    gaps = days.groupby("group")["date"].diff().dt.days.groupby(days["group"])
    table = groups[groups["fade_from"].isna() & groups["returned_on"].isna()].join(gaps.agg(["count", "mean", "std"]))
    table = table[table["count"] >= 20]
    ratio = table["mean"] / table["mean_gap_days"]
    assert ratio.median() == pytest.approx(1, abs=0.05) and ratio.std() < 0.25
    gamma = table[table["month_end_chance"].isna()]
    assert (
        np.corrcoef(gamma["std"] / gamma["mean"], gamma["gap_shape"] ** -0.5)[0, 1] > 0.6
    )  # a gamma gap has CV 1 / sqrt(shape)
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


def test_who_orders_at_month_ends_orders_on_no_other_day_and_as_often_as_planted(bought, groups):
    monthly = groups[groups["month_end_chance"].notna()]
    days = bought[bought["group"].isin(monthly.index)].drop_duplicates(["group", "date"])
    ends = pd.date_range("2023-07-01", END, freq="BME")
    assert len(monthly) >= 80 and days["date"].isin(ends).all()
    there = monthly[monthly["left_on"].isna() & monthly["returned_on"].isna()]
    first = days.groupby("group")["date"].min().reindex(there.index).dropna()
    open_ = np.array([(ends > day).sum() for day in first])
    came = (days.groupby("group").size()[first.index] - 1).to_numpy()
    planted = there.loc[first.index, "month_end_chance"].to_numpy()
    expected = (open_ * planted).sum()
    assert abs(came.sum() - expected) < 3 * np.sqrt((open_ * planted * (1 - planted)).sum()) + 0.01 * expected
    silence = (END - days.groupby("group")["date"].max()[first.index]).dt.days
    assert (silence == 0).mean() == pytest.approx(planted.mean(), abs=0.15)  # the study ends on a month's end


def test_no_other_group_orders_at_month_ends_alone(bought, groups):
    days = bought.drop_duplicates(["group", "date"])
    ends = pd.date_range("2023-07-01", END, freq="BME")
    share = days["date"].isin(ends).groupby(days["group"]).mean()[days.groupby("group").size() >= 8]
    assert set(share.index[share > 0.5]) <= set(groups.index[groups["month_end_chance"].notna()])
