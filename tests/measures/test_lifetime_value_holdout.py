"""The value of the next block against what came in it: by hand, and its interval."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.facts.blocks import span_sums
from kamlib.measures.lifetime_value_holdout import held_out, held_out_parts, held_out_spans
from kamlib.report.words import word

DAY = pd.Timestamp("2025-01-01")


def test_the_held_out_block_by_hand(clean_orders):
    """A expected 0.9 · 100, came 120; B expected 0.5 · 100, bought nothing and counts as zero: 140 against 120."""
    p_silent = pd.DataFrame({"customer_id": ["A", "B"], "p_silent": [0.1, 0.5]})
    margins = pd.DataFrame({"customer_id": ["A", "B"], "margin": 100.0})
    days = [(DAY + pd.Timedelta(days=back)).date() for back in (10, -300, -20)]
    lines = [("A", days[0], 1, 120), ("A", days[1], 1, 80), ("B", days[2], 1, 40)]
    orders = clean_orders(lines, "customer_id date amount margin")
    came = span_sums(orders, held_out_spans(DAY, 100))
    found = held_out(p_silent, margins, came, DAY, horizon_days=100).set_index("method")
    ours = found.loc["this_value"]
    assert (ours["expected"], ours["came"]) == (140, 120)
    assert ours["bias"] == pytest.approx(140 / 120 - 1)
    assert ours["mean_error"] == pytest.approx((30 + 50) / 2)
    assert ours["rank_correlation"] == pytest.approx(1)
    assert found.loc["block_last_year", "expected"] == 80  # 300 days ago: inside (DAY - 365, DAY - 265]
    assert found.loc["year_pro_rata", "expected"] == pytest.approx(120 * 100 / 365)
    assert np.isnan(ours[["low", "high"]].astype(float)).all(), "two accounts are too few for an interval"
    assert [word(way) for way in found.index] == ["this value", "same block last year", "last 12 months, pro rata"]


def test_the_parts_of_the_miss_by_hand(clean_orders):
    """A stayed and brought 120 (80 a year before), B left, C was not valued: it is new and brought 50.

    Expected 0.9 · 100 + 0.5 · 100 = 140; of those who stayed 100; came 120; elsewhere 50; like for like 120 / 80 - 1.
    """
    then = pd.DataFrame({"customer_id": ["A", "B"], "p_silent": [0.1, 0.5], "lost": [0, 1]})
    margins = pd.DataFrame({"customer_id": ["A", "B"], "margin": 100.0})
    days = [(DAY + pd.Timedelta(days=back)).date() for back in (10, -300, 20)]
    orders = clean_orders(
        [("A", days[0], 1, 120), ("A", days[1], 1, 80), ("C", days[2], 1, 50)], "customer_id date amount margin"
    )
    came = span_sums(orders, held_out_spans(DAY, 100))
    found = held_out_parts(then, margins, came, DAY, horizon_days=100)
    assert found.to_dict() == pytest.approx(
        {"expected": 140, "staying": 100, "came": 120, "elsewhere": 50, "like_for_like": 0.5}
    )


@pytest.mark.slow
def test_the_interval_of_the_bias_holds_the_truth_where_the_value_is_right():
    """200 accounts, each stays with chance 0.7 and then brings its usual margin on average: unbiased, and 95 % of intervals hold 0."""
    held = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        ids = [f"K{i}" for i in range(200)]
        came = pd.DataFrame({"customer_id": ids, "span": "after", "amount": 0.0, "bought": True})
        usual = rng.uniform(80, 120, 200)
        came["margin"] = (rng.random(200) < 0.7) * rng.gamma(2, usual / 2)
        then = pd.DataFrame({"customer_id": ids, "p_silent": 0.3})
        margins = pd.DataFrame({"customer_id": ids, "margin": usual})
        ours = held_out(then, margins, came, DAY, horizon_days=100, bootstraps=200).iloc[0]
        held += ours["low"] <= 0 <= ours["high"]
    assert 51 <= held <= 60  # 57 expected; fewer than 51 has a chance of 0.8 %
