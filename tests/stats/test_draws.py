"""Drawing whole customers: properties that hold for every seed."""

from __future__ import annotations

from collections import Counter

import pytest

from kamlib.stats.draws import drawn

IDS = [f"c{n}" for n in range(10)]


@pytest.mark.parametrize("seed", range(5))
def test_a_draw_is_of_different_ids_and_does_not_hang_on_their_order(seed):
    found = drawn(IDS, 4, seed)
    assert len(found) == len(set(found)) == 4 and set(found) <= set(IDS)
    assert drawn(reversed([*IDS, *IDS]), 4, seed) == found


def test_all_are_taken_where_there_are_no_more_and_one_at_least():
    assert drawn(["b", "a", "b"], 5, 1) == ["a", "b"]
    assert len(drawn(IDS, 0, 1)) == 1


def test_each_has_the_same_chance():
    """2,000 draws of 3 of 10: each id 600 times, give or take 4 standard deviations of 20.5."""
    times = Counter(one for seed in range(2000) for one in drawn(IDS, 3, seed))
    assert all(abs(times[one] - 600) < 82 for one in IDS)
