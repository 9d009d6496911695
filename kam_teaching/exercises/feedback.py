"""An answer held against what comes out: right, wrong by a trap that has a name, wrong otherwise, or no answer at all."""

from __future__ import annotations

import html
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from numbers import Real

import numpy as np
import pandas as pd

from kam_teaching.exercises.task import Answer, Task
from kamlib.errors import InputError, some

NAMES = ("clean", "score", "segment", "cluster", "churn", "risk", "measures", "plan")
CLOSE = 1e-6
"""Relative difference up to which two numbers are the same."""


@dataclass(frozen=True)
class Feedback:
    """What is said of an answer.

    Parameters
    ----------
    right : whether it is right.
    words : why it is wrong, or what it means.
    trap : name of the trap that it fell into, or "".
    """

    right: bool
    words: str
    trap: str = ""

    @property
    def head(self) -> str:
        return "✔ Right." if self.right else f"✘ Not yet: {self.trap}." if self.trap else "✘ Not yet."

    def __repr__(self) -> str:
        return f"{self.head} {self.words}"

    def _repr_html_(self) -> str:
        edge = "#1a7f37" if self.right else "#b35900"
        return (
            f'<div role="status" style="border-left: 5px solid {edge}; padding: .4em .9em; max-width: 46em; font-size: 1.05em">'
            f"<strong>{html.escape(self.head)}</strong> {html.escape(self.words)}</div>"
        )


def check(name: str, answer: object) -> Feedback:
    """Hold an answer against what comes out on the sample, computed now and apart from the answer.

    Parameters
    ----------
    name : exercise and task, such as "risk.wait".
    answer : the student's; whatever it is, words come back.

    Raises
    ------
    InputError
        If there is no such task.
    """
    exercise, _, task = name.partition(".")
    if exercise not in NAMES or task not in tasks(exercise):
        known = some(f"{exercise}.{one}" for one in tasks(exercise)) if exercise in NAMES else some(NAMES, len(NAMES))
        raise InputError(f"there is no task {name!r}", remedy=f"There are {known}.")
    return judged(tasks(exercise)[task], answer)


@cache
def tasks(exercise: str) -> dict[str, Task]:
    """The tasks of an exercise, each with its answer and its traps, computed from the sample."""
    found: dict[str, Task] = import_module(f"kam_teaching.exercises.{exercise}").tasks()
    return found


def judged(task: Task, answer: object) -> Feedback:
    """What is said of an answer to a task."""
    if words := unfit(answer, task.expected):
        return Feedback(False, words)
    if same(answer, task.expected):
        return Feedback(True, task.so)
    for trap in task.traps:
        if not unfit(answer, trap.answer) and same(answer, trap.answer):
            return Feedback(False, trap.why, trap.name)
    return Feedback(False, f"{_direction(answer, task.expected)} {task.hint}")


def unfit(answer: object, expected: Answer) -> str:
    """Why an answer can't be compared with what is expected, in words; "" where it can."""
    if answer is ...:
        return "The cell above is still empty: put your own code in place of the three dots, and run it."
    if answer is None:
        return "There is no value: it is None. Does your line end in something that returns nothing, such as print?"
    if isinstance(expected, pd.Series):
        return _unfit_series(answer, expected)
    if isinstance(expected, frozenset):
        if (
            isinstance(answer, str)
            or not isinstance(answer, Collection)
            or getattr(answer, "ndim", 1) != 1
            or isinstance(answer, dict)
        ):
            return f"Asked for are several names, such as a set or an index; this is {_kind(answer)}."
        strange = [one for one in answer if not isinstance(one, str)]
        return (
            f"Asked for are names as text; among yours is {strange[0]!r:.60}. Is it the index that you want?"
            if strange
            else ""
        )
    if isinstance(answer, bool | np.bool_) or not isinstance(answer, Real):
        return f"Asked for is one number; this is {_kind(answer)}."
    if not abs(answer if isinstance(answer, int) else float(answer)) < 1e300:
        return f"The number is {str(answer)[:20]}: somewhere a missing value or a division by zero came in."
    return ""


def _unfit_series(answer: object, expected: pd.Series) -> str:
    if not isinstance(answer, pd.Series):
        return f"Asked for is a Series with a value for each customer; this is {_kind(answer)}."
    if answer.index.nlevels > 1:
        return "Its index has several levels: group by customer alone."
    if answer.index.has_duplicates:
        return "A customer stands in it more than once: did you group by customer?"
    if len(answer) != len(expected) or not answer.index.isin(expected.index).all():
        absent = expected.index.difference(answer.index)
        strange = [one for one in answer.index if one not in expected.index]
        parts = [f"absent: {some(absent, 3)}"] if len(absent) else []
        parts += [f"of no use here: {some(strange, 3)}"] if strange else []
        return f"Asked for are {len(expected):,} customers, with their names as the index; yours has {len(answer):,} rows ({'; '.join(parts)})."
    if answer.dtype.kind not in "iufbO":
        return f"Asked for are numbers; these are of the type {answer.dtype}."
    numbers = pd.to_numeric(answer, errors="coerce")
    if bad := int((~np.isfinite(numbers.astype(float))).sum()):
        first = answer.index[~np.isfinite(numbers.astype(float))]
        return f"{bad:,} of {len(answer):,} values are missing or no numbers, such as that of {some(first, 1).partition(' and ')[0]}."
    return ""


def same(answer: object, expected: Answer) -> bool:
    """Whether an answer that can be compared is what is expected."""
    if isinstance(expected, frozenset):
        return bool(frozenset(answer) == expected)  # type: ignore[call-overload]
    if isinstance(expected, pd.Series):
        given = pd.to_numeric(answer).reindex(expected.index).astype(float)  # type: ignore[call-overload]
        return bool(np.allclose(given, expected.astype(float), rtol=CLOSE, atol=1e-6))
    return bool(np.isclose(float(answer), expected, rtol=CLOSE, atol=0))  # type: ignore[arg-type]


def _direction(answer: object, expected: Answer) -> str:
    if isinstance(expected, frozenset):
        given = frozenset(answer)  # type: ignore[call-overload]
        return f"{len(given & expected)} of {len(expected)} are among yours, with {len(given - expected)} that don't belong there."
    if isinstance(expected, pd.Series):
        given = pd.to_numeric(answer).reindex(expected.index).astype(float)  # type: ignore[call-overload]
        off = ~np.isclose(given, expected.astype(float), rtol=CLOSE, atol=1e-6)
        return f"{int(off.sum()):,} of {len(expected):,} values differ, the first of them that of {expected.index[off][0]}."
    if np.isclose(float(answer), expected, rtol=0.005):  # type: ignore[arg-type]
        return "Yours is very close. Did you round, or let a few rows in or out?"
    return "Yours is too high." if float(answer) > expected else "Yours is too low."  # type: ignore[arg-type]


def _kind(answer: object) -> str:
    if isinstance(answer, pd.DataFrame):
        return "a table (DataFrame): take one column of it"
    if isinstance(answer, pd.Series | np.ndarray | list | tuple | set | frozenset | pd.Index):
        return f"a {type(answer).__name__} of {np.size(answer):,} values"  # type: ignore[arg-type]
    if isinstance(answer, str):
        return f"the text {answer[:40]!r}"
    return f"of the kind {type(answer).__name__}"
