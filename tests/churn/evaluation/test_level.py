"""Levels of a test: landmarks and groups counted by hand, and losses expected against those that came."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.evaluation.level import calibration, expected_and_came, losses_by_landmark
from kamlib.stats.reasons import Reason, waits_for


def test_losses_of_complete_landmarks_by_hand():
    """Horizon 90. On 1 January two of three order within it; on 1 April nobody does; 1 July is not complete on 1 September."""
    table = pd.DataFrame(
        {
            "as_of": pd.to_datetime(["2025-01-01"] * 3 + ["2025-04-01"] * 2 + ["2025-07-01"]),
            "next_order": pd.to_datetime(["2025-02-01", "2025-04-01", "2025-04-02", None, "2025-08-01", "2025-07-02"]),
            "ended_on": pd.NaT,
        }
    )
    found = losses_by_landmark(table, "2025-09-01", horizon_days=90)
    assert found[["accounts", "losses"]].to_numpy().tolist() == [[3, 1], [2, 2]]
    assert found["as_of"].tolist() == [pd.Timestamp("2025-01-01"), pd.Timestamp("2025-04-01")]
    # Wilson interval of 1 of 3 at 95 %: 0.0615 to 0.7923
    assert found.loc[0, ["share", "low", "high"]].tolist() == pytest.approx([1 / 3, 0.0615, 0.7923], abs=1e-4)
    waits = losses_by_landmark(table, "2025-02-01", horizon_days=90)
    assert waits.empty and waits_for(waits) == Reason("no_landmark_complete", {"days": 90})


def test_calibration_groups_hold_every_client_once(test):
    groups = calibration(test.predictions)
    assert groups["accounts"].sum() == len(test.predictions)
    assert groups["losses"].sum() == test.predictions["lost"].sum()
    assert groups["predicted"].is_monotonic_increasing


def test_calibration_groups_are_of_twenty_or_more():
    few = pd.DataFrame({"model": np.linspace(0.1, 0.9, 45), "lost": 0.0})
    assert calibration(few)["accounts"].tolist() == [23, 22]
    assert len(calibration(few.head(10))) == 1


def test_expected_against_came_by_hand():
    """0.2 + 0.5 + 0.9 were expected by the model, between 0.3 and 2.5; two came. Another way has no range of seasons."""
    predictions = pd.DataFrame(
        {"model": [0.2, 0.5, 0.9], "low": [0.0, 0.1, 0.2], "high": [0.6, 0.9, 1.0], "state": 0.25, "lost": [0.0, 1, 1]}
    )
    assert expected_and_came(predictions).to_dict() == pytest.approx(
        {"expected": 1.6, "low": 0.3, "high": 2.5, "came": 2}
    )
    rule = expected_and_came(predictions, "state")
    assert rule[["expected", "came"]].tolist() == [0.75, 2] and rule[["low", "high"]].isna().all()
    assert expected_and_came(predictions.head(0)).empty
