"""The own limit of silence L and the stopping window W, by hand from their formulae."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from kamlib.facts import account_facts
from kamlib.facts.rhythm import own_limits, stop_windows, usual_gaps


def facts(*rows, as_of="2026-06-30"):
    """Each (days from first to last order, gaps, silence): one customer."""
    table = pd.DataFrame(rows, columns=["span", "gaps", "silence_days"])
    table["as_of"] = pd.Timestamp(as_of)
    table["last_order"] = table["as_of"] - pd.to_timedelta(table["silence_days"], unit="D")
    table["first_order"] = table["last_order"] - pd.to_timedelta(table["span"], unit="D")
    return table


MIXED = facts((90, 9, 5), (40, 1, 100), (0, 0, 20), (1000, 2, 300), (300, 60, 0))
"""Mean gaps 10, 40, none, 500 and 5: μ = (10 · 40 · 500 · 5)^(1/4) = 10^(6/4) = 31.6228."""
MU = 10**1.5


def test_the_usual_gap_is_the_geometric_mean_of_the_mean_gaps_of_who_bought_twice():
    assert usual_gaps(MIXED).tolist() == pytest.approx([MU] * 5)


def test_the_own_limit_by_hand():
    """3 · (90 + μ) / 10, 3 · (40 + μ) / 2, 3 μ of who bought once, 3 · (1000 + μ) / 3 cut at 400, 3 · (300 + μ) / 61 raised to 30."""
    assert own_limits(MIXED).tolist() == pytest.approx([36.48683, 107.43416, 94.86833, 400, 30], abs=1e-4)
    assert own_limits(MIXED, floor_days=10).iloc[-1] == pytest.approx(16.30932, abs=1e-4)


def test_the_stopping_window_by_hand():
    """By the days up to as_of: 3 · (95 + μ) / 10 raised to 180, 3 · (140 + μ) / 2, 3 · (20 + μ) raised to 180, 1,331 cut at 400."""
    assert stop_windows(MIXED, 90).tolist() == pytest.approx([180, 257.43416, 180, 400, 180], abs=1e-4)
    assert stop_windows(MIXED, 270).tolist() == [270, 270, 270, 400, 270]


def test_silence_lengthens_the_window_and_not_the_limit():
    longer = MIXED.assign(as_of=MIXED["as_of"] + pd.Timedelta(days=60))
    pd.testing.assert_series_equal(own_limits(longer), own_limits(MIXED))
    assert (stop_windows(longer, 90) >= stop_windows(MIXED, 90)).all()
    assert stop_windows(longer, 90)[1] == pytest.approx(257.43416 + 90, abs=1e-4)


def test_each_date_has_the_usual_gap_of_its_own_day():
    early = facts((20, 1, 0), (0, 0, 0), as_of="2025-06-30")
    both = pd.concat([MIXED, early], ignore_index=True)
    assert usual_gaps(both).tolist() == pytest.approx([MU] * 5 + [20, 20])
    assert own_limits(both).tolist()[-2:] == pytest.approx([60, 60])
    assert stop_windows(both, 90).tolist()[:5] == pytest.approx(stop_windows(MIXED, 90).tolist())


def test_where_nobody_bought_twice_there_is_no_limit_and_the_window_is_the_shortest():
    once = facts((0, 0, 20), (0, 0, 200))
    assert own_limits(once).isna().all()
    assert stop_windows(once, 90).tolist() == [180, 180]


def test_from_order_lines_on(clean_orders):
    """A: 1 and 21 May, mean gap 20 = μ, L = 3 · 40 / 2; B bought once: 3 · 20; C sent back only."""
    lines = [("A", "2026-05-01", 1), ("A", "2026-05-21", 1), ("B", "2026-05-01", 1), ("C", "2026-05-02", -1)]
    found = account_facts(clean_orders(lines), date(2026, 6, 30), columns=["first_order", "last_order", "gaps"])
    found = found.set_index("customer_id").sort_index()
    np.testing.assert_allclose(own_limits(found), [60, 60, np.nan])
    np.testing.assert_allclose(stop_windows(found, 90), [180, 240, np.nan])
    assert own_limits(found.iloc[:0]).empty and stop_windows(found.iloc[:0], 90).empty
