"""Price, volume, cost and mix. Oracle: pairs by hand, the change of the bridge, and `bench.oracles` on the sample."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from bench.oracles import FIGURES, SAMPLE, read_books
from kamlib.measures.bridge import year_pairs
from kamlib.measures.price_volume import MARGIN, REVENUE, by_article
from kamlib.stats.reasons import waits_for

END = date(2026, 6, 30)
NAMES = "customer_id product date quantity amount margin"
LINES = [  # of a and x: 10 at 2.00, then 12 at 2.50; of a and y: 5 at 4.00, then 10 at 4.00
    ("a", "x", "2025-01-01", 10.0, 20, 8), ("a", "x", "2025-09-01", 12.0, 30, 15),
    ("a", "y", "2024-07-01", 5.0, 20, 2), ("a", "y", "2026-06-30", 10.0, 40, 5),
    ("b", "x", "2026-01-01", 1.0, 7, 1), ("b", "z", "2025-01-01", 2.0, 9, 4),
    ("c", "x", "2025-05-01", 1.0, 5, 2), ("c", "x", "2025-08-01", -1.0, -5, -2),
    ("d", None, "2026-01-01", 1.0, 3, 1), ("d", "x", "2026-01-01", None, 4, 1), ("d", "x", "2025-01-01", None, 1, 0),
    ("e", "x", "2024-06-30", 1.0, 100, 9), ("e", "x", "2026-07-01", 1.0, 100, 9),
]  # fmt: skip


def amounts(table: pd.DataFrame) -> dict[str, float]:
    return table.set_index("step")["amount"].to_dict()


def test_revenue_by_hand(clean_orders):
    """Price: 30 - 2 · 12 = 6. Volume: 2 · 2 + 5 · 4 = 24. c sent back what it had bought: ended with 5, begun with -5."""
    found = by_article(clean_orders(LINES, NAMES), END)
    assert amounts(found) == pytest.approx(
        {"price": 6, "volume": 24, "begun": 7 - 5, "ended": -(9 + 5), "no_units": 7 - 1}
    )
    assert tuple(found["step"]) == REVENUE
    assert found["pairs"].tolist()[:4] == [2, 2, 2, 2] and pd.isna(found["pairs"].iloc[4])


def test_margin_splits_into_price_cost_volume_and_mix(clean_orders):
    """Unit costs: of a and x 1.20, then 1.25; of a and y 3.60, then 3.50: -(15 - 14.4) - (35 - 36) = 0.40.

    Volume at unit margins: 2 · 0.80 + 5 · 0.40 = 3.60; at the rate of both, 10 / 40, it is 24 / 4 = 6: the mix costs 2.40.
    """
    found = by_article(clean_orders(LINES, NAMES), END, "margin")
    assert tuple(found["step"]) == MARGIN
    assert amounts(found) == pytest.approx(
        {"price": 6, "unit_cost": 0.4, "volume": 6, "mix": -2.4, "begun": 1 - 2, "ended": -(4 + 2), "no_units": 2}
    )


def test_more_of_the_same_is_no_mix(clean_orders):
    lines = [
        (who, "x", day, n, int(10 * n), int(3 * n))
        for who in "ab"
        for day, n in (("2025-01-01", 10.0), ("2026-01-01", 13.0))
    ]
    found = amounts(by_article(clean_orders(lines, NAMES), END, "margin"))
    assert found == pytest.approx(
        {"price": 0, "unit_cost": 0, "volume": 18, "mix": 0, "begun": 0, "ended": 0, "no_units": 0}
    )


@pytest.mark.parametrize("measure", ["revenue", "margin"])
def test_the_steps_add_up_to_the_change_of_the_bridge(clean_orders, measure):
    rng = np.random.default_rng(5)
    lines = [
        (
            f"c{rng.integers(12)}", [None, "x", "y", "z"][rng.integers(4)], date(2024, 6, 1 + int(rng.integers(30))) if rng.random() < 0.1 else
            date(2024 + int(rng.integers(3)), 1 + int(rng.integers(6)), 5), [None, 1.0, 2.5, -1.0, 0.0][rng.integers(5)], int(rng.integers(-50, 200)),
            int(rng.integers(-20, 60)),
        )
        for _ in range(600)
    ]  # fmt: skip
    orders = clean_orders(lines, NAMES)
    pairs = year_pairs(orders, END, date(2020, 1, 1))
    change = (pairs[f"{measure}_now"] - pairs[f"{measure}_before"]).sum()
    assert round(100 * by_article(orders, END, measure)["amount"].sum()) == round(100 * change)


def test_without_units_or_margins_it_waits(clean_orders):
    orders = clean_orders(LINES, NAMES)
    assert waits_for(by_article(orders.drop("quantity"), END)).code == "units_are_needed"
    assert waits_for(by_article(orders.filter(orders.customer_id == "d"), END)).code == "units_are_needed"
    assert waits_for(by_article(clean_orders([], NAMES), END)).code == "units_are_needed"
    none = orders.mutate(margin=(orders.customer_id == "b").ifelse(orders.margin, None))
    assert waits_for(by_article(none, END, "margin")).code == "too_few_margins"


@pytest.mark.slow
def test_the_sample_by_plain_pandas(sample_clean):
    told, found = FIGURES["by article"](read_books(SAMPLE)), amounts(by_article(sample_clean.orders, END))
    assert {name: found[name] for name in told} == pytest.approx(told, abs=0.005) and found["no_units"] == 0
