"""Figures of the scoring: what stands in them."""

from __future__ import annotations

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from kamlib.report.figures import scoring as draw
from kamlib.report.figures import set_style


@pytest.fixture(autouse=True)
def _closed():
    set_style()
    yield
    plt.close("all")


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


def test_bars_say_what_each_colour_and_the_line_mean():
    axes = draw.ranked_scores(scores(open_end=9))
    words = [text.get_text() for text in axes.figure.legends[0].get_texts()]
    assert words == [f"criteria of {g}" for g in draw.GROUPS] + ["where it may lie: values are missing"]
    assert title(axes) == "2 of 3 are key (bold); the first scores 61 of 100"
    assert axes.figure.get_label().endswith("The first is 00123 with 61 of 100; 2 of 3 are key.")
    # the bars of an account end at its score: 1 + 30 + 20 + 10
    ends = {round(bar.get_y(), 2): 0.0 for bar in axes.patches}
    for bar in axes.patches:
        ends[round(bar.get_y(), 2)] = max(ends[round(bar.get_y(), 2)], bar.get_x() + bar.get_width())
    assert sorted(ends.values()) == pytest.approx([11, 31, 61])
    whole = draw.ranked_scores(scores())
    assert len(whole.figure.legends[0].get_texts()) == 3


def test_what_each_brought_stands_beside_its_bar_and_a_loss_in_the_colour_of_the_warning():
    right = draw.ranked_scores(scores()).figure.axes[1]
    labels = right.get_yticklabels()
    assert [label.get_text() for label in labels] == ["unknown", "-7", "900"]
    assert [label.get_color() == draw.ORANGE for label in labels] == [False, True, False]


def test_a_line_says_to_which_rank_the_list_is_stable():
    # 90, 88, 86, 60, 58, ... and four are key: the score falls most after rank 3
    many = pd.concat([scores()] * 3, ignore_index=True).assign(
        rank=range(1, 10), score=[90.0, 88, 86, 60, 58, 56, 54, 52, 50], key=[True] * 4 + [False] * 5
    )
    axes = draw.ranked_scores(many)
    words = [text.get_text() for text in axes.figure.legends[0].get_texts()]
    assert "stable to rank 3: the score falls by 26.0" in words
    line = axes.lines[-1]
    assert line.get_ydata()[0] == 5.5  # nine bars, the first at 8: between rank 3 at 6 and rank 4 at 5


def test_the_title_counts_who_is_safe():
    axes = draw.key_probability(scores())
    assert title(axes) == "1 of 2 key customers are safe on the list (right of the second line)"
    assert axes.figure.get_label().endswith("1 of 2 key customers have 90% or more; 1 others have 20% or more.")
