"""The picture of rank sets: what is drawn is what the table holds."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.report import figures

SETS = pd.DataFrame(
    {
        "customer_id": list("abcd"),
        "rank": pd.array([1, 2, 3, None], "Int64"),
        "rank_best": pd.array([1, 2, 2, None], "Int64"),
        "rank_worst": pd.array([1, 3, 3, None], "Int64"),
        "among_top": ["certainly", "possibly", "no", ""],
    }
)


def test_each_bar_runs_from_the_best_rank_to_the_worst_and_the_first_stands_on_top():
    axes = figures.rank_intervals(SETS, top=2, names=pd.Series({"a": "<b>$x^2$</b>" + "n" * 300}))
    bars = axes.collections[0].get_segments()
    assert [bar[:, 0].tolist() for bar in bars] == [[2, 3], [2, 3], [1, 1]]
    assert axes.get_yticklabels()[2].get_text().startswith("<b>$x^2$</b>nn")
    assert set(axes.lines[0].get_xdata()) == {2.5}
    assert axes.get_title(loc="left") + axes.get_title() == "1 of the first 2 is there for certain"
    assert "1 are for certain among the first 2, 1 possibly" in axes.figure.get_label().replace("\n", " ")


def test_no_more_are_drawn_than_asked_for():
    many = pd.DataFrame(
        {"customer_id": np.arange(50).astype(str), "rank": range(1, 51), "rank_best": 1, "rank_worst": 50}
    )
    axes = figures.rank_intervals(many.assign(among_top="possibly"), top=5, most=10)
    assert len(axes.collections[0].get_segments()) == 10
