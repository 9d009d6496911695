"""Figures of cross tables: what stands in them is what the tables say."""

from __future__ import annotations

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from kamlib.report.figures import crosstabs


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


TOTALS = pd.DataFrame(
    {
        "trait": ["industry", "industry", "industry", "size"],
        "value": ["food", "rail", "none bought", "small"],
        "revenue": [700.0, 300.0, 0.0, 1000.0],
        "share_of_revenue": [0.7, 0.3, 0.0, 1.0],
        "margin": [140.0, np.nan, np.nan, 200.0],
        "margin_known": [1.0, 0.0, np.nan, 0.8],
        "margin_rate": [0.2, np.nan, np.nan, 0.25],
    }
)


def test_each_trait_has_its_panel_and_an_unknown_margin_is_said_to_be():
    panels = crosstabs.trait_bars(TOTALS)
    first, second = panels.flat[0], panels.flat[1]
    assert [label.get_text() for label in first.get_yticklabels()] == ["rail", "food"]
    assert [text.get_text() for text in first.texts] == ["margin unknown", "20%"]
    assert [text.get_text() for text in second.texts] == ["25% of known"]
    widths = [bar.get_width() for bar in first.patches]
    assert widths == [300, 700, 0, 140]  # revenue, then the margin in it
    assert "size small, 100% of revenue" in first.figure.get_suptitle()
    assert "industry and size. The largest of all is size small with 100% of revenue." in first.figure.get_label()


def test_only_the_largest_values_are_drawn_and_the_rest_is_counted():
    panels = crosstabs.trait_bars(TOTALS, most=1)
    assert panels.flat[0].get_title(loc="left") + panels.flat[0].get_title() == "industry (and 1 smaller)"
    assert crosstabs.trait_bars(TOTALS.assign(revenue=0.0)) is None


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
    assert [label.get_text() for label in axes.get_yticklabels()] == ["food", "rail"]
    assert {text.get_text() for text in axes.texts} == {"75%  (3)", "25%  (1)", "100%  (2)"}
    assert "Of the largest, food, 75% of the revenue is loyal." in axes.figure.get_label()
    assert crosstabs.class_grid(table, "size", "stage", ["loyal"]) is None
    assert crosstabs.class_grid(table, None, "stage", ["loyal"]) is None
