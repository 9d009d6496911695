"""What a student reads by pandas is what the kit cleans, to the cent."""

from __future__ import annotations

import pandas as pd
import pytest

from kam_teaching.exercises import read
from kam_teaching.exercises.books import TABLES
from kamlib.errors import InputError


@pytest.mark.slow
def test_the_orders_are_those_of_the_kit_customer_by_customer_and_to_the_cent(sample_clean):
    kit = sample_clean.orders.group_by("customer_id").aggregate(net=sample_clean.orders["amount"].sum()).to_pandas()
    ours = read("orders").groupby("customer")["amount"].sum().round(2)
    pd.testing.assert_series_equal(
        ours.sort_index(), kit.set_index("customer_id")["net"].astype(float).sort_index(), check_names=False
    )


@pytest.mark.slow
def test_the_lines_still_hold_what_the_first_exercise_is_to_mend_and_only_that(sample_clean):
    lines, planted = read("lines"), pd.read_csv(sample_clean_folder() / "dirty.csv")
    count = planted["reason"].value_counts()
    assert lines["line_id"].duplicated().sum() == count["repeated_key"]
    credit = lines["order_id"].str.startswith("CN-") & (lines["amount"] > 0)
    assert credit.sum() == count["cancellation_above_zero"]


def sample_clean_folder():
    from kamlib.run.places import SAMPLE

    return SAMPLE.parent / "truth"


def test_a_table_is_a_copy_to_work_on():
    read("actions").drop(columns="action", inplace=True)  # noqa: PD002
    assert "action" in read("actions")


def test_a_table_that_is_not_there_is_told():
    with pytest.raises(InputError, match=r"no table 'order'.+lines, orders"):
        read("order")


@pytest.mark.slow
def test_the_chance_to_return_is_that_of_the_like_by_hand():
    orders, lost = read("orders").query("amount > 0"), read("lost")
    last = orders[orders["date"] <= "2024-12-31"].groupby("customer")["date"].max()
    long = last[last < "2023-12-31"].index  # silent for more than 365 days on 2024-12-31
    came = [customer for customer in long if ((orders["customer"] == customer) & (orders["date"] > "2024-12-31") & (orders["date"] <= "2025-06-29")).any()]  # fmt: skip
    assert lost.loc[lost["silence"] > 365, "p_back"].unique() == pytest.approx(len(came) / len(long))
    assert set(TABLES) >= {"lost", "orders"}
