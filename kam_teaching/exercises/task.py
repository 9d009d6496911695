"""A task of an exercise: what comes out, what a wrong way gives, and the words for both."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

Answer = float | pd.Series | frozenset[str]


@dataclass(frozen=True)
class Trap:
    """A wrong way that a careless analyst goes.

    Parameters
    ----------
    name : of the trap, as the trainer calls it.
    answer : what that way gives on the sample.
    why : why that is wrong, and what to do instead.
    """

    name: str
    answer: Answer
    why: str


@dataclass(frozen=True)
class Task:
    """One answer of a student.

    Parameters
    ----------
    expected : a number, a Series by customer, or a set of names.
    so : what the right answer means for the decision.
    hint : for an answer that is wrong in a way nobody thought of.
    traps : the wrong ways that are known.
    """

    expected: Answer
    so: str
    hint: str
    traps: tuple[Trap, ...]
