"""The figure of the length of the list: marks stand after the places of the table."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.report import figures

LENGTH = pd.DataFrame({"in_use": [27.0], "by_hours": 20, "by_gap": 18, "fall": 2.03, "fall_in_use": 0.4})


def scores(n: int) -> pd.DataFrame:
    return pd.DataFrame({"rank": np.arange(1, n + 1), "score": np.linspace(90, 40, n)})


def test_marks_stand_after_their_places_and_one_that_is_not_shown_has_none():
    axes = figures.score_gaps(scores(60), LENGTH)
    assert [line.get_xdata()[0] for line in axes.lines[1:]] == [27.5, 20.5, 18.5]
    assert len(axes.lines[0].get_xdata()) == 52
    assert "27 key accounts" in axes.figure.get_label() and "2.0 points, after place 18" in axes.figure.get_label()
    none = figures.score_gaps(scores(60), LENGTH.assign(by_hours=0))
    assert len(none.lines) == 3
