"""A check says why an answer is wrong, by the name of the trap; and whatever a student types, words come back."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from kam_teaching.exercises import check
from kam_teaching.exercises.feedback import NAMES, Feedback, judged, tasks
from kam_teaching.exercises.task import Task, Trap
from kamlib.errors import InputError

BY_CUSTOMER = pd.Series([1.0, 2.0], index=["A", "B"])
SERIES = Task(BY_CUSTOMER, "so", "hint", (Trap("twice", BY_CUSTOMER * 2, "why"),))
NUMBER = Task(10.0, "so", "hint", (Trap("half", 5.0, "why"),))
NAMED = Task(frozenset("AB"), "so", "hint", (Trap("one more", frozenset("ABC"), "why"),))

NONSENSE = [
    *(None, ..., "12", "", float("nan"), float("inf"), True, 3j, 10**400, Decimal("NaN"), print, object()),
    *([], (), {}, set(), [1, 2], ["A", 1], [[1], [2]], [None], range(3), iter("AB"), b"AB", {"A": 1}),
    *(np.array(3.0), np.zeros((2, 2)), np.array([]), pd.NA, pd.NaT, pd.Timestamp("2026-06-30")),
    *(pd.DataFrame(), pd.DataFrame({"x": [1]}), pd.Index([]), pd.Index([1, 2])),
    *(pd.Series(dtype=float), pd.Series([1.0]), pd.Series([1.0, np.nan], index=["A", "B"])),
    *(pd.Series(["x", "y"], index=["A", "B"]), pd.Series([[1], {}], index=["A", "B"]), pd.Series([1, 2, 3], index=["A", "A", "B"])),
    *(pd.Series(pd.to_datetime(["2026-01-01"] * 2), index=["A", "B"]), pd.Series([1j, 2], index=["A", "B"])),
    pd.Series([1.0, 2.0], index=pd.MultiIndex.from_tuples([("A", 1), ("B", 2)])),
    *(pd.Series(["a", "b"], index=["A", "B"], dtype="category"), pd.Series([1, pd.NA], index=["A", "B"], dtype="Int64")),
]  # fmt: skip


@pytest.mark.parametrize("answer", NONSENSE, ids=[f"{n} {type(one).__name__}" for n, one in enumerate(NONSENSE)])
@pytest.mark.parametrize("task", [NUMBER, SERIES, NAMED], ids=["number", "series", "names"])
def test_nonsense_gets_words_and_never_a_traceback(task, answer):
    said = judged(task, answer)
    assert not said.right and not said.trap and len(said.words) > 20
    assert "✘ Not yet." in repr(said) and said.head in said._repr_html_()


def test_each_kind_of_answer_is_known_when_it_is_right():
    assert judged(NUMBER, 10).right and judged(NUMBER, np.float32(10)).right and judged(NUMBER, np.int64(10)).right
    assert judged(SERIES, BY_CUSTOMER[::-1]).right and judged(SERIES, pd.Series([1, 2], index=["A", "B"])).right
    assert judged(SERIES, BY_CUSTOMER.astype("Float64")).right
    for names in (
        {"A", "B"},
        ["B", "A"],
        pd.Index(["A", "B"]),
        np.array(["A", "B"]),
        pd.Series(["A", "B"]),
        ("A", "B", "B"),
    ):
        assert judged(NAMED, names).right


def test_a_wrong_answer_without_a_name_is_told_how_it_is_off():
    assert (
        judged(NUMBER, 12).words == "Yours is too high. hint" and judged(NUMBER, -3).words == "Yours is too low. hint"
    )
    assert "Did you round" in judged(NUMBER, 10.01).words
    assert (
        "1 of 2 values differ, the first of them that of B."
        in judged(SERIES, pd.Series([1, 3], index=["A", "B"])).words
    )
    assert "1 of 2 are among yours, with 1 that don't belong there." in judged(NAMED, ["A", "X"]).words


def test_what_a_student_typed_cant_become_markup():
    assert (
        "<b>" not in judged(NUMBER, "<b>x</b>")._repr_html_()
        and "<script>" not in judged(NAMED, [1, "<script>"])._repr_html_()
    )


def test_a_task_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(InputError, match=r"there is no task 'clean.x'.+'clean.copies', 'clean.net'"):
        check("clean.x", 1)
    with pytest.raises(InputError, match=r"there is no task 'plane.effect'.+'plan'"):
        check("plane.effect", 1)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_trap_gets_an_explanation_of_its_own(name):
    assert sum(len(task.traps) for task in tasks(name).values()) >= 2
    for task, one in tasks(name).items():
        assert check(f"{name}.{task}", one.expected) == Feedback(True, one.so)
        for trap in one.traps:
            assert check(f"{name}.{task}", trap.answer) == Feedback(False, trap.why, trap.name)
        assert len({trap.why for trap in one.traps}) == len(one.traps)
