"""The figure of rounds: every round is a line, and the marks stand where the table has them."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.plan.worth import Effect
from kamlib.report import figures


def test_each_round_has_its_line_between_what_was_thought_before_and_now():
    rounds = pd.DataFrame(
        {"round_begun": pd.to_datetime(["2025-05-16", "2025-12-02"]), "offered": [16, 133], "control": [8, 70]}
    ).assign(odds_ratio=[3.2, 3.5], odds_low=[0.3, 1.5], odds_high=[33.3, 8.3])
    axes = figures.round_odds(rounds, Effect(0.73, 0.32, 2))
    drawn = [line.get_xdata() for line in axes.lines if len(line.get_xdata()) == 2 and line.get_linewidth() == 2]
    assert len(drawn) == 4 and [round(at, 1) for at in drawn[2]] == [0.3, 33.3]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels[0] == "now" and labels[-1] == "before any round" and "133 offers, 70 without" in labels[1]
    assert "2.08 (from 1.11 to 3.89)" in axes.figure.get_label()
    assert axes.get_xlim()[0] == pytest.approx(0.24)
