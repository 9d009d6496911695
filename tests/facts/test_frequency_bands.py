"""Bands of customers by how often they bought in the last twelve months."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.facts.frequency_bands import BANDS, bands, year_sums


def seen(order_days_12m: list[float], order_days: float = 99) -> pd.DataFrame:
    table = pd.DataFrame({"order_days_12m": order_days_12m, "order_days": order_days})
    return table.assign(**{name: 0.0 for part in ("revenue", "margin", "returns") for name in (part, f"{part}_12m")})


def test_bands_cover_every_account():
    rows = seen([0, 1, 3, 11, 12])
    assert bands(rows).tolist() == [
        "none or one order day", "none or one order day", "2-3 order days", "4-11 order days", "12 or more order days"
    ]  # fmt: skip


def test_bands_are_in_the_order_of_their_order_days():
    rows = seen([12, 3, 1, 11])
    assert bands(rows).sort_values().tolist() == list(BANDS)


def test_a_year_that_was_not_wholly_observed_counts_what_was_seen():
    """Data of less than a year: the sums of 12 months are missing, and all that was seen lies within them."""
    rows = seen([np.nan, 2.0], order_days=5).assign(revenue=70.0, revenue_12m=[np.nan, 40.0])
    assert year_sums(rows)[["order_days", "revenue"]].to_numpy().tolist() == [[5, 70], [2, 40]]
    assert bands(rows).tolist() == ["4-11 order days", "2-3 order days"]
