"""The genuine order lines of the sample. Oracle: sums of the file itself, to the cent."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kam_teaching.lines import TOP_SHARES, day_text, member, money_text

END = pd.Timestamp("2026-06-30")


def test_there_are_about_a_hundred_thousand_lines_over_36_months(goods):
    assert 90_000 <= len(goods) <= 110_000
    assert goods["date"].dt.to_period("M").nunique() == 36


def test_amounts_fit_quantity_price_and_cost_to_the_cent(goods):
    cents = {c: (goods[c] * 100).round().astype("int64") for c in ("amount", "cost", "margin", "price")}
    assert (cents["amount"] == goods["quantity"].astype("int64") * cents["price"]).all()
    assert (cents["amount"] == cents["cost"] + cents["margin"]).all()
    credit = goods["order_id"].str.startswith("CN-")
    assert (goods["amount"] < 0).equals(credit) and 0.01 < credit.mean() < 0.02


def test_two_breadwinners_give_a_tenth_of_the_margin_each_one_only_as_a_group(goods, groups):
    year = goods[goods["date"] > END - pd.DateOffset(years=1)]
    shares = year.groupby("group")["margin"].sum().sort_values(ascending=False) / year["margin"].sum()
    top = shares.head(2)
    assert set(groups.loc[top.index, "key_category"]) == {"breadwinner"}
    assert top.min() > 0.10 and top.max() < 0.125 and shares.iloc[2] < 0.05
    assert (year.groupby("account_id")["margin"].sum() / year["margin"].sum() > 0.10).sum() == 1


def test_days_and_cents_are_written_as_a_person_would():
    assert day_text(np.array([0, 1, 366])).tolist() == ["2023-07-01", "2023-07-02", "2024-07-01"]
    assert money_text([5, -5, 0, 123456, -100]) == ["0.05", "-0.05", "0.00", "1234.56", "-1.00"]


def test_orders_of_a_group_are_spread_over_its_accounts_by_their_shares():
    accounts = pd.DataFrame({"group": [0, 1, 1], "member_share": [1.0, 0.25, 0.75]})
    found = member(accounts, np.repeat([0, 1], 4000), np.random.default_rng(2))
    assert (found[:4000] == 0).all() and set(found[4000:]) == {1, 2}
    assert (found[4000:] == 2).mean() == pytest.approx(0.75, abs=0.03)  # 4 standard errors of a share of 4000


def test_the_breadwinners_have_the_shares_that_were_planted(goods):
    """Credit notes and rounding to whole units come on top."""
    year = goods[goods["date"] > END - pd.DateOffset(years=1)]
    shares = year.groupby("group")["margin"].sum().nlargest(2) / year["margin"].sum()
    assert shares.tolist() == pytest.approx(list(TOP_SHARES), abs=0.01)


def test_a_category_given_up_is_bought_until_its_day_and_never_again_while_the_group_stays(bought, text, last_order):
    told = text("truth/lines").query("ended_on != ''").assign(day=lambda t: pd.to_datetime(t["ended_on"]))
    lines = bought.merge(told, left_on=["group", "category"], right_on=["group_id", "category"])
    assert len(told) >= 30 and not (lines["date"] >= lines["day"]).any()
    year_before = lines[lines["date"] >= lines["day"] - pd.Timedelta(days=365)]
    days = year_before.groupby("group")["date"].nunique().reindex(told["group_id"])
    assert (days >= 12).mean() > 0.7 and days.min() >= 4
    assert (told["day"] < END - pd.Timedelta(days=60)).all()
    assert ((END - last_order[told["group_id"]]).dt.days < 120).all()


def test_a_category_taken_up_is_bought_from_its_day_on_and_not_before(bought, text):
    told = text("truth/lines").query("begun_on != ''").assign(day=lambda t: pd.to_datetime(t["begun_on"]))
    lines = bought.merge(told, left_on=["group", "category"], right_on=["group_id", "category"])
    assert len(told) >= 20 and (lines["date"] >= lines["day"]).all()
    days = lines.groupby("group")["date"].nunique().reindex(told["group_id"])
    assert days.min() >= 2 and days.median() >= 8


def test_all_others_keep_to_the_breadth_that_was_planted(bought, text, groups):
    changed = text("truth/lines")
    lines = bought[bought["group"].isin(groups.index) & bought["product"].ne("FREIGHT")]
    breadth = lines.groupby("group")["category"].nunique()
    over = breadth[breadth > groups["breadth"].reindex(breadth.index)].index
    assert set(over) <= set(changed.loc[changed["begun_on"] != "", "group_id"])
