"""Figures of the clusters: also where there is no structure."""

from __future__ import annotations

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from kamlib.report.figures import clusters, set_style


@pytest.fixture(autouse=True)
def _closed():
    set_style()
    yield
    plt.close("all")


def tried(chosen: bool) -> pd.DataFrame:
    table = pd.DataFrame(
        [
            (method, k, 0.3, 0.2, 0.8 if method == "k-means" else np.nan, False)
            for method in ("k-means", "Gaussian mixture")
            for k in (2, 3)
        ],
        columns=["method", "k", "silhouette", "null", "stability", "chosen"],
    )
    table.loc[1, "chosen"] = chosen
    return table


@pytest.mark.parametrize("chosen", [True, False])
def test_the_choice_is_marked_in_both_pictures_or_in_none(chosen):
    pair = clusters.cluster_choice(tried(chosen), stability=0.7)
    for axes in pair:
        assert ("chosen" in [text.get_text() for text in axes.texts]) == chosen
    assert "needed: 0.7" in [text.get_text() for text in pair[1].texts]
    told = "Chosen are 3 groups by k-means: silhouette 0.30, 0.20 where there are no groups; refits agree to 0.80."
    assert (told if chosen else "None of the 4 groupings was chosen.") in pair[0].figure.get_label()


def test_both_methods_are_drawn_over_the_silhouette_where_there_are_no_groups():
    pair = clusters.cluster_choice(tried(True))
    assert pair[1].get_legend_handles_labels()[1] == ["k-means", "Gaussian mixture"]
    assert [list(line.get_ydata()) for line in pair[0].lines] == [[0.3, 0.3], [0.3, 0.3], [0.2, 0.2]]
    assert list(pair[0].get_xticks()) == [2, 3]


def test_shares_of_segments_are_written_where_there_are_any():
    shares = pd.DataFrame([[0.8, 0.2, 0.0], [0.0, 0.998, 0.002]], index=["large", "small"], columns=list("abc"))
    axes = clusters.cluster_segments(shares, agreement=0.4321)
    assert [text.get_text() for text in axes.texts] == ["80%", "20%", "100%", "< 1%"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["large", "small"]
    assert "0.43" in axes.get_title(loc="left") + axes.get_title()
    assert "most of a group in one segment is 100%, of “small” in “b”" in axes.figure.get_label()


@pytest.mark.slow
def test_the_map_names_each_group_and_counts_it():
    points = pd.DataFrame({"customer_id": list("abcd"), "first": [0.0, 1, 5, 6], "second": [0.0, 1, 5, 6]})
    directions = pd.DataFrame({"component": ["first", "second"], "explained": [0.6, 0.3], "gap_median": [0.9, -0.1]})
    axes = clusters.cluster_map(points, directions, pd.Series({"a": "small", "b": "small", "c": "large"}))
    assert {text.get_text(): text.xy for text in axes.texts} == {"small (2)": (0.5, 0.5), "large (1)": (5.0, 5.0)}
    assert (
        "keeps 90% of their differences, coloured and named by group: small (2) and large (1)."
        in axes.figure.get_label()
    )
    assert "more gap median (60%)" in axes.get_xlabel() and "less gap median (30%)" in axes.get_ylabel()
    assert "90%" in axes.get_title(loc="left") + axes.get_title()
    alone = clusters.cluster_map(points, directions, pd.Series(dtype=object))
    assert not alone.texts


@pytest.mark.slow
def test_group_names_never_lie_on_each_other_and_colours_keep_under_row_order():
    # four groups with their middles in one place, and names far longer than the picture is wide between them
    rng = np.random.default_rng(1)
    points = pd.DataFrame(rng.normal(0, [3.0, 0.1], (400, 2)), columns=["first", "second"])
    points.insert(0, "customer_id", [f"{i:05d}" for i in range(400)])
    directions = pd.DataFrame({"component": ["first", "second"], "explained": [0.6, 0.3], "gap_median": [0.9, -0.1]})
    long = [f"{k}: many small orders and uneven and broad" for k in "abcd"]
    names = pd.Series([long[i % 4] for i in range(400)], index=points["customer_id"])
    axes = clusters.cluster_map(points, directions, names)
    axes.figure.canvas.draw()
    boxes = [Text.get_window_extent(text) for text in axes.texts]
    assert len(boxes) == 4
    assert not any(one.overlaps(other) for i, one in enumerate(boxes) for other in boxes[i + 1 :])
    assert max(box.x1 for box in boxes) <= axes.figure.bbox.x1
    again = clusters.cluster_map(points[::-1], directions, names)
    assert [text.get_text() for text in again.texts] == [text.get_text() for text in axes.texts]


def test_profiles_are_written_in_own_units():
    table = pd.DataFrame(
        {
            "cluster": [1, 2],
            "name": ["large", "small"],
            "accounts": [1200, 3],
            "share_of_accounts": [0.9, 0.1],
            "money": [9.0, 1],
            "share_of_money": [0.9, 0.1],
            "margin_a_year": [12345.6, -3.0],
            "categories_24m": [4.0, 2.0],
        }
    )
    axes = clusters.cluster_profiles(table, currency="EUR")
    assert [label.get_text() for label in axes.get_xticklabels()] == ["margin a year\n(EUR)", "categories\n(24 months)"]
    assert "“large”: 90% of customers, 90% of money" in axes.get_title(loc="left") + axes.get_title()
    assert [text.get_text() for text in axes.texts] == ["12,346", "4.0", "-3.0", "2.0"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["large (1,200)", "small (3)"]
    assert "in each group: large (1,200) and small (3). “large”: 90% of customers" in axes.figure.get_label()
