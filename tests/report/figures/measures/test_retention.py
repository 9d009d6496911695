"""Lines of retention hold what the table holds."""

from __future__ import annotations

import pandas as pd

from kamlib.report import figures

ROWS = pd.DataFrame(
    {"as_of": pd.to_datetime(["2026-03-31", "2026-06-30", "2026-06-30"]), "cohort": ["all", "all", "without_large"], "nrr": [0.9, 0.95, 0.5],
     "nrr_low": 0.8, "nrr_high": 1.1, "grr": [0.7, 0.8, 0.4], "grr_low": 0.6, "grr_high": 0.9}
)  # fmt: skip


def test_both_lines_are_those_of_all_and_named_at_their_ends():
    axes = figures.retention_lines(ROWS)
    assert [line.get_ydata().tolist() for line in axes.lines[:2]] == [[0.9, 0.95], [0.7, 0.8]]
    assert [text.get_text() for text in axes.texts] == ["net (NRR) 95%", "gross (GRR) 80%"]
    assert axes.get_title(loc="left") + axes.get_title() == "Those of the year before bring 5% less than then"
    assert (
        "95% (80% to 110%) was there in the 12 months to 2026-06-30, 80% without what grew" in axes.figure.get_label()
    )


def test_a_single_quarter_is_drawn_and_one_without_an_interval_too():
    alone = ROWS.iloc[[1]].assign(nrr_low=float("nan"), nrr_high=float("nan"), nrr=1.2)
    axes = figures.retention_lines(alone)
    assert "20% more than then" in axes.get_title(loc="left") + axes.get_title()
