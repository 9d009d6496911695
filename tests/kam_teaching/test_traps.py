"""Orders cancelled whole and the wild client of the sample. Oracle: the truth, and sums of the order lines."""

from __future__ import annotations

import pandas as pd
import pytest

END = pd.Timestamp("2026-06-30")


def test_an_order_cancelled_whole_is_taken_back_line_by_line_within_four_days(goods, text):
    told = text("truth/cancelled")
    assert len(told) >= 80 and told["order_id"].is_unique and told["credit_note"].is_unique
    columns = ["product", "quantity", "amount"]
    lines = goods[goods["reason"].ne("genuine_repeat")].groupby("order_id")
    for row in told.itertuples():
        order, back = lines.get_group(row.order_id), lines.get_group(row.credit_note)
        taken = back[columns].assign(quantity=-back["quantity"], amount=-back["amount"])
        by = {"by": columns, "ignore_index": True}
        pd.testing.assert_frame_equal(order[columns].sort_values(**by), taken.sort_values(**by))
        assert set(order["account_id"]) | set(back["account_id"]) == {row.account_id}
        assert order["date"].unique() == pd.Timestamp(row.ordered_on) and back["date"].unique() == pd.Timestamp(
            row.cancelled_on
        )
    days = pd.to_datetime(told["cancelled_on"]) - pd.to_datetime(told["ordered_on"])
    assert days.dt.days.between(0, 4).all() and (days.dt.days == 0).mean() > 0.4


def test_lines_of_cancelled_orders_are_planted_as_cancelled_pairs(goods, text):
    told = text("truth/cancelled")
    rows = goods[goods["order_id"].isin([*told["order_id"], *told["credit_note"]])]
    assert (
        rows["reason"] == "cancelled_pair"
    ).mean() > 0.97  # another line of the same size may have been taken instead


def test_who_has_nothing_but_cancelled_orders_since_had_left(goods, text, groups, bought):
    """Some of them look as if they had ordered in the last 180 days, and have not."""
    told = text("truth/cancelled")
    last = told["group_id"].map(bought.groupby("group")["date"].max())
    nothing = pd.to_datetime(told["ordered_on"]) > last
    assert nothing.eq(told["nothing_since"] == "true").all() and nothing.sum() >= 20
    alone = told[nothing]
    assert (pd.to_datetime(alone["ordered_on"]) > alone["group_id"].map(groups["left_on"])).all()
    half = END - pd.Timedelta(days=180)
    assert ((last[nothing] < half) & (pd.to_datetime(alone["ordered_on"]) > half)).sum() >= 8


def test_the_wild_client_swings_by_the_blocks_of_the_truth(goods, text, groups):
    told = text("truth/wild")
    wild = groups.index[groups["trait"] == "wild"]
    assert told["group_id"].unique().tolist() == wild.tolist() and groups.loc[wild, "left_on"].isna().all()
    own = goods[goods["group"] == wild[0]]
    for row in told.itertuples():
        assert own.loc[own["date"].gt(row.after) & own["date"].le(row.until), "amount"].sum() == pytest.approx(
            float(row.net)
        )
    assert told["until"].iloc[-1] == "2026-06-30"
    assert told["net"].astype(float).tolist() == pytest.approx([50e3, -40e3, 90e3, -80e3, 70e3, -60e3], rel=0.02)


def test_nobody_else_swings_like_the_wild_client(goods, text, groups):
    """Nets of blocks below zero by more than 10,000: its own three alone."""
    block = (END - goods["date"]).dt.days // 180
    nets = goods.groupby(["group", block])["amount"].sum()
    low = nets[nets < -10_000]
    assert set(low.index.get_level_values(0)) == set(text("truth/wild")["group_id"]) and len(low) == 3
