"""Blocks of days around a date, summed in the engine. Oracle: order lines counted by hand."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from kamlib.facts.blocks import later_blocks, past_blocks, span_sums

DAY = date(2025, 1, 1)


def day(days: int) -> date:
    return DAY + timedelta(days=days)


def test_past_blocks_by_hand(clean_orders):
    """Blocks of 100 days: 0 to 99 days back is block 0, 100 to 199 is 1, up to 399; tomorrow and 400 days back are not read."""
    lines = [
        ("A", day(0), 10, 4), ("A", day(-99), 20, 5), ("A", day(-99), -5, -1), ("A", day(-100), 1, None),
        ("A", day(-399), 7, 2), ("A", day(-400), 1000, 1000), ("A", day(1), 1000, 1000), ("B", day(-150), -3, -1),
    ]  # fmt: skip
    found = past_blocks(clean_orders(lines, "customer_id date amount margin"), DAY, horizon_days=100)
    rows = found.set_index(["customer_id", "block"])
    assert rows["amount"].to_dict() == {("A", 0): 25, ("A", 1): 1, ("A", 3): 7, ("B", 1): -3}
    np.testing.assert_array_equal(rows["margin"], [8, np.nan, 2, -1])
    assert rows["bought"].tolist() == [True, True, True, False]  # a credit note alone is no purchase


def test_later_blocks_by_hand(clean_orders):
    """Blocks of 100 days after the date: day 1 to 100 is block 1. 250 days were seen: blocks 1 and 2 are whole, 3 is not."""
    lines = [("A", day(k), 10) for k in (-5, 0, 1, 100, 201)] + [("B", day(101), 10), ("B", day(50), -10)]
    orders = clean_orders(lines)
    found = later_blocks(orders, [DAY], day(250), horizon_days=100, n_blocks=6)
    assert sorted(found[["customer_id", "block"]].itertuples(index=False, name=None)) == [("A", 1), ("B", 2)]
    assert found["as_of"].unique().tolist() == [pd.Timestamp(DAY)]
    whole = later_blocks(orders, [DAY], day(300), horizon_days=100, n_blocks=6)
    assert sorted(whole[["customer_id", "block"]].itertuples(index=False, name=None)) == [("A", 1), ("A", 3), ("B", 2)]
    assert later_blocks(orders, [DAY], day(300), horizon_days=100, n_blocks=1)["block"].tolist() == [1]
    assert later_blocks(orders, [DAY], day(99), horizon_days=100, n_blocks=6).empty


def test_spans_begin_after_their_start_and_hold_their_end(clean_orders):
    lines = [("A", day(0), 1), ("A", day(1), 10), ("A", day(30), 100), ("A", day(31), 1000)]
    found = span_sums(clean_orders(lines), {"month": (pd.Timestamp(DAY), pd.Timestamp(day(30)))})
    assert found["amount"].tolist() == [110]
    assert found["margin"].isna().all()


@pytest.mark.parametrize("seed", range(3))
def test_blocks_agree_with_a_count_of_the_lines(clean_orders, seed):
    rng = np.random.default_rng(seed)
    lines = [(f"K{rng.integers(5)}", day(int(rng.integers(-500, 500))), int(rng.integers(-20, 60))) for _ in range(300)]
    table = pd.DataFrame(lines, columns=["customer_id", "date", "amount"])
    back = np.array([(DAY - when).days for when in table["date"]])
    inside = (back >= 0) & (back < 4 * 90)
    expected = table[inside].groupby(["customer_id", back[inside] // 90])["amount"].sum()
    found = past_blocks(clean_orders(lines), DAY, horizon_days=90).set_index(["customer_id", "block"])["amount"]
    pd.testing.assert_series_equal(found, expected.astype(float), check_names=False, check_index_type=False)
    ahead = (back < 0) & (back >= -360) & (table["amount"] > 0)
    wanted = {(a, (-b - 1) // 90 + 1) for a, b in zip(table["customer_id"][ahead], back[ahead], strict=True)}
    later = later_blocks(clean_orders(lines), [DAY], day(400), horizon_days=90, n_blocks=6)
    assert set(later[["customer_id", "block"]].itertuples(index=False, name=None)) == wanted
