"""Pictures of the scorecard of forecasts: what is drawn is what the table holds."""

from __future__ import annotations

import pandas as pd

from kamlib.report import figures

CARD = pd.DataFrame(
    {
        "event": ["silent", "silent", "stopped"],
        "as_of": pd.to_datetime(["2025-01-01", "2025-04-01", "2025-01-01"]),
        "expected": [10.0, 12.0, 5.0],
        "expected_low": [6.0, 8.0, 2.0],
        "expected_high": [14.0, 16.0, 8.0],
        "came": [11, 20, 5],
        "verdict": ["as_expected", "more_came", "as_expected"],
        "listed": [5, 4, 0],
        "hits_expected": [2.5, 2.0, 0.0],
        "hits": [3, 1, 0],
    }
)


def test_the_range_what_was_expected_and_what_came_stand_in_the_panel_of_their_event():
    figure = figures.expected_and_came(CARD)
    first, second = figure.axes
    assert [(bar.get_y(), bar.get_y() + bar.get_height()) for bar in first.patches] == [(6, 14), (8, 16)]
    assert [(bar.get_y(), bar.get_height()) for bar in second.patches] == [(2, 6)]
    points = [collection.get_offsets().tolist() for collection in first.collections[1:]]
    assert points == [[[0, 11]], [[1, 20]]]  # the second, in its own colour, lies outside
    assert [axes.get_title(loc="left") + axes.get_title() for axes in figure.axes] == [
        "no order in the horizon",
        "stopped",
    ]
    assert "In 2 of 3 forecasts what came lies within it" in figure.get_label()


def test_hits_stand_beside_those_listed_and_an_event_without_a_list_has_no_panel():
    figure = figures.list_hits(CARD)
    assert [bar.get_height() for bar in figure.axes[0].patches] == [5, 4, 3, 1]
    assert len(figure.axes) == 1 and "4 of 9" in figure.get_label()
