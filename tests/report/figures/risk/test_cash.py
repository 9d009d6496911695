"""Pictures of receivables, cash and quiet lines: what is drawn is what the tables hold."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.report import figures

DAY = pd.Timestamp("2026-06-30")


def test_the_curve_of_the_unpaid_starts_at_one_and_the_mean_of_the_paid_is_marked():
    waits = np.array([10, 20, 40, 40])
    bills = pd.DataFrame(
        {"amount": 1.0, "issued": DAY - pd.Timedelta(days=40), "open": [False, False, True, True], "days": waits}
    )
    axes = figures.unpaid_curve(bills, DAY)
    assert axes.lines[0].get_ydata()[0] == 1 and axes.lines[0].get_ydata()[-1] == 0.5
    assert set(axes.lines[1].get_xdata()) == {15.0}
    assert axes.get_title(loc="left") + axes.get_title() == "On the mean day of the paid ones 75% are still unpaid"


def test_where_nothing_was_paid_or_billed_nothing_is_drawn():
    bills = pd.DataFrame({"amount": [1.0], "issued": [DAY], "open": [True], "days": [0]})
    assert figures.unpaid_curve(bills, DAY) is None and figures.unpaid_curve(bills[:0], DAY) is None
    nothing = pd.DataFrame({"bucket": ["not_due"], "open_amount": [0.0], "roll_rate": [np.nan]})
    assert (
        figures.ageing_bars(nothing, currency="EUR") is None
        and figures.ageing_bars(nothing[:0], currency="EUR") is None
    )
    path = pd.DataFrame({"balance": []}, dtype=float)
    assert figures.cash_paths(path, path, others={}, currency="EUR") is None
    assert (
        figures.quiet_blocks(
            pd.DataFrame({"change": [""], "since": pd.to_datetime(["2026-01-01"])}),
            pd.DataFrame(),
            names=pd.Series(dtype=object),
        )
        is None
    )


def test_each_bucket_has_its_bar_and_a_rate_only_where_it_is_known():
    names = ["not_due", "late_1_30", "late_31_60", "late_61_90", "late_over_90"]
    ageing = pd.DataFrame(
        {"bucket": names, "open_amount": [60.0, 20, 10, 10, 0], "roll_rate": [0.25, 0.5, np.nan, 0, np.nan]}
    )
    axes = figures.ageing_bars(ageing, currency="EUR")
    assert [bar.get_width() for bar in axes.patches] == [60, 20, 10, 10, 0]
    assert [text.get_text() for text in axes.texts] == ["25% rolls on", "50% rolls on", "", "0% rolls on", ""]
    assert (
        axes.get_title(loc="left") + axes.get_title() == "40% of what is open is past due"
        and "100 EUR open on the day of this page 40%" in axes.figure.get_label()
    )


def test_the_path_its_fan_and_another_case_are_drawn_and_named():
    path = pd.DataFrame({"until": pd.date_range(DAY, periods=3, freq="7D"), "balance": [5.0, -2.0, 3.0]})
    fan = pd.DataFrame({"low": [4.0, -5.0, 0.0], "high": [6.0, 1.0, 6.0], "p_below": [0.0, 0.4, 0.1]})
    axes = figures.cash_paths(path, fan, others={"keys_late_60": path.assign(balance=0.0)}, currency="EUR")
    assert [text.get_text() for text in axes.figure.legends[0].get_texts()] == [
        "90 % of the draws",
        "as expected",
        "key clients pay 60 days later",
    ]
    assert axes.lines[1].get_ydata().tolist() == [5, -2, 3]
    assert "in week 2 with -2 EUR; at most 40%" in axes.figure.get_label()
    assert "2 EUR of cash are missing in week 2" in axes.get_title(loc="left") + axes.get_title()
    assert "unknown of the draws" in figures.cash_paths(path, fan[:0], others={}, currency="EUR").figure.get_label()


def test_a_quiet_line_shows_its_blocks_from_old_to_new_beside_its_rhythm():
    found = pd.DataFrame(
        {
            "customer_id": ["a", "b"],
            "category": "x",
            "change": ["stopped", ""],
            "since": pd.to_datetime(["2026-01-01", "2026-02-01"]),
            "order_days_a_year": 36.5,
        }
    )
    pairs = pd.DataFrame(
        {"customer_id": ["a", "b"], "category": "x", "block_0": [0, 3], "block_1": [1, 3], "block_2": [4, 3]}
    )
    figure = figures.quiet_blocks(found, pairs, names=pd.Series({"a": "Anna AG"}))
    first = figure.axes[0]
    assert [bar.get_height() for bar in first.patches] == [4, 1, 0]
    assert set(first.lines[0].get_ydata()) == {3.0} and first.get_title(loc="left") + first.get_title() == "Anna AG\nx"
    assert len(figure.axes) == 1 and "x of Anna AG had 36 order days" in figure.get_label()
