"""The planted world: its calendar, its seasons, and the groups that matter."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kam_teaching.world import AS_OF, DAYS, START, clock, month_of, stream, to_weekday, unclock

END = pd.Timestamp("2026-06-30")


def test_own_time_runs_back_to_the_calendar():
    day = np.linspace(-300.0, 1090.0, 500)
    amplitude = np.linspace(0.0, 1.0, 500)
    assert np.allclose(unclock(clock(day, amplitude), amplitude), day, atol=1e-6)
    assert clock(np.array([365.0]), np.array([1.0]))[0] - clock(np.array([0.0]), np.array([1.0]))[0] == pytest.approx(
        365, abs=0.5
    )


def test_no_order_falls_on_a_weekend(goods):
    """2023-07-01, day 0, is a Saturday: it moves to Friday, the Sunday after it to Monday."""
    assert to_weekday(np.array([0.0, 1.5, 2.0])).tolist() == [-1, 2, 2]
    orders = goods[~goods["order_id"].str.startswith("CN-")]
    assert orders["date"].dt.weekday.max() <= 4


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


def test_a_day_lies_in_its_calendar_month():
    """Month 13 is July 2023, the first of the study; the simulation begins in June 2022."""
    days = [(pd.Timestamp(day) - START).days for day in ("2023-06-30", "2023-07-01", "2024-02-29", "2026-06-30")]
    assert month_of(np.array(days)).tolist() == [12, 13, 20, 48]
    assert (pd.Timestamp(START) + pd.Timedelta(days=DAYS)) == AS_OF


def test_a_part_draws_its_own_numbers_whatever_the_others_draw():
    assert stream(1, 2).random(3).tolist() == stream(1, 2).random(3).tolist()
    assert stream(1, 2).random() != stream(1, 3).random() != stream(2, 2).random()
