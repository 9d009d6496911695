"""What is told of the planted truth. Oracle: the files themselves."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from kam_teaching.truth_columns import REASONS, TRUTH

SAMPLE = Path(__file__).parents[2] / "data" / "sample"


def test_every_reason_that_was_planted_is_told_with_its_lines():
    page = (SAMPLE / "README.md").read_text(encoding="utf-8")
    counts = pd.read_csv(SAMPLE / "truth" / "dirty.csv")["reason"].value_counts()
    assert set(counts.index) == set(REASONS)
    assert all(f"| {reason} | {n:,} | " in page for reason, n in counts.items())


def test_the_truth_is_told_column_by_column_in_the_order_of_its_files():
    for name, (_, columns) in TRUTH.items():
        assert list(columns) == list(pd.read_csv(SAMPLE / f"{name}.csv", nrows=0))
