"""Exercise 2: whom do we invite?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from kam_teaching.exercises.books import read
from kam_teaching.exercises.task import Task, Trap

INVITED = 10


def tasks() -> dict[str, Task]:
    """money: the value of each margin from 0 to 1; score: of 100; invited: the ten highest."""
    table = read("customers")
    margin = table["margin"]
    anchored = np.log(margin.clip(500, 500_000) / 500) / np.log(1000)
    loose = np.log(margin.clip(lower=1) / 500) / np.log(1000)
    spread = (margin - margin.min()) / (margin.max() - margin.min())
    prompt, known = 1 - table["late"].clip(0, 60) / 60, (table["reputation"] - 1) / 9
    score = _score(anchored, prompt.fillna(0.5), known.fillna(0.5))
    as_zero = _score(anchored, prompt.fillna(0), known.fillna(0))
    turned = _score(anchored, (1 - prompt).fillna(0.5), known.fillna(0.5))
    relative = _score(spread, prompt.fillna(0.5), known.fillna(0.5))
    zero = Trap(
        "missing as zero",
        as_zero,
        "Nobody rated these customers yet, and you gave them the worst. Not known is not bad: the score lies between that with the worst and that with the best, "
        "and 0.5 stands for the middle of it.",
    )
    reverse = Trap(
        "a criterion the wrong way round",
        turned,
        "For days late less is better, but here who pays latest gets most. The worst anchor is 60 days and the best is 0: the value "
        "falls from 1 to 0 as the days rise.",
    )
    minmax = Trap(
        "min–max over today's customers",
        spread,
        "You stretched the values between today's smallest and largest customer. Then the largest one alone decides what all others are worth, and the "
        "day a larger one comes every score changes, though nobody did anything. Use the anchors 500 and 500,000: they are a judgement, and stay.",
    )
    return {
        "money": Task(
            anchored,
            "Each doubling is worth the same step, and no new customer can move another one.",
            "It is log(margin / 500) / log(500,000 / 500), held between 0 and 1.",
            (
                minmax,
                Trap(
                    "a straight line",
                    ((margin - 500) / 499_500).clip(0, 1),
                    "The anchors are right, but the line is straight: then 1,000 more is worth the same at a small customer and at a giant, "
                    "and nearly everybody is near 0. Take the logarithm of value and anchors.",
                ),
                Trap(
                    "beyond the anchors",
                    loose,
                    "Some values lie below 0 or above 1. The anchors are the ends of the scale: below the worst nothing is worse, above the best nothing is better.",
                ),
            ),
        ),
        "score": Task(
            score,
            "What is not known stands in the middle, and the page of the kit tells how far the score may move once it is known.",
            "50 for money, 20 for paying in time and 30 for reputation; each value from 0 to 1, 0.5 where nothing is known.",
            (zero, reverse, Trap(minmax.name, relative, minmax.why)),
        ),
        "invited": Task(
            _first(score),
            "These ten. Before the letters go out, look at the eleventh: a small gap at the border is no reason to leave somebody out.",
            "The ten highest of the right score, by name.",
            (
                Trap(reverse.name, _first(turned), reverse.why),
                Trap(
                    "money alone",
                    _first(margin),
                    "These are the ten largest. A list by margin needs no score: it leaves out what they cost us by paying late, and what their name is worth.",
                ),
            ),
        ),
    }


def _score(money: pd.Series, prompt: pd.Series, known: pd.Series) -> pd.Series:
    return 50 * money + 20 * prompt + 30 * known


def _first(score: pd.Series) -> frozenset[str]:
    return frozenset(score.nlargest(INVITED).index)
