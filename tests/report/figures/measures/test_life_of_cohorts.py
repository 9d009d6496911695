"""The heat maps of cohorts: a cell a share, no cell where too few are known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.report import figures

ROWS = pd.DataFrame(
    [("everyone", "earlier", 0, 40, 1.0, 1.0), ("everyone", "earlier", 1, 40, 0.75, 0.5), ("everyone", "2026Q1", 0, 12, 1.0, 1.0),
     ("everyone", "2026Q1", 1, 5, np.nan, np.nan), ("key_accounts", "earlier", 0, 9, 1.0, 1.0)],
    columns=["among", "cohort", "quarters", "customers", "kept_share", "money_kept"],
)  # fmt: skip


def test_each_known_share_has_its_cell_in_words():
    axes = figures.cohort_map(ROWS)
    assert [text.get_text() for text in axes.texts] == ["100", "75", "100"]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["first half-year on\nrecord (40)", "2026Q1 (12)"]
    assert (
        "Of the cohort “first half-year on record” 75% of the customers are kept after 1 quarters"
        in axes.figure.get_label()
    )


def test_money_stands_below_customers():
    below = figures.cohort_map(ROWS).figure.axes[1]
    assert [text.get_text() for text in below.texts] == ["100", "50", "100"]


def test_of_many_quarters_some_are_drawn_and_named_as_what_they_are():
    long = pd.concat([ROWS.head(1).assign(quarters=n, kept_share=1 - n / 100) for n in range(24)])
    below = figures.cohort_map(long).figure.axes[1]
    told = [label.get_text() for label in below.get_xticklabels()]
    assert told == ["0", "3", "6", "9", "12", "15", "18", "21"]
    assert [text.get_text() for text in below.figure.axes[0].texts] == [str(100 - int(n)) for n in told]


def test_of_many_cohorts_the_latest_are_drawn():
    many = pd.concat([ROWS.head(1).assign(cohort=f"20{n}Q1") for n in range(10, 40)])
    assert len(figures.cohort_map(many).get_yticklabels()) == 16
