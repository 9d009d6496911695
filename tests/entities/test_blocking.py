"""Which firms are compared. Oracle: every pair of a small table, looked at one by one."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from kamlib.entities import blocking
from kamlib.entities.firm_names import take_apart

WORDS = st.text("abdo", min_size=4, max_size=7)


def met(names: list[str], marks=()) -> set[tuple[int, int]]:
    taken = [take_apart(name) for name in names]
    rank = np.argsort(np.argsort(np.array([name.core for name in taken], dtype=object), kind="stable"))
    return set(map(tuple, blocking.candidate_pairs(taken, marks, rank).tolist()))


@pytest.mark.slow
@given(st.lists(WORDS, min_size=2, max_size=12))
def test_names_that_differ_by_one_letter_meet(names):
    found = met([f"{name} Handel" if place % 2 else name for place, name in enumerate(names)])
    words = [take_apart(name).words[0] for name in names]
    for one, other in combinations(range(len(names)), 2):
        if min(len(words[one]), len(words[other])) >= 4 and OSA.distance(words[one], words[other]) <= 1:
            assert (one, other) in found


def test_a_word_that_all_bear_makes_nobody_meet_who_has_nothing_else_in_common():
    names = [f"{stem}{end} Handel" for stem in ("Vamil", "Rodok", "Tepun") for end in ("arex", "ogist", "uzant")]
    assert len(met(names)) <= len(names) * (len(names) - 1) // 2
    many = [f"Handel {place:05d}" for place in range(2000)]
    assert len(met(many)) <= 2000 * blocking.WINDOW


def test_marks_make_rows_meet_and_an_empty_mark_does_not():
    names = ["Alpha", "Bravo", "Kilometer", "Zeppelin"]
    assert met(names, [["7", "", "7", ""]]) == {(0, 2)}
    assert met(names, [["7", "8", "", ""], ["8", "", "", ""]]) == set()


@pytest.mark.parametrize("names", [[], ["a"], ["", ""], ["", "x"]])
def test_nothing_in_common_gives_no_pairs(names):
    assert met(names) == set()
    assert blocking.candidate_pairs([take_apart(n) for n in names], [], np.arange(len(names))).shape == (0, 2)


def test_the_first_sight_lets_through_what_is_alike():
    from kamlib.entities.similarity import alike

    names = [take_apart(n) for n in ("Belagor Ltd", "Belgaor", "Bela Gor Holding", "Zeppelin", "Belagor 2", "Белагор")]
    pairs = np.array(list(combinations(range(len(names)), 2)))
    seen = blocking.alike_at_first_sight(names, pairs)
    close = [alike(names[one], names[other])[0] >= 85 for one, other in pairs.tolist()]
    assert sum(close) > 3 and all(seen[close]) and not seen.all()
