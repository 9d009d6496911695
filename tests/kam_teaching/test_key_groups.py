"""Who matters in the sample: the planted key groups show in its tables."""

from __future__ import annotations

import pandas as pd

END = pd.Timestamp("2026-06-30")


def test_two_breadwinners_give_a_tenth_of_the_margin_each_one_only_as_a_group(goods, groups):
    year = goods[goods["date"] > END - pd.DateOffset(years=1)]
    shares = year.groupby("group")["margin"].sum().sort_values(ascending=False) / year["margin"].sum()
    top = shares.head(2)
    assert set(groups.loc[top.index, "key_category"]) == {"breadwinner"}
    assert top.min() > 0.10 and top.max() < 0.125 and shares.iloc[2] < 0.05
    assert (year.groupby("account_id")["margin"].sum() / year["margin"].sum() > 0.10).sum() == 1


def test_the_key_group_has_about_35_and_a_third_to_half_of_the_sales(goods, groups):
    year = goods[goods["date"] > END - pd.DateOffset(years=1)]
    key = groups.index[groups["is_key"]]
    assert 30 <= len(key) <= 38
    assert 0.30 < year.loc[year["group"].isin(key), "amount"].sum() / year["amount"].sum() < 0.55
    assert set(groups.loc[key, "key_category"].dropna()) == {"breadwinner", "image", "expert", "innovator", "goodwill"}
    assert groups.loc[key, "left_on"].isna().all()


def test_categories_show_in_the_tables(goods, groups, text):
    def of(category: str) -> pd.Index:
        return groups.index[groups["key_category"] == category]

    heads = text("truth/accounts").set_index("account_id")["group_id"]
    rate = goods.groupby("group")["margin"].sum() / goods.groupby("group")["amount"].sum()
    assert rate[of("image")].max() < 0.08 < rate.median() - 0.1
    talks = text("interactions").assign(group=lambda t: t["account_id"].map(heads))
    claims = talks[talks["kind"] == "claim"].groupby("group").size()
    assert claims.reindex(of("expert")).min() > claims.reindex(groups.index).fillna(0).quantile(0.95)
    bills = text("invoices").assign(group=lambda t: t["account_id"].map(heads))
    bills = bills[bills["paid"] != ""]
    days = (pd.to_datetime(bills["paid"]) - pd.to_datetime(bills["issued"])).dt.days.groupby(bills["group"]).mean()
    assert days[of("goodwill")].max() <= 0
    late = (pd.to_datetime(bills["paid"]) - pd.to_datetime(bills["due"])).dt.days.groupby(bills["group"]).mean()
    assert late[groups.index[groups["payer"] == "late"].intersection(late.index)].mean() > 25
    year = goods[goods["date"] > END - pd.DateOffset(years=1)].groupby("group")["amount"].sum()
    assert year[of("innovator").intersection(year.index)].max() < 0.01 * year.sum()
    assert (text("invoices")["paid"] == "").sum() > 300


def test_prospects_have_no_orders_but_wallet_ratings_and_proposals(lines, text):
    accounts = text("accounts")
    prospects = accounts[accounts["status"] == "prospect"]
    assert len(prospects) >= 40 and not lines["account_id"].isin(prospects["account_id"]).any()
    assert (prospects["wallet"] != "").all()
    heads = set(prospects.loc[prospects["parent_id"] == "", "account_id"])
    assert heads <= set(text("proposals")["account_id"])
    rated = text("ratings")
    assert heads <= set(rated.loc[rated["criterion"] == "solvency", "account_id"])
