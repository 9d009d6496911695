"""Figures of the clusters: also where there is no structure."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.report.figures import clusters


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
    figure = clusters.cluster_choice(tried(chosen), stability=0.7)
    for axes in figure.axes:
        assert len(axes.collections) == chosen
    assert list(figure.axes[1].lines[-1].get_ydata()) == [0.7, 0.7], "what is needed"
    told = "Chosen are 3 groups by k-means: silhouette 0.30, 0.20 where there are no groups; refits agree to 0.80."
    assert (told if chosen else "None of the 4 groupings was chosen.") in figure.get_label()
    found = "3 groups by k-means are clearer than chance, and hold still" if chosen else "No structure: none of 4"
    assert figure.get_suptitle().startswith(found)


def test_both_methods_are_drawn_over_the_silhouette_where_there_are_no_groups():
    figure = clusters.cluster_choice(tried(True))
    words = [text.get_text() for text in figure.legends[0].get_texts()]
    assert words == ["k-means", "Gaussian mixture", "by chance; and what is needed", "chosen"]
    assert [list(line.get_ydata()) for line in figure.axes[0].lines] == [[0.3, 0.3], [0.3, 0.3], [0.2, 0.2]]
    assert list(figure.axes[0].get_xticks()) == [2, 3]


def test_shares_of_segments_are_written_where_there_are_any():
    shares = pd.DataFrame([[0.8, 0.2, 0.0], [0.0, 0.998, 0.002]], index=["large", "small"], columns=list("abc"))
    axes = clusters.cluster_segments(shares, agreement=0.4321)
    assert [text.get_text() for text in axes.texts] == ["80%", "20%", "100%", "< 1%"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b", "c"]
    assert axes.figure.get_supxlabel() == "1  large\n2  small"
    assert "0.43" in axes.get_title(loc="left") + axes.get_title()
    assert "most of a group in one segment is 100%, of “small” in “b”" in axes.figure.get_label()


POINTS = pd.DataFrame({"customer_id": list("abcd"), "first": [0.0, 1, 5, 6], "second": [0.0, 1, 5, 6]})
DIRECTIONS = pd.DataFrame({"component": ["first", "second"], "explained": [0.6, 0.3], "gap_median": [0.9, -0.1]})


def test_the_map_numbers_each_group_at_its_middle_and_names_and_counts_it():
    axes = clusters.cluster_map(POINTS, DIRECTIONS, pd.Series({"a": "small", "b": "small", "c": "large"}))
    assert {text.get_text(): text.get_position() for text in axes.texts} == {"1": (0.5, 0.5), "2": (5.0, 5.0)}
    assert [text.get_text() for text in axes.figure.legends[0].get_texts()] == ["1  small (2)", "2  large (1)"]
    told = "keeps 90% of their differences, coloured and named by group: small (2) and large (1)."
    assert told in axes.figure.get_label()
    assert "more gap median (60%)" in axes.get_xlabel() and "less gap median (30%)" in axes.get_ylabel()
    assert "90%" in axes.get_title(loc="left") + axes.get_title()


def test_groups_are_told_apart_without_colours_and_numbered_alike_in_any_order_of_the_rows():
    names = pd.Series({"a": "small", "b": "small", "c": "large"})
    axes, again = (clusters.cluster_map(rows, DIRECTIONS, names) for rows in (POINTS, POINTS[::-1]))
    marks = [points.get_paths()[0].vertices.tolist() for points in axes.collections[1:]]
    assert marks[0] != marks[1]
    assert [text.get_text() for text in again.texts] == [text.get_text() for text in axes.texts]


def test_of_no_groups_there_is_no_picture():
    alone = pd.DataFrame({"cluster": [pd.NA], "name": ["all"], "accounts": 4, "share_of_money": 1.0, "gap_median": 3.0})
    assert clusters.cluster_profiles(alone) is None
    assert clusters.cluster_map(POINTS, DIRECTIONS, pd.Series(dtype=object)) is None
    assert clusters.cluster_segments(pd.DataFrame({"core": [1.0]}, index=["all"]), agreement=0.0) is None


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
    assert [label.get_text() for label in axes.get_yticklabels()] == ["margin a year\n(EUR)", "categories\n(24 months)"]
    assert "“large”: 90% of customers, 90% of money" in axes.get_title(loc="left") + axes.get_title()
    assert [text.get_text() for text in axes.texts] == ["12.3K", "-3.0", "4.0", "2.0"]
    assert axes.figure.get_supxlabel() == "1  large (1,200)\n2  small (3)"
    assert "in each group: large (1,200) and small (3). “large”: 90% of customers" in axes.figure.get_label()
