"""Control charts and scores: what is drawn is what the tables hold."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.report import figures


def chart(measure: str, rate: list[float], verdict: list[str]) -> pd.DataFrame:
    quarters = ["2025Q3", "2025Q4", "2026Q1", "2026Q2"][-len(rate) :]
    return pd.DataFrame(
        {
            "measure": measure,
            "quarter": quarters,
            "rate": rate,
            "centre": 0.5,
            "low": 0.4,
            "high": 0.6,
            "verdict": verdict,
        }
    )


def test_each_rate_has_a_panel_and_the_title_counts_what_lies_outside():
    rows = pd.concat(
        [
            chart("on_time", [0.5, 0.5, 0.3], ["noise", "noise", "worse"]),
            chart("bids_won", [0.5, 0.7], ["noise", "better"]),
        ]
    )
    figure = figures.rate_charts(rows)
    assert figure.get_suptitle() == "2 of 5 quarters lie outside the limits of chance"
    assert figure.axes[0].lines[1].get_ydata().tolist() == [0.5, 0.5, 0.3]
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["2025Q4", "2026Q2"]
    assert "2 rates over 3 quarters" in figure.get_label() and figure.get_label().endswith("lie 2 points.")


def test_three_rates_stand_in_two_rows_and_what_is_left_is_empty():
    rows = pd.concat([chart(name, [0.5, 0.5], ["noise"] * 2) for name in ("on_time", "bids_won", "claims_rate")])
    figure = figures.rate_charts(rows)
    assert len(figure.axes) == 3
    assert figure.get_suptitle() == "No quarter lies outside the limits of chance"
    assert figure.axes[2].get_title() + figure.axes[2].get_title(loc="left") == "claims for each order day"


def test_the_score_of_the_year_stands_last_and_in_the_title():
    scores = pd.DataFrame(
        {
            "window_months": [3, 3, 12], "until": pd.to_datetime(["2026-06-30", "2025-12-31", "2026-06-30"]), "nps": [8.8, np.nan, 12.9],
            "low": [-3.0, np.nan, 3.9], "high": [20.0, np.nan, 21.5], "customers": [170.0, 3, 280],
        }
    )  # fmt: skip
    axes = figures.nps_intervals(scores)
    assert axes.get_title(loc="left") + axes.get_title() == "Net promoter score +13, from +4 to +22"
    assert [text.get_text() for text in axes.texts] == ["+9", "+13"] and "on 280 customers" in axes.figure.get_label()
    assert [label.get_text() for label in axes.get_yticklabels()] == ["quarter to 2026-06-30", "year to 2026-06-30"]
