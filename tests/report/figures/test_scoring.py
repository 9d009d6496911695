"""Figures of the scoring: what stands in them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.colors import to_hex

from kamlib.report.figures import scoring as draw
from kamlib.report.figures.style import INK, PAPER


def title(axes) -> str:
    return axes.get_title(loc="left") + axes.get_title()


def scores(open_end: float = 0.0) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": ["00123", "K.01", "c"],
            "rank": [1, 2, 3],
            "score": [61.0, 31.0, 11.0],
            "low": [61.0, 31.0 - open_end, 11.0],
            "high": [61.0, 31.0 + open_end, 11.0],
            "key": [True, True, False],
            "p_key": [0.95, 0.6, 0.3],
            "points_revenue": [30.0, 10, 5],
            "points_reputation": [20.0, 10, 5],
            "points_development": [10.0, 10, 0],
            "contribution": [900.0, -7, np.nan],
        }
    )


def dots(axes, label) -> list[list[float]]:
    """Where the marks of a label stand."""
    return next(c for c in axes.collections if c.get_label() == label).get_offsets().tolist()


def test_a_dot_stands_at_each_score_and_marks_at_what_each_group_of_criteria_gives():
    axes = draw.ranked_scores(scores(open_end=9))
    words = [text.get_text() for text in axes.figure.legends[0].get_texts()]
    assert words == ["where it may lie", "score", *draw.GROUPS]
    assert title(axes) == "2 of 3 are key (bold); the first scores 61 of 100"
    assert axes.figure.get_label().endswith("The first is 00123 with 61 of 100; 2 of 3 are key.")
    assert dots(axes, "score") == [[11, 0], [31, 1], [61, 2]]
    assert dots(axes, "revenue") == [[6, 0], [11, 1], [31, 2]], "the scale begins at 1"
    ends = next(c for c in axes.collections if c.get_label() == "where it may lie").get_segments()
    assert [end[:, 0].tolist() for end in ends] == [[11, 11], [22, 40], [61, 61]]
    assert len(draw.ranked_scores(scores()).figure.legends[0].get_texts()) == 4, "no value is missing"


def test_who_is_key_is_told_by_a_filled_dot_and_a_bold_name():
    axes = draw.ranked_scores(scores())
    faces = next(c for c in axes.collections if c.get_label() == "score").get_facecolors()
    assert [to_hex(face).upper() for face in faces] == [PAPER, INK, INK]
    assert [label.get_fontweight() for label in axes.get_yticklabels()] == ["normal", "bold", "bold"]


def test_what_each_brought_stands_beside_its_dot_and_a_loss_in_the_colour_of_the_warning():
    right = draw.ranked_scores(scores()).figure.axes[1]
    labels = right.get_yticklabels()
    assert [label.get_text() for label in labels] == ["?", "-7", "900"]
    assert [label.get_color() == draw.ORANGE for label in labels] == [False, True, False]


def test_a_line_says_to_which_rank_the_list_is_stable():
    # 90, 88, 86, 60, 58, ... and four are key: the score falls most after rank 3
    many = pd.concat([scores()] * 3, ignore_index=True).assign(
        rank=range(1, 10), score=[90.0, 88, 86, 60, 58, 56, 54, 52, 50], key=[True] * 4 + [False] * 5
    )
    axes = draw.ranked_scores(many)
    words = [text.get_text() for text in axes.figure.legends[0].get_texts()]
    assert "the score falls by 26.0 after rank 3" in words
    line = axes.lines[-1]
    assert line.get_ydata()[0] == 5.5  # nine dots, the first at 8: between rank 3 at 6 and rank 4 at 5


def test_the_title_counts_who_is_safe_and_only_those_at_the_border_are_drawn():
    axes = draw.key_probability(scores())
    assert title(axes) == "1 of 2 key customers is safe on the list; these stand at its border"
    assert [label.get_text() for label in axes.get_yticklabels()] == ["c", "K.01"]
    assert dots(axes, "key now") == [[0.6, 1]] and dots(axes, "not key now") == [[0.3, 0]]
    assert axes.figure.get_label().endswith("1 of 2 key customers have 90% or more; 1 others have 20% or more.")
    assert draw.key_probability(scores().assign(p_key=[1.0, 1.0, 0.0])) is None, "nobody is in doubt"
