"""What the page of the validation concludes. Oracle: measures made by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.churn.aft import AftCheck
from kamlib.report.readings import validation
from kamlib.report.words import sentence
from kamlib.stats.reasons import waiting

NONE = pd.DataFrame()


def check(spearman: float, low: float, high: float) -> AftCheck:
    gap = pd.DataFrame({"measure": ["brier"], "difference": [(low + high) / 2], "low": [low], "high": [high]})
    return AftCheck(NONE, NONE, gap, spearman)


@pytest.mark.parametrize(
    ("spearman", "low", "high", "told"),
    [
        (
            0.95,
            -0.003,
            0.001,
            "alike (rank correlation 0.95; 1: the same). Brier score, Cox less AFT: -0.0010 (from -0.0030 to +0.0010), no",
        ),
        (
            0.4,
            0.001,
            0.003,
            "differently (rank correlation 0.40; 1: the same). Brier score, Cox less AFT: +0.0020 (from +0.0010 to +0.0030), a",
        ),
    ],
)
def test_another_model_agrees_or_does_not(spearman, low, high, told):
    said = sentence(validation.another_model(check(spearman, low, high)))
    assert said == f"Both models rank the customers {told} difference beyond chance."


def test_without_a_check_there_is_nothing_to_tell():
    assert validation.another_model(AftCheck(NONE, NONE, waiting(["measure"], "too_few_losses"), float("nan"))) is None
