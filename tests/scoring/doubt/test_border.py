"""Where a list ends, by hand: seats of a tie, words for chances, and where the scores fall."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamlib.scoring.doubt.border import falls, held, seats


def test_a_seat_is_whole_above_the_border_shared_in_a_tie_over_it_and_none_below():
    assert seats(pd.Series([9.0, 7, 7, 7, 5, np.nan]), 2).tolist() == pytest.approx([1, 1 / 3, 1 / 3, 1 / 3, 0, 0])
    assert seats(pd.Series([9.0, 7, 7, 5]), 3).tolist() == [1, 1, 1, 0]  # a tie within the list is whole
    assert seats(pd.Series([7.0, 7.0000001, 6.9]), 1).tolist() == [0.5, 0.5, 0]  # told apart to six decimals


@given(st.lists(st.integers(0, 4), min_size=1, max_size=30), st.integers(1, 30))
def test_seats_add_up_to_the_places_or_to_all_who_are_ranked(scores, top):
    assert seats(pd.Series(scores, dtype=float), top).sum() == pytest.approx(min(top, len(scores)))


def test_chances_are_called_safe_likely_open_and_unlikely_from_90_60_and_40_percent():
    said = held(pd.Series([0.9, 0.899, 0.6, 0.599, 0.4, 0.399, 0, np.nan]))
    assert said.tolist() == ["safe", "likely", "likely", "open", "open", "unlikely", "unlikely", ""]


def test_the_list_is_stable_to_the_rank_near_its_end_after_which_the_score_falls_most():
    # of six on the list the falls after ranks 3 to 9 are looked at: 1, 5, 1, 0.5, 1, 1, 1; that of 20 after the first is too far
    scores = pd.Series([100.0, 80, 79, 78, 73, 72, 71.5, 70.5, 69.5, 68.5, 40])
    found = falls(scores.sample(frac=1, random_state=1), 6)
    assert found == pytest.approx({"rank": 4, "fall": 5, "key": 6, "at": 0.5, "first": 3, "last": 9, "typical": 1})


def test_of_two_equal_falls_the_one_nearer_to_the_end_counts():
    assert falls(pd.Series([9.0, 8, 6, 5, 4, 2, 1]), 3)["rank"] == 2
    assert falls(pd.Series([9.0, 8, 6, 5, 3, 2, 1]), 4)["rank"] == 4  # 2 is as far a fall


def test_nothing_is_said_where_all_are_on_the_list_nobody_is_few_are_near_or_nothing_falls():
    assert falls(pd.Series([3.0, 2, 1]), 3) is None and falls(pd.Series([3.0, 2, 1]), 0) is None
    assert falls(pd.Series([3.0, 2, 1]), 1) is None and falls(pd.Series([5.0] * 9), 4) is None
