"""False alarms against missed losses. Oracle: clients counted by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.evaluation.thresholds import threshold_curve, warnings
from kamlib.errors import InputError
from kamlib.report.words import with_words
from kamlib.stats.reasons import Reason, waits_for

SILENT = pd.Series([5, 20, 40, 40, 90, 200])
LOST = pd.Series([0, 0, 0, 1, 1, 1])


def test_a_curve_by_hand():
    """Above 39 days: four are warned of, one of them stays. Above 40: two, both lost, and one lost is missed."""
    found = threshold_curve(SILENT, LOST, [39, 40, 200]).set_index("threshold")
    assert found["warned"].tolist() == [4, 2, 0]
    assert found["false_alarms"].tolist() == [1, 0, 0]
    assert found["missed"].tolist() == [0, 1, 3]
    assert found.loc[39, ["false_share", "missed_share", "right"]].tolist() == pytest.approx([1 / 3, 0, 3 / 4])
    # Wilson interval of 3 of 4 at 95 %: 0.3006 to 0.9544
    assert found.loc[39, ["low", "high"]].tolist() == pytest.approx([0.3006, 0.9544], abs=1e-3)
    assert found.loc[200, ["right", "low", "high"]].isna().all()  # nobody was warned of


def test_a_whole_curve_goes_from_warning_of_all_to_warning_of_none():
    found = threshold_curve(SILENT, LOST)
    assert (found["warned"].iloc[0], found["warned"].iloc[-1]) == (6, 0)
    assert found["missed"].is_monotonic_increasing
    assert found["false_alarms"].is_monotonic_decreasing


@pytest.mark.parametrize("seed", range(5))
def test_every_client_is_warned_of_or_not_and_right_or_not(seed):
    rng = np.random.default_rng(seed)
    score, lost = pd.Series(rng.integers(0, 50, 500)), pd.Series(rng.integers(0, 2, 500)).astype(float)
    found = threshold_curve(score, lost)
    for row in found.sample(20, random_state=seed).to_dict("records"):
        above = score > row["threshold"]
        assert row["warned"] == above.sum()
        assert row["false_alarms"] == (above & (lost == 0)).sum()
        assert row["missed"] == (~above & (lost == 1)).sum()


def test_a_long_curve_has_at_most_two_hundred_points_and_keeps_its_ends():
    score = pd.Series(np.arange(5000.0))
    found = threshold_curve(score, pd.Series([0, 1] * 2500))
    assert len(found) <= 200
    assert (found["warned"].iloc[0], found["warned"].iloc[-1]) == (5000, 0)


def test_unknown_outcomes_are_left_out_and_a_missing_score_warns_of_nobody():
    found = threshold_curve(pd.Series([10, 10, np.nan]), pd.Series([1, np.nan, 1]), [5]).iloc[0]
    assert (found["warned"], found["missed"]) == (1, 1)
    assert np.isnan(found["false_share"])  # nobody stayed
    with pytest.raises(InputError, match="no client's outcome"):
        threshold_curve(pd.Series([1.0]), pd.Series([np.nan]))


def test_ways_to_warn_stand_side_by_side():
    """Above 30 days: four of six, one of whom stays. In own limits of 40 days: above 1 two. P(no order) above 30 %: the last two."""
    ids = pd.Series([f"K{i}" for i in range(6)])
    before = pd.DataFrame({"customer_id": ids, "silence_days": SILENT})
    predictions = pd.DataFrame({"customer_id": ids[::-1], "model": [0.9, 0.4, 0.2, 0.1, 0.1, 0.0]})
    found = warnings(before, LOST, pd.Series([40.0] * 6), predictions)
    assert list(found.curves["way"].unique()) == ["days_of_silence", "silence_in_limits", "p_silent_of_model"]
    at = found.tried.set_index(["way", "threshold"])
    assert at.loc[("days_of_silence", 30), ["warned", "false_alarms", "missed"]].tolist() == [4, 1, 0]
    assert at.loc[("silence_in_limits", 1), ["warned", "false_alarms", "missed"]].tolist() == [2, 0, 1]
    assert at.loc[("p_silent_of_model", 0.3), ["warned", "false_alarms", "missed"]].tolist() == [2, 0, 1]
    assert with_words(found.tried)["above"].iloc[[0, 5, -1]].tolist() == ["30 days", "0.5 ×", "50%"]


def test_no_line_is_judged_without_lost_ones_and_without_a_model_there_is_one_way_less():
    before = pd.DataFrame({"customer_id": list("abcdef"), "silence_days": SILENT})
    limits, nothing = pd.Series([40.0] * 6), pd.DataFrame()
    found = warnings(before, LOST * 0, limits, nothing)
    assert waits_for(found.tried) == Reason("no_line_judged") and found.curves.empty
    assert warnings(before, LOST, limits, nothing).tried["way"].nunique() == 2
