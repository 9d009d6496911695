"""Exercise 1 against what was planted."""

from __future__ import annotations

import pandas as pd
import pytest

from kam_teaching.exercises.feedback import tasks
from kamlib.run.places import SAMPLE


@pytest.mark.slow
def test_copies_and_genuine_repeats_are_as_many_as_were_planted():
    planted = pd.read_csv(SAMPLE.parent / "truth" / "dirty.csv")["reason"].value_counts()
    task = tasks("clean")["copies"]
    assert task.expected == planted["repeated_key"]
    assert task.traps[0].answer == planted["repeated_key"] + planted["genuine_repeat"]
    assert task.traps[1].answer == 2 * planted["repeated_key"]
