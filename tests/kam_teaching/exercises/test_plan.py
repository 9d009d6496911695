"""Exercise 8 against what was planted: the arms of the round, and the odds ratio of its offer."""

from __future__ import annotations

import pandas as pd
import pytest

from kam_teaching.exercises.feedback import tasks
from kam_teaching.exercises.plan import back_by_arm
from kamlib.run.places import SAMPLE


@pytest.mark.slow
def test_the_arms_came_back_as_the_truth_tells():
    told = pd.read_csv(SAMPLE.parent / "truth" / "rounds.csv").set_index("due").loc["2025-12-02"]
    arms = back_by_arm()
    assert arms["offer"] == told["offered_back"] / told["offered"] and arms["control"] == told["control_back"] / told["control"]  # fmt: skip
    assert tasks("plan")["effect"].expected == arms["offer"] - arms["control"]
    assert arms["offer"] / (1 - arms["offer"]) * (1 - arms["control"]) / arms["control"] == pytest.approx(told["odds_ratio"], rel=0.1)  # fmt: skip


@pytest.mark.slow
def test_risk_times_value_would_call_others():
    task = tasks("plan")["calls"]
    assert len(task.expected) == 5 and len(task.expected & task.traps[0].answer) < 5
