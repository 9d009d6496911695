"""What a study file may say of segments, checked before any table is read.

Named RFM segments are data: each covers a range of levels, and every cell belongs to exactly one of them. A level is
low, middle or high: scores 1, 2, 3 of three classes; 1-2, 3, 4-5 of five.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import ClassVar, Literal

from kamlib.errors import InputError, some

Level = Literal["low", "middle", "high"]
LEVELS: tuple[Level, ...] = ("low", "middle", "high")
NO_ORDER = "no order in window"
NO_MONEY = "margin unknown"
TOO_SHORT = "records too short"
APART = (NO_ORDER, NO_MONEY, TOO_SHORT)
"""Segments of the accounts that stand in no cell."""
GRAINS = {"month": 1, "quarter": 3}
"""Months of a period."""
PERIOD_MONTHS = {"month": 24, "quarter": 36}
"""Months that period sums are compared over where the study gives none: whole years, and periods enough."""


@dataclass(frozen=True)
class Segment:
    """A block of cells: the levels of recency, frequency and money that it covers.

    A `policy` is read and not shown: a segment describes, and what to do with a customer is `kamlib.plan.precedence`.
    """

    name: str
    r: tuple[Level, ...] = LEVELS
    f: tuple[Level, ...] = LEVELS
    m: tuple[Level, ...] = LEVELS
    policy: str = ""

    __pydantic_config__: ClassVar = {"extra": "forbid"}  # a misspelt key of the study file is refused


_LOW, _MIDDLE, _HIGH = ((level,) for level in LEVELS)
_LESS, _MORE = LEVELS[:2], LEVELS[1:]
SEGMENTS: tuple[Segment, ...] = (
    Segment("core", _HIGH, _MORE, _HIGH),
    Segment("rare but large", _HIGH, _LOW, _HIGH),
    Segment("regulars", _HIGH, _MORE, _LESS),
    Segment("newcomers and occasional", _HIGH, _LOW, _LESS),
    Segment("slowing, large", _MIDDLE, LEVELS, _HIGH),
    Segment("slowing regulars", _MIDDLE, _MORE, _LESS),
    Segment("drifting", _MIDDLE, _LOW, _LESS),
    Segment("money at risk", _LOW, LEVELS, _HIGH),
    Segment("former regulars", _LOW, _MORE, _LESS),
    Segment("faded", _LOW, _LOW, _LESS),
)


def check(segments: Sequence[Segment]) -> None:
    """Raise unless every cell of levels belongs to exactly one segment, and every name stands once.

    Raises
    ------
    InputError
        Naming up to five cells that no segment covers, those that several do and by which, or the names that repeat.
    """
    names = [segment.name for segment in segments]
    if wrong := sorted({name for name in names if names.count(name) > 1 or name in APART or not name.strip()}):
        raise InputError("names of RFM segments must be there, differ, and not be taken", found=some(wrong))
    none, several = [], []
    for r, f, m in product(LEVELS, repeat=3):
        inside = [s.name for s in segments if r in s.r and f in s.f and m in s.m]
        words = f"recency {r}, frequency {f}, money {m}"
        if not inside:
            none.append(words)
        elif len(inside) > 1:
            several.append(f"{words} ({', '.join(inside)})")
    if none or several:
        faults = [f"in none: {some(none)}"] * bool(none) + [f"in several: {some(several)}"] * bool(several)
        raise InputError(
            "every RFM cell must belong to exactly one segment",
            found=f"cells {'; '.join(faults)}",
            remedy="Mend the levels r, f, m (low, middle, high) of the segments.",
        )
