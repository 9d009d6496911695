"""Silence against rhythm: who is drawn as overdue is who is."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from kamlib.report.figures import drawing, rhythm

LATE = pd.DataFrame({"customer_id": ["K.0"]})


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def base(n: int = 1) -> pd.DataFrame:
    """Of four kinds n each: large and overdue, large and as usual, small and overdue, without a gap."""
    table = pd.DataFrame(
        {
            "silence_days": [90, 0, 900, 5],
            "gap_median": [10.0, 10.0, 10.0, np.nan],
            "m": pd.array([3, 3, 1, 3], dtype="Int64"),
            "money": [9.0, 8.0, 1.0, 7.0],
        }
    )
    table = pd.concat([table] * n, ignore_index=True)
    return table.assign(
        customer_id=[f"K.{i}" for i in range(len(table))], rhythm=table["silence_days"] / table["gap_median"]
    )


def groups(axes) -> list[str]:
    return [text.get_text() for text in axes.figure.legends[0].get_texts()]


def test_only_large_accounts_far_beyond_their_own_gap_are_overdue():
    axes = rhythm.silence_rhythm(base(), LATE, overdue=3)
    assert groups(axes) == ["others (1)", "most money (1)", "overdue (1)"]
    assert axes.get_title(loc="left") + axes.get_title() == "1 of 2 customers with most money is overdue"
    assert (
        "1 of the 2 customers with most money are overdue: they lie above the line of 3 usual"
        in axes.figure.get_label()
    )
    late = axes.collections[-1]
    assert late.get_offsets().tolist() == [[10, 90]] and late.get_urls() == ["K.0"]
    none = rhythm.silence_rhythm(base(), LATE[:0], overdue=10)
    assert groups(none) == ["others (1)", "most money (2)", "overdue (0)"]
    assert drawing.svg(none)  # an empty group can be saved


def test_of_very_many_a_part_is_drawn_and_the_legend_says_so(monkeypatch):
    monkeypatch.setattr(rhythm, "MOST", 20)
    axes = rhythm.silence_rhythm(base(50), pd.DataFrame({"customer_id": [f"K.{i}" for i in range(0, 200, 4)]}))
    assert groups(axes)[0] == "others (50, of which 20 are drawn)"
    assert [len(dots.get_offsets()) for dots in axes.collections] == [20, 20, 20]


def test_without_a_usual_gap_nobody_is_drawn():
    assert rhythm.silence_rhythm(base().assign(gap_median=np.nan), LATE) is None
    assert rhythm.silence_rhythm(base().assign(gap_median=0.0), LATE) is None
