"""Who may stop within a year. Oracle: chances and spreads by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from kamlib.risk import year_ahead as module
from kamlib.risk.loss_distribution import by_correlation
from kamlib.stats.reasons import waits_for


def test_a_chance_of_half_a_year_becomes_one_of_a_year():
    """1 - 0.9² over two horizons; with a second span of 20 %: 1 - 0.9 · 0.8."""
    p = pd.Series([0.1, 0.0, 1.0])
    assert module.chance_within(p, 360, 180).tolist() == pytest.approx([0.19, 0, 1])
    assert module.chance_within(p, 360, 180, 0.2).tolist() == pytest.approx([0.28, 0.2, 1])


def test_p_stopped_counts_and_p_silent_stands_in_where_it_is_not_known():
    exposure = pd.DataFrame({"customer_id": list("abcde"), "contribution": [1.0, 2, 3, 0, np.nan]})
    churn = pd.DataFrame(
        {"customer_id": list("abde"), "p_stopped": [0.5, np.nan, 0.5, 0.5], "p_silent": [0.1, 0.2, 0.1, 0.1]}
    )
    found = module.at_risk(exposure, churn, pd.Series({"a": "trade"}), 365)
    assert found["customer_id"].tolist() == ["a", "b"] and found["p_year"].tolist() == pytest.approx([0.5, 0.2])
    assert found["industry"].tolist() == ["trade", ""]
    untold = module.at_risk(exposure, churn.assign(p_stopped=np.nan, p_silent=np.nan), pd.Series(dtype=object), 365)
    assert waits_for(untold).code == "no_chance_of_stopping"
    none = pd.DataFrame(columns=["hours_are", "result"])
    assert waits_for(by_correlation(untold, none)).code == "no_chance_of_stopping"


def test_the_spread_of_years_by_hand():
    """Of 20 customers each with 100 before, half brought 100 · e, half 100 / e: the logarithms lie 1 from their mean 0.

    One that is lost, one that joined a year ago and one that brought nothing before are left out.
    """
    last = [100 * np.e] * 10 + [100 / np.e] * 10 + [1.0, 1.0, 50.0]
    before = [100.0] * 20 + [1e6, 1e6, 0.0]
    facts = pd.DataFrame(
        {"customer_id": range(23), "tenure_days": 900, "margin_12m": last, "margin_24m": np.add(last, before)}
    )
    facts.loc[20, "tenure_days"] = 400
    states = pd.DataFrame({"customer_id": range(23), "state": "active"})
    states.loc[21, "state"] = "lost"
    assert module.spread_of_years(facts, states) == pytest.approx(1)
    assert module.spread_of_years(facts.head(10), states) == 0


def test_landmarks_are_pairs_a_horizon_apart_whose_windows_are_over():
    """By 30 June 2026 with H = 180: 760 days back the second span and the longest window of 400 days are over, to the day."""
    found = module.landmarks(date(2026, 6, 30), 180)
    back = [(date(2026, 6, 30) - day).days for day in found]
    assert back == [880, 820, 760, 700, 640, 580, 0]


def test_the_second_span_counts_those_who_had_not_stopped_in_the_first():
    """Of 25 on one day 20 had not stopped, of whom 4 had a horizon later and 6 are not told: 4 of 14; too few. Twice as many: 8 of 28."""
    first = pd.DataFrame(
        {"customer_id": range(25), "as_of": pd.Timestamp("2024-01-01"), "stopped": [0.0] * 20 + [1.0] * 5}
    )
    then = first.assign(as_of=pd.Timestamp("2024-01-11"), stopped=[1.0] * 4 + [0.0] * 10 + [np.nan] * 6 + [1.0] * 5)
    assert module.second_span(pd.concat([first, then]), 10) is None
    others = pd.concat([first, then]).assign(customer_id=lambda t: t["customer_id"] + 100)
    assert module.second_span(pd.concat([first, then, others]), 10) == pytest.approx(8 / 28)
    assert module.second_span(first, 10) is None


def test_with_a_second_span_the_chance_of_a_year_takes_its_share():
    exposure = pd.DataFrame({"customer_id": ["a"], "contribution": [1.0]})
    churn = pd.DataFrame({"customer_id": ["a"], "p_stopped": [0.5], "p_silent": [0.1]})
    found = module.at_risk(exposure, churn, pd.Series(dtype=object), 180, 0.2)
    assert found["p_year"].tolist() == pytest.approx([1 - 0.5 * 0.8])
