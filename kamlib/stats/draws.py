"""Whole customers drawn at random, the same whatever the order of rows, the engine or the day."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np


def drawn(ids: Iterable[Any], count: int, seed: int) -> list[Any]:
    """`count` of the different `ids`, at least one, each with the same chance; all where there are no more.

    The draw depends on the ids and the seed alone.
    """
    different = sorted(set(ids))
    if len(different) <= count:
        return different
    return [different[place] for place in np.random.default_rng(seed).permutation(len(different))[: max(1, count)]]
