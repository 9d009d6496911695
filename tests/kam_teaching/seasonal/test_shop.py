"""The garden wholesaler: its season, its leavers, and what its trials draw."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kam_teaching.seasonal import simulate
from kam_teaching.seasonal.shop import CUSTOMERS, LOST, SEASON, TRIALS
from kam_teaching.world import DAYS, START


@pytest.fixture(scope="module")
def shop():
    return simulate(2026)


def test_nobody_orders_after_leaving_or_before_joining(shop):
    who = shop.customers.iloc[shop.orders["customer"]].reset_index(drop=True)
    day = shop.orders["day"]
    inside = (day <= who["left"]) | ((day >= who["returned"] - 1) & (day <= who["left_again"] + 1))
    assert inside.all() and (day >= who["joined"].clip(lower=0) - 2).all() and day.between(0, DAYS).all()
    assert not shop.orders.duplicated().any()


def test_orders_follow_the_planted_season(shop):
    month = (START + pd.to_timedelta(shop.orders["day"], unit="D")).dt.month
    seen = month.value_counts().sort_index() / len(month) * 12
    assert np.corrcoef(seen, SEASON)[0, 1] > 0.95 and seen[4] > 2 * seen[1]


def test_an_arm_is_of_lost_customers_each_drawn_once(shop):
    for number, trial in enumerate(TRIALS):
        arms = shop.arms[shop.arms["trial"] == number]
        assert (arms["offered"].sum(), (~arms["offered"]).sum()) == (trial.offered, trial.control)
        last = shop.orders[shop.orders["day"] <= trial.day].groupby("customer")["day"].max()
        assert (trial.day - last[arms["customer"]] >= LOST).all()
    assert not shop.arms["customer"].duplicated().any()


def test_enough_leave_for_a_model_and_enough_stay_for_a_business(shop):
    last = shop.orders.groupby("customer")["day"].max()
    assert 60 < (DAYS - last < 90).sum() < CUSTOMERS - 100


def test_another_seed_gives_another_shop(shop):
    assert not simulate(7).orders.equals(shop.orders) and simulate(2026).orders.equals(shop.orders)
