"""Exercise 2 against the kit's scoring."""

from __future__ import annotations

import pandas as pd
import pytest

from kam_teaching.exercises import read
from kam_teaching.exercises.feedback import tasks
from kamlib.scoring.scores import utilities
from kamlib.study.model import Criterion


@pytest.mark.slow
def test_values_are_those_of_the_kit_and_what_is_missing_stands_in_the_middle():
    criteria = [
        Criterion(name="margin", worst=500, best=500_000, curve="log", weight=50),
        Criterion(name="late", source="facts", group="revenue", worst=60, best=0, weight=20),
        Criterion(name="reputation", worst=1, best=10, weight=30),
    ]
    kit = utilities(read("customers"), criteria)
    pd.testing.assert_series_equal(tasks("score")["money"].expected, kit["margin"], check_names=False)
    score = kit.fillna(0.5) @ pd.Series({"margin": 50, "late": 20, "reputation": 30})
    pd.testing.assert_series_equal(tasks("score")["score"].expected, score, check_names=False)
