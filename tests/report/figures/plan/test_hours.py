"""The figure of hours: bars are those of the table, and names from the files can do no harm."""

from __future__ import annotations

import pandas as pd

from kamlib.report import figures


def test_hours_taken_and_waiting_are_those_of_the_table_and_long_names_are_cut():
    owners = pd.DataFrame(
        {"owner": ["M1", "<i>$x^2$</i>" * 30], "hours": [8.0, 4.0], "used": [7.5, 0.0], "waiting_hours": [3.0, 9.0]}
    )
    axes = figures.owner_hours(owners)
    widths = sorted(bar.get_width() for bar in axes.patches)
    assert widths == [-9, -3, 0, 4, 7.5, 8]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["<i>$x^2$</i><i>$…", "M1"]
    assert axes.figure.get_label() == (
        "Bars for 2 owners of actions: the list takes 8 of 12 hours of the week, and actions of 12 hours wait."
    )
    axes.figure.canvas.draw()
