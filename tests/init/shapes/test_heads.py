"""Heads of order lines. Oracle: two tables of a few rows, of which a person sees the key."""

from __future__ import annotations

import ibis
import pandas as pd
import pytest

from kamlib.init.cells import profile
from kamlib.init.shapes import Joint, joint

LINES = pd.DataFrame({"Order": ["1", "1", "2", "3"], "Row": ["1", "2", "1", "1"], "Item": ["a", "b", "a", "a"]})
HEADS = pd.DataFrame({"Order": ["1", "2", "3", "4"], "Client": ["x", "y", "x", "y"], "Nr": ["7", "8", "9", "10"]})


@pytest.fixture
def key(engine):
    def found(lines: pd.DataFrame, heads: pd.DataFrame) -> Joint | None:
        looked = [
            (profile(engine, engine.create_table(ibis.util.gen_name("raw"), t, temp=True)), t) for t in (lines, heads)
        ]
        return joint(*looked, heads.__getitem__)

    return found


def test_the_key_tells_heads_apart_and_is_in_nearly_all_lines(key):
    assert key(LINES, HEADS) == Joint("Order", "Order")
    assert key(LINES, HEADS.rename(columns={"Order": "id"})) == Joint("Order", "id")


def test_what_repeats_in_the_heads_or_is_not_in_them_is_no_key(key):
    assert key(LINES, pd.concat([HEADS, HEADS])) is None
    assert key(LINES, HEADS.assign(Order=["11", "12", "13", "14"], Nr=["21", "22", "23", "24"])) is None
