"""Figures of cross tables: what stands in them is what the tables say."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from kamlib.report.figures import crosstabs


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def rates(**traits: dict[str, tuple[float, float]]) -> pd.DataFrame:
    """A table of traits: of each value its share of the revenue and its margin rate."""
    rows = [(trait, value, *told) for trait, values in traits.items() for value, told in values.items()]
    return pd.DataFrame(rows, columns=["trait", "value", "share_of_revenue", "margin_rate"])


def test_only_traits_with_which_the_margin_goes_along_are_drawn_the_widest_apart_first():
    table = rates(
        size={"large": (0.9, 0.2), "small": (0.1, 0.24)},  # four points apart: nothing to tell
        industry={"food": (0.7, 0.2), "rail": (0.3, 0.26)},
        region={"north": (0.5, 0.1), "south": (0.46, 0.3), "nowhere": (0.04, 0.9)},  # too small to tell anything
    )
    figure = crosstabs.trait_margins(table)
    region, industry = figure.axes
    assert [axes.get_title(loc="left") + axes.get_title() for axes in figure.axes] == ["region", "industry"]
    assert [label.get_text() for label in region.get_yticklabels()] == ["north (50%)", "south (46%)"]
    assert region.collections[-1].get_offsets().tolist() == [[0.1, 0], [0.3, 1]]
    assert [text.get_text() for text in industry.texts] == ["20%", "26%"]
    assert figure.get_suptitle() == "Region: a margin of 10% in “north”, of 30% in “south”"
    assert "region and industry. By region it is lowest for north with 10%, and highest for south" in figure.get_label()


def test_without_a_difference_or_a_margin_there_is_no_picture_of_traits():
    assert crosstabs.trait_margins(rates(size={"large": (0.9, 0.2), "small": (0.1, 0.24)})) is None
    assert crosstabs.trait_margins(rates(size={"large": (0.9, 0.2), "small": (0.1, np.nan)})) is None
    assert crosstabs.trait_margins(rates(size={"large": (0.96, 0.2), "small": (0.04, 0.9)})) is None


def test_the_grid_writes_each_share_of_its_row_and_the_accounts():
    table = pd.DataFrame(
        {
            "trait": "industry",
            "value": ["food", "food", "rail", "gone"],
            "stage": ["loyal", "lost", "lost", "lost"],
            "accounts": [3, 1, 2, 4],
            "revenue": [300.0, 100.0, 50.0, 0.0],
        }
    )
    axes = crosstabs.class_grid(table, "industry", "stage", ["new", "loyal", "lost"])
    assert [label.get_text() for label in axes.get_xticklabels()] == ["loyal", "lost"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["food (4)", "rail (2)"]
    assert {text.get_text() for text in axes.texts} == {"75%", "25%", "100%"}
    assert "Of the largest, food, 75% of the revenue is loyal." in axes.figure.get_label()
    assert crosstabs.class_grid(table, "size", "stage", ["loyal"]) is None
    assert crosstabs.class_grid(table, None, "stage", ["loyal"]) is None
