"""Which file holds the order heads of another file's order lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import pandas as pd

from kamlib.init import headings
from kamlib.init.cells.column_contents import Contents
from kamlib.init.evidence import joins, tells_apart

_FILLED, _FOUND = 0.98, 0.95
_MORE = 1.5  # of a long column the different values are counted roughly


class Joint(NamedTuple):
    """The columns by which lines and heads go together."""

    of_lines: str
    of_heads: str


def joint(
    lines: tuple[Mapping[str, Contents], pd.DataFrame],
    heads: tuple[Mapping[str, Contents], pd.DataFrame],
    every: Callable[[str], pd.Series],
) -> Joint | None:
    """The key of the heads that the lines name: it tells the heads apart, and nearly all lines have it.

    Of several the one called alike in both is taken, then the one that is called an order.

    Parameters
    ----------
    lines, heads : contents by column, and the cells of a sample as text.
    every : gives all values of a column of the heads: samples of both have few keys in common.
    """
    best: tuple[float, Joint] | None = None
    for key, found in heads[0].items():
        if not tells_apart(heads[1][key]) or found.filled < _FILLED * found.rows:
            continue
        likely = {}
        for column, repeated in lines[0].items():
            if repeated.distinct > _MORE * found.distinct or not repeated.filled or repeated.day_share > 0.5:
                continue
            called = headings.plain(column) == headings.plain(key)
            order = headings.likeness(column, "orders", "order_id").score
            if called or order > 0.5:
                likely[column] = called + order
        if not likely:
            continue
        keys = every(key)
        for column, alike in likely.items():
            share = joins(lines[1][column], keys)
            if share >= _FOUND and (best is None or share + alike > best[0]):
                best = (share + alike, Joint(column, key))
    return best[1] if best else None
