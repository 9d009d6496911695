"""The value on earlier days. Oracle: a base without chance, added up by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.measures.value_then import values_then
from kamlib.stats.reasons import waits_for

DAY, H = pd.Timestamp("2025-12-31"), 100
THEN = DAY - pd.Timedelta(days=H)


@pytest.fixture(scope="module")
def orders(clean_orders):
    """A and B buy for 100 every 50 days, at a margin of 30: 60 a block."""
    days = [DAY - pd.Timedelta(days=50 * k) for k in range(14)]
    return clean_orders([(who, day.date(), 100, 30) for who in "AB" for day in days], "customer_id date amount margin")


def said(day: pd.Timestamp, chance: list[float], came: float = 0) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": ["A", "B"], "as_of": day, "event": "silent", "chance": chance, "came": came})


def test_the_first_block_is_what_stays_by_the_chances_of_that_day(orders):
    """A is sure to stay and B by a half: 60 + 30 expected of the 120 that came, a quarter too little."""
    found = values_then(orders, said(THEN, [0.0, 0.5]), horizon_days=H).iloc[0]
    assert found[["expected", "came", "bias"]].tolist() == pytest.approx([90, 120, -0.25])
    assert np.isnan(found["low"])  # of two customers there is no interval


def test_a_day_whose_horizon_is_not_over_is_left_out(orders):
    found = values_then(orders, said(DAY, [0.1, 0.1], np.nan), horizon_days=H)
    assert waits_for(found).code == "no_value_is_over"
    assert waits_for(values_then(orders, said(THEN, [0.1, 0.1])[:0], horizon_days=H)).code == "no_value_is_over"
