"""The tasks of the exercises, all of them: two traps or more in each exercise, and words for whoever is right, wrong or neither."""

from __future__ import annotations

import pytest

from kam_teaching.exercises.feedback import NAMES, tasks


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_task_has_words_for_each_way_it_may_end(name):
    for task in tasks(name).values():
        assert task.traps and all(trap.name and len(trap.why) > 60 for trap in task.traps)
        assert task.so.endswith(".") or task.so.endswith("?")
        assert task.hint[-1] in ".)" and task.hint not in {trap.why for trap in task.traps}
